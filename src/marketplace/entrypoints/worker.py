"""The worker: does what waits in the outbox, as soon as it hears of it, and in any case."""

import asyncio
import logging

from marketplace.adapters.taskiq import TaskiqBell
from marketplace.application.jobs import JobService
from marketplace.application.ports import JobId

SWEEP = 1.0
"""Seconds between two looks for jobs that no bell announced."""
SLOTS = 10
"""Jobs done side by side."""
GRACE = 10.0
"""Seconds a job may still take when the worker is told to stop; then its lease runs out."""

_log = logging.getLogger("marketplace.worker")


class Worker:
    """Any number of them may work on one outbox, each in its own process."""

    def __init__(self, jobs: JobService, bell: TaskiqBell) -> None:
        self._jobs = jobs
        self._bell = bell
        self._slots = asyncio.Semaphore(SLOTS)
        self._begun: set[asyncio.Task[None]] = set()

    async def work(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; then finish what was begun, within the grace."""
        listening = asyncio.create_task(self._bell.listen(self._hear, stop))
        sweeping = asyncio.create_task(self._sweep(stop))
        await stop.wait()
        _, late = await asyncio.wait({listening, sweeping, *self._begun}, timeout=GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _hear(self, job_id: JobId) -> None:
        task = asyncio.create_task(self._run(job_id))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def _run(self, job_id: JobId) -> None:
        async with self._slots:
            try:
                await self._jobs.run(job_id)
            except Exception as error:
                # The job is still in the outbox, and the sweep will find it.
                _log.warning("job %s could not be begun: %r", job_id, error)

    async def _sweep(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if not await self._look():
                try:
                    async with asyncio.timeout(SWEEP):
                        await stop.wait()
                except TimeoutError:
                    continue

    async def _look(self) -> int:
        try:
            return await self._jobs.run_due(SLOTS)
        except Exception as error:
            # The database is away: it will be back, and so will the jobs.
            _log.warning("cannot look for jobs: %r", error)
            return 0
