"""
What several ask for at the same moment, done for all of them at once.

To go and ask costs the same for one as for many. Nobody is kept waiting for more to come: who is
alone goes at once, and only those who come while others are under way wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

MOST = 16
"""Wishes that are fulfilled at once."""
PATIENCE = 0.5
"""Seconds after which whoever comes waits no longer for those who are under way."""


class Gathering(Generic[Wish, Answer]):
    """
    ``fulfil`` is given several wishes, and returns an answer to each, in their order.

    What it raises is raised to all of them: what is meant for one alone is better returned. With
    more ``lanes`` than one, those who come next need not wait for the answer to those before them.
    """

    def __init__(
        self,
        fulfil: Callable[[Sequence[Wish]], Awaitable[Sequence[Answer]]],
        *,
        most: int = MOST,
        lanes: int = 1,
    ) -> None:
        self._fulfil, self._most, self._free = fulfil, most, lanes
        self._left_at = 0.0
        self._waiting: deque[tuple[Wish, asyncio.Future[Answer]]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    async def ask(self, wish: Wish, /) -> Answer:
        """Whoever is called away meanwhile may have been answered all the same."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((wish, answer))
        # One that is stuck must not hold up everybody.
        if self._free > 0 or loop.time() - self._left_at > PATIENCE:
            self._free -= 1
            self._left_at = loop.time()
            # In nobody's name: what is logged on the way is not about one of them.
            under_way = asyncio.create_task(self._go(), context=Context())
            self._under_way.add(under_way)
            under_way.add_done_callback(self._under_way.discard)
        return await answer

    async def _go(self) -> None:
        """As long as there are some: those who have come meanwhile go next."""
        try:
            while together := self._next():
                self._left_at = asyncio.get_running_loop().time()
                await self._answer(together)
        finally:
            self._free += 1

    async def _answer(self, together: Sequence[tuple[Wish, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._fulfil([wish for wish, _ in together])
            for (_, answer), given in zip(together, answers, strict=True):
                if not answer.done():
                    answer.set_result(given)
        except Exception as error:
            for _, answer in together:
                if not answer.done():
                    answer.set_exception(error)
        finally:
            # Of a task that is ended from outside nobody would hear.
            for _, answer in together:
                answer.cancel()

    def _next(self) -> list[tuple[Wish, "asyncio.Future[Answer]"]]:
        together: list[tuple[Wish, asyncio.Future[Answer]]] = []
        while self._waiting and len(together) < self._most:
            wish, answer = self._waiting.popleft()
            # Whoever was called away wants nothing any more.
            if not answer.done():
                together.append((wish, answer))
        return together
