"""Orders, for those who sell, those who buy and those who pack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.orders import Background, Order, OrderId, OrderStatus, PaymentStatus, Sought

from .paging import BadCursor, Page, Paging, Place


class OrderSort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSelection:
    """
    Which orders of a store, and in which order; what is None or empty plays no part.

    A day begins and ends by the clock of the store. What was placed at ``since``, or on it, is
    among them; a moment ``until`` is not, a day ``until`` is. ``city`` is ``city_words``: one of
    them.
    """

    statuses: tuple[OrderStatus, ...] = ()
    payment_statuses: tuple[PaymentStatus, ...] = ()
    sought: Sought | None = None
    city: tuple[str, ...] = ()
    since: date | datetime | None = None
    until: date | datetime | None = None
    sort: OrderSort = OrderSort.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedOrder:
    """
    An order, and what the clock of its store said when it was ``placed``.

    Its ``timeline`` is left out: many are read, and none of them tells what has happened to it.
    """

    order: Order
    placed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSlip:
    """What goes into the parcel: an order, its store, and what the clock there said."""

    order: Order
    store: Merchant
    placed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order and the store it was placed with."""

    order: Order
    store: Merchant


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def placed_at(order: Order) -> Place:
    """The place of an order in a list that goes by the time."""
    return Place(id=order.id, key=(order.placed_at - _EPOCH) // timedelta(microseconds=1))


def moment_of(place: Place) -> datetime:
    """The time of a place in such a list, or ``BadCursor`` if it is of another list."""
    if not isinstance(place.key, int):
        raise BadCursor
    try:
        return _EPOCH + timedelta(microseconds=place.key)
    except OverflowError:
        raise BadCursor from None


class OrderViews(Protocol):
    """Orders, for the store and for the guest."""

    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        """A merchant's own order, or ``OrderNotFound``."""
        ...

    async def orders(
        self, merchant_id: MerchantId, selection: OrderSelection, paging: Paging, /
    ) -> Page[Order]:
        """By the time they were placed; the key of a :class:`Place` is its microseconds."""
        ...

    async def count_orders(self, merchant_id: MerchantId, selection: OrderSelection, /) -> int:
        """How many there are of a selection in all."""
        ...

    async def dated_orders(
        self, merchant_id: MerchantId, selection: OrderSelection, paging: Paging, /
    ) -> Page[DatedOrder]:
        """The same as ``orders``, with the time by the clock of the store."""
        ...

    async def slips(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> tuple[OrderSlip, ...]:
        """Those of the named that are the merchant's own, in any order."""
        ...

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        """The order one of whose links this is, or ``OrderNotFound``."""
        ...

    async def backgrounds(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> Mapping[OrderId, Background]:
        """
        What a merchant knows of the phones behind these orders, from the own store alone.

        One question for all of them. Of a phone the latest thousand orders are looked at.
        """
        ...
