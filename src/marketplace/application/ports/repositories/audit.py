"""The book of what people with power have done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.audit import AuditEntry, Seal


class AuditBook(Protocol):
    """The book of who did what. Nothing in it is ever changed."""

    async def add(self, entry: AuditEntry, /) -> None: ...

    async def add_all(self, entries: Sequence[AuditEntry], /) -> None:
        """The same in one go, however many there are."""
        ...

    async def last_seal(self) -> Seal | None:
        """The end of the chain."""
        ...

    async def unsealed(self, since: datetime, limit: int, /) -> list[AuditEntry]:
        """Entries under no seal, oldest first, at most so many; of those written since."""
        ...

    async def seal(self, seal: Seal, /) -> None:
        """Make the chain longer, or ``ChangedMeanwhile`` if somebody else has done so."""
        ...
