"""
``python -m benchmarks.relay``: how many jobs one worker relays, and how soon it begins.

What a job does is on nobody's bill here: it is claimed, handed over, and account is given of it.
The worker is a process of its own, as in production; the bell rings through a real Redis.
"""

import asyncio
import contextlib
import multiprocessing
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import UUID

import psycopg
import uvloop

from marketplace.adapters.embedded_postgres import EmbeddedPostgres
from marketplace.adapters.postgres.migrations import migrate
from marketplace.application.ports import Job
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import OrderId, OrderPlaced
from marketplace.entrypoints.container import running
from marketplace.entrypoints.settings import Settings
from marketplace.entrypoints.worker import Worker

from .processes import redis_server

CROWD = 20_000
"""Jobs that wait when the worker comes."""
PER_SECOND, SECONDS = 100, 10
"""Orders, each with two jobs."""

_NOBODY = UUID(int=0)


@dataclass
class Still:
    """Does nothing, and notes down when."""

    begun: list[tuple[datetime, float]] = field(default_factory=list)

    async def carry_out(self, job: Job) -> None:
        if isinstance(job.event, OrderPlaced):
            self.begun.append((job.event.at, time.time()))


def _worker(settings: dict[str, str], end: Connection) -> None:
    uvloop.run(_work(Settings.read(settings), end))


async def _work(settings: Settings, end: Connection) -> None:
    still, stop = Still(), asyncio.Event()
    asyncio.get_running_loop().add_reader(end.fileno(), stop.set)
    async with running(settings) as container:
        marketplace = container.marketplace()
        reactions: Any = still
        marketplace.jobs = replace(marketplace.jobs, reactions=reactions)
        await Worker(marketplace, container.bell(), settings.job_lease).work(stop)
    asyncio.get_running_loop().remove_reader(end.fileno())
    # The loop had it read without waiting; what is told now is long.
    os.set_blocking(end.fileno(), True)
    end.send(still.begun)


@contextlib.contextmanager
def _working(settings: dict[str, str]) -> Iterator[Connection]:
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_worker, args=(settings, theirs))
    process.start()
    try:
        yield ours
    finally:
        process.join(30)
        if process.is_alive():
            process.kill()


def _crowd(url: str) -> None:
    with psycopg.connect(url) as database:
        database.execute(
            "INSERT INTO jobs (id, reaction, event, payload, due_at, created_at)"
            " SELECT gen_random_uuid(), CASE n %% 2 WHEN 0 THEN 'note_new_order'"
            " ELSE 'mail_new_order' END, 'OrderPlaced', jsonb_build_object("
            " 'at', now(), 'order_id', %(nobody)s::text, 'merchant_id', %(nobody)s::text),"
            " now(), now() FROM generate_series(1, %(crowd)s) n",
            {"nobody": str(_NOBODY), "crowd": CROWD},
        )


def throughput(settings: dict[str, str]) -> float:
    """Jobs a second, from the first that is gone to the last."""
    url = settings["DATABASE_URL"]
    _crowd(url)
    with _working(settings) as worker, psycopg.connect(url, autocommit=True) as database:

        def left() -> int:
            found = database.execute(
                "SELECT count(*) FROM jobs WHERE event = 'OrderPlaced'"
            ).fetchone()
            assert found is not None
            return int(found[0])

        while (first := left()) == CROWD:
            time.sleep(0.01)
        begun = time.monotonic()
        while left():
            time.sleep(0.05)
        took = time.monotonic() - begun
        worker.send(None)
        worker.recv()
    return first / took


def latencies(settings: dict[str, str]) -> list[float]:
    """Seconds from just before the commit to the beginning of each job, sorted."""
    with _working(settings) as worker:
        time.sleep(3)
        uvloop.run(_place(Settings.read(settings)))
        time.sleep(2)
        worker.send(None)
        begun = worker.recv()
    return sorted(at - placed.timestamp() for placed, at in begun)


async def _place(settings: Settings) -> None:
    async with running(settings) as container:
        begin = container.ports().begin

        async def place() -> None:
            async with begin() as market:
                await market.outbox.add(
                    OrderPlaced(
                        at=datetime.now(UTC),
                        order_id=OrderId(_NOBODY),
                        merchant_id=MerchantId(_NOBODY),
                    )
                )

        begun, placing = time.monotonic(), []
        for number in range(PER_SECOND * SECONDS):
            await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
            placing.append(asyncio.create_task(place()))
        await asyncio.gather(*placing)


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[str]:
    program = redis_server()
    if program is None:
        raise SystemExit("benchmarks: there is no Redis server here")
    socket = folder / "redis.sock"
    words = ("--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder))
    process = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            time.sleep(0.01)
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="relay-") as name,
        EmbeddedPostgres(Path(name, "var")) as url,
        _redis(Path(name)) as redis,
    ):
        migrate(url)
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": redis,
            "SECRET_KEY": "a secret of a benchmark, of enough bytes",
            "PUBLIC_URL": "http://127.0.0.1",
            "VAR_DIR": str(Path(name, "own")),
        }
        print(f"{throughput(settings):,.0f} jobs a second by one worker, of {CROWD:,}", flush=True)
        late = latencies(settings)
        cuts = quantiles(late, n=100)
        print(
            f"{len(late)} jobs of {PER_SECOND} orders a second began after "
            f"{cuts[49] * 1000:.1f} ms (p50), {cuts[98] * 1000:.1f} ms (p99), "
            f"{late[-1] * 1000:.1f} ms at most"
        )


if __name__ == "__main__":
    main()
