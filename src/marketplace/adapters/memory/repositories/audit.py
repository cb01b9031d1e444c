"""The book of who did what."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.domain.audit import AuditEntry

from ..transaction import MemoryTransaction


class MemoryAuditBook(ports.AuditBook):
    def __init__(self, transaction: MemoryTransaction) -> None:
        self._transaction = transaction

    async def add(self, entry: AuditEntry, /) -> None:
        self._transaction.later.append(
            lambda: self._transaction.store.audit.append(deepcopy(entry))
        )
