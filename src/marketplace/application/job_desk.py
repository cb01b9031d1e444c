"""The desk where an admin looks after jobs: what failed for good, and another try."""

from dataclasses import dataclass

from marketplace.domain.accounts import Actor, Role
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.errors import Conflict

from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    JobId,
    JobState,
    JobView,
    Page,
    Paging,
    UnitOfWork,
    Views,
)


class JobRunning(Conflict):
    """A worker is at it: what becomes of it is known soon."""


@dataclass(frozen=True, slots=True)
class JobDeskService:
    """Jobs as admins see them, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def jobs(
        self,
        acting: Actor,
        paging: Paging,
        *,
        state: JobState | None = None,
        kind: str | None = None,
    ) -> Page[JobView]:
        """All that is not done, newest first."""
        acting.must_be(Role.ADMIN)
        return await self.views.jobs(paging, state, kind)

    async def retry(self, acting: Actor, job_id: JobId) -> JobView:
        """
        Have it done at once; its attempts count from nought. Once more changes nothing.

        Raises ``JobRunning``.
        """
        acting.must_be(Role.ADMIN)
        async with self.begin() as market:
            job = await self._idle(market, job_id)
            if job.state is JobState.QUEUED and job.due_at <= self.clock.now():
                return job
            again = await market.outbox.retry(job_id, self.clock.now())
            await market.audit.add(self._entry(Action.JOB_RETRIED, acting, job))
        return again

    async def discard(self, acting: Actor, job_id: JobId) -> None:
        """Throw it away: what it was for will not happen, and the book says so. ``JobRunning``."""
        acting.must_be(Role.ADMIN)
        async with self.begin() as market:
            job = await self._idle(market, job_id)
            await market.outbox.discard(job_id)
            await market.audit.add(self._entry(Action.JOB_DISCARDED, acting, job))

    async def _idle(self, market: UnitOfWork, job_id: JobId) -> JobView:
        job = await market.outbox.look_at(job_id)
        # A worker that is silent since its lease has ended is dead.
        if job.state is JobState.RUNNING and job.due_at > self.clock.now():
            raise JobRunning
        return job

    def _entry(self, action: Action, acting: Actor, job: JobView) -> AuditEntry:
        return AuditEntry.of(
            action,
            id=AuditEntryId(self.ids.new()),
            at=self.clock.now(),
            actor=acting,
            subject_type="job",
            subject_id=job.id,
            before={
                "kind": job.kind,
                "event": job.event,
                "state": job.state,
                "attempts": job.attempts,
                "last_error": job.last_error,
            },
        )
