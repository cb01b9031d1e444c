"""Orders, for the store and for the guest."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import OrderView, Page, Paging
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.orders import Order, OrderId, OrderNotFound, OrderStatus

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

    def _order(self, order: Order) -> OrderView:
        store = self._store.entities[Merchant, order.merchant_id]
        return OrderView(order=deepcopy(order), store=deepcopy(store))
