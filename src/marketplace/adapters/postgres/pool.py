"""Connections, a few of them, kept open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import psycopg
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

from marketplace.domain.errors import Unavailable

from .faults import is_stale
from .rows import nested_row
from .transaction import Connection


class Pool(AsyncConnectionPool[Connection]):
    """
    Takes every connection back.

    The stock one has lost it if whoever gives it back is cancelled while others are at the door: it
    counts it for ever, and lends it to nobody.
    """

    async def putconn(self, conn: Connection) -> None:
        putting = super().putconn(conn)
        if self._waiting or self._lock.locked():
            await asyncio.shield(asyncio.create_task(putting))
        else:
            # Where nobody is at the door nothing is waited for, so nobody can be cancelled.
            await putting


_SESSION = {
    # Nobody waits for ever, and nobody is waited for.
    "statement_timeout": "5s",
    "lock_timeout": "4s",
    "idle_in_transaction_session_timeout": "10s",
    # Rows are locked, and read afresh after waiting: a stricter level would refuse instead.
    "default_transaction_isolation": r"read\ committed",
    "timezone": "UTC",
}
"""What every session promises, whatever the server was told."""


def make_pool(dsn: str, max_size: int = 16) -> Pool:
    """
    A pool that is not open yet. ``dsn`` is a connection string of libpq, of either form.

    Two seconds for a free connection, then the request is better refused than queued.
    """
    return Pool(
        dsn,
        connection_class=Connection,
        kwargs={
            "autocommit": True,
            "row_factory": nested_row,
            "application_name": "marketplace",
            "connect_timeout": 3,
            # Milliseconds; a server that vanished from the network is not waited for either.
            "tcp_user_timeout": 10_000,
            "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
        },
        configure=_configure,
        min_size=min(2, max_size),
        max_size=max_size,
        max_lifetime=1800,
        timeout=2,
        open=False,
        name="marketplace",
    )


@asynccontextmanager
async def lent(pool: Pool) -> AsyncIterator[Connection]:
    """A connection for statements that stand alone: nobody commits what is in no transaction."""
    connection = await pool.getconn()
    try:
        yield connection
    except (psycopg.Error, Unavailable) as error:
        if is_stale(error) or is_stale(error.__cause__):
            await connection.close()
        raise
    finally:
        await pool.putconn(connection)


async def _configure(connection: Connection) -> None:
    set_json_loads(msgspec.json.decode, connection)
