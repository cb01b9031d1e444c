"""Few at a time, so that a crowd that comes all at once holds nobody else up for long."""

import asyncio
from collections import deque

AT_A_TIME = 8
"""Requests that are begun in one round of the event loop: two or three milliseconds of it."""


class Turnstile:
    """
    Lets requests in, in the order in which they came, a few in each round of the event loop.

    A round ends before anybody who has just come is seen: with hundreds of requests in it, even
    whoever asks for nothing waits for all of them.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._let_in = 0

    async def pass_through(self) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._let_in = loop, 0
            self._waiting.clear()
        if self._let_in < AT_A_TIME and not self._waiting:
            self._count()
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _count(self) -> None:
        if not self._let_in and self._loop:
            self._loop.call_soon(self._turn)
        self._let_in += 1

    def _turn(self) -> None:
        self._let_in = 0
        while self._waiting and self._let_in < AT_A_TIME:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._count()
