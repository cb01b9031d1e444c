"""Attempts, counted in a real Redis, and without one while it is away."""

import asyncio
import logging
import multiprocessing
import re
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.adapters import redis_throttle
from marketplace.adapters.memory.neighbours import FrozenClock, MemoryThrottle
from marketplace.adapters.redis_throttle import RedisThrottle
from marketplace.application.ports import Window
from tests.unit.contracts.throttle import LetPass, ThrottleContract, admitted, told

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


class TestRedisThrottleWithoutRedis(ThrottleContract):
    """What counts instead keeps the same promises."""

    @pytest.fixture
    async def throttle(self, clock: FrozenClock, tmp_path: Path) -> AsyncIterator[RedisThrottle]:
        throttle = RedisThrottle(f"unix://{tmp_path}/nowhere", MemoryThrottle(clock))
        yield throttle
        await throttle.close()

    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def let_pass(self, clock: FrozenClock) -> LetPass:
        async def pass_by(seconds: int) -> None:
            clock.pass_(timedelta(seconds=seconds))

        return pass_by


def calls(redis: RedisServer) -> dict[str, int]:
    """How often each command was carried out since the last time, for clients and for scripts."""
    said = redis.command("INFO", "commandstats").decode()
    redis.command("CONFIG", "RESETSTAT")
    found = re.findall(r"cmdstat_(\S+?):calls=(\d+)", said)
    return {name: int(times) for name, times in found if not name.startswith("config")}


async def test_those_who_come_at_the_same_moment_are_one_command(
    redis: RedisServer, throttle: RedisThrottle
) -> None:
    attempts = [
        [Window(f"{of}/{number}", 9, 600) for of in ("address", "site", "phone")]
        for number in range(12)
    ]
    await throttle.admit(attempts[0])
    await throttle.take_back(attempts[0])
    calls(redis)

    await asyncio.gather(*map(throttle.admit, attempts))
    counted = calls(redis)
    await asyncio.gather(*map(throttle.take_back, attempts))
    taken_back = calls(redis)
    await throttle.forgive(attempts[0])
    forgiven = calls(redis)

    # What is not called by us, the script calls within Redis.
    assert counted == {"evalsha": 1, "time": 1, "lindex": 36, "lpush": 36, "pexpire": 36}
    assert taken_back == {"evalsha": 1, "lpop": 36}
    assert forgiven == {"unlink": 1}


async def test_who_is_counted_nowhere_does_not_trouble_redis(
    redis: RedisServer, throttle: RedisThrottle
) -> None:
    calls(redis)

    await throttle.admit([])
    await throttle.take_back([])
    await throttle.forgive([])

    assert calls(redis) == {}


@pytest.mark.parametrize("how", ["emptied", "started again"])
async def test_a_redis_that_has_forgotten_everything_counts_from_nought(
    how: str, redis: RedisServer, throttle: RedisThrottle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "marketplace.throttle")
    windows = [Window("a", 3, 600), Window("b", 20, 600)]
    assert [await admitted(throttle, *windows) for _ in range(4)] == [True] * 3 + [False]
    await throttle.take_back(windows)

    if how == "emptied":
        redis.command("FLUSHALL")
        redis.command("SCRIPT", "FLUSH")
    else:
        redis.kill()
        redis.start()

    await throttle.take_back(windows)
    answers = await asyncio.gather(*(admitted(throttle, *windows) for _ in range(40)))
    assert answers.count(True) == 3
    assert not caplog.messages
    assert redis.command("LLEN", f"{redis_throttle.PREFIX}:b/20/600") == b":3\r\n"


async def test_nothing_is_kept_longer_than_it_counts(
    redis: RedisServer, throttle: RedisThrottle, let_pass: LetPass
) -> None:
    minute, second = Window("a", 2, 60), Window("b", 2, 1)
    for _ in range(3):
        await admitted(throttle, minute, second)
    assert redis.command("LLEN", f"{redis_throttle.PREFIX}:a/2/60") == b":2\r\n"
    assert redis.command("TTL", f"{redis_throttle.PREFIX}:a/2/60") in (b":59\r\n", b":60\r\n")

    await let_pass(1)
    assert redis.command("EXISTS", f"{redis_throttle.PREFIX}:b/2/1") == b":0\r\n"


async def test_a_window_moves_with_the_time_of_redis(
    redis: RedisServer, throttle: RedisThrottle
) -> None:
    now, key = int(redis.command("TIME").split(b"\r\n")[2]), f"{redis_throttle.PREFIX}:a/3/60"
    redis.command("RPUSH", key, *(f"{now - ago}000" for ago in (10, 40, 61)))

    assert await told(throttle, Window("a", 3, 60)) is None
    assert await told(throttle, Window("a", 3, 60)) in range(1, 21)
    # What nobody asks for any more is not kept, however many come.
    assert redis.command("LLEN", key) == b":3\r\n"


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


WIDE, NARROW = Window("wide", 16, 600), [Window(f"narrow/{each}", 3, 600) for each in range(5)]


async def twenty_to_each(url: str) -> int:
    throttle = RedisThrottle(url, MemoryThrottle(FrozenClock()))
    try:
        await throttle.remembers("somebody")
        attempts = (admitted(throttle, WIDE, each) for _ in range(20) for each in NARROW)
        return (await asyncio.gather(*attempts)).count(True)
    finally:
        await throttle.close()


def a_crowd_in_a_process(url: str) -> int:
    redis_throttle.PATIENCE = 30
    return asyncio.run(twenty_to_each(url))


async def test_ten_processes_count_an_attempt_in_all_its_windows_or_in_none(
    redis: RedisServer, throttle: RedisThrottle
) -> None:
    with multiprocessing.get_context("spawn").Pool(10) as processes:
        admissions = processes.map(a_crowd_in_a_process, [redis.url] * 10, chunksize=1)

    # Had one that is refused been counted for a moment, it would have taken somebody's place.
    assert sum(admissions) == 15
    assert [await admitted(throttle, WIDE) for _ in range(2)] == [True, False]


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
