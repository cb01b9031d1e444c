"""Jobs that wait, run, or have failed for good."""

from dataclasses import replace
from datetime import datetime, timedelta

from marketplace.application import ports
from marketplace.application.ports import Job, JobId
from marketplace.domain.events import Event

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
        claimed: list[Job] = []
        stored = self._transaction.store.jobs.items()
        for id, job in sorted(stored, key=lambda item: item[1].due_at):
            if len(claimed) == limit:
                break
            if job.is_dead or job.due_at > at or (only is not None and id != only):
                continue
            self._change(id, attempt=job.attempt + 1, due_at=at + lease)
            claimed.append(Job(id=id, reaction=job.reaction, event=job.event, attempt=job.attempt))
        return claimed

    async def finish(self, job: Job, /) -> bool:
        jobs = self._transaction.store.jobs
        stored = jobs.get(job.id)
        if stored is None or stored.attempt != job.attempt:
            return False
        del jobs[job.id]
        self._transaction.undo.append(lambda: jobs.update({job.id: stored}))
        return True

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        return self._is_mine(job) and self._change(job.id, due_at=until, why=why)

    async def park(self, job: Job, why: str, /) -> bool:
        return self._is_mine(job) and self._change(job.id, is_dead=True, why=why)

    def _is_mine(self, job: Job) -> bool:
        stored = self._transaction.store.jobs.get(job.id)
        return stored is not None and stored.attempt == job.attempt

    def _change(self, id: JobId, **changes: object) -> bool:
        job = self._transaction.store.jobs[id]
        before = replace(job)
        self._transaction.undo.append(lambda: self._transaction.store.jobs.update({id: before}))
        for name, value in changes.items():
            setattr(job, name, value)
        return True
