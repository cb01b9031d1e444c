"""
The workshop, where photos are opened: there is room for a few at once, shared fairly by merchants.

A photo may take a core for seconds, and a merchant may send any number of them. So one merchant's
photos never take all the room there is, whoever else has one is next, and only so many may wait.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from marketplace.domain.images import PhotosBusy, TooManyPhotosAtOnce
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import MOST_IMAGES

from .ports import FirstLook, ImageProcessor, Picture

Made = TypeVar("Made")

AT_ONCE = MOST_IMAGES + 1
"""Photos of one merchant that may be here for a first look: of a whole product, and one more."""
IN_ALL = 4 * AT_ONCE
"""Photos of everybody that may. Each is held in memory meanwhile, and has up to ten megabytes."""
RETRY_AFTER = 5
"""Seconds until there may be room again for somebody who was sent away."""


class Workshop:
    """
    Whoever waits for an answer is told at once when there is no point in waiting.

    ``TooManyPhotosAtOnce`` says that the merchant has too many here already, ``PhotosBusy`` that
    everybody together has.
    """

    def __init__(self, processor: ImageProcessor) -> None:
        self._processor = processor
        self._turns = _Turns(processor.at_once)
        self._looked_for = Counter[MerchantId]()

    async def first_look(self, merchant_id: MerchantId, content: bytes) -> FirstLook:
        """While somebody waits for it."""
        if self._looked_for[merchant_id] >= AT_ONCE:
            raise TooManyPhotosAtOnce(at_most=AT_ONCE, retry_after=RETRY_AFTER)
        if self._looked_for.total() >= IN_ALL:
            raise PhotosBusy(retry_after=RETRY_AFTER)
        self._looked_for[merchant_id] += 1
        try:
            return await self._turns.take(merchant_id, lambda: self._processor.first_look(content))
        finally:
            _one_less(self._looked_for, merchant_id)

    async def renditions(
        self, merchant_id: MerchantId, fetch: Callable[[], Awaitable[bytes]]
    ) -> tuple[Picture, ...]:
        """While nobody does. The photo is fetched when its turn has come."""

        async def made() -> tuple[Picture, ...]:
            return await self._processor.renditions(await fetch())

        return await self._turns.take(merchant_id, made)


class _Turns:
    """``room`` for so many at once, and for one less of each merchant."""

    def __init__(self, room: int) -> None:
        self._room, self._share = room, max(1, room - 1)
        self._working = Counter[MerchantId]()
        # Whose turn is next stands first: who has just had one goes behind all the others.
        self._waiting: dict[MerchantId, deque[asyncio.Future[None]]] = {}
        self._tasks: set[asyncio.Task[object]] = set()

    async def take(self, merchant_id: MerchantId, work: Callable[[], Awaitable[Made]]) -> Made:
        """Whoever is called away takes up the room until the work is done all the same."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.setdefault(merchant_id, deque()).append(turn)
        self._call()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._leave(merchant_id)
            raise

        async def worked() -> Made:
            return await work()

        task = loop.create_task(worked())
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(merchant_id, done))
        return await asyncio.shield(task)

    def _done(self, merchant_id: MerchantId, task: "asyncio.Task[object]") -> None:
        self._tasks.discard(task)
        # Read, so that nobody complains if whoever asked was called away.
        with suppress(asyncio.CancelledError):
            task.exception()
        self._leave(merchant_id)

    def _leave(self, merchant_id: MerchantId) -> None:
        _one_less(self._working, merchant_id)
        if merchant_id in self._waiting:
            self._waiting[merchant_id] = self._waiting.pop(merchant_id)
        self._call()

    def _call(self) -> None:
        """Everybody there is room for, in the order in which they had their last turn."""
        while self._working.total() < self._room:
            for merchant_id, waiting in list(self._waiting.items()):
                while waiting and waiting[0].done():
                    waiting.popleft()
                if not waiting:
                    del self._waiting[merchant_id]
                elif self._working[merchant_id] < self._share:
                    self._working[merchant_id] += 1
                    waiting.popleft().set_result(None)
                    break
            else:
                return


def _one_less(counted: Counter[MerchantId], merchant_id: MerchantId) -> None:
    counted[merchant_id] -= 1
    if counted[merchant_id] <= 0:
        del counted[merchant_id]
