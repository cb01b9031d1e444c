"""Every order with its lines and its timeline."""

from marketplace.application import ports
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import OPEN, Order, OrderId, OrderNotFound

from ..repository import MemoryRepository


class MemoryOrders(MemoryRepository[OrderId, Order], ports.Orders):
    entity, missing = Order, OrderNotFound

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        orders = self._transaction.all_of(Order)
        return [
            each.id for each in orders if each.merchant_id == merchant_id and each.status in OPEN
        ]
