"""Orders, for the store and for the guest."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from marketplace.application import ports
from marketplace.application.ports import (
    DatedOrder,
    OrderSelection,
    OrderSlip,
    OrderSort,
    OrderView,
    Page,
    Paging,
    moment_of,
    placed_at,
)
from marketplace.domain.blocked_phones import BlockedPhone
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.orders import (
    CAME_BACK,
    DOUBLE_WITHIN,
    OPEN,
    Background,
    Block,
    Order,
    OrderId,
    OrderNotFound,
    OrderStatus,
    Original,
    Sought,
    city_word,
)
from marketplace.domain.search import matches

from .clocks import begun, shown_at
from .reading import Reading

Shown = TypeVar("Shown")


class MemoryOrderViews(Reading, ports.OrderViews):
    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        order = self._store.entities.get((Order, order_id))
        if order is None or order.merchant_id != merchant_id:
            raise OrderNotFound
        return self._order(order)

    async def orders(
        self, merchant_id: MerchantId, selection: OrderSelection, paging: Paging, /
    ) -> Page[Order]:
        return _page(self._selected(merchant_id, selection), selection.sort, paging, deepcopy)

    async def count_orders(self, merchant_id: MerchantId, selection: OrderSelection, /) -> int:
        return len(self._selected(merchant_id, selection))

    async def dated_orders(
        self, merchant_id: MerchantId, selection: OrderSelection, paging: Paging, /
    ) -> Page[DatedOrder]:
        zone = self._zone(merchant_id)

        def dated(order: Order) -> DatedOrder:
            untold = replace(deepcopy(order), timeline=())
            return DatedOrder(order=untold, placed=shown_at(order.placed_at, zone))

        return _page(self._selected(merchant_id, selection), selection.sort, paging, dated)

    async def slips(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> tuple[OrderSlip, ...]:
        zone = self._zone(merchant_id)
        found = (self._store.entities.get((Order, each)) for each in dict.fromkeys(order_ids))
        seen = (self._order(each) for each in found if each and each.merchant_id == merchant_id)
        return tuple(
            OrderSlip(
                order=each.order, store=each.store, placed=shown_at(each.order.placed_at, zone)
            )
            for each in seen
        )

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        order = self._store.linked(tracking_hash, self._store.all_of(Order))
        if order is None:
            raise OrderNotFound
        return self._order(order)

    async def backgrounds(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> Mapping[OrderId, Background]:
        theirs = [each for each in self._store.all_of(Order) if each.merchant_id == merchant_id]
        return {each.id: self._background(each, theirs) for each in theirs if each.id in order_ids}

    def _background(self, order: Order, theirs: Sequence[Order]) -> Background:
        others = [
            each
            for each in theirs
            if each.customer.phone == order.customer.phone and each.id != order.id
        ]
        same = [
            (each.placed_at, each.id, each.number)
            for each in others
            if each.basket == order.basket
            and (each.placed_at, each.id) < (order.placed_at, order.id)
            and order.placed_at <= each.placed_at + DOUBLE_WITHIN
        ]
        blocks = [
            each
            for each in self._store.all_of(BlockedPhone)
            if (each.merchant_id, each.phone) == (order.merchant_id, order.customer.phone)
        ]
        block = max(blocks, key=lambda each: each.id, default=None)
        return Background(
            refused=sum(each.was_refused for each in others),
            came_back=sum(each.status in CAME_BACK and not each.was_refused for each in others),
            delivered=sum(each.status is OrderStatus.DELIVERED for each in others),
            cancelled=sum(each.status is OrderStatus.CANCELLED for each in others),
            open=sum(each.status in OPEN for each in others),
            is_first=all(each.id > order.id for each in others),
            original=Original(id=min(same)[1], number=min(same)[2]) if same else None,
            block=Block(since=block.since, lifted_at=block.lifted_at) if block else None,
        )

    def _order(self, order: Order) -> OrderView:
        store = self._store.entities[Merchant, order.merchant_id]
        return OrderView(order=deepcopy(order), store=deepcopy(store))

    def _zone(self, merchant_id: MerchantId) -> str:
        store: Merchant | None = self._store.entities.get((Merchant, merchant_id))
        return store.time_zone if store else "UTC"

    def _selected(self, merchant_id: MerchantId, selection: OrderSelection) -> list[Order]:
        zone, since, until = self._zone(merchant_id), selection.since, selection.until
        first = None if since is None else _moment(since, zone)
        last = None if until is None else _moment(until, zone, end=True)
        return [
            each
            for each in self._store.all_of(Order)
            if each.merchant_id == merchant_id
            and (not selection.statuses or each.status in selection.statuses)
            and (
                not selection.payment_statuses or each.payment_status in selection.payment_statuses
            )
            and (selection.sought is None or _is_sought(each, selection.sought))
            and (not selection.city or city_word(each.customer.city) in selection.city)
            and (first is None or each.placed_at >= first)
            and (last is None or each.placed_at < last)
        ]


def _moment(said: date | datetime, zone: str, *, end: bool = False) -> datetime:
    if isinstance(said, datetime):
        return said
    return begun(said + timedelta(days=end), zone)


def _is_sought(order: Order, sought: Sought) -> bool:
    if sought.name:
        return matches(sought.name, order.keywords.split())
    ends = bool(sought.digits) and order.customer.phone.endswith(sought.digits)
    return ends or order.number == sought.number


def _page(
    orders: list[Order], sort: OrderSort, paging: Paging, shown: Callable[[Order], Shown]
) -> Page[Shown]:
    upwards, after = sort is OrderSort.OLDEST, paging.after
    listed = sorted(orders, key=_when, reverse=not upwards)
    if after is not None:
        here = moment_of(after), after.id
        listed = [
            each for each in listed if (_when(each) > here if upwards else _when(each) < here)
        ]
    stretch = listed[: paging.limit]
    more = len(listed) > paging.limit
    return Page(items=tuple(map(shown, stretch)), next=placed_at(stretch[-1]) if more else None)


def _when(order: Order) -> tuple[datetime, OrderId]:
    return order.placed_at, order.id
