"""The worker: does what waits in the outbox, as soon as it hears of it, and in any case."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Protocol

from marketplace.adapters.taskiq import TaskiqBell
from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import Job, JobId

SWEEP = 1.0
"""Seconds between two looks for jobs that no bell announced."""
OFTEN, NOW_AND_THEN, SELDOM = 5.0, 600.0, 6 * 3600.0
"""Seconds between two rounds of a chore."""
SLOTS = 10
"""Jobs done side by side."""
GRACE = 10.0
"""Seconds a job may still take when the worker is told to stop; then its lease runs out."""

_log = logging.getLogger("marketplace.worker")


class Chore(Protocol):
    """A use case that needs no occasion, and may be done by many at once."""

    __qualname__: str

    def __call__(self) -> Awaitable[object]: ...


class Worker:
    """Any number of them may work on one outbox, each in its own process."""

    def __init__(self, marketplace: Marketplace, bell: TaskiqBell) -> None:
        self._jobs = marketplace.jobs
        self._chores: Sequence[tuple[Chore, float]] = (
            (marketplace.confirming.expire_due, OFTEN),
            (marketplace.once.forget, NOW_AND_THEN),
            (marketplace.dispatch.forget, NOW_AND_THEN),
            (marketplace.images.sweep, SELDOM),
        )
        self._bell = bell
        self._begun: set[asyncio.Task[None]] = set()
        self._crowded = False
        self._look = asyncio.Event()

    async def work(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; then finish what was begun, within the grace."""
        listening = asyncio.create_task(self._bell.listen(self._hear, stop))
        sweeping = asyncio.create_task(self._sweep(stop))
        tending = [asyncio.create_task(_tend(*each, stop)) for each in self._chores]
        await stop.wait()
        self._look.set()
        busy = {listening, sweeping, *tending, *self._begun}
        _, late = await asyncio.wait(busy, timeout=GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _hear(self, job_id: JobId) -> None:
        if len(self._begun) < SLOTS:
            self._begin(self._run(job_id))
        else:
            self._crowded = True

    async def _run(self, job_id: JobId) -> None:
        await self._jobs.run(job_id)

    async def _sweep(self, stop: asyncio.Event) -> None:
        """Find what no bell announced, for every free slot: no slow job keeps another waiting."""
        while not stop.is_set():
            self._look.clear()
            free = SLOTS - len(self._begun)
            found = await self._claim(free) if free else []
            for job in found:
                self._begin(self._jobs.attempt(job))
            self._crowded = len(found) == free
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._look.wait()

    async def _claim(self, limit: int) -> list[Job]:
        try:
            return await self._jobs.claim(limit)
        except Exception as error:
            # The database is away: it will be back, and so will the jobs.
            _log.warning("cannot look for jobs: %r", error)
            return []

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._begun.discard(task)
        if self._crowded:
            self._look.set()
        if not task.cancelled() and task.exception() is not None:
            # How it went could not be written down: it is done again when its lease ends.
            _log.warning("a job ended without account: %r", task.exception())


async def _tend(chore: Chore, every: float, stop: asyncio.Event) -> None:
    """What the clock brings, again and again; any number of workers may do it at the same time."""
    while not stop.is_set():
        try:
            await chore()
        except Exception as error:
            # A neighbour is away: it will be back before the next round, or the one after.
            _log.warning("%s could not be done: %r", chore.__qualname__, error)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(every):
                await stop.wait()
