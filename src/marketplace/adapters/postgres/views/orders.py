"""Orders, for the store and for the guest."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import OrderView, Page, Paging
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import Order, OrderId, OrderNotFound, OrderStatus

from ..links import LINKED
from ..statements import compiled, given, one_of, shown
from ..tables import merchants, orders
from .reading import Reading, newest_first

_id = given("id", sa.Uuid)
_owner = given("merchant", sa.Uuid)

_an_order = sa.select(*shown(orders, "order__"), *shown(merchants, "store__")).join_from(
    orders, merchants
)
_ORDER = compiled(_an_order.where(orders.c.id == _id, orders.c.merchant_id == _owner))
_TRACKED = compiled(_an_order.where(orders.c.id == LINKED))
_ORDERS = compiled(
    newest_first(
        sa.select(*shown(orders)).where(
            orders.c.merchant_id == _owner, one_of(orders.c.status, "statuses")
        ),
        orders,
    )
)


class PostgresOrderViews(Reading, ports.OrderViews):
    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        return await self._one(_ORDER, OrderView, OrderNotFound, merchant=merchant_id, id=order_id)

    async def orders(
        self, merchant_id: MerchantId, paging: Paging, status: OrderStatus | None = None, /
    ) -> Page[Order]:
        statuses = [status] if status else list(OrderStatus)
        return await self._page(_ORDERS, Order, paging, merchant=merchant_id, statuses=statuses)

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        return await self._one(_TRACKED, OrderView, OrderNotFound, hash=tracking_hash)
