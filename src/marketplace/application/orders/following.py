"""Following an order: by the link its guest has, and as its merchant sees it."""

from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.domain import whatsapp
from marketplace.domain.accounts import Actor, digest
from marketplace.domain.merchants import Merchant
from marketplace.domain.orders import (
    Background,
    Order,
    OrderId,
    OrderNotFound,
    OrderStatus,
    Party,
)

from ..merchants import selling
from ..ports import (
    Clock,
    OrderView,
    Page,
    Paging,
    UnitOfWork,
    Views,
)
from .finding import ANY, FindOrders


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedOrder:
    """An order as whoever has its link sees it, with what they can still do about it."""

    order: Order
    store: Merchant
    allowed_transitions: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrder:
    """An order in a list of its merchant: what can be done next, and what is known of its phone."""

    order: Order
    allowed_transitions: tuple[OrderStatus, ...]
    background: Background


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInHand:
    """
    An order as its merchant sees it: with what can be done next, and a message to the guest.

    What is known of the phone is looked up for whoever looks at the order, not after each change.
    """

    order: Order
    allowed_transitions: tuple[OrderStatus, ...]
    whatsapp_url: str
    background: Background | None = None


@dataclass(frozen=True, slots=True)
class OrderService:
    """Orders as they are read, one method per use case."""

    views: Views
    clock: Clock

    async def track(self, token: str) -> TrackedOrder:
        """The order behind a guest's link, or ``OrderNotFound``."""
        return tracked(await self.views.tracked(digest(token)), self.clock.now())

    async def of_merchant(
        self, acting: Actor, paging: Paging, wanted: FindOrders = ANY
    ) -> Page[ListedOrder]:
        merchant_id, now = selling(acting), self.clock.now()
        page = await self.views.orders(merchant_id, wanted.selection(paging.after), paging)
        known = await self.views.backgrounds(merchant_id, [each.id for each in page.items])
        listed = (
            ListedOrder(
                order=each,
                allowed_transitions=each.allowed(Party.MERCHANT, now),
                background=known.get(each.id, Background()),
            )
            for each in page.items
        )
        return Page(items=tuple(listed), next=page.next)

    async def count(self, acting: Actor, wanted: FindOrders = ANY) -> int:
        """How many there are in all of what is looked for."""
        return await self.views.count_orders(selling(acting), wanted.selection())

    async def find(self, acting: Actor, order_id: OrderId) -> OrderInHand:
        merchant_id = selling(acting)
        seen = await self.views.order(merchant_id, order_id)
        known = await self.views.backgrounds(merchant_id, [order_id])
        found = in_hand(seen.order, seen.store, self.clock.now())
        return replace(found, background=known.get(order_id, Background()))


async def own_order(market: UnitOfWork, acting: Actor, order_id: OrderId) -> tuple[Order, Merchant]:
    """An order of this actor's store, held, and the store; another merchant's is not there."""
    merchant_id = selling(acting)
    order = await market.orders.hold(order_id)
    if order.merchant_id != merchant_id:
        raise OrderNotFound
    return order, await market.merchants.get(merchant_id)


def tracked(seen: OrderView, at: datetime) -> TrackedOrder:
    """An order as its guest sees it."""
    return TrackedOrder(
        order=seen.order,
        store=seen.store,
        allowed_transitions=seen.order.allowed(Party.GUEST, at),
    )


def in_hand(order: Order, store: Merchant, at: datetime) -> OrderInHand:
    """An order as its merchant sees it."""
    return OrderInHand(
        order=order,
        allowed_transitions=order.allowed(Party.MERCHANT, at),
        whatsapp_url=whatsapp.to_customer(order, store),
    )
