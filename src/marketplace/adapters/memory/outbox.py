"""Jobs that wait, run, or have failed for good."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from marketplace.application import ports
from marketplace.application.ports import Job, JobId, JobNotFound, JobState, JobView
from marketplace.domain.events import Event

from .store import StoredJob
from .transaction import MemoryTransaction


class MemoryOutbox(ports.Outbox):
    """Claims count at once, as locked rows would; an exception gives them back."""

    def __init__(self, transaction: MemoryTransaction) -> None:
        self._transaction = transaction

    async def add(self, *happened: Event) -> None:
        self._transaction.tell(happened)

    async def claim(
        self, at: datetime, lease: timedelta, limit: int, only: JobId | None = None, /
    ) -> list[Job]:
        due = [id for id, _ in self._due(at) if only is None or id == only]
        return [self._claimed(id, at + lease) for id in due[:limit]]

    async def take(
        self, at: datetime, lease: timedelta, limit: int, room: Mapping[str, int], /
    ) -> list[Job]:
        taken: Counter[str] = Counter()
        claimed: list[Job] = []
        for id, job in list(self._due(at)):
            if len(claimed) < limit and taken[job.reaction] < room.get(job.reaction, 0):
                taken[job.reaction] += 1
                claimed.append(self._claimed(id, at + lease))
        return claimed

    async def extend(self, jobs: Sequence[Job], until: datetime, /) -> set[JobId]:
        return {each.id for each in jobs if self._mine(each, due_at=until)}

    async def release(self, jobs: Sequence[Job], at: datetime, /) -> None:
        for each in jobs:
            self._mine(each, due_at=at, state=JobState.QUEUED)

    async def finish(self, job: Job, /) -> bool:
        if not self._is_mine(job):
            return False
        self._remove(job.id)
        return True

    async def finish_all(self, jobs: Sequence[Job], /) -> None:
        for each in jobs:
            await self.finish(each)

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        return self._mine(job, state=JobState.QUEUED, due_at=until, why=why)

    async def set_aside(self, job: Job, until: datetime, why: str, /) -> bool:
        return self._mine(job, state=JobState.UNKNOWN, due_at=until, why=why)

    async def set_aside_others(self, known: Collection[str], at: datetime, why: str, /) -> int:
        others = [
            id
            for id, job in self._due(at)
            if job.reaction not in known and job.state is not JobState.UNKNOWN
        ]
        for id in others:
            self._change(id, state=JobState.UNKNOWN, why=why)
        return len(others)

    async def park(self, job: Job, why: str, /) -> bool:
        return self._mine(job, state=JobState.DEAD, why=why)

    async def look_at(self, job_id: JobId, /) -> JobView:
        return self._there(job_id).shown(job_id)

    async def retry(self, job_id: JobId, at: datetime, /) -> JobView:
        attempt = self._there(job_id).attempt
        self._change(job_id, state=JobState.QUEUED, due_at=at, forgiven=attempt)
        self._transaction.called.append(job_id)
        return self._there(job_id).shown(job_id)

    async def discard(self, job_id: JobId, /) -> None:
        self._there(job_id)
        self._remove(job_id)

    def _due(self, at: datetime) -> Iterator[tuple[JobId, StoredJob]]:
        stored = self._transaction.store.jobs.items()
        for id, job in sorted(stored, key=lambda item: (item[1].due_at, item[0])):
            if not job.is_dead and job.due_at <= at:
                yield id, job

    def _claimed(self, id: JobId, until: datetime) -> Job:
        job = self._there(id)
        self._change(id, attempt=job.attempt + 1, due_at=until, state=JobState.RUNNING)
        return Job(
            id=id,
            reaction=job.reaction,
            event=job.event,
            attempt=job.attempt,
            forgiven=job.forgiven,
        )

    def _there(self, id: JobId) -> StoredJob:
        try:
            return self._transaction.store.jobs[id]
        except KeyError:
            raise JobNotFound from None

    def _is_mine(self, job: Job) -> bool:
        stored = self._transaction.store.jobs.get(job.id)
        return (
            stored is not None
            and stored.attempt == job.attempt
            and stored.state is JobState.RUNNING
        )

    def _mine(self, job: Job, **changes: object) -> bool:
        return self._is_mine(job) and self._change(job.id, **changes)

    def _change(self, id: JobId, **changes: object) -> bool:
        job = self._transaction.store.jobs[id]
        before = replace(job)
        self._transaction.undo.append(lambda: self._transaction.store.jobs.update({id: before}))
        for name, value in changes.items():
            setattr(job, name, value)
        return True

    def _remove(self, id: JobId) -> None:
        jobs = self._transaction.store.jobs
        stored = jobs.pop(id)
        self._transaction.undo.append(lambda: jobs.update({id: stored}))
