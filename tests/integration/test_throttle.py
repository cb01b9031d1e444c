"""Attempts, counted in a real Redis, and without one while it is away."""

import asyncio
import logging
import multiprocessing
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from marketplace.adapters import redis_throttle
from marketplace.adapters.memory.neighbours import FrozenClock, MemoryThrottle
from marketplace.adapters.redis_throttle import RedisThrottle
from marketplace.application.ports import Window
from tests.unit.contracts.throttle import LetPass, ThrottleContract, admitted

from .redis_server import RedisServer


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def redis(server: RedisServer) -> RedisServer:
    """As empty as on the first day."""
    server.command("FLUSHALL")
    return server


@pytest.fixture
async def throttle(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RedisThrottle]:
    # A machine that is busy must not look like a Redis that is away.
    monkeypatch.setattr(redis_throttle, "PATIENCE", 30)
    throttle = RedisThrottle(redis.url, MemoryThrottle(FrozenClock()))
    yield throttle
    await throttle.close()


@pytest.fixture
def let_pass() -> LetPass:
    return lambda seconds: asyncio.sleep(seconds + 0.1)


class TestRedisThrottle(ThrottleContract):
    pass


async def tenfold(url: str) -> int:
    throttle = RedisThrottle(url, MemoryThrottle(FrozenClock()))
    try:
        # A machine that is busy must not make ten processes out of one Redis.
        await throttle.remembers("somebody")
        attempts = (admitted(throttle, Window("key", 15, 600)) for _ in range(10))
        return (await asyncio.gather(*attempts)).count(True)
    finally:
        await throttle.close()


def in_a_process(url: str) -> int:
    redis_throttle.PATIENCE = 30
    return asyncio.run(tenfold(url))


def test_ten_processes_admit_no_more_than_one(redis: RedisServer) -> None:
    with multiprocessing.get_context("spawn").Pool(10) as processes:
        admitted = processes.map(in_a_process, [redis.url] * 10, chunksize=1)

    assert sum(admitted) == 15


@pytest.mark.parametrize("how", ["frozen", "killed"])
async def test_without_redis_a_process_counts_for_itself(
    how: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redis_throttle, "PAUSE", 0.5)
    caplog.set_level(logging.WARNING, "marketplace.throttle")
    redis = RedisServer()
    redis.start()
    throttle = RedisThrottle(redis.url, MemoryThrottle(FrozenClock()))
    window = Window("key", 2, 3600)
    await throttle.remember("face", 3600)
    await throttle.admit([window])
    redis.freeze() if how == "frozen" else redis.kill()
    began = time.monotonic()

    answers = [await admitted(throttle, window) for _ in range(4)]

    assert answers == [True, True, False, False]
    assert await throttle.remembers("face")
    assert not await throttle.remembers("stranger")
    assert time.monotonic() - began < 2
    [line] = [each.getMessage() for each in caplog.records]
    assert line.startswith("Redis is away")

    redis.thaw() if how == "frozen" else redis.start()
    async with asyncio.timeout(10):
        while not caplog.messages[-1].startswith("Redis is back"):
            await throttle.remembers("face")
            await asyncio.sleep(0)
    again = Window("other", 1, 60)
    assert [await admitted(throttle, again) for _ in range(2)] == [True, False]
    assert redis.command("KEYS", "*other*").startswith(b"*1\r\n")
    await throttle.close()
    redis.remove()
