"""Orders, for the store and for the guest."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.base import ReadOnlyColumnCollection

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
from marketplace.domain.orders import (
    CAME_BACK,
    DOUBLE_WITHIN,
    OPEN,
    REFUSABLE,
    Background,
    DeliveryFailure,
    Order,
    OrderId,
    OrderNotFound,
    OrderStatus,
)

from ..faults import translated
from ..links import LINKED
from ..pool import lent
from ..rows import Row, from_row
from ..statements import compiled, given, shown
from ..tables import blocked_phones, merchants, order_timeline, orders
from .reading import Reading
from .seeking import counting, listing, local, zone

Shown = TypeVar("Shown")

_id = given("id", sa.Uuid)
_owner = given("merchant", sa.Uuid)

# Those that are asked for, looked up by their ids alone. Together with the store they would be
# looked for among all orders it ever had: of an index with both PostgreSQL expects next to none.
_meant = sa.select(sa.func.unnest(given("ids", sa.ARRAY(sa.Uuid))))

_an_order = sa.select(*shown(orders, "order__"), *shown(merchants, "store__")).join_from(
    orders, merchants
)
_ORDER = compiled(_an_order.where(orders.c.id == _id, orders.c.merchant_id == _owner))
_TRACKED = compiled(_an_order.where(orders.c.id == LINKED))
_SLIPS = compiled(
    _an_order.add_columns(local(merchants.c.time_zone, orders.c.placed_at).label("placed")).where(
        orders.c.merchant_id == _owner, orders.c.id.in_(_meant)
    )
)
_listed = sa.select(*shown(orders)).select_from(orders)
_dated = sa.select(
    *(each for each in shown(orders) if each.name != "timeline"),
    sa.literal_column("'[]'::json").label("timeline"),
    local(zone, orders.c.placed_at).label("placed"),
).select_from(orders)

AT_A_GO = 10
"""Orders that are made of rows before others have their turn."""

MOST_LOOKED_AT = 1000
"""Orders of one phone: nobody makes a page slow by ordering again and again."""


def _is_one_of(
    status: sa.ColumnElement[str], words: Collection[OrderStatus]
) -> sa.ColumnElement[bool]:
    return status.in_([sa.literal_column(f"'{each}'") for each in sorted(words)])


def _has_been(status: OrderStatus, *more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.func.bool_or(sa.and_(_is_one_of(order_timeline.c.status, {status}), *more))


# Added up, for what is merely looked for PostgreSQL may read the timelines of all orders.
_at_the_door = (
    sa.select(
        sa.and_(
            _has_been(
                OrderStatus.DELIVERY_FAILED,
                order_timeline.c.reason == sa.literal_column(f"'{DeliveryFailure.REFUSED}'"),
            ),
            sa.not_(_has_been(OrderStatus.DELIVERED)),
        )
    )
    .where(order_timeline.c.order_id == orders.c.id)
    .scalar_subquery()
)
_refused = sa.case((_is_one_of(orders.c.status, REFUSABLE), _at_the_door), else_=sa.false()).label(
    "refused"
)
"""At the door, and never delivered later: nothing else is looked up for it."""

_Columns: TypeAlias = ReadOnlyColumnCollection[str, Any]
_COUNTED: Mapping[str, Callable[[_Columns], sa.ColumnElement[bool]]] = {
    "refused": lambda c: c.refused,
    "came_back": lambda c: sa.and_(_is_one_of(c.status, CAME_BACK), sa.not_(c.refused)),
    "delivered": lambda c: _is_one_of(c.status, {OrderStatus.DELIVERED}),
    "cancelled": lambda c: _is_one_of(c.status, {OrderStatus.CANCELLED}),
    "open": lambda c: _is_one_of(c.status, OPEN),
}


def _backgrounds() -> sa.Select[Any]:
    """One look into the orders of each phone, however many orders of it are asked for."""
    page = (
        sa.select(
            orders.c.id,
            orders.c.status,
            orders.c.customer__phone.label("phone"),
            orders.c.placed_at,
            orders.c.basket,
            _refused,
        )
        .where(orders.c.merchant_id == _owner, orders.c.id.in_(_meant))
        .cte("page")
    )
    phones = sa.select(page.c.phone).distinct().cte("phones")
    theirs = (
        sa.select(
            orders.c.id,
            orders.c.number,
            orders.c.status,
            orders.c.placed_at,
            orders.c.basket,
            _refused,
        )
        .where(orders.c.merchant_id == _owner, orders.c.customer__phone == phones.c.phone)
        .order_by(orders.c.id.desc())
        .limit(sa.literal_column(str(MOST_LOOKED_AT)))
        .lateral("theirs")
    )
    recent = sa.select(phones.c.phone, *theirs.c).join_from(phones, theirs, sa.true()).cte("recent")
    history = (
        sa.select(
            recent.c.phone,
            *(
                sa.func.count().filter(counts(recent.c)).label(name)
                for name, counts in _COUNTED.items()
            ),
            # No function of PostgreSQL compares ids before version 18.
            sa.func.array_agg(aggregate_order_by(recent.c.id, recent.c.id))[1].label("first"),
            sa.func.count().label("all"),
        )
        .group_by(recent.c.phone)
        .cte("history")
    )
    original = (
        sa.select(recent.c.id, recent.c.number)
        .where(
            recent.c.phone == page.c.phone,
            recent.c.basket == page.c.basket,
            sa.tuple_(recent.c.placed_at, recent.c.id) < sa.tuple_(page.c.placed_at, page.c.id),
            recent.c.placed_at >= page.c.placed_at - given("within", sa.Interval),
        )
        .order_by(recent.c.placed_at, recent.c.id)
        .limit(sa.literal_column("1"))
        .lateral("original")
    )
    block = (
        sa.select(blocked_phones.c.since, blocked_phones.c.lifted_at)
        .where(blocked_phones.c.merchant_id == _owner, blocked_phones.c.phone == page.c.phone)
        .order_by(blocked_phones.c.id.desc())
        .limit(sa.literal_column("1"))
        .lateral("block")
    )
    return (
        sa.select(
            page.c.id,
            # Of what is counted of a phone the order itself is part, unless it is too long ago.
            *(
                (
                    history.c[name]
                    - sa.cast(
                        sa.and_(page.c.id >= history.c.first, counts(page.c)),
                        sa.Integer,
                    )
                ).label(f"background__{name}")
                for name, counts in _COUNTED.items()
            ),
            sa.and_(
                history.c.first >= page.c.id,
                history.c.all < sa.literal_column(str(MOST_LOOKED_AT)),
            ).label("background__is_first"),
            original.c.id.label("background__original__id"),
            original.c.number.label("background__original__number"),
            block.c.since.label("background__block__since"),
            block.c.lifted_at.label("background__block__lifted_at"),
        )
        .select_from(page)
        .join(history, history.c.phone == page.c.phone)
        .outerjoin(original, sa.true())
        .outerjoin(block, sa.true())
    )


_BACKGROUNDS = compiled(_backgrounds())


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
        dated: list[DatedOrder] = []
        with translated():
            async with lent(self._pool) as connection:
                cursor = await connection.execute(statement.text, {**statement.fixed, **values})
                # It is all here: to make orders of it is work for the processor.
                while rows := await cursor.fetchmany(AT_A_GO):
                    dated += map(_dated_order, rows)
                    await asyncio.sleep(0)
        some = tuple(dated[: paging.limit])
        more = len(dated) > paging.limit
        return Page(items=some, next=placed_at(some[-1].order) if more else None)

    async def slips(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> tuple[OrderSlip, ...]:
        rows = await self._rows(_SLIPS, merchant=merchant_id, ids=list(order_ids))
        return tuple(from_row(row, OrderSlip) for row in rows)

    async def backgrounds(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> Mapping[OrderId, Background]:
        if not order_ids:
            return {}
        rows = await self._rows(
            _BACKGROUNDS, merchant=merchant_id, ids=list(order_ids), within=DOUBLE_WITHIN
        )
        return {row["id"]: from_row(row["background"], Background) for row in rows}

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        return await self._one(_TRACKED, OrderView, OrderNotFound, hash=tracking_hash)


def _dated_order(row: Row) -> DatedOrder:
    return DatedOrder(order=from_row(row, Order), placed=row["placed"])


def _page(rows: list[Row], paging: Paging, shown: Callable[[Row, Order], Shown]) -> Page[Shown]:
    stretch = [(row, from_row(row, Order)) for row in rows[: paging.limit]]
    more = len(rows) > paging.limit
    return Page(
        items=tuple(shown(row, order) for row, order in stretch),
        next=placed_at(stretch[-1][1]) if more else None,
    )
