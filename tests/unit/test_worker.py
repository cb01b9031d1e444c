"""The worker: no job keeps another one waiting, and none is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from marketplace.adapters.memory.neighbours import MemoryMailer
from marketplace.adapters.taskiq import TaskiqBell, make_broker
from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import Letter
from marketplace.entrypoints import worker
from marketplace.entrypoints.worker import SLOTS, Worker

from .world import World


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


async def until(happened: "asyncio.Queue[None]", times: int) -> None:
    async with asyncio.timeout(10):
        for _ in range(times):
            await happened.get()


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
    stop.set()
    await working


async def test_more_jobs_than_slots_are_all_done(world: World, stop: asyncio.Event) -> None:
    mailer = SlowMailer(held=SLOTS)
    for number in range(SLOTS * 2 + 1):
        await world.a_merchant(f"store-{number}")
    working = at_work(world, mailer, stop)
    await until(mailer.taken, SLOTS)

    assert mailer.sent == []
    mailer.go_on.set()

    await until(mailer.gone, SLOTS * 2 + 1)
    stop.set()
    await working


def test_what_the_clock_brings_is_done_without_an_occasion(world: World) -> None:
    work = Worker(world.marketplace, TaskiqBell(make_broker(None)))

    assert [chore.__qualname__ for chore, _ in work._chores] == [
        "ConfirmingService.expire_due",
        "Once.forget",
        "Dispatch.forget",
        "ImageService.sweep",
    ]


async def test_a_chore_that_fails_is_done_again(stop: asyncio.Event) -> None:
    rounds: asyncio.Queue[None] = asyncio.Queue()

    async def chore() -> None:
        rounds.put_nowait(None)
        raise ConnectionError

    tending = asyncio.create_task(worker._tend(chore, 0.001, stop))

    await until(rounds, 3)
    stop.set()
    await tending
