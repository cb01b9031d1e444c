"""Every order with its lines and its timeline."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import OPEN, Order, OrderId, OrderNotFound

from .. import tables
from ..repository import PostgresRepository
from ..statements import compiled, given, one_of


class PostgresOrders(PostgresRepository[OrderId, Order], ports.Orders):
    table, entity, missing = tables.orders, Order, OrderNotFound

    _locked = compiled(
        sa.select(table.c.id)
        .where(table.c.id == given("id", sa.Uuid))
        .with_for_update(key_share=True)
    )
    _open_of = compiled(
        sa.select(table.c.id)
        .where(
            table.c.merchant_id == given("merchant", sa.Uuid), one_of(table.c.status, "statuses")
        )
        .order_by(table.c.id)
    )

    async def hold(self, key: OrderId, /) -> Order:
        """Locked first and read after: whoever held it before may have added to its timeline."""
        await self._locked.run(self._connection, id=key)
        return await self.get(key)

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        rows = await self._open_of.run(
            self._connection, merchant=merchant_id, statuses=sorted(OPEN)
        )
        return [OrderId(row["id"]) for row in rows]
