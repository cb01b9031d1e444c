"""Server-sent events: an answer that goes on for as long as somebody listens."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from litestar import Litestar, Request
from litestar.background_tasks import BackgroundTask, BackgroundTasks
from litestar.datastructures.cookie import Cookie
from litestar.enums import MediaType
from litestar.response import Stream
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Send

from marketplace.application.ports import Arrival
from marketplace.application.streams import NotificationStream
from marketplace.domain.errors import BadValue

HEARTBEAT = 15.0
"""Seconds of silence, then a comment: proxies cut what says nothing, and a dead line shows."""
RETRY = 2000
"""Milliseconds a listener waits before it comes again."""
SLOWEST = 20.0
"""Seconds a listener may take to make room for the next event; then it has to come again."""
FAREWELL = 1.0
"""Seconds to say goodbye in, to whoever may still be taking the last event."""
LARGEST = 2**63

HEADERS = {
    "cache-control": "no-store, no-transform",
    # nginx would keep events until it has a page of them.
    "x-accel-buffering": "no",
}


class BadEventId(BadValue):
    """``Last-Event-ID`` is not one we have sent."""


def parse_last_event_id(said: str | None) -> int | None:
    """The number heard last; None of somebody who has heard nothing."""
    if said is None or not said.strip():
        return None
    text = said.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < LARGEST):
        raise BadEventId
    return int(text)


class EventStream(Stream):
    """What comes into an inbox, told by ``tell`` as the data of one event each."""

    def __init__(self, stream: NotificationStream, tell: Any) -> None:
        super().__init__(iter(()), media_type="text/event-stream", headers=dict(HEADERS))
        self._stream, self._tell = stream, tell

    def to_asgi_response(
        self,
        app: Litestar | None,
        request: Request[Any, Any, Any],
        *,
        background: BackgroundTask | BackgroundTasks | None = None,
        cookies: Iterable[Cookie] | None = None,
        encoded_headers: Iterable[tuple[bytes, bytes]] | None = None,
        headers: dict[str, str] | None = None,
        is_head_response: bool = False,
        media_type: MediaType | str | None = None,
        status_code: int | None = None,
        type_encoders: Any = None,
    ) -> ASGIResponse:
        return _Listening(
            stream=self._stream,
            tell=self._tell,
            headers={**(headers or {}), **self.headers},
            encoded_headers=encoded_headers,
            media_type="text/event-stream",
            status_code=200,
        )


class _Listening(ASGIStreamingResponse):
    """Sends until the listener has gone, or has had to."""

    __slots__ = ("stream", "tell")

    def __init__(self, *, stream: NotificationStream, tell: Any, **more: Any) -> None:
        super().__init__(iterator=iter(()), **more)
        self.stream, self.tell = stream, tell

    async def send_body(self, send: Send, receive: Receive) -> None:
        async with self.stream:
            sending = asyncio.create_task(self._send(send))
            leaving = asyncio.create_task(_gone(receive))
            over = asyncio.create_task(self.stream.over())
            try:
                await asyncio.wait({sending, leaving, over}, return_when=asyncio.FIRST_COMPLETED)
                if over.done() and not leaving.done():
                    await asyncio.wait({sending}, timeout=FAREWELL)
            finally:
                for task in (sending, leaving, over):
                    task.cancel()
                await asyncio.gather(sending, leaving, over, return_exceptions=True)
            if sending.done() and not sending.cancelled() and sending.exception():
                # Whoever is too slow is cut off in the middle, and knows that it was.
                raise ConnectionResetError

    async def _send(self, send: Send) -> None:
        await _tell(send, f"retry: {RETRY}\nid: {self.stream.heard}\nevent: ready\ndata: {{}}\n\n")
        while (arrived := await self.stream.next(HEARTBEAT)) is not None:
            if not arrived:
                await _tell(send, ":\n\n")
            for each in arrived:
                await _tell(send, self._event(each))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _event(self, arrival: Arrival) -> str:
        data = self.tell(arrival.slip)
        return f"id: {arrival.number}\nevent: {arrival.slip.topic}\ndata: {data}\n\n"


async def _tell(send: Send, said: str) -> None:
    async with asyncio.timeout(SLOWEST):
        await send({"type": "http.response.body", "body": said.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    with suppress(Exception):
        while (await receive())["type"] != "http.disconnect":
            pass
