"""The audit book and its seals."""

from collections.abc import Sequence
from copy import deepcopy

from marketplace.application import ports
from marketplace.domain.audit import AuditEntry, AuditEntryId, Seal

from .reading import Reading


class MemoryAuditViews(Reading, ports.AuditViews):
    async def seals(self, after: int, limit: int, /) -> tuple[Seal, ...]:
        chain = sorted(self._store.seals, key=lambda each: each.number)
        return tuple(each for each in chain if each.number > after)[:limit]

    async def entries_by_id(self, ids: Sequence[AuditEntryId], /) -> tuple[AuditEntry, ...]:
        return tuple(deepcopy(each) for each in self._store.audit if each.id in ids)

    async def unsealed_entries(self) -> tuple[AuditEntry, ...]:
        sealed = {id for seal in self._store.seals for id in seal.ids}
        loose = [deepcopy(each) for each in self._store.audit if each.id not in sealed]
        return tuple(sorted(loose, key=lambda each: (each.at, each.id)))[:1000]
