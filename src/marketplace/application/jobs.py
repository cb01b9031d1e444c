"""Jobs: everything that happens after an answer, and happens for certain."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from .ports import BeginUnitOfWork, Clock, Job, JobId, MailRefused, MessageRefused, Secrets
from .reactions import Reactions

LEASE = timedelta(seconds=30)
"""How long a claim holds. A worker that has not finished by then is taken for dead."""
PATIENCE = timedelta(seconds=25)
"""How long one job may take, well inside its lease."""
MOST_ATTEMPTS = 12
"""After so many claims a job is parked; with the delays below that is up to half a day."""

_log = logging.getLogger("marketplace.jobs")


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

    async def attempt(self, job: Job) -> None:
        """Carry out a claimed job and write down how it went."""
        if job.attempt > MOST_ATTEMPTS:
            return await self._park(job, "its worker died each time")
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self.reactions.carry_out(job)
        except (MailRefused, MessageRefused) as refused:
            await self._park(job, repr(refused))
        except Exception as error:
            # Whatever a reaction raises: the job is kept, and tried again.
            if job.attempt == MOST_ATTEMPTS:
                return await self._park(job, repr(error))
            await self._postpone(job, repr(error))
        else:
            async with self.begin() as market:
                await market.outbox.finish(job)

    async def run(self, job_id: JobId) -> bool:
        """Do this job now, if it is due and nobody else does it; true if it was ours to do."""
        jobs = await self.claim(1, job_id)
        for job in jobs:
            await self.attempt(job)
        return bool(jobs)

    async def run_due(self, limit: int = 20) -> int:
        """Do what is due, oldest first and one by one, at most ``limit``; how many there were."""
        jobs = await self.claim(limit)
        for job in jobs:
            await self.attempt(job)
        return len(jobs)

    async def run_all(self) -> int:
        """Do everything that is due, and what that causes, until nothing is; how many it was."""
        done = 0
        while some := await self.run_due():
            done += some
        return done

    async def _postpone(self, job: Job, why: str) -> None:
        delay = self.delay(job.attempt)
        _log.warning("job %s (%s) failed, again in %s: %s", job.id, job.reaction, delay, why)
        async with self.begin() as market:
            await market.outbox.postpone(job, self.clock.now() + delay, why)

    async def _park(self, job: Job, why: str) -> None:
        _log.error("job %s (%s) is parked: %s", job.id, job.reaction, why)
        async with self.begin() as market:
            await market.outbox.park(job, why)

    def delay(self, attempt: int) -> timedelta:
        """Exponential, at most two hours, with full jitter; never less than a second."""
        most = min(4.0**attempt, 7200.0)
        return timedelta(seconds=max(1.0, most * self.secrets.jitter()))
