"""The worker: does what waits in the outbox, as soon as it hears of it, and in any case."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

from marketplace.adapters.taskiq import TaskiqBell
from marketplace.application.jobs import LEASE, Outcome
from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import Job, JobId
from marketplace.application.reactions import handling_of
from marketplace.domain.errors import Unavailable

SWEEP = 1.0
"""Seconds between two looks for jobs that no bell announced, and at the clock."""
STRANGERS = 5.0
"""Seconds between two looks for jobs of a kind that this version does not know."""
SLOTS = 32
"""Jobs done side by side."""
GRACE = 10.0
"""Seconds a job may still take when the worker is told to stop; then others may have it."""
FAREWELL = 5.0
"""Seconds to tell the database so."""
BEATS = 4
"""Signs of life within one lease."""
AGAIN = 0.5
"""Seconds until account is given again, if the database did not take it."""

_log = logging.getLogger("marketplace.worker")

Hand = dict[tuple[JobId, int], tuple[Job, "asyncio.Task[None]"]]


class Worker:
    """
    Any number of them may work on one outbox, each in its own process.

    What is in hand is withheld from others by a lease, which each sign of life makes longer: a long
    job is nobody else's as long as this process lives, and soon somebody's when it does not.
    """

    def __init__(
        self, marketplace: Marketplace, bell: TaskiqBell, lease: timedelta = LEASE
    ) -> None:
        self._jobs = marketplace.jobs
        self._schedule = marketplace.schedule
        self._bell = bell
        self._lease = lease
        self._in_hand: Hand = {}
        self._outcomes: list[Outcome] = []
        self._crowded = False
        self._leaving = False
        self._look = asyncio.Event()
        self._ended = asyncio.Event()

    async def work(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; then finish what was begun, within the grace."""
        sweeping = asyncio.create_task(self._sweep(stop))
        until_stopped = {
            asyncio.create_task(self._bell.listen(self._hear, stop)),
            asyncio.create_task(self._every(SWEEP, self._schedule.come_round, stop)),
            asyncio.create_task(self._every(STRANGERS, self._jobs.set_aside_strangers, stop)),
        }
        # These two go on as long as there is something in hand.
        to_the_end = {
            asyncio.create_task(self._live()),
            asyncio.create_task(self._give_account()),
        }
        try:
            await stop.wait()
            self._look.set()
            # Nothing is begun after this, and nothing is forgotten that was.
            await _within(GRACE, sweeping)
            late = await _within(GRACE, *until_stopped, *self._tasks())
            self._leaving = True
            await _ended(late)
            await _within(FAREWELL, asyncio.create_task(self._farewell()))
        finally:
            await _ended({sweeping, *until_stopped, *to_the_end, *self._tasks()})

    def _tasks(self) -> "list[asyncio.Task[None]]":
        return [task for _, task in self._in_hand.values()]

    def _hear(self, job_id: JobId) -> None:
        self._look.set()

    async def _sweep(self, stop: asyncio.Event) -> None:
        """Take whatever there is room for: no slow kind of job keeps another one waiting."""
        while not stop.is_set():
            self._look.clear()
            free = SLOTS - len(self._in_hand)
            busy = Counter(job.reaction for job, _ in self._in_hand.values())
            found = await self._take(free, busy) if free > 0 else []
            for job in found:
                self._begin(job)
                busy[job.reaction] += 1
            # Where there was no room for more there may be more, as soon as one ends.
            full = any(number >= handling_of(kind).at_once for kind, number in busy.items())
            self._crowded = full or len(found) >= free
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._look.wait()

    async def _take(self, free: int, busy: Counter[str]) -> list[Job]:
        try:
            return await self._jobs.take(free, busy, self._lease)
        except Exception as error:
            # The database is away: it will be back, and so will the jobs.
            _log.warning("cannot look for jobs: %r", error)
            return []

    def _begin(self, job: Job) -> None:
        for (id, _), (_, task) in self._in_hand.items():
            # We were silent for so long that it was ours to take over from ourselves.
            if id == job.id:
                task.cancel()
        task = asyncio.create_task(self._carry_out(job))
        self._in_hand[job.id, job.attempt] = job, task

    async def _carry_out(self, job: Job) -> None:
        try:
            outcome = await self._jobs.carry_out(job)
        except BaseException:
            # Somebody else has it by now; or is given it, when we go.
            if not self._leaving:
                self._forget(job)
            raise
        self._outcomes.append(outcome)
        self._ended.set()

    def _forget(self, job: Job) -> None:
        self._in_hand.pop((job.id, job.attempt), None)
        if self._crowded:
            self._look.set()

    async def _live(self) -> None:
        """Tell the database again and again that what is in hand still is."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / BEATS)
            ours = [job for job, _ in self._in_hand.values()]
            if not ours:
                continue
            try:
                still = await self._jobs.keep(ours, self._lease)
            except Exception as error:
                _log.warning("cannot say that we live: %r", error)
                continue
            for job in ours:
                held = self._in_hand.get((job.id, job.attempt))
                if job.id not in still and held is not None and not held[1].done():
                    _log.warning("job %s (%s) was taken over", job.id, job.reaction)
                    held[1].cancel()

    async def _give_account(self) -> None:
        """Write down how it went with all that have ended meanwhile, in one transaction."""
        while True:
            await self._ended.wait()
            self._ended.clear()
            while self._outcomes:
                some, self._outcomes = self._outcomes, []
                await self._account(some)

    async def _account(self, some: list[Outcome]) -> None:
        while True:
            try:
                await self._jobs.account(some)
            except Unavailable as error:
                # What was done is remembered until it can be said: or else it were done again.
                _log.warning("cannot give account: %r", error)
                await asyncio.sleep(AGAIN)
                continue
            except Exception:
                if len(some) > 1:
                    for each in some:
                        await self._account([each])
                    return
                _log.exception("job %s ended without account", some[0].job.id)
            break
        for each in some:
            self._forget(each.job)

    async def _farewell(self) -> None:
        """Say what can still be said, and give back what we did not get done."""
        while self._outcomes or any(task.done() for task in self._tasks()):
            self._ended.set()
            cancelled = [job for job, task in self._in_hand.values() if task.cancelled()]
            if cancelled:
                await self._jobs.release(cancelled)
                for job in cancelled:
                    self._forget(job)
            await asyncio.sleep(0.01)

    async def _every(
        self, seconds: float, act: Callable[[], Awaitable[object]], stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            try:
                if await act():
                    self._look.set()
            except Exception as error:
                # The database is away: it will be back before the next round, or the one after.
                _log.warning("%s could not be done: %r", act.__qualname__, error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await stop.wait()


async def _within(seconds: float, *tasks: "asyncio.Task[None]") -> "set[asyncio.Task[None]]":
    """Wait for these; those that are not done in time."""
    if not tasks:
        return set()
    _, late = await asyncio.wait(tasks, timeout=seconds)
    return late


async def _ended(tasks: "set[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
