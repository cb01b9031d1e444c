"""The audit book, to be read and checked."""

from collections.abc import Sequence
from typing import Protocol

from marketplace.domain.audit import AuditEntry, AuditEntryId, Seal


class AuditViews(Protocol):
    """The audit book and its seals, for whoever compares them."""

    async def seals(self, after: int, limit: int, /) -> tuple[Seal, ...]:
        """A stretch of the chain, in order, behind the one of this number."""
        ...

    async def entries_by_id(self, ids: Sequence[AuditEntryId], /) -> tuple[AuditEntry, ...]:
        """Those of these that there are."""
        ...

    async def unsealed_entries(self) -> tuple[AuditEntry, ...]:
        """What is under no seal, oldest first; a thousand of them at most."""
        ...
