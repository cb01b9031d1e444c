"""Every order with its lines and its timeline."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import OPEN, Order, OrderId, OrderNotFound

from .. import tables
from ..links import LINKED
from ..repository import PostgresRepository, part_of, parts_of, values_of, with_jobs
from ..rows import from_row, kept, to_json, to_listed
from ..statements import compiled, given, listed, one_of, shown
from ..tables import PARTS


class PostgresOrders(PostgresRepository[OrderId, Order], ports.Orders):
    table, entity, missing = tables.orders, Order, OrderNotFound

    _locked = compiled(
        sa.select(table.c.id)
        .where(table.c.id == given("id", sa.Uuid))
        .with_for_update(key_share=True)
    )
    _tracked = compiled(
        sa.select(table.c.id).where(table.c.id == LINKED).with_for_update(key_share=True)
    )
    _numbered = compiled(
        sa.select(*shown(table)).where(
            table.c.merchant_id == given("merchant", sa.Uuid),
            table.c.number == given("number", sa.Integer),
        )
    )
    _links = tables.order_links
    _linked = compiled(
        insert(_links)
        .values(values_of(_links))
        .on_conflict_do_nothing()
        .returning(_links.c.order_id)
    )
    _unlinked = compiled(
        sa.delete(_links)
        .where(_links.c.order_id == given("id", sa.Uuid))
        .returning(_links.c.order_id)
    )
    _overdue = compiled(
        sa.select(table.c.id)
        .where(
            table.c.status == sa.literal_column("'pending'"),
            table.c.confirm_by <= given("at", tables.Time),
            table.c.id != sa.all_(given("but", sa.ARRAY(sa.Uuid))),
        )
        .order_by(table.c.confirm_by, table.c.id)
        .limit(given("limit", sa.Integer))
        .with_for_update(key_share=True, skip_locked=True)
    )
    _many = compiled(sa.select(*shown(table)).where(one_of(table.c.id, "ids")).order_by(table.c.id))
    _open_of = compiled(
        sa.select(table.c.id)
        .where(
            table.c.merchant_id == given("merchant", sa.Uuid), one_of(table.c.status, "statuses")
        )
        .order_by(table.c.id)
    )

    _given = listed("orders", *kept(table))
    _stored = (
        sa.insert(table)
        .from_select(kept(table), sa.select(*_given.c))
        .returning(table.c.id)
        .cte("stored")
    )
    _all_added = with_jobs(
        _stored,
        *(
            sa.insert(part.table)
            .from_select(list(part.table.c), sa.select(*listed(field, *part.table.c).c))
            .cte(f"its_{field}")
            for field, part in PARTS[tables.orders].items()
        ),
    )

    _lines = tables.order_lines
    _said = listed("lines", *_lines.c)
    _rewritten = insert(_lines).from_select(list(_lines.c), sa.select(*_said.c))
    _relined = compiled(
        sa.delete(_lines)
        .where(
            _lines.c.order_id == given("id", sa.Uuid),
            _lines.c.position >= given("count", sa.Integer),
        )
        .returning(_lines.c.position)
        .add_cte(
            _rewritten.on_conflict_do_update(
                index_elements=["order_id", "position"],
                set_={
                    each.name: each
                    for each in _rewritten.excluded
                    if each.name not in ("order_id", "position")
                },
            ).cte("rewritten")
        )
    )

    async def add(self, order: Order, /, *happened: Event) -> None:
        await self.add_all([order], *happened)

    async def add_all(self, orders: Sequence[Order], /, *happened: Event) -> None:
        """Not waited for: it goes with what is asked next."""
        self._all_added.tell(
            self._connection,
            orders=to_json([to_listed(each, self.table) for each in orders]),
            jobs=to_json(self._outbox.written(happened)),
            **parts_of(self.table, orders),
        )

    async def revise(self, order: Order, /, *happened: Event) -> None:
        """The lines after the order: whoever was quicker is found out before any is touched."""
        await self.save(order, *happened)
        lines = part_of(self.table, "lines", [order])
        await self._relined.run(self._connection, id=order.id, count=len(order.lines), lines=lines)

    async def hold(self, key: OrderId, /) -> Order:
        """Locked first and read after: whoever held it before may have added to its timeline."""
        await self._locked.run(self._connection, id=key)
        return await self.get(key)

    async def hold_tracked(self, tracking_hash: bytes, /) -> Order:
        row = await self._tracked.first(self._connection, hash=tracking_hash)
        if row is None:
            raise OrderNotFound
        return await self.get(OrderId(row["id"]))

    async def numbered(self, merchant_id: MerchantId, number: int, /) -> Order:
        said = {"merchant": merchant_id, "number": number}
        return self._found(await self._numbered.first(self._connection, **said))

    async def link(self, order_id: OrderId, tracking_hash: bytes, at: datetime, /) -> None:
        said = {"hash": tracking_hash, "order_id": order_id, "made_at": at}
        await self._linked.run(self._connection, **said)

    async def unlink(self, order_id: OrderId, /) -> None:
        """Not waited for: it goes with what is asked next."""
        self._unlinked.tell(self._connection, id=order_id)

    async def hold_overdue(
        self, at: datetime, limit: int, but: Sequence[OrderId] = (), /
    ) -> list[Order]:
        """Read after they are locked, as in ``hold``."""
        rows = await self._overdue.run(self._connection, at=at, limit=limit, but=list(but))
        if not rows:
            return []
        rows = await self._many.run(self._connection, ids=[row["id"] for row in rows])
        return [from_row(row, Order) for row in rows]

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        rows = await self._open_of.run(
            self._connection, merchant=merchant_id, statuses=sorted(OPEN)
        )
        return [OrderId(row["id"]) for row in rows]
