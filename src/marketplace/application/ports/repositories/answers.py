"""What was answered to a key, to be answered once more."""

from datetime import datetime
from typing import Protocol

from marketplace.domain.errors import Conflict


class InProgress(Conflict):
    """The same request is being answered, or has just been. ``retry_after`` is in seconds."""


class Answers(Protocol):
    """The answers to requests that may come again, each under the name its client gave it."""

    async def claim(self, name: bytes, after: datetime, /) -> None:
        """
        Be the only one to answer this request until this unit of work ends.

        ``InProgress``, at once, if somebody else is, or has been since ``after``.
        """
        ...

    async def keep(self, name: bytes, sealed: bytes, at: datetime, after: datetime, /) -> None:
        """Keep the answer; ``InProgress`` if there is one that was kept since ``after``."""
        ...

    async def forget(self, before: datetime, limit: int, /) -> int:
        """Throw away that many answers that were kept before, at most. How many there were."""
        ...
