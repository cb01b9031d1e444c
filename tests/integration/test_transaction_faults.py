"""Whatever happens to a transaction, nothing is half stored, and no connection gets lost."""

import asyncio
import inspect
import random
from contextlib import suppress

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import AsyncConnection, generators
from psycopg.pq import TransactionStatus

from marketplace.adapters.memory.neighbours import MemoryBell, SequentialIds
from marketplace.adapters.postgres.faults import DatabaseUnavailable, translated
from marketplace.adapters.postgres.pool import Pool, lent, make_pool
from marketplace.adapters.postgres.statements import compiled, given
from marketplace.adapters.postgres.transaction import Transaction
from marketplace.adapters.postgres.unit_of_work import PostgresUnitOfWork
from marketplace.application.watching import StoreWatch

from .conftest import administer
from .test_postgres import somebody_waits

ONE = compiled(sa.select(given("number", sa.Integer).label("one")))
WORD = compiled(sa.select(sa.func.length(given("word", sa.Text)).label("long")))
NAP = compiled(sa.select(sa.cast(sa.func.pg_sleep(given("seconds", sa.Float)), sa.Text)))
ITSELF = compiled(sa.select(sa.func.pg_backend_pid().label("pid")))
SAID = compiled(
    sa.select(
        sa.func.set_config(given("name", sa.Text), given("value", sa.Text), sa.true()).label("set")
    )
)


async def gone(database_url: str, backend: int) -> None:
    async with await AsyncConnection.connect(database_url, autocommit=True) as looking:
        while True:
            found = await looking.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [backend]
            )
            row = await found.fetchone()
            assert row is not None
            if not row[0]:
                return
            await asyncio.sleep(0.02)


async def test_whoever_falls_silent_half_way_holds_no_lock_for_ever(
    pool: Pool, database_url: str
) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with PostgresUnitOfWork(
            pool, SequentialIds(), MemoryBell(), StoreWatch(alone=False)
        ) as market:
            await SAID.run(
                market.transaction, name="idle_in_transaction_session_timeout", value="100ms"
            )
            async with asyncio.timeout(5):
                await gone(database_url, market.transaction._connection.info.backend_pid)
            await ONE.run(market.transaction, number=1)

    async with lent(pool) as connection:
        assert await ONE.run(connection, number=1) == [{"one": 1}]


@pytest.mark.parametrize("word", ["\0", "\ud800"])
async def test_what_cannot_be_said_is_no_reason_to_give_a_connection_up(
    pool: Pool, word: str
) -> None:
    async with pool.connection() as connection:
        before = connection.info.backend_pid
        transaction = Transaction(connection)
        with pytest.raises((psycopg.DataError, UnicodeEncodeError)):
            ONE.tell(transaction, number=1)
            await WORD.run(transaction, word=word)
        await transaction.roll_back()

        assert not connection.closed
        assert await ITSELF.run(connection) == [{"pid": before}]


@pytest.mark.parametrize("how_many", [1, 3])
async def test_a_server_that_dies_in_the_middle_of_many_answers_is_an_outage(
    pool: Pool, database_url: str, how_many: int
) -> None:
    async with lent(pool) as connection:
        transaction = Transaction(connection)
        for _ in range(how_many):
            ONE.tell(transaction, number=1)
        nap = NAP.tell(transaction, seconds=5)
        for _ in range(how_many):
            ONE.tell(transaction, number=1)
        hearing = asyncio.create_task(transaction.hear(nap))
        await somebody_waits(database_url, "Timeout")
        administer(database_url, f"SELECT pg_terminate_backend({connection.info.backend_pid})")
        with pytest.raises(DatabaseUnavailable):
            await hearing
        await transaction.roll_back()


async def test_what_takes_too_long_ends_and_the_connection_goes_on(pool: Pool) -> None:
    async with lent(pool) as connection:
        before = connection.info.backend_pid
        transaction = Transaction(connection)
        await SAID.run(transaction, name="statement_timeout", value="20ms")
        with pytest.raises(DatabaseUnavailable):
            await NAP.run(transaction, seconds=5)
        await transaction.roll_back()
        assert await ITSELF.run(connection) == [{"pid": before}]


@pytest.mark.parametrize("seed", range(3))
async def test_a_thousand_who_give_up_at_any_moment_leave_a_healthy_pool(
    database_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    administer(database_url, "CREATE TABLE scratch (a int, b int)")
    put = compiled(
        sa.insert(sa.table("scratch", sa.column("a", sa.Integer), sa.column("b", sa.Integer)))
        .values(a=given("a", sa.Integer), b=given("b", sa.Integer))
        .returning(sa.column("a"))
    )
    committed: set[int] = set()
    mixed: list[object] = []
    unexpected: list[BaseException] = []
    try:
        async with make_pool(database_url, max_size=4) as pool:
            bell, watch = MemoryBell(), StoreWatch(alone=False)

            async def one(number: int) -> None:
                try:
                    async with asyncio.timeout(chance.choice([0, 0.0005, 0.002, 0.005, 0.02, 5])):
                        async with PostgresUnitOfWork(pool, SequentialIds(), bell, watch) as market:
                            put.tell(market.transaction, a=number, b=1)
                            if chance.random() < 0.3:
                                await NAP.run(market.transaction, seconds=0.002)
                            for k in range(3):
                                rows = await ONE.run(market.transaction, number=number * 10 + k)
                                if rows != [{"one": number * 10 + k}]:
                                    mixed.append(rows)
                            put.tell(market.transaction, a=number, b=2)
                        committed.add(number)
                    async with asyncio.timeout(chance.choice([0, 0.0005, 0.002, 5])):
                        async with lent(pool) as connection:
                            rows = await ONE.run(connection, number=number)
                            if rows != [{"one": number}]:
                                mixed.append(rows)
                except (TimeoutError, DatabaseUnavailable):
                    pass
                except psycopg.OperationalError as error:
                    unexpected.append(error)
                except BaseException as error:
                    unexpected.append(error)
                    raise

            for start in range(0, 1000, 20):
                await asyncio.gather(*(one(start + k) for k in range(20)))

            async with asyncio.timeout(10):
                while True:
                    stats = pool.get_stats()
                    if stats["pool_available"] == stats["pool_size"]:
                        break
                    await asyncio.sleep(0.02)
            for connection in list(pool._pool):
                assert connection.pgconn.transaction_status == TransactionStatus.IDLE
                assert connection.pgconn.pipeline_status == 0
        with psycopg.connect(database_url) as look:
            rows = look.execute(
                "SELECT a, array_agg(b ORDER BY b) FROM scratch GROUP BY a"
            ).fetchall()
            half = [a for a, b in rows if b != [1, 2]]
            lost = committed - {a for a, _ in rows}
    finally:
        administer(database_url, "DROP TABLE scratch")
    assert (mixed, unexpected, half, lost) == ([], [], [], set())


async def test_a_table_that_a_migration_changes_is_read_again_after_one_refusal(
    database_url: str,
) -> None:
    administer(database_url, "CREATE TABLE scratch (a int)", "INSERT INTO scratch VALUES (1)")
    look = compiled(sa.select(sa.column("a")).select_from(sa.table("scratch")))
    try:
        async with make_pool(database_url, max_size=1) as pool:

            async def written() -> object:
                async with PostgresUnitOfWork(
                    pool, SequentialIds(), MemoryBell(), StoreWatch(alone=False)
                ) as market:
                    return await look.run(market.transaction)

            async def read() -> object:
                with translated():
                    async with lent(pool) as connection:
                        return await look.run(connection)

            for ask in (written, read):
                # psycopg prepares what it has seen five times.
                for _ in range(7):
                    assert await ask() == [{"a": 1}]
                administer(database_url, "ALTER TABLE scratch ALTER a TYPE text USING a")

                with pytest.raises(DatabaseUnavailable):
                    await ask()

                assert await ask() == [{"a": "1"}]
                administer(database_url, "ALTER TABLE scratch ALTER a TYPE int USING a::int")
                with suppress(DatabaseUnavailable):
                    await ask()
    finally:
        administer(database_url, "DROP TABLE scratch")


async def test_what_somebody_has_made_the_server_forget_is_told_again(database_url: str) -> None:
    async with make_pool(database_url, max_size=1) as pool:

        async def ask() -> object:
            async with PostgresUnitOfWork(
                pool, SequentialIds(), MemoryBell(), StoreWatch(alone=False)
            ) as market:
                return await ONE.run(market.transaction, number=1)

        await ask()
        async with lent(pool) as connection:
            await connection.execute("DEALLOCATE ALL")

        with pytest.raises(DatabaseUnavailable):
            await ask()

        assert await ask() == [{"one": 1}]


def test_what_psycopg_promises_nobody_is_still_there() -> None:
    """
    It has a public pipeline, which waits for each answer that is looked at in a turn of its own.

    ``Transaction`` goes one floor below, by generators that psycopg calls its own: whoever takes a
    newer psycopg finds out here, and not by an order.
    """
    assert [*inspect.signature(AsyncConnection.wait).parameters][:2] == ["self", "gen"]
    assert callable(generators.send)
    assert callable(generators.fetch_many)
    assert psycopg.__version__.split(".")[:2] == ["3", "3"], "look at psycopg/generators.py again"
