"""What is done at its time, and when it was done last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A moment of a schedule, and what happens by its coming, if anything does."""

    task: str
    at: datetime
    event: Event | None = None


class Ticks(Protocol):
    """Which moments of which schedules have come, so that each comes once for everybody."""

    async def last(self, task: str, /) -> datetime | None:
        """The latest that has come."""
        ...

    async def come(self, ticks: Sequence[Tick], *, unless_busy: bool = False) -> list[Tick]:
        """
        Write them down and store their jobs; those that had come before are left out.

        With ``unless_busy`` no job is stored while an earlier one of its kind still waits or runs.
        """
        ...

    async def forget(self, before: datetime, limit: int, /) -> int:
        """Throw away that many from before, at most. How many there were."""
        ...
