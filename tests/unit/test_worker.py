"""The worker: no job keeps another one waiting, and none is forgotten."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from marketplace.adapters.memory.neighbours import MemoryImageProcessor, MemoryMailer
from marketplace.adapters.system import SystemClock
from marketplace.adapters.taskiq import TaskiqBell, make_broker
from marketplace.application.images import ReceiveImage
from marketplace.application.jobs import JobService, Outcome
from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import JobState, Letter, Picture
from marketplace.application.reactions import handling_of
from marketplace.domain.errors import Unavailable
from marketplace.entrypoints import worker
from marketplace.entrypoints.worker import SLOTS, Worker

from .world import PIXELS, World


class SlowMailer(MemoryMailer):
    """Takes the first letters and does not give them back until it is told to."""

    def __init__(self, held: int) -> None:
        super().__init__()
        self.held = held
        self.taken: asyncio.Queue[None] = asyncio.Queue()
        self.gone: asyncio.Queue[None] = asyncio.Queue()
        self.go_on = asyncio.Event()

    async def send(self, letter: Letter, /) -> None:
        if self.held:
            self.held -= 1
            self.taken.put_nowait(None)
            await self.go_on.wait()
        await super().send(letter)
        self.gone.put_nowait(None)


class SlowProcessor(MemoryImageProcessor):
    """Looks at a photo until it is told to go on."""

    def __init__(self) -> None:
        self.taken: asyncio.Queue[None] = asyncio.Queue()
        self.go_on = asyncio.Event()

    async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
        self.taken.put_nowait(None)
        await self.go_on.wait()
        return await super().renditions(content)


class Away:
    """Jobs whose database does not hear how it went, so many times."""

    def __init__(self, jobs: JobService, times: int) -> None:
        self._there = jobs
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._there, name)

    async def account(self, outcomes: Sequence[Outcome]) -> None:
        if self.times and any(each.job.reaction.startswith("send_") for each in outcomes):
            self.times -= 1
            raise Unavailable
        await self._there.account(outcomes)


async def until(happened: "asyncio.Queue[None]", times: int) -> None:
    async with asyncio.timeout(10):
        for _ in range(times):
            await happened.get()


async def becomes(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SWEEP", 0.01)


@pytest.fixture
async def stop() -> AsyncIterator[asyncio.Event]:
    event = asyncio.Event()
    yield event
    event.set()


def at_work(world: World, mailer: MemoryMailer, stop: asyncio.Event) -> asyncio.Task[None]:
    marketplace = Marketplace(replace(world.ports, mailer=mailer))
    return asyncio.create_task(Worker(marketplace, TaskiqBell(make_broker(None))).work(stop))


async def test_a_slow_job_keeps_no_other_one_waiting(world: World, stop: asyncio.Event) -> None:
    mailer = SlowMailer(held=1)
    await world.a_merchant("first")
    working = at_work(world, mailer, stop)
    await until(mailer.taken, 1)

    await world.a_merchant("second")

    await until(mailer.gone, 1)
    mailer.go_on.set()
    await until(mailer.gone, 1)
    # Account was given of the quick one while the slow one was at it.
    await becomes(lambda: not world.store.jobs)
    stop.set()
    await working


async def test_more_jobs_than_slots_are_all_done(world: World, stop: asyncio.Event) -> None:
    room = handling_of("send_verification_email").at_once
    mailer = SlowMailer(held=room)
    for number in range(SLOTS * 2 + 1):
        await world.a_merchant(f"store-{number}")
    working = at_work(world, mailer, stop)
    await until(mailer.taken, room)

    assert mailer.sent == []
    mailer.go_on.set()

    await until(mailer.gone, SLOTS * 2 + 1)
    stop.set()
    await working


async def test_what_the_clock_brings_is_done_without_an_occasion(
    world: World, stop: asyncio.Event
) -> None:
    working = at_work(world, MemoryMailer(), stop)

    await becomes(lambda: bool(world.store.ticks) and not world.store.jobs)

    # The last midnight of the backup, too: nobody has been here for longer than that.
    assert {task for task, _ in world.store.ticks} >= {"ExpiryDue", "SealDue", "BackupDue"}
    assert len(world.backups.made) == 1
    stop.set()
    await working


async def test_photos_that_take_for_ever_keep_no_letter_waiting(
    world: World, stop: asyncio.Event
) -> None:
    """A kind takes the room it has, and no more, however many of it wait."""
    photos = handling_of("process_product_image").at_once
    sellers = [await world.a_merchant(), await world.a_merchant()]
    await world.run_jobs()
    slow = SlowProcessor()
    for _ in range(SLOTS):
        for seller in sellers:
            await world.with_(processor=MemoryImageProcessor()).images.receive(
                ReceiveImage(acting=seller.actor, content=PIXELS)
            )
    mailer = SlowMailer(held=0)
    marketplace = world.with_(processor=slow, mailer=mailer)
    working = asyncio.create_task(Worker(marketplace, TaskiqBell(make_broker(None))).work(stop))
    await until(slow.taken, photos)

    await world.a_merchant("second")

    await until(mailer.gone, 1)
    assert slow.taken.empty()
    slow.go_on.set()
    stop.set()
    await working


async def test_a_job_longer_than_its_lease_is_nobody_elses_while_its_worker_lives(
    world: World, stop: asyncio.Event
) -> None:
    """The clock here is a real one: leases end by it."""
    world.ports = replace(world.ports, clock=SystemClock())
    world.marketplace = Marketplace(world.ports)
    mailer = SlowMailer(held=1)
    lease = timedelta(seconds=0.4)
    marketplace = world.with_(mailer=mailer)
    workers = [
        asyncio.create_task(Worker(marketplace, TaskiqBell(make_broker(None)), lease).work(stop))
        for _ in range(3)
    ]
    await world.a_merchant("mona")
    await until(mailer.taken, 1)

    # Five leases, in which two others look for what is due a hundred times.
    await asyncio.sleep(5 * lease.total_seconds())
    [job] = [each for each in world.store.jobs.values() if each.reaction.startswith("send_")]
    assert (job.state, job.attempt) == (JobState.RUNNING, 1)
    mailer.go_on.set()

    await until(mailer.gone, 1)
    stop.set()
    await asyncio.gather(*workers)
    assert len(mailer.sent) == 1


async def test_a_worker_that_stops_gives_back_what_it_does_not_get_done(
    world: World, stop: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "GRACE", 0.05)
    mailer = SlowMailer(held=1)
    await world.a_merchant("mona")
    working = at_work(world, mailer, stop)
    await until(mailer.taken, 1)

    stop.set()
    await working

    [job] = world.store.jobs.values()
    assert (job.state, job.attempt) == (JobState.QUEUED, 1)
    assert job.due_at <= world.clock.now()


async def test_what_was_done_is_remembered_until_the_database_hears_of_it(
    world: World, stop: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or else a letter would go out again for each time the database was away."""
    monkeypatch.setattr(worker, "AGAIN", 0.01)
    mailer = SlowMailer(held=0)
    marketplace = world.with_(mailer=mailer)
    work = Worker(marketplace, TaskiqBell(make_broker(None)))
    away = Away(marketplace.jobs, times=5)
    work._jobs = away  # type: ignore[assignment]
    working = asyncio.create_task(work.work(stop))
    await world.a_merchant("mona")

    await until(mailer.gone, 1)
    await becomes(lambda: not world.store.jobs)

    assert away.times == 0
    assert len(mailer.sent) == 1
    stop.set()
    await working
