"""What is said in one breath goes over the wire in one piece."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.auto import AutoHTTPProtocol

_BREATH = 64 * 1024
"""Bytes that are held back at most; a client that is slow is to be noticed."""


class CorkedProtocol(AutoHTTPProtocol):  # type: ignore[valid-type, misc, unused-ignore]
    """
    uvicorn's own, which writes the head of an answer and its body each by itself.

    For the system that is two packets, and the client is woken up for each of them: for a page
    that is kept ready a tenth of all the work.
    """

    transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        super().connection_made(cast(asyncio.Transport, CorkedTransport(transport)))


class CorkedTransport:
    """A transport that sends what was written in one round of the event loop at its end."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._held:
            asyncio.get_running_loop().call_soon(self._send)
        self._held.append(data)
        self._size += len(data)
        if self._size > _BREATH:
            self._send()

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._held:
            held, self._held, self._size = self._held, [], 0
            # Meanwhile the client may have gone.
            if not self._transport.is_closing():
                self._transport.write(b"".join(held))
