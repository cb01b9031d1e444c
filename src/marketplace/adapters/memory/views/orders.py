"""Orders, for the store and for the guest."""

from collections.abc import Mapping, Sequence
from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import OrderView, Page, Paging
from marketplace.domain.blocked_phones import BlockedPhone
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.orders import (
    DOUBLE_WITHIN,
    OPEN,
    REFUSED,
    Background,
    Block,
    Order,
    OrderId,
    OrderNotFound,
    OrderStatus,
    Original,
)

from .reading import Reading, page_of


class MemoryOrderViews(Reading, ports.OrderViews):
    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        order = self._store.entities.get((Order, order_id))
        if order is None or order.merchant_id != merchant_id:
            raise OrderNotFound
        return self._order(order)

    async def orders(
        self, merchant_id: MerchantId, paging: Paging, status: OrderStatus | None = None, /
    ) -> Page[Order]:
        orders = self._store.all_of(Order)
        theirs = (
            each
            for each in orders
            if each.merchant_id == merchant_id and status in (None, each.status)
        )
        return page_of(theirs, paging, deepcopy)

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
            refused=sum(each.status in REFUSED for each in others),
            delivered=sum(each.status is OrderStatus.DELIVERED for each in others),
            open=sum(each.status in OPEN for each in others),
            is_first=all(each.id > order.id for each in others),
            original=Original(id=min(same)[1], number=min(same)[2]) if same else None,
            block=Block(since=block.since, lifted_at=block.lifted_at) if block else None,
        )

    def _order(self, order: Order) -> OrderView:
        store = self._store.entities[Merchant, order.merchant_id]
        return OrderView(order=deepcopy(order), store=deepcopy(store))
