"""The book of who did what."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.audit import AuditEntry, Seal

from .. import tables
from ..repository import values_of
from ..rows import from_row, to_json, to_listed, to_row
from ..statements import compiled, given, listed, shown
from ..transaction import Transaction


class PostgresAuditBook(ports.AuditBook):
    table = tables.audit_entries

    _entries = listed("entries", *table.c)
    _added = compiled(
        sa.insert(table)
        .from_select(list(table.c), sa.select(*_entries.c))
        .returning(sa.literal_column("1"))
    )
    _seals = tables.audit_seals
    _last = compiled(sa.select(*shown(_seals)).order_by(_seals.c.number.desc()).limit(1))
    # A seal is made soon after what it seals was written: an older one knows nothing of that.
    _sealed = (
        sa.select(sa.func.unnest(_seals.c.ids).label("id"))
        .where(_seals.c.at >= given("since", tables.Time))
        .subquery()
    )
    _unsealed = compiled(
        sa.select(*shown(table))
        .where(
            table.c.at >= given("since", tables.Time),
            sa.not_(sa.exists().where(_sealed.c.id == table.c.id)),
        )
        .order_by(table.c.at, table.c.id)
        .limit(given("limit", sa.Integer))
    )
    _chained = compiled(insert(_seals).values(values_of(_seals)).returning(_seals.c.number))

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection

    async def add(self, entry: AuditEntry, /) -> None:
        await self.add_all([entry])

    async def add_all(self, entries: Sequence[AuditEntry], /) -> None:
        """Not waited for: they go with what is asked next."""
        rows = to_json([to_listed(each, self.table) for each in entries])
        self._added.tell(self._connection, entries=rows)

    async def last_seal(self) -> Seal | None:
        row = await self._last.first(self._connection)
        return from_row(row, Seal) if row else None

    async def unsealed(self, since: datetime, limit: int, /) -> list[AuditEntry]:
        rows = await self._unsealed.run(self._connection, since=since, limit=limit)
        return [from_row(row, AuditEntry) for row in rows]

    async def seal(self, seal: Seal, /) -> None:
        await self._chained.run(self._connection, **to_row(seal, self._seals))
