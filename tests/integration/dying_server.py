"""A server that is killed over its first order: before it commits, or before it answers."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn
from litestar.types import Message, Receive, Scope, Send

from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import UnitOfWork
from marketplace.entrypoints.container import running
from marketplace.entrypoints.http import create_app
from marketplace.entrypoints.settings import Settings

BEFORE_COMMIT, AFTER_COMMIT = "before COMMIT", "after COMMIT"


def die(last_words: Path, body: bytes) -> None:
    last_words.write_bytes(body)
    os.kill(os.getpid(), signal.SIGKILL)


def serve(settings: Mapping[str, str], moment: str, last_words: Path) -> None:
    """``last_words`` is the body of the answer that nobody gets."""
    asyncio.run(_serve(Settings.read(settings), moment, last_words))


async def _serve(settings: Settings, moment: str, last_words: Path) -> None:
    async with running(settings) as container:
        ports, ordered = container.ports(), asyncio.Event()

        @asynccontextmanager
        async def begin() -> AsyncGenerator[UnitOfWork]:
            async with ports.begin() as market:
                yield market
                if ordered.is_set() and moment == BEFORE_COMMIT:
                    os.kill(os.getpid(), signal.SIGKILL)

        app = create_app(Marketplace(replace(ports, begin=begin)))

        async def dying(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_or_die(message: Message) -> None:
                if ordered.is_set() and message["type"] == "http.response.body":
                    die(last_words, message["body"])
                if not ordered.is_set():
                    await send(message)

            if scope["path"].endswith("/orders"):
                ordered.set()
            await app(scope, receive, send_or_die)

        config = uvicorn.Config(dying, port=settings.port, log_config=None, lifespan="off")
        await uvicorn.Server(config).serve()
