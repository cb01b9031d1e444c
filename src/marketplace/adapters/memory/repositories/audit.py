"""The book of who did what."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

from marketplace.application import ports
from marketplace.domain.audit import AuditEntry, Seal
from marketplace.domain.errors import ChangedMeanwhile

from ..transaction import MemoryTransaction


class MemoryAuditBook(ports.AuditBook):
    def __init__(self, transaction: MemoryTransaction) -> None:
        self._transaction = transaction

    async def add(self, entry: AuditEntry, /) -> None:
        self._transaction.later.append(
            lambda: self._transaction.store.audit.append(deepcopy(entry))
        )

    async def add_all(self, entries: Sequence[AuditEntry], /) -> None:
        for each in entries:
            await self.add(each)

    async def last_seal(self) -> Seal | None:
        return max(self._transaction.store.seals, key=lambda each: each.number, default=None)

    async def unsealed(self, since: datetime, limit: int, /) -> list[AuditEntry]:
        sealed = {id for seal in self._transaction.store.seals for id in seal.ids}
        loose = [
            deepcopy(each)
            for each in self._transaction.store.audit
            if each.id not in sealed and each.at >= since
        ]
        return sorted(loose, key=lambda each: (each.at, each.id))[:limit]

    async def seal(self, seal: Seal, /) -> None:
        seals = self._transaction.store.seals
        if any(each.number == seal.number for each in seals):
            raise ChangedMeanwhile
        self._transaction.later.append(lambda: seals.append(seal))
