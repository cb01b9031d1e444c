"""What goes wrong in PostgreSQL means something to whoever asked, or is a crash."""

import asyncio

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout

from marketplace.adapters.memory.neighbours import MemoryBell, SequentialIds
from marketplace.adapters.postgres.faults import DatabaseUnavailable, translated
from marketplace.adapters.postgres.pool import Pool, make_pool
from marketplace.adapters.postgres.unit_of_work import PostgresUnitOfWork
from marketplace.adapters.postgres.views import PostgresViews
from marketplace.application.ports import Paging, Selection
from marketplace.application.watching import StoreWatch
from marketplace.domain.accounts import AccountRegistered
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.merchants import MerchantId
from tests.unit.contracts.samples import NOON
from tests.unit.contracts.samples import World as Samples

from .conftest import administer

NOBODY = "host=/nowhere dbname=nothing"
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.mark.parametrize(
    "fault",
    [
        errors.AdminShutdown,
        errors.CannotConnectNow,
        errors.DiskFull,
        errors.IdleInTransactionSessionTimeout,
        errors.LockNotAvailable,
        errors.QueryCanceled,
        errors.ReadOnlySqlTransaction,
        errors.TooManyConnections,
        psycopg.OperationalError,
        PoolTimeout,
    ],
)
def test_an_outage_asks_for_patience(fault: type[psycopg.Error]) -> None:
    with pytest.raises(DatabaseUnavailable) as raised, translated():
        raise fault

    assert raised.value.facts == {"retry_after": 1}


@pytest.mark.parametrize("fault", [errors.SerializationFailure, errors.DeadlockDetected])
def test_a_lost_race_asks_for_another_look(fault: type[psycopg.Error]) -> None:
    with pytest.raises(ChangedMeanwhile), translated():
        raise fault


@pytest.mark.parametrize("fault", [errors.UndefinedTable, errors.CheckViolation, psycopg.DataError])
def test_a_mistake_of_ours_stays_one(fault: type[psycopg.Error]) -> None:
    with pytest.raises(fault), translated():
        raise fault


async def test_a_row_that_no_rule_foresees_twice_is_a_crash(samples: Samples) -> None:
    first, second = samples.account(), samples.account()
    second.id = first.id

    with pytest.raises(errors.UniqueViolation):
        async with samples.begin() as market:
            await market.accounts.add(first)
            await market.accounts.add(second)


async def test_a_database_that_is_away_is_unavailable() -> None:
    async with make_pool(NOBODY) as pool:
        pool.timeout = 0.05

        with pytest.raises(DatabaseUnavailable):
            await PostgresViews(pool).products(
                MerchantId(SequentialIds().new()), Selection(), Paging()
            )
        with pytest.raises(DatabaseUnavailable):
            async with PostgresUnitOfWork(
                pool, SequentialIds(), MemoryBell(), StoreWatch(alone=False)
            ):
                raise AssertionError


async def test_when_every_connection_is_busy_one_is_refused(database_url: str) -> None:
    async with (
        make_pool(database_url, max_size=1) as pool,
        PostgresUnitOfWork(pool, SequentialIds(), MemoryBell(), StoreWatch(alone=False)),
    ):
        pool.timeout = 0.05
        with pytest.raises(DatabaseUnavailable):
            await PostgresViews(pool).audit_entries(Paging())


async def test_a_connection_lost_half_way_is_unavailable_and_then_forgotten(
    samples: Samples, database_url: str
) -> None:
    account = samples.account()

    with pytest.raises(DatabaseUnavailable):
        async with samples.begin() as market:
            administer(database_url, CUT)
            await market.accounts.add(account)

    await _recovered(samples)


async def test_a_connection_lost_at_the_commit_is_unavailable_and_rings_no_bell(
    samples: Samples, database_url: str, bell: MemoryBell
) -> None:
    account = samples.account()

    with pytest.raises(DatabaseUnavailable):
        async with samples.begin() as market:
            await market.accounts.add(account, AccountRegistered(at=NOON, account_id=account.id))
            administer(database_url, CUT)

    assert bell.rung == []
    await _recovered(samples)


async def test_of_two_that_wait_for_each_other_one_is_sent_away(
    samples: Samples, pool: Pool, database_url: str
) -> None:
    first, second = await samples.a_merchant(), await samples.a_merchant()
    both_hold = asyncio.Barrier(2)

    async def hold(one: MerchantId, other: MerchantId) -> None:
        async with samples.begin() as market:
            await market.merchants.hold(one)
            await both_hold.wait()
            await market.merchants.hold(other)

    ended = await asyncio.gather(
        hold(first.id, second.id), hold(second.id, first.id), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in ended) == ["ChangedMeanwhile", "NoneType"]


async def _recovered(samples: Samples) -> None:
    """Every connection of the pool may be broken; each is refused once and replaced."""
    while True:
        try:
            async with samples.begin() as market:
                assert await market.accounts.called([samples.account().email]) == []
        except DatabaseUnavailable:
            continue
        return
