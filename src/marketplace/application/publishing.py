"""What merchants' own programs are told: each event by its public name, and what is said of it."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.domain.errors import BadValue
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    DeliveryFailed,
    Order,
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderEdited,
    OrderExpired,
    OrderMoved,
    OrderPlaced,
    OrderPrepared,
    OrderRefunded,
    OrderReopened,
    OrderReturned,
    OrderShipped,
)
from marketplace.domain.products import (
    Product,
    ProductAdded,
    ProductArchived,
    ProductEdited,
    ProductPulled,
    ProductRestored,
    StockRanLow,
)
from marketplace.domain.variants import Variant

from .ports import UnitOfWork

VERSION = 1
"""Of what is said. It counts up only if something that was said is said no more, or otherwise."""
EVERYTHING = "*"
TEST = "webhook.test"

Facts = dict[str, Any]


async def _order(
    market: UnitOfWork, event: OrderPlaced | OrderMoved | OrderEdited | OrderRefunded
) -> Facts:
    order = await market.orders.get(event.order_id)
    was = event.was if isinstance(event, OrderMoved) else None
    return {**_order_told(order), "previous_status": was}


async def _product(
    market: UnitOfWork,
    event: ProductAdded | ProductEdited | ProductArchived | ProductPulled | ProductRestored,
) -> Facts:
    return _product_told(await market.products.get(event.product_id))


async def _stock(market: UnitOfWork, event: StockRanLow) -> Facts:
    product = await market.products.get(event.product_id)
    variant = product.variant(event.variant_id)
    return {
        "product_id": str(product.id),
        "variant_id": str(variant.id),
        "title": product.title,
        "variant": variant.title,
        "sku": variant.sku,
        "available": event.available,
    }


@dataclass(frozen=True, slots=True)
class Publication:
    """The name of an event in public, and where what is said of it comes from."""

    name: str
    told: Callable[[UnitOfWork, Any], Awaitable[Facts]]


PUBLISHED: Mapping[type[Event], Publication] = {
    OrderPlaced: Publication("order.placed", _order),
    OrderConfirmed: Publication("order.confirmed", _order),
    OrderPrepared: Publication("order.preparing", _order),
    OrderShipped: Publication("order.shipped", _order),
    OrderDelivered: Publication("order.delivered", _order),
    DeliveryFailed: Publication("order.delivery_failed", _order),
    OrderReturned: Publication("order.returned", _order),
    OrderCancelled: Publication("order.cancelled", _order),
    OrderExpired: Publication("order.expired", _order),
    OrderReopened: Publication("order.reopened", _order),
    OrderEdited: Publication("order.edited", _order),
    OrderRefunded: Publication("order.refunded", _order),
    ProductAdded: Publication("product.created", _product),
    ProductEdited: Publication("product.updated", _product),
    ProductArchived: Publication("product.archived", _product),
    ProductPulled: Publication("product.taken_down", _product),
    ProductRestored: Publication("product.restored", _product),
    StockRanLow: Publication("stock.low", _stock),
}
"""The whole table. A line more is a promise more: add to it, and never rename one."""

NAMES = tuple(each.name for each in PUBLISHED.values())


class UnknownEvent(BadValue):
    """None of the events in ``allowed``."""


def parse_events(said: Sequence[str]) -> tuple[str, ...]:
    """Names from the table, each once and in its order; ``*`` alone is all of them, for ever."""
    if len(said) > 100 or not set(said) <= {EVERYTHING, *NAMES} or not said:
        raise UnknownEvent(allowed=[EVERYTHING, *NAMES])
    if EVERYTHING in said:
        return (EVERYTHING,)
    return tuple(each for each in NAMES if each in said)


def parse_event(said: str) -> str:
    """One name, as deliveries have it."""
    if said not in (TEST, *NAMES):
        raise UnknownEvent(allowed=[TEST, *NAMES])
    return said


def written(name: str, merchant_id: MerchantId, data: Facts, at: datetime) -> str:
    """The body of the call, to the byte: it is written once, and signed each time it is sent."""
    told = {
        "type": name,
        "version": VERSION,
        "timestamp": _moment(at),
        "merchant_id": str(merchant_id),
        "data": data,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _order_told(order: Order) -> Facts:
    return {
        "id": str(order.id),
        "number": order.number,
        "source": order.source,
        "status": order.status,
        "payment_status": order.payment_status,
        "confirmation": {
            "method": order.confirmation.method,
            "state": order.confirmation.state,
        },
        "customer_name": order.customer.name,
        "customer_phone": order.customer.phone,
        "address": order.customer.address,
        "city": order.customer.city,
        "email": order.customer.email,
        "note": order.note,
        "items": [
            {
                "product_id": str(line.product_id),
                "variant_id": str(line.variant_id),
                "title": line.title,
                "variant": line.variant,
                "sku": line.sku,
                "quantity": line.quantity,
                "unit_price": line.unit_price.amount,
                "total": line.total.amount,
            }
            for line in order.lines
        ],
        "subtotal": order.subtotal.amount,
        "fees": [
            {"code": each.code, "name": each.name, "amount": each.amount.amount}
            for each in order.fees
        ],
        "discount": _amount(order.discount),
        "total": order.total.amount,
        "currency": order.currency,
        "tracking_number": order.tracking_number,
        "courier": order.courier,
        "amount_collected": _amount(order.amount_collected),
        "amount_refunded": _amount(order.amount_refunded),
        "reason": order.timeline[-1].reason,
        "placed_at": _moment(order.placed_at),
    }


def _product_told(product: Product) -> Facts:
    return {
        "id": str(product.id),
        "title": product.title,
        "slug": product.slug,
        "status": product.status,
        "taken_down_at": product.takedown and _moment(product.takedown.at),
        "takedown_reason": product.takedown and product.takedown.reason,
        "track_stock": product.track_stock,
        "variants": [_variant_told(each) for each in product.offered],
        "created_at": _moment(product.created_at),
        "updated_at": _moment(product.updated_at),
    }


def _variant_told(variant: Variant) -> Facts:
    return {
        "id": str(variant.id),
        "title": variant.title,
        "sku": variant.sku,
        "price": variant.price.amount,
        "currency": variant.price.currency,
        "compare_at_price": _amount(variant.compare_at_price),
        "available": variant.available,
    }


def _amount(money: Money | None) -> str | None:
    return None if money is None else money.amount


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
