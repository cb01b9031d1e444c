"""
The client: a process of its own, whose work is on nobody's bill.

It reads a ``Plan`` from standard input, keeps every connection busy for that long, and writes an
``Outcome`` to standard output.
"""

import asyncio
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import cast

import msgspec
import uvloop

GRACE = 10.0
"""Seconds the last answers may take."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``requests`` are sent in any order, again and again, each as it stands."""

    ports: list[int]
    requests: list[bytes]
    connections: int
    seconds: float
    seed: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Latencies in milliseconds; ``sizes`` are those of the bodies, ``wrong`` what was no 2xx."""

    answers: int
    wrong: list[str]
    seconds: float
    median: float
    p99: float
    size: int


class Connection(asyncio.Protocol):
    """One guest, who asks again as soon as there is an answer."""

    def __init__(self, crowd: "Crowd", port: int) -> None:
        self.crowd, self.port = crowd, port
        self.buffer = bytearray()
        self.body_at = self.ends_at = 0
        self.asked_at = 0.0

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", self.port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # That of uvloop is one without saying so.
        self.transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.ends_at and (head := self.buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self.buffer, 0, head)
            if length is None:
                self.crowd.fail(self, "an answer of unknown length")
                return
            self.body_at = head + 4
            self.ends_at = self.body_at + int(length[1])
        if self.ends_at and len(self.buffer) >= self.ends_at:
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.asked_at:
            self.crowd.fail(self, f"a connection ended before its answer: {exc}")

    def _ask(self) -> None:
        self.buffer.clear()
        self.ends_at = 0
        self.asked_at = time.perf_counter()
        self.transport.write(next(self.crowd.requests))

    def _answered(self) -> None:
        took, self.asked_at = time.perf_counter() - self.asked_at, 0.0
        self.crowd.took.append(took)
        self.crowd.bytes += self.ends_at - self.body_at
        if self.buffer[9:10] != b"2":
            self.crowd.wrong.append(self.buffer.decode(errors="replace")[:500])
        if self.crowd.is_over():
            self.transport.close()
            self.crowd.gone(self)
        elif _CLOSE.search(self.buffer, 0, self.body_at):
            self.transport.close()
            self.crowd.enter(Connection(self.crowd, self.port))
            self.crowd.gone(self)
        else:
            self._ask()


class Crowd:
    """All guests together."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.requests = _shuffled(plan.requests, plan.seed)
        self.took: list[float] = []
        self.wrong: list[str] = []
        self.bytes = 0
        self._present: set[Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._left = asyncio.Event()

    async def visit(self) -> Outcome:
        self._began = time.perf_counter()
        for number in range(self.plan.connections):
            self.enter(Connection(self, self.plan.ports[number % len(self.plan.ports)]))
        async with asyncio.timeout(self.plan.seconds + GRACE):
            await self._left.wait()
        took = sorted(self.took)
        return Outcome(
            answers=len(took),
            wrong=self.wrong[:3],
            seconds=time.perf_counter() - self._began,
            median=_quantile(took, 0.5) * 1000,
            p99=_quantile(took, 0.99) * 1000,
            size=self.bytes // max(len(took), 1),
        )

    def is_over(self) -> bool:
        return bool(self.wrong) or time.perf_counter() - self._began > self.plan.seconds

    def enter(self, guest: Connection) -> None:
        self._present.add(guest)
        opening = asyncio.create_task(self._open(guest))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    def gone(self, guest: Connection) -> None:
        self._present.discard(guest)
        if not self._present:
            self._left.set()

    def fail(self, guest: Connection, why: str) -> None:
        self.wrong.append(why)
        self.gone(guest)

    async def _open(self, guest: Connection) -> None:
        try:
            await guest.open()
        except OSError as error:
            self.fail(guest, f"no connection: {error}")


def _shuffled(requests: Sequence[bytes], seed: int) -> Iterator[bytes]:
    return cycle(random.Random(seed).sample(requests, len(requests)))


def _quantile(ordered: Sequence[float], part: float) -> float:
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0


async def _visit(plan: Plan) -> Outcome:
    return await Crowd(plan).visit()


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    outcome = uvloop.run(_visit(plan))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
