"""What is to be done because of what happened."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from marketplace.domain.errors import NotFound
from marketplace.domain.events import Event

JobId = NewType("JobId", UUID)


class JobState(StrEnum):
    """
    Where a job stands. What is done is gone.

    ``UNKNOWN`` waits for a version of the marketplace that can read it; ``DEAD`` for a person.
    """

    QUEUED = "queued"
    RUNNING = "running"
    UNKNOWN = "unknown"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One reaction to one event, claimed by one worker.

    ``attempt`` counts claims and is the fencing token: a worker whose claim was taken over can
    neither finish nor postpone. ``forgiven`` of them do not count, since a person has given it
    another chance. ``event`` is None if it cannot be read by this version.
    """

    id: JobId
    reaction: str
    event: Event | None
    attempt: int
    forgiven: int = 0

    @property
    def tries(self) -> int:
        """How often it was begun, this time included."""
        return self.attempt - self.forgiven


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """
    A job as admins see it: not what it is about, which may be somebody's secret.

    ``due_at`` is when it is done next; of one that is running, when its worker is taken for dead.
    """

    id: JobId
    kind: str
    event: str
    state: JobState
    attempts: int
    last_error: str
    due_at: datetime
    created_at: datetime


class JobNotFound(NotFound):
    """There is no such job; most likely it is done."""


Reaction = Callable[..., Awaitable[None]]
"""A use case that follows an event: it takes the event and the id of the job."""


class Outbox(Protocol):
    """
    Jobs that wait, run, or have failed for good. PostgreSQL is the truth of them.

    A job is stored by ``add`` and ``save`` of a repository, together with what happened.
    """

    async def add(self, *happened: Event) -> None:
        """Store the jobs of what happened to nothing that is kept."""
        ...

    async def claim(
        self, at: datetime, lease: timedelta, limit: int, only: JobId | None = None, /
    ) -> list[Job]:
        """Due jobs, oldest first, withheld from other workers until the lease ends."""
        ...

    async def take(
        self, at: datetime, lease: timedelta, limit: int, room: Mapping[str, int], /
    ) -> list[Job]:
        """Like ``claim``, but of these kinds only, and no more of each than there is room for."""
        ...

    async def extend(self, jobs: Sequence[Job], until: datetime, /) -> set[JobId]:
        """Withhold them for longer. Those that are still whose they were."""
        ...

    async def release(self, jobs: Sequence[Job], at: datetime, /) -> None:
        """Give up claims: from ``at`` on somebody else may have them."""
        ...

    async def finish(self, job: Job, /) -> bool:
        """Done, for ever. False if somebody else has claimed the job meanwhile."""
        ...

    async def finish_all(self, jobs: Sequence[Job], /) -> None:
        """The same for many, in one statement; those that are somebody else's are left alone."""
        ...

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        """Failed for now; due again at ``until``."""
        ...

    async def set_aside(self, job: Job, until: datetime, why: str, /) -> bool:
        """Not understood: kept as ``UNKNOWN``, and looked at again at ``until``."""
        ...

    async def set_aside_others(self, known: Collection[str], at: datetime, why: str, /) -> int:
        """The same for whatever is due and of no kind that is known; how many there were."""
        ...

    async def park(self, job: Job, why: str, /) -> bool:
        """Failed for good; kept for a person to look at."""
        ...

    async def look_at(self, job_id: JobId, /) -> JobView:
        """Nobody else changes it until this unit of work ends. ``JobNotFound``."""
        ...

    async def retry(self, job_id: JobId, at: datetime, /) -> JobView:
        """Queue a job that was looked at once more; its attempts count from nought."""
        ...

    async def discard(self, job_id: JobId, /) -> None:
        """Throw away a job that was looked at."""
        ...
