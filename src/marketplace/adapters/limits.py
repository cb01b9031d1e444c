"""Counts of attempts that all processes share, in Redis, by the library ``limits``."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic, time
from typing import TypeVar

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from marketplace.application.ports import Throttle, Window
from marketplace.domain.accounts import TooManyAttempts

PATIENCE = 0.2
"""Seconds a question may take; one that is not answered then is answered without Redis."""
AT_ONCE = 10
"""Connections to Redis. A crowd that opens one each would wait for nothing but that."""
PAUSE = 5.0
"""Seconds until a Redis that was away is asked again."""
PREFIX = "marketplace:throttle"

_log = logging.getLogger("marketplace.throttle")

Result = TypeVar("Result")


class LimitsThrottle(Throttle):
    """
    Each window is one script in Redis, so that no two processes admit the same last attempt. What
    several windows say is asked before any of them counts; of two attempts that come in between,
    the one that is refused after all is taken back from those that had counted it.

    While Redis is away or stuck, ``instead`` counts for this process alone: never nobody, and
    nothing that a client would notice. The time is that of this machine, not of a ``Clock``: it is
    what the library measures by.
    """

    def __init__(self, redis_url: str, instead: Throttle) -> None:
        self._redis = Redis.from_url(
            redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
        )
        storage = RedisStorage(
            # The address is that of the connections it is given.
            "async+redis://",
            implementation="redispy",
            key_prefix=PREFIX,
            connection_pool=self._redis.connection_pool,  # type: ignore[arg-type]
        )
        self._windows = MovingWindowRateLimiter(storage)
        self._instead = instead
        self._away_until: float | None = None
        self._room = asyncio.Semaphore(AT_ONCE)

    async def admit(self, windows: Sequence[Window], /) -> None:
        async def in_redis() -> float | None:
            # The last one need not be asked before: that it refuses takes back what was counted.
            for window in windows[:-1]:
                if not await self._windows.test(_item(window), window.key):
                    return await self._left(window)
            for number, window in enumerate(windows):
                if not await self._windows.hit(_item(window), window.key):
                    await self._uncount(windows[:number])
                    return await self._left(window)
            return None

        async def here() -> float | None:
            await self._instead.admit(windows)
            return None

        left = await self._ask(in_redis, here)
        if left is not None:
            raise TooManyAttempts(retry_after=max(1, math.ceil(left)))

    async def take_back(self, windows: Sequence[Window], /) -> None:
        await self._ask(lambda: self._uncount(windows), lambda: self._instead.take_back(windows))

    async def forgive(self, windows: Sequence[Window], /) -> None:
        async def in_redis() -> None:
            for window in windows:
                await self._windows.clear(_item(window), window.key)

        await self._instead.forgive(windows)
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

    async def _left(self, window: Window) -> float:
        stats = await self._windows.get_window_stats(_item(window), window.key)
        return stats.reset_time - time()

    async def _uncount(self, windows: Sequence[Window]) -> None:
        """The library cannot; a window is a list of times, the latest first."""
        for window in windows:
            await self._redis.lpop(f"{PREFIX}:{_item(window).key_for(window.key)}")

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


def _item(window: Window) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(window.most, window.seconds)


def _key(face: str) -> str:
    return f"marketplace:{face}"
