"""
What several ask for at the same moment, done for all of them at once.

To go and ask costs the same for one as for many. Nobody is kept waiting for more to come: who is
alone goes at once, and only those who come while others are under way wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from copy import copy
from dataclasses import dataclass
from typing import Generic, TypeVar

from marketplace.domain.errors import Unavailable

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

MOST = 16
"""Wishes that are fulfilled at once."""
PATIENCE = 0.5
"""Seconds somebody waits for those who are under way; then they may be stuck."""


@dataclass(slots=True, eq=False)
class _Asked(Generic[Wish, Answer]):
    wish: Wish
    answer: "asyncio.Future[Answer]"
    at: float


class Gathering(Generic[Wish, Answer]):
    """
    ``fulfil`` is given several wishes, and returns an answer to each, in their order.

    ``Unavailable`` is raised to all of them. Whatever else it raises may be the fault of one, and
    must have left nothing: each is tried again for itself. With more ``lanes`` than one, those who
    come next need not wait for the answer to those before them.
    """

    def __init__(
        self,
        fulfil: Callable[[Sequence[Wish]], Awaitable[Sequence[Answer]]],
        *,
        most: int = MOST,
        lanes: int = 1,
    ) -> None:
        self._fulfil, self._most, self._lanes = fulfil, most, lanes
        self._waiting: deque[_Asked[Wish, Answer]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._look: asyncio.TimerHandle | None = None
        self._free = lanes

    async def ask(self, wish: Wish, /) -> Answer:
        """Whoever is called away meanwhile may have been answered all the same."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._open(loop)
        asked = _Asked[Wish, Answer](wish, loop.create_future(), loop.time())
        self._waiting.append(asked)
        if self._free > 0:
            self._set_out()
        elif self._look is None:
            self._look = loop.call_later(PATIENCE, self._look_after)
        return await asked.answer

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Whoever waited in another event loop waits no more."""
        self._loop, self._free, self._look = loop, self._lanes, None
        self._waiting.clear()
        self._under_way.clear()

    def _set_out(self) -> None:
        self._free -= 1
        # In nobody's name: what is logged on the way is not about one of them.
        round_ = asyncio.create_task(self._go(), context=Context())
        self._under_way.add(round_)
        round_.add_done_callback(self._back)

    def _back(self, round_: "asyncio.Task[None]") -> None:
        self._under_way.discard(round_)
        self._free += 1
        if self._free > 0 and self._oldest() is not None:
            self._set_out()

    def _look_after(self) -> None:
        """Those who are under way may be stuck, and must not hold up everybody."""
        self._look = None
        oldest = self._oldest()
        if self._loop is None or oldest is None:
            return
        left = oldest.at + PATIENCE - self._loop.time()
        if left <= 0:
            self._set_out()
        self._look = self._loop.call_later(left if left > 0 else PATIENCE, self._look_after)

    def _oldest(self) -> _Asked[Wish, Answer] | None:
        """Whoever was called away wants nothing any more."""
        while self._waiting and self._waiting[0].answer.done():
            self._waiting.popleft()
        return self._waiting[0] if self._waiting else None

    async def _go(self) -> None:
        """As long as there are some: those who have come meanwhile go next."""
        while self._oldest() is not None:
            together: list[_Asked[Wish, Answer]] = []
            while len(together) < self._most and self._oldest() is not None:
                together.append(self._waiting.popleft())
            try:
                await self._answer(together)
            finally:
                # Of a round that is ended from outside nobody would hear.
                for asked in together:
                    asked.answer.cancel()

    async def _answer(self, together: Sequence[_Asked[Wish, Answer]]) -> None:
        try:
            answers = await self._fulfil([asked.wish for asked in together])
        except Unavailable as error:
            for asked in together:
                _raise_to(asked, copy(error))
        except Exception as error:
            if len(together) == 1:
                _raise_to(together[0], error)
                return
            for asked in together:
                await self._answer([asked])
        else:
            for asked, given in zip(together, answers, strict=True):
                if not asked.answer.done():
                    asked.answer.set_result(given)


def _raise_to(asked: _Asked[Wish, Answer], error: Exception) -> None:
    if not asked.answer.done():
        asked.answer.set_exception(error)
