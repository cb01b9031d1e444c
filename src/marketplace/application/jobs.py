"""Jobs: everything that happens after an answer, and happens for certain."""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from marketplace.domain.errors import MarketplaceError

from .ports import BeginUnitOfWork, Clock, Job, JobId, MailRefused, MessageRefused, Secrets
from .reactions import KINDS, Reactions, UnknownReaction, handling_of

LEASE = timedelta(seconds=20)
"""How long a claim holds, unless its worker says that it still lives."""

_log = logging.getLogger("marketplace.jobs")


class Verdict(Enum):
    """What becomes of a job that was carried out, or not."""

    DONE = auto()
    AGAIN = auto()
    ASIDE = auto()
    PARKED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went with a job: ``why`` not, and from when on it may be tried again."""

    job: Job
    verdict: Verdict
    why: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobService:
    """
    Claims jobs, carries them out and keeps account of it.

    At least once: a worker that dies leaves its job to the next one. The attempt number counts at
    the claim, so that a job that kills its worker is parked too.
    """

    begin: BeginUnitOfWork
    clock: Clock
    secrets: Secrets
    reactions: Reactions

    async def claim(self, limit: int, only: JobId | None = None) -> list[Job]:
        """What is due, oldest first, or the one job that is named; ours until the lease ends."""
        async with self.begin() as market:
            return await market.outbox.claim(self.clock.now(), LEASE, limit, only)

    async def take(self, limit: int, busy: Mapping[str, int], lease: timedelta) -> list[Job]:
        """The same for a worker that has so many of each kind in hand already."""
        room = {kind: handling_of(kind).at_once - busy.get(kind, 0) for kind in KINDS}
        async with self.begin() as market:
            return await market.outbox.take(self.clock.now(), lease, limit, room)

    async def keep(self, jobs: Sequence[Job], lease: timedelta) -> set[JobId]:
        """A sign of life: they stay ours. Those that were not taken over meanwhile."""
        async with self.begin() as market:
            return await market.outbox.extend(jobs, self.clock.now() + lease)

    async def release(self, jobs: Sequence[Job]) -> None:
        """We go: whoever stays can have them at once."""
        async with self.begin() as market:
            await market.outbox.release(jobs, self.clock.now())

    async def set_aside_strangers(self) -> int:
        """Have everybody see what no version that works here knows; a newer one will do it."""
        async with self.begin() as market:
            why = "this version knows no such kind"
            found = await market.outbox.set_aside_others(KINDS, self.clock.now(), why)
        if found:
            _log.error("%s jobs are of no kind this version knows: they are set aside", found)
        return found

    async def carry_out(self, job: Job) -> Outcome:
        """Do a claimed job, and say how it went."""
        handling = handling_of(job.reaction)
        if job.tries > handling.attempts:
            return Outcome(job=job, verdict=Verdict.PARKED, why="its worker died each time")
        try:
            async with asyncio.timeout(handling.patience.total_seconds()):
                await self.reactions.carry_out(job)
        except (MailRefused, MessageRefused) as refused:
            return Outcome(job=job, verdict=Verdict.PARKED, why=told(refused))
        except Exception as error:
            # Whatever a reaction raises: the job is kept, and tried again.
            if job.tries >= handling.attempts:
                return Outcome(job=job, verdict=Verdict.PARKED, why=told(error))
            again = self.clock.now() + self.delay(job.tries, handling.longest)
            strange = isinstance(error, UnknownReaction)
            verdict = Verdict.ASIDE if strange else Verdict.AGAIN
            return Outcome(job=job, verdict=verdict, why=told(error), due_at=again)
        return Outcome(job=job, verdict=Verdict.DONE)

    async def account(self, outcomes: Sequence[Outcome]) -> None:
        """Write down how it went, with all of them; what is done in one statement."""
        done = [each.job for each in outcomes if each.verdict is Verdict.DONE]
        async with self.begin() as market:
            if done:
                await market.outbox.finish_all(done)
            for each in outcomes:
                if each.verdict is Verdict.PARKED:
                    await market.outbox.park(each.job, each.why)
                elif each.due_at is not None:
                    put_off = (
                        market.outbox.set_aside
                        if each.verdict is Verdict.ASIDE
                        else market.outbox.postpone
                    )
                    await put_off(each.job, each.due_at, each.why)
        for each in outcomes:
            _say(each)

    async def run(self, job_id: JobId) -> bool:
        """Do this job now, if it is due and nobody else does it; true if it was ours to do."""
        jobs = await self.claim(1, job_id)
        for job in jobs:
            await self.account([await self.carry_out(job)])
        return bool(jobs)

    async def run_due(self, limit: int = 20) -> int:
        """Do what is due, oldest first and one by one, at most ``limit``; how many there were."""
        jobs = await self.claim(limit)
        for job in jobs:
            await self.account([await self.carry_out(job)])
        return len(jobs)

    async def run_all(self) -> int:
        """Do everything that is due, and what that causes, until nothing is; how many it was."""
        done = 0
        while some := await self.run_due():
            done += some
        return done

    def delay(self, tries: int, longest: timedelta = timedelta(hours=2)) -> timedelta:
        """Exponential up to the longest, with full jitter; never less than a second."""
        most = min(2.0 ** min(tries, 40), longest.total_seconds())
        return timedelta(seconds=max(1.0, most * self.secrets.jitter()))


def _say(outcome: Outcome) -> None:
    job, why = outcome.job, outcome.why
    if outcome.verdict is Verdict.PARKED:
        _log.error("job %s (%s) is parked: %s", job.id, job.reaction, why)
    elif outcome.verdict is not Verdict.DONE:
        _log.warning(
            "job %s (%s) failed, again at %s: %s", job.id, job.reaction, outcome.due_at, why
        )


_LONGEST = 300
_PRIVATE = re.compile(
    r"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    r"|\S+@\S+|\w+://\S+|\+?\d[\d\s().-]{5,}\d|[\w-]{25,}",
    re.IGNORECASE,
)
"""Addresses, links, telephone numbers, and what may be a secret. Ids are none of these."""


def told(error: BaseException) -> str:
    """
    A failure as admins may see it: what kind it is, and nothing of whom it is about.

    Of our own errors only what is a code or a number, for their facts may be somebody's address.
    Of others the first line: PostgreSQL quotes what was stored in the second.
    """
    name = type(error).__name__
    if isinstance(error, MarketplaceError):
        facts = error.facts.items()
        safe = [f"{key}={fact}" for key, fact in facts if key in _SAFE and fact not in (None, "")]
        return f"{name}({', '.join(safe)})"
    said = str(error).splitlines()
    line = _PRIVATE.sub(lambda found: found["id"] or "…", said[0] if said else "")
    return f"{name}: {line}"[:_LONGEST] if line else name


_SAFE = frozenset({"code", "id", "kind", "reason", "retry_after", "status"})
"""Facts that are about the marketplace, or in nobody's words."""
