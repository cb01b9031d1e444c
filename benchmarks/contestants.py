"""Who is measured: ours as an operator starts it, the baseline, and two that do next to nothing."""

import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from .data import ROLE, Server, Size
from .processes import (
    Failed,
    as_arguments,
    free_port,
    redis_server,
    run,
    started,
    until_ready,
)

MARKETPLACE, BASELINE = "marketplace", "baseline"
WITHOUT_CACHE = "without cache"
"""Ours with ``PAGE_CACHE=off``: a page costs what it costs to load."""
OURS = (MARKETPLACE, WITHOUT_CACHE)
PSYCOPG, READY_BYTES = "bare psycopg", "ready bytes"

ROOT = Path(__file__).parent.parent
"""Where the package of the benchmarks is imported from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Servers that answer on these ports; the heads of all processes are on its bill."""

    name: str
    ports: list[int]
    heads: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all of them share. ``kept`` is for what the next run can use, ``logs`` for their words.

    ``secret`` signs the tokens of all contestants, so that nobody has to sign in.
    """

    server: Server
    size: Size
    workers: int
    kept: Path
    secret: str
    baseline: Path | None

    @property
    def logs(self) -> Path:
        return self.kept / "logs"


@contextmanager
def on_stage(stage: Stage) -> Generator[list[Contestant]]:
    """Everybody there is, running side by side."""
    stage.logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        database = stage.server.marketplace(stage.size)
        ours = running.enter_context(_marketplace(stage, MARKETPLACE, database))
        without = _marketplace(stage, WITHOUT_CACHE, database, PAGE_CACHE="off")
        page = stage.kept / "page.json"
        page.write_bytes(
            httpx.get(f"http://127.0.0.1:{ours.ports[0]}/api/store/store-0001").content
        )
        there = [ours, running.enter_context(without)]
        if stage.baseline is not None:
            there.append(running.enter_context(_baseline(stage, stage.baseline)))
        there.append(
            running.enter_context(_bare(stage, PSYCOPG, "psycopg_app", DATABASE_URL=database))
        )
        there.append(running.enter_context(_bare(stage, READY_BYTES, "bytes_app", PAGE=str(page))))
        yield there


@contextmanager
def _marketplace(stage: Stage, name: str, database: str, **settings: str) -> Generator[Contestant]:
    """
    As many ``marketplace serve`` as there are workers.

    With a Redis what follows an order is left to ``marketplace work``, which nobody starts here;
    without one they do it themselves, and it is on their bill.
    """
    settings |= {
        "DATABASE_URL": database,
        "SECRET_KEY": stage.secret,
        "VAR_DIR": str(stage.kept / "marketplace"),
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_URL": "https://market.example",
        "LOG_FORMAT": "json",
    }
    with ExitStack() as running:
        helpers = []
        if program := redis_server():
            folder = Path(running.enter_context(TemporaryDirectory(prefix="marketplace-bench-")))
            socket, log = folder / "redis.sock", stage.logs / "redis.log"
            redis = [program, "--port", "0", "--unixsocket", str(socket), "--save", ""]
            helpers.append(running.enter_context(started(*redis, log=log, folder=folder)).pid)
            settings["REDIS_URL"] = f"unix://{socket}"
        command = [str(Path(sys.executable).with_name("marketplace")), "serve"]
        ports, heads = _served(running, stage, name, command, settings)
        yield Contestant(name=name, ports=ports, heads=[*helpers, *heads])


@contextmanager
def _baseline(stage: Stage, source: Path) -> Generator[Contestant]:
    """The Django project below ``source``, under gunicorn, as its README starts it."""
    programs = _environment(stage, source) / "bin"
    settings = {
        "DATABASE_URL": f"postgres://{ROLE}@/bench_baseline",
        "PGHOST": str(stage.server.sockets),
        "SECRET_KEY": stage.secret,
        "PYTHONPYCACHEPREFIX": str(stage.kept / "pycache"),
    }

    sizes = as_arguments(
        merchants=stage.size.stores,
        products=stage.size.products,
        orders=stage.size.stores * stage.size.orders,
    )

    def fill(name: str) -> None:
        log, python = stage.logs / "baseline-seed.log", programs / "python"
        run(python, "manage.py", "migrate", log=log, folder=source, **settings)
        run(python, "seed_data.py", *sizes, log=log, folder=source, **settings)

    content = f"{sizes} {(source / 'seed_data.py').read_text()}"
    stage.server.prepared("bench_baseline", content.encode(), fill)
    port, log = free_port(), stage.logs / "baseline.log"
    command = [str(programs / "gunicorn"), "-c", "gunicorn.conf.py", "config.wsgi"]
    more = {"BIND": f"127.0.0.1:{port}", "WORKERS": str(stage.workers), "WORKER_CLASS": "sync"}
    with started(*command, log=log, folder=source, **settings, **more) as process:
        until_ready(process, port, log)
        yield Contestant(name=BASELINE, ports=[port], heads=[process.pid])


@contextmanager
def _bare(stage: Stage, name: str, app: str, **settings: str) -> Generator[Contestant]:
    """An app of ``bare.py`` under the server that ours has, too."""
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.bare:{app}", "--no-access-log"]
    with ExitStack() as running:
        ports, heads = _served(running, stage, name, command, settings)
        yield Contestant(name=name, ports=ports, heads=heads)


def _served(
    running: ExitStack,
    stage: Stage,
    name: str,
    command: Sequence[str],
    settings: Mapping[str, str],
) -> tuple[list[int], list[int]]:
    """One server for each worker: the ports they listen on, and their processes."""
    ports, heads = [], []
    for number in range(stage.workers):
        port, log = free_port(), stage.logs / f"{name.replace(' ', '-')}-{number}.log"
        place = {"PORT": str(port), "UVICORN_PORT": str(port), "PYTHONPATH": str(ROOT)}
        process = running.enter_context(
            started(*command, log=log, folder=stage.logs, **settings, **place)
        )
        until_ready(process, port, log)
        ports.append(port)
        heads.append(process.pid)
    return ports, heads


def _environment(stage: Stage, source: Path) -> Path:
    """A virtual environment with what the baseline requires; one that was not finished is none."""
    wanted = source / "requirements.txt"
    if not wanted.exists():
        raise Failed(f"there is no baseline in {source}: it has no requirements.txt")
    name = f"baseline-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]}"
    folder, log = stage.kept / name, stage.logs / "baseline-install.log"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        run(sys.executable, "-m", "venv", folder, log=log, folder=stage.kept)
        pip = ("-m", "pip", "install", "--disable-pip-version-check", "--requirement")
        run(folder / "bin" / "python", *pip, wanted, log=log, folder=stage.kept, **_pip_settings())
        (folder / "made").touch()
    return folder


def _pip_settings() -> dict[str, str]:
    """Where packages come from is said in the environment, or in a file in one's home."""
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}


def a_secret() -> str:
    """Long enough for everybody."""
    return secrets.token_urlsafe(48)
