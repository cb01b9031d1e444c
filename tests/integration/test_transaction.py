"""What is told goes with what is asked: all of it is stored, or nothing."""

import pytest
import sqlalchemy as sa
from psycopg import errors

from marketplace.adapters.memory.neighbours import MemoryBell
from marketplace.adapters.postgres.faults import DatabaseUnavailable
from marketplace.adapters.postgres.pool import Pool
from marketplace.adapters.postgres.statements import compiled, given
from marketplace.adapters.postgres.tables import accounts, jobs
from marketplace.adapters.postgres.transaction import Transaction
from marketplace.domain.accounts import AccountRegistered, EmailAddress
from marketplace.domain.blocked_phones import AlreadyBlocked
from marketplace.domain.errors import ChangedMeanwhile
from tests.unit.contracts.samples import NOON
from tests.unit.contracts.samples import World as Samples
from tests.unit.world import World

from .conftest import administer

ONE = compiled(sa.select(given("number", sa.Integer).label("one")))
BROKEN = compiled(sa.select((sa.literal_column("1") / given("number", sa.Integer)).label("broken")))


async def test_what_was_told_is_answered_in_its_turn(pool: Pool) -> None:
    async with pool.connection() as connection:
        transaction = Transaction(connection)
        first, second = ONE.tell(transaction, number=1), ONE.tell(transaction, number=2)

        assert await ONE.run(transaction, number=3) == [{"one": 3}]
        assert await transaction.hear(second) == [{"one": 2}]
        assert await transaction.hear(first) == [{"one": 1}]
        await transaction.commit()


async def test_a_failure_of_what_was_told_is_told_by_the_end_and_nothing_is_stored(
    samples: Samples, pool: Pool, bell: MemoryBell
) -> None:
    account = samples.account()

    with pytest.raises(errors.DivisionByZero):
        async with samples.begin() as market:
            await market.accounts.add(account, AccountRegistered(at=NOON, account_id=account.id))
            BROKEN.tell(market.transaction, number=0)  # type: ignore[attr-defined]

    assert bell.rung == []
    async with pool.connection() as connection:
        for table in (accounts, jobs):
            count = compiled(sa.select(sa.func.count().label("many")).select_from(table))
            assert await count.run(connection) == [{"many": 0}]


async def test_a_failure_that_somebody_swallows_is_no_success(pool: Pool) -> None:
    async with pool.connection() as connection:
        transaction = Transaction(connection)
        with pytest.raises(errors.DivisionByZero):
            await BROKEN.run(transaction, number=0)

        with pytest.raises(errors.PipelineAborted):
            await transaction.commit()

        assert await ONE.run(connection, number=1) == [{"one": 1}]


async def test_a_connection_goes_on_after_a_failure_with_what_it_knew(pool: Pool) -> None:
    for _ in range(3):
        async with pool.connection() as connection:
            transaction = Transaction(connection)
            ONE.tell(transaction, number=1)
            with pytest.raises(errors.DivisionByZero):
                await BROKEN.run(transaction, number=0)
            await transaction.roll_back()

            transaction = Transaction(connection)
            assert await BROKEN.run(transaction, number=1) == [{"broken": 1}]
            await transaction.commit()


async def test_a_connection_whose_server_forgot_what_it_knew_is_given_up(
    samples: Samples, pool: Pool
) -> None:
    forgetful = set()
    for _ in range(pool.max_size):
        async with samples.begin() as market:
            await market.accounts.called([EmailAddress("nobody@example.com")])
    async with pool.connection() as connection:
        forgetful.add(connection.pgconn.backend_pid)
        await connection.execute("DEALLOCATE ALL")
        transaction = Transaction(connection)
        connection.known.add(b"begin")
        with pytest.raises(DatabaseUnavailable):
            await ONE.run(transaction, number=1)
        await transaction.roll_back()

        assert connection.closed

    async with samples.begin() as market:
        assert await market.accounts.called([EmailAddress("nobody@example.com")]) == []
    async with pool.connection() as connection:
        assert connection.pgconn.backend_pid not in forgetful


async def test_what_only_the_commit_finds_out_is_called_by_its_name(
    samples: Samples, database_url: str, bell: MemoryBell
) -> None:
    administer(
        database_url,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE unique_violation USING CONSTRAINT = 'uq_blocked_phones_phone'; END $$",
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON accounts"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    account = samples.account()
    try:
        with pytest.raises(AlreadyBlocked):
            async with samples.begin() as market:
                await market.accounts.add(
                    account, AccountRegistered(at=NOON, account_id=account.id)
                )
    finally:
        administer(database_url, "DROP FUNCTION refuse CASCADE")

    assert bell.rung == []
    async with samples.begin() as market:
        assert await market.accounts.called([account.email]) == []


async def test_stock_that_somebody_else_has_counted_meanwhile_is_not_written_over(
    world: World, samples: Samples
) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=10)
    async with samples.begin() as market:
        seen = await market.products.get(lamp)
    await world.an_order(seller, lamp)

    with pytest.raises(ChangedMeanwhile):
        async with samples.begin() as market:
            moved = [samples.movement(seen.default.reserve(10))]
            await market.products.save_stock([seen], moved)

    assert await world.stock(lamp) == (10, 1)


@pytest.mark.parametrize("table", ["orders", "products", "variants"])
async def test_nobody_removes_what_orders_and_ledger_refer_to(
    world: World, database_url: str, table: str
) -> None:
    seller = await world.a_merchant()
    await world.an_order(seller, await world.a_product(seller))

    for removal in ("DELETE FROM", "TRUNCATE"):
        with pytest.raises(errors.InsufficientPrivilege):
            administer(database_url, f"{removal} {table} {'CASCADE' * (removal == 'TRUNCATE')}")
