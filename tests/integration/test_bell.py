"""The bell: heard in this process and through a real Redis, and never in the way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from marketplace.adapters.taskiq import TaskiqBell, make_broker
from marketplace.application.ports import JobId

from .redis_server import RedisServer

PATIENT = 15
"""Seconds a test waits for what must come; without a fault it comes in milliseconds."""


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.remove()


class Listener:
    """Somebody who waits for the bell."""

    def __init__(self, bell: TaskiqBell) -> None:
        self.heard: asyncio.Queue[JobId] = asyncio.Queue()
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(bell.listen(self.heard.put_nowait, self.stop))

    async def next(self) -> JobId:
        async with asyncio.timeout(PATIENT):
            return await self.heard.get()


@asynccontextmanager
async def listening(bell: TaskiqBell) -> AsyncIterator[Listener]:
    listener = Listener(bell)
    try:
        yield listener
    finally:
        listener.stop.set()
        async with asyncio.timeout(PATIENT):
            await listener.task


def job() -> JobId:
    return JobId(uuid4())


class BellContract:
    """The sentences. Subclass and provide ``new_bell``: bells that ring for one another."""

    async def test_whoever_listens_hears_every_ring(
        self, new_bell: Callable[[], TaskiqBell]
    ) -> None:
        bell, jobs = new_bell(), [job(), job(), job()]
        async with listening(bell) as listener:
            bell.ring(jobs)

            assert {await listener.next() for _ in jobs} == set(jobs)
        await bell.close()

    async def test_ringing_for_nobody_does_no_harm(
        self, new_bell: Callable[[], TaskiqBell]
    ) -> None:
        bell = new_bell()

        bell.ring([job()])
        bell.ring([])

        await bell.close()


class TestBellInThisProcess(BellContract):
    @pytest.fixture
    def new_bell(self) -> Callable[[], TaskiqBell]:
        return lambda: TaskiqBell(make_broker(None))


class TestBellThroughRedis(BellContract):
    @pytest.fixture
    def new_bell(self, redis: RedisServer) -> Callable[[], TaskiqBell]:
        return lambda: TaskiqBell(make_broker(redis.url))

    async def test_a_ring_before_anybody_listened_is_heard(
        self, new_bell: Callable[[], TaskiqBell]
    ) -> None:
        early, late, wanted = new_bell(), new_bell(), job()
        early.ring([wanted])
        await early.close()

        async with listening(late) as listener:
            assert await listener.next() == wanted
        await late.close()

    async def test_a_ring_is_heard_by_one_of_two_workers(
        self, new_bell: Callable[[], TaskiqBell]
    ) -> None:
        server, first, second = new_bell(), new_bell(), new_bell()
        wanted = {job() for _ in range(10)}
        async with listening(first) as one, listening(second) as other:
            server.ring(list(wanted))
            heard: set[JobId] = set()
            async with asyncio.timeout(PATIENT):
                while heard != wanted:
                    done, left = await asyncio.wait(
                        {asyncio.ensure_future(each.heard.get()) for each in (one, other)},
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    heard |= {each.result() for each in done}
                    for each in left:
                        each.cancel()

            assert one.heard.empty()
            assert other.heard.empty()
        for bell in (server, first, second):
            await bell.close()

    async def test_a_ring_neither_waits_nor_fails_without_redis(
        self, new_bell: Callable[[], TaskiqBell], redis: RedisServer
    ) -> None:
        bell = new_bell()
        redis.kill()

        bell.ring([job()])

        async with asyncio.timeout(PATIENT):
            await bell.close()

    async def test_a_frozen_redis_holds_up_nobody(
        self, new_bell: Callable[[], TaskiqBell], redis: RedisServer
    ) -> None:
        bell = new_bell()
        redis.freeze()

        async with asyncio.timeout(2):
            bell.ring([job()])
            await bell.close()

        redis.thaw()

    async def test_a_listener_hears_again_after_redis_was_killed(
        self, new_bell: Callable[[], TaskiqBell], redis: RedisServer
    ) -> None:
        bell, before, after = new_bell(), job(), job()
        async with listening(bell) as listener:
            bell.ring([before])
            assert await listener.next() == before

            redis.kill()
            redis.start()
            other = new_bell()
            other.ring([after])

            assert await listener.next() == after
        await bell.close()
        await other.close()

    async def test_a_listener_hears_again_after_redis_was_emptied(
        self, new_bell: Callable[[], TaskiqBell], redis: RedisServer
    ) -> None:
        bell, before, after = new_bell(), job(), job()
        async with listening(bell) as listener:
            bell.ring([before])
            assert await listener.next() == before

            assert redis.command("FLUSHALL") == b"+OK\r\n"
            bell.ring([after])

            assert await listener.next() == after
        await bell.close()
