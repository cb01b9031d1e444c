"""The schedule: when something is due, and what becomes of a moment that nobody was there for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from marketplace.domain.schedule import (
    BackupDue,
    ExpiryDue,
    MorningsDue,
    PurgeDue,
    ReconcileDue,
    SealDue,
    SweepDue,
    TimeCame,
)

from .ports import BeginUnitOfWork, Clock, Tick

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Missed(StrEnum):
    """
    What becomes of moments that came while no worker was there.

    ``SKIP``: nothing. ``LATEST``: the last of them is made up for. ``ALL``: each of them is.
    """

    SKIP = "skip"
    LATEST = "latest"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    Something that is due ``every`` so often, counted from midnight UTC and ``after`` it.

    ``look_back`` is how old a moment may be that is made up for, or that is not missed yet.
    """

    comes: type[TimeCame]
    every: timedelta
    after: timedelta = timedelta()
    missed: Missed = Missed.LATEST
    look_back: timedelta = timedelta(days=3)

    @property
    def name(self) -> str:
        return self.comes.__name__

    def latest(self, now: datetime) -> datetime:
        """The last moment that has come."""
        since = _EPOCH + self.after
        return since + (now - since) // self.every * self.every

    def due(self, last: datetime | None, now: datetime) -> list[datetime]:
        """Those that have come since ``last`` and are to be done; oldest first."""
        latest = self.latest(now)
        begin = max(last or latest - self.every, now - self.look_back)
        if latest <= begin:
            return []
        if self.missed is not Missed.ALL or last is None:
            return [latest]
        missed = (latest - begin) // self.every
        since = [latest - step * self.every for step in range(missed, -1, -1)]
        return [each for each in since if each > begin]


SCHEDULE: Sequence[Task] = (
    Task(comes=ExpiryDue, every=timedelta(seconds=10)),
    Task(comes=SealDue, every=timedelta(minutes=1)),
    Task(comes=PurgeDue, every=timedelta(hours=1), after=timedelta(minutes=7)),
    # Each hour is the morning of other stores. A digest that is half a day late is none.
    Task(
        comes=MorningsDue,
        every=timedelta(hours=1),
        missed=Missed.ALL,
        look_back=timedelta(hours=12),
    ),
    Task(
        comes=SweepDue,
        every=timedelta(hours=6),
        after=timedelta(minutes=40),
        missed=Missed.SKIP,
        look_back=timedelta(minutes=5),
    ),
    Task(comes=ReconcileDue, every=DAY, after=timedelta(hours=1, minutes=20)),
    Task(comes=BackupDue, every=DAY, after=timedelta(hours=2)),
)
"""All there is. Hours are UTC: at these it is night where most of our stores are."""


@dataclass(frozen=True, slots=True)
class ScheduleService:
    """
    Looks at the clock. Any number of them may do so: each moment comes once.

    What comes is a job like any other, so it is retried, parked and seen.
    """

    begin: BeginUnitOfWork
    clock: Clock
    tasks: Sequence[Task] = SCHEDULE
    _seen: dict[str, datetime] = field(default_factory=dict)

    async def come_round(self) -> int:
        """Have come what is due. How many moments there were that nobody else had seen."""
        now = self.clock.now()
        # In most seconds there is nothing to ask the database for.
        due = [each for each in self.tasks if self._seen.get(each.name) != each.latest(now)]
        return sum([await self._come(task, now) for task in due])

    async def pass_over(self) -> None:
        """All that has come until now was seen to: by whoever this database was copied from."""
        now = self.clock.now()
        async with self.begin() as market:
            await market.ticks.come(
                [Tick(task=each.name, at=each.latest(now)) for each in self.tasks]
            )

    async def _come(self, task: Task, now: datetime) -> int:
        async with self.begin() as market:
            moments = task.due(await market.ticks.last(task.name), now)
            ticks = [Tick(task=task.name, at=at, event=task.comes(at=at)) for at in moments]
            # Those that are made up for one by one have a job each; of the others one does for all.
            lax = task.missed is not Missed.ALL
            come = await market.ticks.come(ticks, unless_busy=lax) if ticks else []
        self._seen[task.name] = task.latest(now)
        return len(come)
