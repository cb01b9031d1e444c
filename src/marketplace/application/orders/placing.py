"""Placing an order: the stock is taken and the promise kept, or neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from marketplace.domain import whatsapp
from marketplace.domain.accounts import digest, parse_email
from marketplace.domain.errors import (
    Form,
)
from marketplace.domain.merchants import Merchant, MerchantId, StoreOnHoliday
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    BelowMinimum,
    ConfirmationMethod,
    Customer,
    Order,
    OrderId,
    OrderLine,
    OrderStatus,
    Party,
    PriceChanged,
    parse_confirmation_method,
    total_of,
)
from marketplace.domain.phones import parse_phone
from marketplace.domain.products import Product, ProductId
from marketplace.domain.text import line, prose
from marketplace.domain.variants import (
    StockChange,
    StockReason,
)

from ..merchants import leading_on, store_address
from ..ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    Secrets,
    Views,
)
from ..stock import keep_stock, written_down
from .pricing import Wish, Wishes, merged, must_be_there, priced


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """
    A guest orders from a store, in their own words.

    ``expected_total`` is what they were told it costs, as a decimal of the store's currency.
    """

    store: str
    customer_name: str
    customer_phone: str
    address: str
    items: Sequence[Wish]
    confirmation_method: str = ConfirmationMethod.WHATSAPP
    city: str = ""
    note: str = ""
    email: str | None = None
    expected_total: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """
    The order, the secret of its link (told this once), and the message that confirms it.

    ``allowed_transitions`` is what the guest can still do about it.
    """

    order: Order
    tracking_token: str
    whatsapp_url: str
    allowed_transitions: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True)
class PlacingService:
    """How orders come to be, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets

    async def place(self, wanted: PlaceOrder) -> PlacedOrder:
        """
        Take the stock and keep the promise, or neither.

        Raises ``StoreNotFound``, ``StoreMoved``, ``StoreOnHoliday``, ``ProductNotFound``,
        ``OutOfStock`` with every short line, ``PriceChanged`` or ``BelowMinimum``.
        """
        wishes = merged(wanted.items)
        token, now = self.secrets.token(), self.clock.now()
        address = store_address(wanted.store)
        wanted_products = list({each[0] for each in wishes})
        async with leading_on(self.views, address), self.begin() as market:
            market.products.foresee(wanted_products)
            store, number = await market.merchants.next_order_at(address)
            customer, method, note, expected = _read(wanted, store)
            if not store.accepts_orders(now):
                raise StoreOnHoliday(reopens_at=store.closed_until)
            products = await market.products.hold_all(wanted_products)
            lines, changes = _reserved(wishes, products, store.id)
            total = total_of(lines)
            if expected is not None and expected != total:
                raise PriceChanged(total=total.amount, currency=total.currency)
            if total < store.min_order_total:
                raise BelowMinimum(minimum=store.min_order_total.amount, currency=total.currency)
            order_id = OrderId(self.ids.new())
            moved = written_down(
                changes, StockReason.ORDER_PLACED, self.ids, at=now, reference=order_id
            )
            await keep_stock(market, products.values(), moved)
            order, placed = Order.place(
                id=order_id,
                merchant_id=store.id,
                number=number,
                customer=customer,
                method=method,
                note=note,
                lines=lines,
                tracking_hash=digest(token),
                confirm_within=timedelta(hours=store.confirm_within_hours),
                at=now,
            )
            await market.orders.add(order, placed)
        return PlacedOrder(
            order=order,
            tracking_token=token,
            whatsapp_url=whatsapp.to_store(order, store),
            allowed_transitions=order.allowed(Party.GUEST, now),
        )


def _read(
    wanted: PlaceOrder, store: Merchant
) -> tuple[Customer, ConfirmationMethod, str, Money | None]:
    with Form() as form:
        customer = Customer(
            name=form.read("customer_name", line(120), wanted.customer_name),
            phone=form.read(
                "customer_phone",
                lambda text: parse_phone(text, store.country),
                wanted.customer_phone,
            ),
            address=form.read("address", prose(500, at_least=1), wanted.address),
            city=form.read("city", line(100, at_least=0), wanted.city),
            email=form.read("email", parse_email, wanted.email) if wanted.email else None,
        )
        method = form.read(
            "confirmation_method", parse_confirmation_method, wanted.confirmation_method
        )
        note = form.read("note", prose(1000), wanted.note)
        expected = None
        if wanted.expected_total is not None:
            expected = form.read(
                "expected_total",
                lambda text: Money.parse(text, store.currency),
                wanted.expected_total,
            )
    return customer, method, note, expected


def _reserved(
    wishes: Wishes, products: Mapping[ProductId, Product], store: MerchantId
) -> tuple[list[OrderLine], list[StockChange]]:
    """Reserve every line at what it costs today, all of them or none."""
    lines, refusals = priced(wishes, products, store)
    if refusals:
        raise refusals[0]
    must_be_there(lines)
    changes = [each.variant.reserve(each.quantity) for each in lines if each.product.track_stock]
    return [each.written_down() for each in lines], changes
