"""Jobs, by real workers: killed, frozen, stopped, and given what they cannot read."""

import asyncio
import json
import multiprocessing
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from marketplace.adapters.taskiq import TaskiqBell, make_broker
from marketplace.application.ports import BeginUnitOfWork, Job
from marketplace.application.schedule import ScheduleService, Task
from marketplace.domain.notifications import AnnouncementMade
from marketplace.domain.schedule import ExpiryDue
from marketplace.entrypoints.container import running
from marketplace.entrypoints.settings import Settings
from marketplace.entrypoints.worker import Worker
from tests.unit.contracts.samples import World as Samples

from .conftest import administer
from .redis_server import RedisServer
from .serving import Process, Shop, until
from .test_production import Production, production

__all__ = ["production"]

LEASE = 2


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def silent_mail() -> Iterator[str]:
    """A post office that takes every call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}?starttls=never"


def the_letter(database: psycopg.Connection[Any]) -> tuple[str, int, datetime] | None:
    return database.execute(
        "SELECT state, attempt, due_at FROM jobs WHERE reaction = 'send_verification_email'"
    ).fetchone()


def hung(production: Production, database: psycopg.Connection[Any], mail: str) -> Process:
    """A worker that waits for a silent post office, over the one job there is."""
    settings = production.settings | {"EMAIL_URL": mail, "JOB_LEASE": str(LEASE)}
    worker = Process("work", production.folder / "hung.log", **settings)
    production.processes.append(worker)
    until(lambda: (the_letter(database) or [""])[0] == "running")
    return worker


def a_letter_waits(production: Production) -> Shop:
    with httpx.Client(base_url=production.serve().until_ready().url) as client:
        return Shop(client)


def test_a_long_job_is_kept_while_its_worker_lives_and_taken_up_soon_after(
    production: Production, database: psycopg.Connection[Any], silent_mail: str
) -> None:
    production.settings["JOB_LEASE"] = str(LEASE)
    a_letter_waits(production)
    worker = hung(production, database, silent_mail)
    production.work()
    first = the_letter(database)
    assert first is not None

    # Three leases go by, and the other one looks every second.
    until(lambda: (the_letter(database) or first)[2] > first[2] + timedelta(seconds=3 * LEASE))
    assert (the_letter(database) or first)[:2] == ("running", 1)
    assert production.letters() == 0
    worker.kill()

    # Nothing else happens here that could wake anybody.
    until(lambda: production.letters() == 1)
    until(lambda: the_letter(database) is None)


def test_a_worker_that_was_frozen_past_its_lease_can_say_nothing_any_more(
    production: Production, database: psycopg.Connection[Any], silent_mail: str
) -> None:
    production.settings["JOB_LEASE"] = str(LEASE)
    a_letter_waits(production)
    worker = hung(production, database, silent_mail)
    worker.freeze()
    production.work()
    until(lambda: production.letters() == 1)
    until(lambda: the_letter(database) is None)

    worker.resume()

    until(lambda: "was taken over" in worker.said() or "failed, again" in worker.said())
    assert the_letter(database) is None
    assert production.letters() == 1


def test_a_worker_that_is_told_to_stop_leaves_nothing_to_wait_for(
    production: Production, database: psycopg.Connection[Any], silent_mail: str
) -> None:
    a_letter_waits(production)
    worker = hung(production, database, silent_mail)

    assert worker.stop() == 0

    left = the_letter(database)
    assert left is not None
    assert left[0] == "queued"
    production.work()
    until(lambda: production.letters() == 1)


def test_what_no_version_can_read_is_seen_and_kept_and_keeps_nobody_waiting(
    production: Production, database: psycopg.Connection[Any]
) -> None:
    strange = {
        "kind": ("send_pigeon", "AccountRegistered", {"at": "2030-01-01T00:00:00Z"}),
        "event": ("mail_new_order", "AccountAbducted", {}),
        "payload": ("mail_new_order", "OrderPlaced", [1, "?"]),
    }
    for reaction, event, payload in strange.values():
        database.execute(
            "INSERT INTO jobs (id, reaction, event, payload, due_at, created_at)"
            " VALUES (%s, %s, %s, %s, now(), now())",
            [uuid4(), reaction, event, json.dumps(payload)],
        )
    production.work()
    a_letter_waits(production)

    until(lambda: production.letters() == 1)
    until(
        lambda: (
            database.execute("SELECT count(*) FROM jobs WHERE state = 'unknown'").fetchone() == (3,)
        )
    )

    # A newer version comes, which knows it after all.
    database.execute(
        "UPDATE jobs SET reaction = 'expire_orders', event = 'ExpiryDue',"
        " payload = '{\"at\": \"2030-01-01T00:00:00Z\"}' WHERE reaction = 'send_pigeon'"
    )
    until(lambda: database.execute("SELECT count(*) FROM jobs").fetchone() == (2,))


@pytest.mark.parametrize("fault", ["frozen", "emptied", "killed"])
def test_orders_go_on_whatever_becomes_of_redis(production: Production, fault: str) -> None:
    server, worker = production.serve().until_ready(), production.work()
    with httpx.Client(base_url=server.url, timeout=30) as client:
        shop = Shop(client)
        product = shop.offer(stock=1000)
        until(lambda: production.letters() == 1)
        {
            "frozen": production.redis.freeze,
            "emptied": lambda: production.redis.command("FLUSHALL"),
            "killed": production.redis.kill,
        }[fault]()

        for _ in range(20):
            answer = client.post(f"/api/store/{shop.name}/orders", json=shop.order(product))
            assert answer.status_code == 201
        until(lambda: production.letters() == 21)

        if fault == "frozen":
            production.redis.thaw()
        if fault == "killed":
            production.redis.start()
        client.post(f"/api/store/{shop.name}/orders", json=shop.order(product))
        until(lambda: production.letters() == 22)
    assert worker.is_running


async def test_the_stream_of_rings_does_not_grow_for_ever() -> None:
    redis = RedisServer()
    redis.start()
    try:
        bell = TaskiqBell(make_broker(redis.url))
        # Past the 200 ms that a ring may take, as here, some are not sent at all.
        for _ in range(150):
            await asyncio.gather(*(bell._task.kiq(str(uuid4())) for _ in range(100)))
        length = int(redis.command("XLEN", "marketplace:bell").strip().removeprefix(b":"))
        await bell.close()
    finally:
        redis.remove()

    assert 10_000 <= length < 11_000


async def test_one_lease_that_ended_is_found_among_ten_thousand_that_have_not(
    database_url: str, begin: BeginUnitOfWork
) -> None:
    administer(
        database_url,
        "INSERT INTO jobs (id, reaction, event, payload, due_at, created_at, state, attempt)"
        " SELECT gen_random_uuid(), 'mail_new_order', 'OrderPlaced', '{}',"
        " CASE n WHEN 10000 THEN now() - interval '1 s' ELSE now() + interval '1 h' END,"
        " now(), 'running', 1 FROM generate_series(1, 10000) n",
    )

    async with begin() as market:
        taken = await market.outbox.take(
            datetime.now(UTC), timedelta(minutes=1), 10, {"mail_new_order": 10}
        )

    assert [each.attempt for each in taken] == [2]


# An announcement to everybody

EVERYBODY = 5000

CROWD = """
INSERT INTO accounts SELECT (jsonb_populate_record(one, jsonb_build_object(
    'id', gen_random_uuid(), 'email', 'm' || n || '@example.com', 'username', 'm' || n,
    'phone', '+96650' || (1000000 + n)))).*
FROM accounts one, generate_series(2, {many}) n WHERE one.role = 'merchant';
INSERT INTO merchants SELECT (jsonb_populate_record(one, jsonb_build_object(
    'id', gen_random_uuid(), 'account_id', accounts.id, 'username', accounts.username))).*
FROM merchants one, accounts WHERE accounts.id <> one.account_id AND accounts.role = 'merchant'
"""


async def test_however_often_its_worker_dies_an_announcement_reaches_each_of_5000_once(
    production: Production, database: psycopg.Connection[Any], samples: Samples
) -> None:
    production.settings["JOB_LEASE"] = str(LEASE)
    await samples.a_merchant()
    announcement = await samples.an_announcement()
    for statement in CROWD.format(many=EVERYBODY).split(";"):
        database.execute(statement.encode())

    def count(what: str) -> int:
        found = database.execute(f"SELECT count(*) FROM {what}".encode()).fetchone()  # noqa: S608
        assert found is not None
        return int(found[0])

    assert count("merchants") == EVERYBODY
    async with samples.begin() as market:
        await market.outbox.add(
            AnnouncementMade(at=datetime.now(UTC), announcement_id=announcement.id)
        )

    # Twice in the middle of the one statement: nobody gets past a table that somebody holds.
    for _ in range(2):
        with psycopg.connect(production.settings["DATABASE_URL"]) as holding:
            holding.execute("LOCK TABLE notifications IN SHARE MODE")
            worker = production.work()
            until(lambda: count("pg_locks WHERE NOT granted") > 0)
            worker.kill()
            # The server finds out when it wants to answer.
        assert count("jobs WHERE reaction = 'send_notification'") == 1

    # And three times over the letters, which otherwise go out little by little.
    for letters in (200, 1200, 2500):
        worker = production.work()
        until(lambda: count("notifications") > 0)
        database.execute("UPDATE jobs SET due_at = now() WHERE state = 'queued' AND due_at > now()")
        until(lambda letters=letters: production.letters() >= letters)
        worker.kill()
    production.work()
    until(lambda: count("jobs WHERE reaction = 'mail_notification'") == 0)

    assert count("notifications") == EVERYBODY
    assert count("(SELECT DISTINCT merchant_id FROM notifications) each") == EVERYBODY
    # A letter is a file of its Message-ID: one for each, however often it was sent.
    heads = [
        dict(line.split(": ", 1) for line in text.split("\n\n")[0].splitlines() if ": " in line)
        for text in (each.read_text() for each in (production.folder / "mail").glob("*.eml"))
    ]
    assert len(heads) == EVERYBODY
    assert len({each["To"] for each in heads}) == EVERYBODY
    assert len({each["Message-ID"] for each in heads}) == EVERYBODY
    assert count("jobs WHERE state = 'dead'") == 0


# A job that kills its worker


class Poison:
    """Photos kill whoever looks at them; letters do not."""

    def __init__(self, log: Path) -> None:
        self._log = log

    async def carry_out(self, job: Job) -> None:
        with self._log.open("a") as log:
            log.write(f"{job.reaction}\n")
        if job.reaction == "sweep_storage":
            os._exit(1)


def work_over_poison(settings: dict[str, str], log: Path) -> None:
    async def work() -> None:
        read = Settings.read(settings)
        async with running(read) as container:
            marketplace = container.marketplace()
            poison: Any = Poison(log)
            marketplace.jobs = replace(marketplace.jobs, reactions=poison)
            worker = Worker(marketplace, container.bell(), timedelta(seconds=1))
            await worker.work(asyncio.Event())

    asyncio.run(work())


def test_a_job_that_kills_its_worker_is_parked_in_the_end(
    production: Production, database: psycopg.Connection[Any]
) -> None:
    log = production.folder / "done"
    log.touch()
    # So that nothing of the schedule mixes in.
    for task in ("SweepDue",):
        database.execute("INSERT INTO ticks VALUES (%s, now() + interval '1 day')", [task])
    database.execute(
        "INSERT INTO jobs (id, reaction, event, payload, due_at, created_at) VALUES"
        " (gen_random_uuid(), 'sweep_storage', 'SweepDue', '{\"at\": \"2030-01-01T00:00:00Z\"}',"
        " now(), now())"
    )
    context = multiprocessing.get_context("spawn")

    def state() -> tuple[str, int]:
        found = database.execute(
            "SELECT state, attempt FROM jobs WHERE reaction = 'sweep_storage'"
        ).fetchone()
        assert found is not None
        return found[0], found[1]

    lives = 0
    while state()[0] != "dead":
        worker = context.Process(target=work_over_poison, args=(production.settings, log))
        worker.start()
        until(lambda worker=worker: not worker.is_alive() or state()[0] == "dead")
        lives += 1
        if worker.is_alive():
            worker.kill()
        worker.join()
        assert lives < 10

    # Three attempts were counted at the claim; whoever comes fourth does not touch it.
    assert state() == ("dead", 4)
    assert log.read_text().splitlines().count("sweep_storage") == 3


# Several schedulers


def look_at_the_clock(settings: dict[str, str]) -> None:
    async def look() -> None:
        async with running(Settings.read(settings)) as container:
            ports = container.ports()
            task = Task(comes=ExpiryDue, every=timedelta(seconds=0.25))
            schedule = ScheduleService(ports.begin, ports.clock, [task])
            while True:
                await schedule.come_round()
                await asyncio.sleep(0.02)

    asyncio.run(look())


def test_however_many_schedulers_run_and_die_each_moment_comes_once(
    production: Production, database: psycopg.Connection[Any]
) -> None:
    # Every job that is ever stored is noted down, and done at once.
    database.execute("CREATE TABLE noted (at timestamptz)")
    database.execute(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " INSERT INTO noted VALUES ((NEW.payload->>'at')::timestamptz); RETURN NULL; END $$"
    )
    database.execute(
        "CREATE TRIGGER note BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION note()"
    )
    context = multiprocessing.get_context("spawn")
    schedulers = [
        context.Process(target=look_at_the_clock, args=(production.settings,)) for _ in range(3)
    ]
    try:
        for each in schedulers:
            each.start()

        def come() -> int:
            found = database.execute("SELECT count(*) FROM noted").fetchone()
            assert found is not None
            return int(found[0])

        until(lambda: come() >= 10)
        schedulers[0].kill()
        until(lambda: come() >= 20)
    finally:
        for each in schedulers:
            each.kill()
            each.join()
        noted = [at for (at,) in database.execute("SELECT at FROM noted ORDER BY at").fetchall()]
        ticks = [at for (at,) in database.execute("SELECT at FROM ticks ORDER BY at").fetchall()]
        database.execute("DROP TRIGGER note ON jobs")
        database.execute("DROP FUNCTION note")
        database.execute("DROP TABLE noted")

    assert noted == ticks
    assert len(set(noted)) == len(noted) >= 20
