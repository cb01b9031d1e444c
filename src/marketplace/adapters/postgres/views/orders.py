"""Orders, for the store and for the guest."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import (
    DatedOrder,
    OrderSelection,
    OrderSlip,
    OrderView,
    Page,
    Paging,
    placed_at,
)
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import Order, OrderId, OrderNotFound

from ..rows import Row, from_row
from ..statements import compiled, given, one_of, shown
from ..tables import merchants, orders
from .reading import Reading
from .seeking import counting, listing, local, zone

Shown = TypeVar("Shown")

_id = given("id", sa.Uuid)
_owner = given("merchant", sa.Uuid)

_an_order = sa.select(*shown(orders, "order__"), *shown(merchants, "store__")).join_from(
    orders, merchants
)
_ORDER = compiled(_an_order.where(orders.c.id == _id, orders.c.merchant_id == _owner))
_TRACKED = compiled(_an_order.where(orders.c.tracking_hash == given("hash", sa.LargeBinary)))
_SLIPS = compiled(
    _an_order.add_columns(local(merchants.c.time_zone, orders.c.placed_at).label("placed")).where(
        orders.c.merchant_id == _owner, one_of(orders.c.id, "ids")
    )
)
_listed = sa.select(*shown(orders)).select_from(orders)
_dated = _listed.add_columns(local(zone, orders.c.placed_at).label("placed"))


class PostgresOrderViews(Reading, ports.OrderViews):
    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        return await self._one(_ORDER, OrderView, OrderNotFound, merchant=merchant_id, id=order_id)

    async def orders(
        self, merchant_id: MerchantId, selection: OrderSelection, paging: Paging, /
    ) -> Page[Order]:
        statement, values = listing(_listed, merchant_id, selection, paging)
        rows = await self._rows(statement, **values)
        return _page(rows, paging, lambda row, order: order)

    async def count_orders(self, merchant_id: MerchantId, selection: OrderSelection, /) -> int:
        statement, values = counting(merchant_id, selection)
        [row] = await self._rows(statement, **values)
        total: int = row["total"]
        return total

    async def dated_orders(
        self, merchant_id: MerchantId, selection: OrderSelection, paging: Paging, /
    ) -> Page[DatedOrder]:
        statement, values = listing(_dated, merchant_id, selection, paging)
        rows = await self._rows(statement, **values)
        return _page(rows, paging, lambda row, order: DatedOrder(order=order, placed=row["placed"]))

    async def slips(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> tuple[OrderSlip, ...]:
        rows = await self._rows(_SLIPS, merchant=merchant_id, ids=list(order_ids))
        return tuple(from_row(row, OrderSlip) for row in rows)

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        return await self._one(_TRACKED, OrderView, OrderNotFound, hash=tracking_hash)


def _page(rows: list[Row], paging: Paging, shown: Callable[[Row, Order], Shown]) -> Page[Shown]:
    stretch = [(row, from_row(row, Order)) for row in rows[: paging.limit]]
    more = len(rows) > paging.limit
    return Page(
        items=tuple(shown(row, order) for row, order in stretch),
        next=placed_at(stretch[-1][1]) if more else None,
    )
