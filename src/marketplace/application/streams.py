"""Streams: a merchant hears of what comes into the inbox as it comes."""

import asyncio
import logging
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from weakref import WeakSet

from marketplace.domain.accounts import Actor, SessionId, SignInRequired
from marketplace.domain.errors import TooMany, Unavailable
from marketplace.domain.merchants import MerchantId

from .merchants import selling
from .ports import Arrival, Clock, Views

EVERY = 0.25
"""Seconds between two looks; there is one for all streams of a process."""
MOST_OF_ONE = 6
"""Streams of one merchant in one process."""
MOST = 2000
"""Streams in one process."""
AT_ONCE = 20
"""Slips that are held for a stream, however many wait: whoever reads slowly is read for slowly."""

_log = logging.getLogger("marketplace.streams")


class TooManyStreams(TooMany):
    """A merchant has at most ``at_most`` streams open at a time."""


class StreamsFull(Unavailable):
    """This process has as many streams open as it can."""


class NotificationStreams:
    """
    Every stream that is open in this process, and the one who looks what has come for all of them.

    Nothing is passed from hand to hand: a stream is told that there is something, and reads it
    where it is kept, behind the number it has come to. Numbers go up in the order of commits, so
    nothing is left out and nothing comes twice, whichever process wrote it and however often the
    listener has to begin again. A look also tells whose session is over.
    """

    def __init__(self, views: Views, clock: Clock, *, every: float = EVERY) -> None:
        self._views, self._clock, self._every = views, clock, every
        self._open: set[NotificationStream] = set()
        # Somebody was told that there is room, and has not begun yet, or never will.
        self._promised: WeakSet[NotificationStream] = WeakSet()
        self._looking: asyncio.Task[None] | None = None
        self._is_closed = False

    async def open(self, acting: Actor, after: int | None = None) -> "NotificationStream":
        """
        A stream of what comes from now on, or behind the number that was heard last.

        ``TooManyStreams`` beyond six of one merchant; ``SignInRequired`` for whoever just left.
        """
        merchant_id = selling(acting)
        self._must_have_room(merchant_id)
        if acting.session_id is None:
            raise SignInRequired
        newest = await self._views.newest_slips([acting.session_id], self._clock.now())
        if acting.session_id not in newest:
            raise SignInRequired
        known = newest[acting.session_id]
        heard = known if after is None else min(after, known)
        # Once more: others who asked meanwhile may have been quicker.
        self._must_have_room(merchant_id)
        session_id = acting.session_id
        stream = NotificationStream(self, self._views, merchant_id, session_id, heard, known)
        self._promised.add(stream)
        return stream

    @property
    def listening(self) -> int:
        """How many streams are open."""
        return len(self._open)

    def close(self) -> None:
        """End every stream, and open no other: the process is about to stop."""
        self._is_closed = True
        for stream in list(self._open):
            stream.end()

    def begin(self, stream: "NotificationStream") -> None:
        """Look for this one too."""
        if self._is_closed:
            stream.end()
        self._open.add(stream)
        self._promised.discard(stream)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())

    def leave(self, stream: "NotificationStream") -> None:
        """Nobody listens there any more."""
        self._open.discard(stream)

    def _must_have_room(self, merchant_id: MerchantId) -> None:
        taken = [*self._open, *self._promised]
        if self._is_closed or len(taken) >= MOST:
            raise StreamsFull(retry_after=5)
        if sum(each.merchant_id == merchant_id for each in taken) >= MOST_OF_ONE:
            raise TooManyStreams(at_most=MOST_OF_ONE, retry_after=5)

    async def _keep_looking(self) -> None:
        while self._open:
            try:
                await self._look()
            except Exception as error:
                # The database is away: it will be back, and whatever came meanwhile is there.
                _log.warning("cannot look for notifications: %r", error)
            await asyncio.sleep(self._every)

    async def _look(self) -> None:
        listening = list(self._open)
        sessions = {each.session_id for each in listening}
        newest = await self._views.newest_slips(list(sessions), self._clock.now())
        for stream in listening:
            if stream.session_id in newest:
                stream.tell(newest[stream.session_id])
            else:
                stream.end()


class NotificationStream:
    """One listener. Inside the block it hears; ``heard`` is the number it has come to."""

    def __init__(
        self,
        streams: NotificationStreams,
        views: Views,
        merchant_id: MerchantId,
        session_id: SessionId,
        heard: int,
        known: int,
    ) -> None:
        self._streams, self._views = streams, views
        self.merchant_id, self.session_id = merchant_id, session_id
        self.heard, self._known = heard, known
        self._news = asyncio.Event()
        self._over = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._streams.begin(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        self._streams.leave(self)

    async def next(self, patience: float) -> Sequence[Arrival] | None:
        """What has come, in order; nothing if nothing does for so long; None when it is over."""
        while not self._over.is_set():
            self._news.clear()
            if self._known > self.heard:
                known = self._known
                arrived = await self._views.slips_after(self.merchant_id, self.heard, AT_ONCE)
                # A number may have been given to a slip that was told before.
                self.heard = arrived[-1].number if arrived else known
                if arrived:
                    return arrived
                continue
            try:
                async with asyncio.timeout(patience):
                    await self._news.wait()
            except TimeoutError:
                return ()
        return None

    async def over(self) -> None:
        """Wait until it is."""
        await self._over.wait()

    def tell(self, number: int) -> None:
        """This is the greatest number by now."""
        if number > self._known:
            self._known = number
            self._news.set()

    def end(self) -> None:
        """The session is over, or the process is about to stop."""
        self._over.set()
        self._news.set()
