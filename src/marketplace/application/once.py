"""
A request that comes twice is carried out once.

The work and its answer are one transaction: whoever finds the work done finds the answer, too. That
transaction begins with the first unit of work a use case begins, so that hashing, decoding and
storing files, which come before it, never keep a connection waiting.
"""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from types import TracebackType
from typing import Self

from marketplace.domain.errors import RuleBroken

from .ports import BeginUnitOfWork, Clock, InProgress, Sealing, UnitOfWork, Views

KEPT_FOR = timedelta(hours=24)
BATCH = 1000


class KeyReused(RuleBroken):
    """The key was given to another request before. Nothing is told of that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """
    What a client calls a request.

    ``scope`` is whose names these are: another's are others. ``fingerprint`` is the SHA-256 of all
    that was asked.
    """

    scope: str
    key: str
    fingerprint: bytes

    @property
    def secret(self) -> bytes:
        """What only somebody who sends the same key at the same place knows."""
        return f"{self.scope}\0{self.key}".encode()

    @property
    def name(self) -> bytes:
        """Under which the answer is kept; it does not tell the key."""
        return sha256(self.secret).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a client is sent, to the byte."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_replayed: bool = False

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Once:
    """Answers a request that may come again."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    sealing: Sealing

    async def once(self, asked: RequestKey, act: Callable[[], Awaitable[Answer]]) -> Answer:
        """
        The answer that was kept, or that of ``act``, which is kept together with what it did.

        Nothing is left of an ``act`` that is no success. Raises ``InProgress`` or ``KeyReused``.
        """
        after = self.clock.now() - KEPT_FOR
        told = await self._told(asked, after)
        if told is not None:
            return told
        attempt = Attempt(self.begin, asked.name, after)
        try:
            async with attempt:
                answer = await act()
                if answer.is_success:
                    sealed = self.sealing.seal(_written(asked, answer), asked.secret)
                    await attempt.keep(sealed, self.clock.now())
        except InProgress:
            told = await self._told(asked, after)
            if told is None:
                raise
            return told
        # Whoever was faster may have answered meanwhile, whatever ``act`` made of that.
        return (await self._told(asked, after) if attempt.was_late else None) or answer

    async def forget(self) -> int:
        """Throw away what is too old to be asked for. How many answers there were."""
        forgotten, before = 0, self.clock.now() - KEPT_FOR
        while True:
            async with self.begin() as market:
                now = await market.answers.forget(before, BATCH)
            forgotten += now
            if now < BATCH:
                return forgotten

    async def _told(self, asked: RequestKey, after: datetime) -> Answer | None:
        sealed = await self.views.answer(asked.name, after)
        if sealed is None:
            return None
        written = self.sealing.open(sealed, asked.secret)
        # What cannot be read any more was done all the same: it must not be done again.
        if written is None or not compare_digest(written[:32], asked.fingerprint):
            raise KeyReused
        return _read(written)


_attempt: ContextVar["Attempt | None"] = ContextVar("attempt", default=None)


def joining(begin: BeginUnitOfWork) -> BeginUnitOfWork:
    """Units of work that are part of the attempt they are begun in; elsewhere, of their own."""

    def begin_or_join() -> AbstractAsyncContextManager[UnitOfWork]:
        attempt = _under_way()
        return begin() if attempt is None else attempt.part()

    return begin_or_join


def is_attempted() -> bool:
    """Whether a unit of work that is begun now would be part of an attempt."""
    return _under_way() is not None


def _under_way() -> "Attempt | None":
    """A task that outlives an attempt still has it in its context."""
    attempt = _attempt.get()
    return None if attempt is None or attempt.is_over else attempt


@contextmanager
def aside() -> Iterator[None]:
    """
    Units of work that are no part of the attempt they are begun in: to look before slow work.

    Whatever is stored inside stays stored.
    """
    outside = _attempt.set(None)
    try:
        yield
    finally:
        _attempt.reset(outside)


class Attempt:
    """
    One transaction for all that is begun inside the block, and for the answer.

    The first part begins it, and claims the request. A part that fails takes everything back at
    once, so that whoever catches the error finds a free connection.
    """

    def __init__(self, begin: BeginUnitOfWork, name: bytes, after: datetime) -> None:
        self._begin, self._name, self._after = begin, name, after
        self._stack = AsyncExitStack()
        self._market: UnitOfWork | None = None
        self._is_taken_back = False
        self.was_late = False
        self.is_over = False

    async def __aenter__(self) -> Self:
        self._outside = _attempt.set(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        _attempt.reset(self._outside)
        await self._take_back(error or _NotKept())
        self.is_over = True

    @asynccontextmanager
    async def part(self) -> AsyncGenerator[UnitOfWork]:
        market = await self._joined()
        try:
            yield market
        except BaseException as error:
            await self._take_back(error)
            raise

    async def keep(self, sealed: bytes, at: datetime) -> None:
        """The end: all of it is stored, or nothing."""
        market = await self._joined()
        await market.answers.keep(self._name, sealed, at, self._after)
        await self._stack.aclose()

    async def _joined(self) -> UnitOfWork:
        if self._is_taken_back:
            raise RuntimeError("part of this was taken back: it cannot go on, or succeed")
        if self._market is None:
            market = await self._stack.enter_async_context(self._begin())
            try:
                await market.answers.claim(self._name, self._after)
            except BaseException as error:
                self.was_late = isinstance(error, InProgress)
                await self._take_back(error)
                raise
            self._market = market
        return self._market

    async def _take_back(self, error: BaseException) -> None:
        self._is_taken_back = True
        await self._stack.__aexit__(type(error), error, error.__traceback__)


class _NotKept(Exception):
    """Nothing went wrong, and nothing is to be stored."""


def _written(asked: RequestKey, answer: Answer) -> bytes:
    head = json.dumps([answer.status, answer.headers])
    return b"%s%s\n%s" % (asked.fingerprint, head.encode(), answer.body)


def _read(written: bytes) -> Answer:
    head, _, body = written[32:].partition(b"\n")
    status, headers = json.loads(head)
    return Answer(
        status=status,
        headers=tuple((name, value) for name, value in headers),
        body=body,
        is_replayed=True,
    )
