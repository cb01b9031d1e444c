"""All that runs: PostgreSQL, Redis, two servers, two workers and a post office."""

import os
import re
import shutil
import signal
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import psycopg
from aiosmtpd.controller import Controller

from marketplace.adapters.embedded_postgres import EmbeddedPostgres
from marketplace.adapters.postgres.migrations import migrate
from tests.integration.redis_server import RedisServer
from tests.integration.serving import Process, Server, free_port

LEASE = 3
"""Seconds; as short as may be, so that a short run sees many a lease end."""


class PostOffice:
    """Keeps the Message-IDs of the letters about each order; it can be shut."""

    def __init__(self) -> None:
        self.port = free_port()
        self.letters: dict[int, list[str]] = defaultdict(list)
        self._open: Controller | None = None

    def open(self) -> None:
        if self._open is None:
            self._open = Controller(self, hostname="127.0.0.1", port=self.port)
            self._open.start()

    def shut(self) -> None:
        if self._open is not None:
            self._open.stop()
            self._open = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=default)
        number = re.search(r"New order no\. (\d+)", str(message["Subject"]))
        if number is not None:
            self.letters[int(number[1])].append(str(message["Message-ID"]))
        return "250 OK"


class Town:
    """Everything an operator has, in processes of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.redis = RedisServer()
        self.mail = PostOffice()
        self._postgres = EmbeddedPostgres(folder / "var")
        self.servers: list[Server] = []
        self.workers: list[Process] = []
        self._retired: list[Process] = []

    def open(self) -> None:
        self.redis.start()
        self.mail.open()
        self.url = self._postgres.start()
        migrate(self.url)
        self._settings = {
            "DATABASE_URL": self.url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": "a secret of a test, of enough bytes",
            "PUBLIC_URL": "http://127.0.0.1",
            "TRUSTED_PROXIES": "127.0.0.1",
            "STORAGE_URL": str(self.folder / "media"),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}?starttls=never",
            "VAR_DIR": str(self.folder / "own"),
            "JOB_LEASE": str(LEASE),
        }
        self.servers = [self._serve(number, str(free_port())) for number in range(2)]
        self.workers = [self._work(number) for number in range(2)]
        for server in self.servers:
            server.until_ready()

    def close(self) -> None:
        for process in (*self.workers, *self.servers):
            if process.is_running:
                process.resume()
                process.stop()
        self.mail.shut()
        self._postgres.stop()
        self.redis.remove()

    # What can be done to it

    def kill_server(self, number: int) -> None:
        server = self.servers[number]
        server.kill()
        self.servers[number] = self._serve(number, str(server.port))

    def kill_worker(self, number: int) -> None:
        self.workers[number].kill()
        self.workers[number] = self._work(number)

    def freeze_worker(self, number: int, seconds: float) -> None:
        self.workers[number].freeze()
        time.sleep(seconds)
        self.workers[number].resume()

    def crash_postgres(self) -> None:
        """An immediate stop: nothing is saved that was not committed."""
        head = int((self.folder / "var/postgres/postmaster.pid").read_text().splitlines()[0])
        os.kill(head, signal.SIGQUIT)
        # Waits for its end, and cleans up behind it.
        self._postgres.stop()
        self._postgres = EmbeddedPostgres(self.folder / "var")
        assert self._postgres.start() == self.url

    def mend(self) -> None:
        """Everything that should be there is."""
        self.redis.thaw()
        self.mail.open()
        for server in self.servers:
            server.until_ready()

    # What can be asked

    def asked(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def command(self, words: str) -> tuple[int, str]:
        log = self.folder / f"{words.split()[0]}-{time.monotonic_ns()}.log"
        process = Process(words, log, **self._settings)
        return process.wait(), process.said()

    def _serve(self, number: int, port: str) -> Server:
        return Server(self.folder / f"serve-{number}.log", **self._settings, PORT=port)

    def _work(self, number: int) -> Process:
        return Process("work", self.folder / f"work-{number}.log", **self._settings)


@contextmanager
def a_town() -> Iterator[Town]:
    """It is taken down at the end, process by process; what it said is kept if anything failed."""
    # A short path: the kernel takes no long one for a socket.
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    town = Town(folder)
    try:
        town.open()
        yield town
    finally:
        town.close()
    shutil.rmtree(folder)
