"""Serving: HTTP, and where there is no Redis the worker too, inside one process."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from types import FrameType
from uuid import UUID

import uvicorn

from marketplace.application.marketplace import Marketplace
from marketplace.domain.accounts import SessionId

from .container import database, running
from .demo import load_demo
from .http.app import create_app
from .http.edge import HttpOptions
from .memory import give_back_what_is_large
from .protocol import Protocol
from .settings import BadSetting, Settings
from .worker import Worker

DRAIN = 10
"""Seconds an answer may still take when the server is told to stop."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it: the database must outlive the last answer."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, then finish what was begun and close everything."""
    give_back_what_is_large()
    # Until the event loop takes over, a signal has to unwind what has been started so far.
    signal.signal(signal.SIGTERM, _leave)
    # The port first: nothing is started for a server that cannot answer.
    with (
        _bound(settings) as port,
        database(settings, alone=True) as ready,
        asyncio.Runner(loop_factory=_new_loop) as runner,
    ):
        runner.run(_serve(ready, port, say))


async def _serve(settings: Settings, port: socket.socket, say: Callable[[str], None]) -> None:
    stop = _stopped_by_signals()
    async with running(settings) as container:
        marketplace = container.marketplace()
        if settings.demo:
            for line in await load_demo(marketplace, settings.var_dir):
                say(line)
        options = HttpOptions(
            allowed_hosts=settings.allowed_hosts,
            cors_allowed_origins=settings.cors_allowed_origins,
            trusted_proxies=settings.trusted_proxies,
            page_cache=settings.page_cache,
            ready=_readiness(marketplace),
        )
        server = _Server(
            uvicorn.Config(
                create_app(marketplace, options=options),
                http=Protocol,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=DRAIN,
            )
        )
        settle()
        serving = asyncio.create_task(server.serve(sockets=[port]))
        working = []
        if settings.page_cache:
            lookout = asyncio.create_task(container.lookout().keep_looking())
            working.append(asyncio.create_task(_until(stop, lookout)))
        if settings.redis_url is None:
            worker = Worker(marketplace, container.bell(), settings.job_lease)
            working.append(asyncio.create_task(worker.work(stop)))
        say(f"Serving {settings.public_url}, documentation at {settings.public_url}/api/docs/")
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping, *working}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        marketplace.streams.close()
        server.should_exit = True
        await asyncio.gather(serving, stopping, *working)


async def _until(stop: asyncio.Event, task: asyncio.Task[None]) -> None:
    """Have the task done until then; it has no end of its own, but it may fail."""
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for each in (task, stopping):
        each.cancel()
    if task in done:
        task.result()


def work(settings: Settings, say: Callable[[str], None]) -> None:
    """Do jobs until SIGINT or SIGTERM; any number of these may run beside the servers."""
    if settings.database_url is None:
        raise BadSetting("DATABASE_URL is missing: without it `serve` does the work itself")
    give_back_what_is_large()

    async def run() -> None:
        stop = _stopped_by_signals()
        async with running(settings) as container:
            say("Working")
            worker = Worker(container.marketplace(), container.bell(), settings.job_lease)
            await worker.work(stop)

    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(run())


def settle() -> None:
    """Have the collector leave alone what lives as long as the process: it takes 100 ms to walk."""
    gc.collect()
    gc.freeze()
    # What a request makes goes with it, in no circles: there is little to collect, and often.
    gc.set_threshold(10_000, 20, 50)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _stopped_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _readiness(marketplace: Marketplace) -> Callable[[], Awaitable[None]]:
    """Raises ``Unavailable`` while the database is away."""
    views = marketplace.ports.views

    async def ready() -> None:
        await views.identity(SessionId(UUID(int=0)), marketplace.ports.clock.now())

    return ready


@contextlib.contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        port = socket.create_server(
            (settings.host, settings.port),
            family=family,
            backlog=1024,
            dualstack_ipv6=settings.host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        raise BadSetting(
            f"cannot listen on {settings.host}:{settings.port} ({os.strerror(error.errno or 0)}): "
            "choose another HOST or PORT"
        ) from error
    with port:
        yield port
