"""The audit book and its seals."""

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.audit import AuditEntry, AuditEntryId, Seal

from ..rows import from_row
from ..statements import compiled, given, one_of, shown
from ..tables import audit_entries, audit_seals
from .reading import Reading

_SEALS = compiled(
    sa.select(*shown(audit_seals))
    .where(audit_seals.c.number > given("after", sa.Integer))
    .order_by(audit_seals.c.number)
    .limit(given("limit", sa.Integer))
)
_BY_ID = compiled(sa.select(*shown(audit_entries)).where(one_of(audit_entries.c.id, "ids")))
_sealed = sa.select(sa.func.unnest(audit_seals.c.ids).label("id")).subquery()
_UNSEALED = compiled(
    sa.select(*shown(audit_entries))
    .where(sa.not_(sa.exists().where(_sealed.c.id == audit_entries.c.id)))
    .order_by(audit_entries.c.at, audit_entries.c.id)
    .limit(1000)
)


class PostgresAuditViews(Reading, ports.AuditViews):
    async def seals(self, after: int, limit: int, /) -> tuple[Seal, ...]:
        rows = await self._rows(_SEALS, after=after, limit=limit)
        return tuple(from_row(row, Seal) for row in rows)

    async def entries_by_id(self, ids: Sequence[AuditEntryId], /) -> tuple[AuditEntry, ...]:
        rows = await self._rows(_BY_ID, ids=list(ids))
        return tuple(from_row(row, AuditEntry) for row in rows)

    async def unsealed_entries(self) -> tuple[AuditEntry, ...]:
        return tuple(from_row(row, AuditEntry) for row in await self._rows(_UNSEALED))
