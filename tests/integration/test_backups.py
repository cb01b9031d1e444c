"""Backups: whole or not at all, put back into an empty database, and nobody is written to twice."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from marketplace.adapters.pg_dump import CannotBackUp, PgDumpBackups

from .conftest import WORKER, _database
from .serving import Process, Server, Shop, until
from .test_production import Production, production

__all__ = ["production"]

NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    yield from _database(server_url, f"restored_{WORKER}")


def run(production: Production, words: str, **settings: str) -> tuple[int, str]:
    log = production.folder / f"command-{len(production.processes)}.log"
    process = Process(words, log, **production.settings | settings)
    production.processes.append(process)
    return process.wait(), process.said()


def test_a_backup_is_put_back_and_goes_on_and_writes_to_nobody_twice(
    empty_database_url: str, production: Production, database_url: str
) -> None:
    kept = production.folder / "kept"
    with httpx.Client(base_url=production.serve().until_ready().url) as client:
        shop = Shop(client)
        product = shop.offer(stock=10)
        path = f"/api/store/{shop.name}/orders"
        assert client.post(path, json=shop.order(product)).status_code == 201
    media = production.folder / "media/public/a.webp"
    media.parent.mkdir(parents=True, exist_ok=True)
    media.write_bytes(b"a photo")
    sealed, _ = run(production, "audit verify")

    status, said = run(production, f"backup --to {kept}")

    assert (sealed, status) == (0, 0), said
    [dump] = kept.glob("marketplace-*.dump")
    assert str(dump) in said
    assert dump.stat().st_mode & 0o777 == 0o600
    assert (kept / "media/public/a.webp").read_bytes() == b"a photo"

    copy = {
        "DATABASE_URL": empty_database_url,
        "STORAGE_URL": str(production.folder / "media-2"),
        "EMAIL_URL": f"file:{production.folder / 'mail-2'}",
    }
    status, said = run(production, f"restore {dump}", **copy)
    assert status == 0, said
    # The letter to confirm an address, that of the order, and what the guest is told; the slip
    # tells nobody outside.
    assert "3 of 4 jobs" in said
    assert (production.folder / "media-2/public/a.webp").read_bytes() == b"a photo"
    assert run(production, f"restore {dump}", **copy)[0] == 2
    assert run(production, "audit verify", **copy)[0] == 0
    assert "Every count agrees" in run(production, "stock reconcile --dry-run", **copy)[1]
    with psycopg.connect(empty_database_url) as restored, psycopg.connect(database_url) as before:
        for table in ("accounts", "orders", "order_lines", "stock_movements", "jobs"):
            counted = f"SELECT count(*) FROM {table}".encode()  # noqa: S608
            assert restored.execute(counted).fetchone() == before.execute(counted).fetchone()

    server = Server(production.folder / "restored.log", **production.settings | copy)
    worker = Process("work", production.folder / "worker.log", **production.settings | copy)
    production.processes += [server, worker]
    with httpx.Client(base_url=server.until_ready().url) as client:
        answer = client.post(path, json=shop.order(product))
        assert answer.status_code == 201
        assert answer.json()["number"] in (1002, "1002")
        # Of the new order, and of that alone.
        until(lambda: [*(production.folder / "mail-2").glob("*.eml")])
        bearer = {"authorization": f"Bearer {shop.access}"}
        inbox = "/api/merchant/notifications"
        until(lambda: client.get(inbox, headers=bearer).json()["unread"] == 2)
        assert len([*(production.folder / "mail-2").glob("*.eml")]) == 1


def test_nothing_is_restored_over_what_is_there(production: Production) -> None:
    kept = production.folder / "kept"
    assert run(production, f"backup --to {kept}")[0] == 0
    [dump] = kept.glob("*.dump")

    status, said = run(production, f"restore {dump}")

    assert status == 2
    assert "not empty" in said


@pytest.mark.parametrize("content", [b"", b"this is no dump", None])
def test_what_is_no_backup_is_not_restored(
    empty_database_url: str, production: Production, content: bytes | None
) -> None:
    file = production.folder / "file.dump"
    if content is not None:
        file.write_bytes(content)

    status, said = run(production, f"restore {file}", DATABASE_URL=empty_database_url)

    assert status == 2
    assert "Traceback" not in said
    with psycopg.connect(empty_database_url) as database:
        assert database.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").rowcount == 0


async def test_the_oldest_backup_goes_when_there_are_enough(
    database_url: str, tmp_path: Path
) -> None:
    shelf, kept = tmp_path / "shelf", tmp_path / "kept"
    shelf.mkdir()
    (shelf / "old.webp").write_bytes(b"old")
    backups = PgDumpBackups(database_url, kept, 2, shelf)
    (kept).mkdir()
    (kept / "notes.txt").write_text("not ours")

    await backups.make(NOON)
    (shelf / "old.webp").unlink()
    for days in (1, 2):
        await backups.make(NOON + timedelta(days=days))

    assert sorted(each.name for each in kept.iterdir()) == [
        "marketplace-20300102T120000Z.dump",
        "marketplace-20300103T120000Z.dump",
        "media",
        "notes.txt",
    ]
    # No backup that is left shows it.
    assert [*(kept / "media").iterdir()] == []


async def test_a_backup_that_fails_leaves_nothing_behind(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin/pg_dump"
    broken.parent.mkdir()
    broken.write_text(
        '#!/bin/sh\ncase "$1" in --version) echo "pg_dump (PostgreSQL) 18.0"; exit 0;; esac\n'
        'for each in "$@"; do case "$each" in --file=*) echo half > "${each#--file=}"; esac; done\n'
        "echo the disk is full >&2; exit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(CannotBackUp, match="the disk is full"):
        await PgDumpBackups(database_url, tmp_path / "kept", 7, None).make(NOON)

    assert [*(tmp_path / "kept").iterdir()] == []


@pytest.mark.parametrize(
    ("by", "named"),
    [
        ("UPDATE audit_entries SET action = 'merchant.closed' WHERE id = %s", "was altered"),
        ("UPDATE audit_entries SET at = at + interval '1 us' WHERE id = %s", "was altered"),
        ("DELETE FROM audit_entries WHERE id = %s", "was removed"),
        (
            "INSERT INTO audit_entries SELECT gen_random_uuid(), at - interval '1 day', action,"
            " actor_id, actor_role, subject_type, subject_id, before, after, address, request_id"
            " FROM audit_entries WHERE id = %s",
            "slipped in",
        ),
        ("UPDATE audit_seals SET at = at + interval '1 s' WHERE ids[1] = %s", "does not follow"),
        (
            "UPDATE audit_seals SET signature = 'forged' WHERE ids[1] = %s",
            "is not signed",
        ),
    ],
)
def test_whoever_writes_into_the_audit_book_by_hand_is_found_out(
    production: Production, database_url: str, by: str, named: str
) -> None:
    admin = "create-admin --email boss@example.com --username watcher --phone +966501234500"
    assert run(production, admin, ADMIN_PASSWORD="watching over it all")[0] == 0
    status, said = run(production, "audit verify")
    assert status == 0, said
    head = said.rpartition("head ")[2].strip()

    with psycopg.connect(database_url, autocommit=True) as superuser:
        found: Any = superuser.execute("SELECT ids[1] FROM audit_seals").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            superuser.execute("DELETE FROM audit_entries")
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(by.encode(), [found[0]])
    status, said = run(production, "audit verify")

    assert status == 1
    assert named in said
    with psycopg.connect(database_url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM audit_seals")
        superuser.execute("DELETE FROM audit_entries")
    # The end was cut off, and all before it: only what was noted down elsewhere knows.
    assert run(production, "audit verify")[0] == 0
    assert run(production, f"audit verify --anchor {head}")[0] == 1


def test_a_book_under_another_key_is_told_from_one_that_was_tampered_with(
    production: Production,
) -> None:
    old, new = "the key that this book began under", "the key that this book goes on under"
    for number, key in enumerate((old, new)):
        admin = f"create-admin --email boss{number}@example.com --username watcher{number}"
        made = run(
            production,
            f"{admin} --phone +96650123450{number}",
            ADMIN_PASSWORD="watching over it all",
            SECRET_KEY=key,
        )
        assert made[0] == 0, made
        # Under another key nothing is sealed: that seal would stay.
        status, said = run(production, "audit verify", SECRET_KEY=key)
        assert (status, "is sealed with another key" in said) == (number, bool(number)), said
        assert "tampered" not in said

    status, said = run(production, "audit verify", SECRET_KEY=new, SECRET_KEY_PREVIOUS=old)
    assert (status, "2 entries under 2 seals" in said) == (0, True), said
    status, said = run(production, "audit verify", SECRET_KEY=new)
    assert (status, "Seals before 2 are under a forgotten key" in said) == (0, True), said
