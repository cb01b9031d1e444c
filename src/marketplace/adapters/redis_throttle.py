"""Counts of attempts that all processes share, in Redis: one trip for all that come at once."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError

from marketplace.application.gathering import Gathering
from marketplace.application.ports import Throttle, Window
from marketplace.domain.accounts import TooManyAttempts

PATIENCE = 0.2
"""Seconds a question may take; one that is not answered then is answered without Redis."""
AT_ONCE = 10
"""Connections to Redis. A crowd that opens one each would wait for nothing but that."""
PAUSE = 5.0
"""Seconds until a Redis that was away is asked again."""
PREFIX = "marketplace:throttle"

COUNT = """
-- KEYS: the windows of every attempt, one attempt after the other.
-- ARGV: of every attempt, how many each of its windows admits, and in how many seconds.
-- A window is a list of times, the latest first.
-- Returned for every attempt: 0, or the milliseconds until there is room for it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers, seen = {}, 0
for attempt, limits in ipairs(ARGV) do
  local windows, left = {}, 0
  for most, seconds in string.gmatch(limits, '(%d+)/(%d+)') do
    seen = seen + 1
    local window = {key = KEYS[seen], most = tonumber(most), lasts = seconds * 1000}
    local first = redis.call('LINDEX', window.key, window.most - 1)
    if first then
      -- No longer than it lasts, should the clock have gone back.
      left = math.max(left, math.min(first + window.lasts - now, window.lasts))
    end
    windows[#windows + 1] = window
  end
  if left == 0 then
    for _, window in ipairs(windows) do
      if redis.call('LPUSH', window.key, now) > window.most then
        redis.call('LTRIM', window.key, 0, window.most - 1)
      end
      redis.call('PEXPIRE', window.key, window.lasts)
    end
  end
  answers[attempt] = left
end
return answers
"""
TAKE_BACK = """
for _, window in ipairs(KEYS) do
  redis.call('LPOP', window)
end
"""

_log = logging.getLogger("marketplace.throttle")

Attempt = Sequence[Window]
Result = TypeVar("Result")


class RedisThrottle(Throttle):
    """
    Those who come at the same moment are counted by one script, one after the other, each in all of
    their windows or in none. No two processes admit the same last attempt, and the time is that of
    Redis, whichever machine asks.

    While Redis is away or stuck, ``instead`` counts for this process alone: never nobody, and
    nothing that a client would notice.
    """

    def __init__(self, redis_url: str, instead: Throttle) -> None:
        self._redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=PATIENCE,
            # A question has its patience as a whole; for each step of it redis-py would pay a task.
            socket_timeout=None,
            # A connection may have died while nobody used it.
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)),
        )
        # Redis forgets scripts when it is started again; these are then sent to it once more.
        self._script_to_count = self._redis.register_script(COUNT)
        self._script_to_take_back = self._redis.register_script(TAKE_BACK)
        self._counting = Gathering(self._count)
        self._taking_back = Gathering(self._uncount)
        self._instead = instead
        self._away_until: float | None = None
        self._room = asyncio.Semaphore(AT_ONCE)

    async def admit(self, windows: Sequence[Window], /) -> None:
        if windows and (refusal := await self._counting.ask(windows)) is not None:
            raise refusal

    async def take_back(self, windows: Sequence[Window], /) -> None:
        if windows:
            await self._taking_back.ask(windows)

    async def forgive(self, windows: Sequence[Window], /) -> None:
        async def in_redis() -> None:
            await self._redis.unlink(*map(_key_of, windows))

        await self._instead.forgive(windows)
        if windows:
            await self._ask(in_redis, _nothing)

    async def remember(self, face: str, seconds: int, /) -> None:
        async def in_redis() -> None:
            await self._redis.set(_key(face), 1, ex=seconds)

        # Here too: while Redis is away, this is whom we know.
        await self._instead.remember(face, seconds)
        await self._ask(in_redis, _nothing)

    async def remembers(self, face: str, /) -> bool:
        async def in_redis() -> bool:
            return bool(await self._redis.exists(_key(face)))

        return await self._ask(in_redis, lambda: self._instead.remembers(face))

    async def close(self) -> None:
        await self._redis.aclose()

    async def _ask(
        self, in_redis: Callable[[], Awaitable[Result]], here: Callable[[], Awaitable[Result]]
    ) -> Result:
        async with self._room:
            if self._away_until is None or monotonic() >= self._away_until:
                try:
                    async with asyncio.timeout(PATIENCE):
                        answer = await in_redis()
                except (RedisError, OSError, TimeoutError) as error:
                    self._lost(error)
                else:
                    self._found()
                    return answer
        return await here()

    async def _count(self, attempts: Sequence[Attempt]) -> Sequence[TooManyAttempts | None]:
        async def in_redis() -> Sequence[TooManyAttempts | None]:
            answers: Sequence[int] = await self._script_to_count(
                [_key_of(window) for windows in attempts for window in windows],
                [_limits_of(windows) for windows in attempts],
            )
            return [
                TooManyAttempts(retry_after=math.ceil(left / 1000)) if left else None
                for left in answers
            ]

        async def here() -> Sequence[TooManyAttempts | None]:
            return [await self._count_here(windows) for windows in attempts]

        return await self._ask(in_redis, here)

    async def _count_here(self, windows: Attempt) -> TooManyAttempts | None:
        try:
            await self._instead.admit(windows)
        except TooManyAttempts as refusal:
            return refusal
        return None

    async def _uncount(self, attempts: Sequence[Attempt]) -> Sequence[None]:
        windows = [window for windows in attempts for window in windows]

        async def in_redis() -> None:
            await self._script_to_take_back([_key_of(window) for window in windows])

        await self._ask(in_redis, lambda: self._instead.take_back(windows))
        return [None] * len(attempts)

    def _lost(self, error: Exception) -> None:
        if self._away_until is None:
            _log.warning("Redis is away, attempts are counted in this process: %r", error)
        self._away_until = monotonic() + PAUSE

    def _found(self) -> None:
        if self._away_until is not None:
            self._away_until = None
            _log.warning("Redis is back, attempts are counted together again")


async def _nothing() -> None:
    return


def _key_of(window: Window) -> str:
    return f"{PREFIX}:{window.key}/{window.most}/{window.seconds}"


def _limits_of(attempt: Attempt) -> str:
    return " ".join(f"{window.most}/{window.seconds}" for window in attempt)


def _key(face: str) -> str:
    return f"marketplace:{face}"
