"""Every order with its lines and its timeline."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

from marketplace.application import ports
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import OPEN, Order, OrderId, OrderNotFound, OrderStatus

from ..repository import MemoryRepository


class MemoryOrders(MemoryRepository[OrderId, Order], ports.Orders):
    entity, missing = Order, OrderNotFound

    async def add_all(self, orders: Sequence[Order], /, *happened: Event) -> None:
        for order in orders:
            await self.add(order)
        self._transaction.tell(happened)

    async def revise(self, order: Order, /, *happened: Event) -> None:
        await self.save(order, *happened)

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        orders = self._transaction.all_of(Order)
        return [
            each.id for each in orders if each.merchant_id == merchant_id and each.status in OPEN
        ]

    async def hold_tracked(self, tracking_hash: bytes, /) -> Order:
        orders = self._transaction.all_of(Order)
        found = self._transaction.store.linked(tracking_hash, orders)
        if found is None:
            raise OrderNotFound
        return deepcopy(found)

    async def numbered(self, merchant_id: MerchantId, number: int, /) -> Order:
        for each in self._transaction.all_of(Order):
            if (each.merchant_id, each.number) == (merchant_id, number):
                return deepcopy(each)
        raise OrderNotFound

    async def link(self, order_id: OrderId, tracking_hash: bytes, at: datetime, /) -> None:
        store = self._transaction.store
        self._transaction.later.append(
            lambda: store.order_links.setdefault(tracking_hash, order_id)
        )

    async def unlink(self, order_id: OrderId, /) -> None:
        store = self._transaction.store

        def forget() -> None:
            links = store.order_links.items()
            store.order_links = {hash: leads for hash, leads in links if leads != order_id}

        self._transaction.later.append(forget)

    async def hold_overdue(
        self, at: datetime, limit: int, but: Sequence[OrderId] = (), /
    ) -> list[Order]:
        pending = (
            each for each in self._transaction.all_of(Order) if each.status is OrderStatus.PENDING
        )
        due = sorted(
            (each.confirm_by, each.id)
            for each in pending
            if each.confirm_by <= at and each.id not in but
        )
        return [await self.get(id) for id in sorted(id for _, id in due[:limit])]
