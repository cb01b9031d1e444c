"""Every contract against PostgreSQL, and what only shows when many come at once."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from marketplace.adapters.memory.neighbours import MemoryBell
from marketplace.adapters.postgres.pool import Pool
from marketplace.application.orders import MoveOrder, Wish
from marketplace.application.ports import Job, LetterKind, Paging
from marketplace.application.products import EditProduct
from marketplace.application.stock import AdjustStock
from marketplace.domain.accounts import (
    LOST_ANSWER,
    AccountRegistered,
    RefreshRefused,
    SignInRequired,
    Username,
    UsernameTaken,
)
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.merchants import StoreNotFound
from marketplace.domain.orders import Move, OrderStatus, Party
from tests.unit.contracts.answers import AnswersContract
from tests.unit.contracts.outbox import OutboxContract
from tests.unit.contracts.samples import NOON
from tests.unit.contracts.samples import World as Samples
from tests.unit.contracts.unit_of_work import UnitOfWorkContract
from tests.unit.contracts.views import ViewsContract
from tests.unit.world import World

from .conftest import administer


class TestPostgresUnitOfWork(UnitOfWorkContract):
    pass


class TestPostgresOutbox(OutboxContract):
    pass


class TestPostgresViews(ViewsContract):
    pass


class TestPostgresAnswers(AnswersContract):
    pass


async def outcomes(attempts: Sequence[Coroutine[Any, Any, object]]) -> Counter[str]:
    """What became of each, all of them started at once."""
    ended = await asyncio.gather(*attempts, return_exceptions=True)
    return Counter(type(each).__name__ for each in ended)


async def somebody_waits(url: str, event: str = "Lock") -> None:
    """Come back as soon as a connection waits for a lock, or for another event of that type."""
    asking = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = %s"
    )
    async with asyncio.timeout(5), await psycopg.AsyncConnection.connect(url) as connection:
        await connection.set_autocommit(True)
        while not (await connection.execute(asking, [event])).rowcount:
            pass


async def test_of_fifty_guests_one_gets_the_last_unit(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=1)

    ended = await outcomes([world.an_order(seller, lamp) for _ in range(50)])

    assert ended == {"PlacedOrder": 1, "OutOfStock": 49}
    assert await world.stock(lamp) == (1, 1)


async def test_orders_that_cross_never_wait_for_each_other(world: World) -> None:
    seller = await world.a_merchant()
    products = [await world.a_product(seller, stock=40) for _ in range(3)]

    crossing = [world.an_order(seller, *products[:: (-1) ** turn]) for turn in range(40)]
    ended = await outcomes(crossing)

    assert ended == {"PlacedOrder": 40}
    assert [await world.stock(each) for each in products] == [(40, 40)] * 3


async def test_every_store_numbers_its_orders_without_a_gap(world: World) -> None:
    seller = await world.a_merchant()
    lamps = [await world.a_product(seller, stock=1) for _ in range(10)]

    await outcomes([world.an_order(seller, each) for each in lamps for _ in range(2)])

    orders = await world.marketplace.orders.of_merchant(seller.actor, Paging(limit=100))
    assert sorted(each.number for each in orders.items) == list(range(1001, 1011))


async def test_an_order_cancelled_twice_gives_its_stock_back_once(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=5)
    placed = await world.an_order(seller, Wish(product_id=lamp, quantity=3))
    cancel = MoveOrder(
        acting=seller.actor, order_id=placed.order.id, status="cancelled", reason="no answer"
    )

    ended = await outcomes([world.marketplace.orders.move(cancel) for _ in range(20)])

    assert ended == {"OrderInHand": 20}
    assert await world.stock(lamp) == (5, 0)
    assert len((await world.order(placed.order.id)).timeline) == 2


async def test_sales_and_a_merchants_count_of_the_shelf_add_up(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=10)
    sales = [world.an_order(seller, lamp) for _ in range(10)]
    count = world.marketplace.products.edit(
        EditProduct(acting=seller.actor, product_id=lamp, stock=20)
    )

    await outcomes([*sales[:5], count, *sales[5:]])

    on_hand, reserved = await world.stock(lamp)
    assert reserved == 10
    assert 20 <= on_hand <= 30


async def test_whoever_waited_for_an_order_sees_what_happened_to_it(
    samples: Samples, database_url: str
) -> None:
    order = await samples.an_order(await samples.a_merchant(), moved=False)

    async def see() -> list[OrderStatus]:
        async with samples.begin() as market:
            return [each.status for each in (await market.orders.hold(order.id)).timeline]

    async with samples.begin() as market:
        held = await market.orders.hold(order.id)
        seen = asyncio.create_task(see())
        await somebody_waits(database_url)
        said = Move(to=OrderStatus.CONFIRMED, by=Party.MERCHANT)
        await market.orders.save(held, held.move(said, NOON))

    assert await seen == ["pending", "confirmed"]


async def test_no_order_gets_a_number_of_a_store_that_was_just_shut(samples: Samples) -> None:
    merchant = await samples.a_merchant()

    async with samples.begin() as market:
        store = await market.merchants.of_store(merchant.username)
        async with samples.begin() as admins:
            held = await admins.merchants.hold(merchant.id)
            await admins.merchants.save(held, held.suspend("fraud", NOON))

        with pytest.raises(StoreNotFound):
            await market.merchants.next_order_number(store.id)


async def test_closing_a_busy_store_is_in_nobodys_way(world: World) -> None:
    boss, seller = await world.an_admin(), await world.a_merchant()
    products = [await world.a_product(seller, stock=500) for _ in range(6)]
    for turn in range(24):
        await world.an_order(seller, products[turn % 6], products[(turn + 1) % 6])

    async def close() -> None:
        # An order that came in meanwhile has it look again; nothing else may stop it.
        for _ in range(20):
            with suppress(ChangedMeanwhile):
                await world.marketplace.admin.close(boss, seller.merchant_id, force=True)
                return

    pairs = [(products[turn % 6], products[(turn * 5 + 3) % 6]) for turn in range(48)]
    ended = await outcomes([*(world.an_order(seller, *pair) for pair in pairs), close()])

    assert set(ended) <= {"PlacedOrder", "StoreNotFound", "NoneType"}
    assert ended["NoneType"] == 1
    assert [await world.stock(each) for each in products] == [(500, 0)] * 6


async def test_a_name_is_not_lost_to_whoever_waits_for_it_to_be_left(
    world: World, samples: Samples, database_url: str
) -> None:
    mona = await world.a_merchant("mona")
    async with samples.begin() as market:
        merchant = await market.merchants.hold(mona.merchant_id)
        account = await market.accounts.hold(merchant.account_id)
        merchant.username = account.username = Username("mona-new")
        await market.accounts.save(account)
        await market.merchants.save(merchant)
        waiting = asyncio.create_task(world.a_merchant("mona", email="other@example.com"))
        await somebody_waits(database_url)
        await market.merchants.leave(Username("mona"), mona.merchant_id, NOON)

    with pytest.raises(UsernameTaken):
        await waiting


async def test_two_workers_never_claim_the_same_job(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=20)
    for _ in range(20):
        await world.an_order(seller, lamp)

    async def claim() -> list[Job]:
        async with world.ports.begin() as market:
            return await market.outbox.claim(world.clock.now(), timedelta(minutes=1), 10)

    claimed = [
        job.id for jobs in await asyncio.gather(*(claim() for _ in range(8))) for job in jobs
    ]

    assert len(claimed) == len(set(claimed)) == 41


async def test_a_job_that_this_version_cannot_read_is_still_claimed(
    samples: Samples, database_url: str
) -> None:
    account = samples.account()
    async with samples.begin() as market:
        await market.accounts.add(account, AccountRegistered(at=NOON, account_id=account.id))

    for unreadable in (
        "UPDATE jobs SET event = 'AccountAbducted'",
        "UPDATE jobs SET event = 'OrderPlaced'",
        "UPDATE jobs SET payload = '3'",
    ):
        administer(database_url, unreadable)
        async with samples.begin() as market:
            [job] = await market.outbox.claim(NOON, timedelta(0), 10)
            assert (job.event, job.reaction) == (None, "send_verification_email")


async def test_any_failure_can_be_written_down(samples: Samples) -> None:
    account = samples.account()
    async with samples.begin() as market:
        await market.accounts.add(account, AccountRegistered(at=NOON, account_id=account.id))
        [job] = await market.outbox.claim(NOON, timedelta(minutes=1), 1)

        assert await market.outbox.park(job, "\0 \ud800 " * 10_000)


async def test_a_row_that_breaks_a_rule_does_not_come_in(
    samples: Samples, database_url: str
) -> None:
    merchant = await samples.a_merchant()
    administer(database_url, "UPDATE merchants SET confirm_within_hours = 0")

    with pytest.raises(msgspec.ValidationError, match="confirm_within_hours is 1 to 168"):
        async with samples.begin() as market:
            await market.merchants.get(merchant.id)


async def test_nothing_in_the_audit_book_is_ever_changed(
    samples: Samples, database_url: str
) -> None:
    entry = AuditEntry.of(
        Action.ADMIN_CREATED,
        id=AuditEntryId(samples.new()),
        at=NOON,
        actor=None,
        subject_type="account",
        subject_id=samples.new(),
    )
    async with samples.begin() as market:
        await market.audit.add(entry)

    for change in ("UPDATE audit_entries SET after = '{}'", "DELETE FROM audit_entries"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            administer(database_url, change)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        administer(database_url, "TRUNCATE audit_entries")


async def test_whoever_gives_up_waiting_leaves_nothing_behind(
    samples: Samples, pool: Pool, database_url: str
) -> None:
    merchant, account = await samples.a_merchant(), samples.account()

    async def wait() -> None:
        async with samples.begin() as market:
            await market.accounts.add(account)
            await market.merchants.hold(merchant.id)

    async with samples.begin() as market:
        await market.merchants.hold(merchant.id)
        waiting = asyncio.create_task(wait())
        await somebody_waits(database_url)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await market.accounts.called([account.email]) == []

    assert pool.get_stats()["pool_available"] == pool.get_stats()["pool_size"]


async def test_whoever_gives_up_during_the_commit_has_committed(
    samples: Samples, bell: MemoryBell, pool: Pool, database_url: str
) -> None:
    account = samples.account()
    administer(
        database_url,
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON accounts"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()",
    )

    async def register() -> None:
        async with samples.begin() as market:
            await market.accounts.add(account, AccountRegistered(at=NOON, account_id=account.id))

    task = asyncio.create_task(register())
    await somebody_waits(database_url, "Timeout")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    administer(database_url, "DROP FUNCTION dawdle CASCADE")

    assert len(bell.rung) == 1
    assert pool.get_stats()["pool_available"] == pool.get_stats()["pool_size"]
    async with samples.begin() as market:
        assert await market.accounts.called([account.email]) == [account]


async def test_twenty_who_refresh_one_token_at_once_get_one_successor(world: World) -> None:
    mona = await world.a_merchant("mona")

    answers = await asyncio.gather(
        *(world.marketplace.sessions.refresh(mona.refresh) for _ in range(20))
    )

    [successor] = {each.refresh for each in answers}
    assert await world.marketplace.sessions.refresh(successor)


async def test_of_twenty_who_show_a_stolen_token_none_stays_signed_in(world: World) -> None:
    mona = await world.a_merchant("mona")
    second = await world.marketplace.sessions.refresh(mona.refresh)
    world.clock.pass_(LOST_ANSWER * 2)

    answers = await asyncio.gather(
        *(world.marketplace.sessions.refresh(mona.refresh) for _ in range(20)),
        return_exceptions=True,
    )
    await world.run_jobs()

    assert {type(each) for each in answers} == {RefreshRefused}
    with pytest.raises(SignInRequired):
        await world.marketplace.sessions.identify(second.access)
    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(second.refresh)
    assert len(world.letters_to(mona.email, LetterKind.SESSION_STOLEN)) == 1


async def test_products_of_one_title_that_come_at_once_have_slugs_of_their_own(
    world: World,
) -> None:
    seller = await world.a_merchant()

    ended = await outcomes([world.a_product(seller, title="عباءة") for _ in range(20)])

    assert ended == {"UUID": 20}
    page = await world.marketplace.products.of_merchant(seller.actor, Paging(limit=100))
    slugs = {each.product.slug for each in page.items}
    assert slugs == {"عباءة", *(f"عباءة-{number}" for number in range(2, 21))}


async def test_of_writers_who_saw_the_same_version_one_writes(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller)
    seen = frozenset({(await world.product(lamp)).version})

    ended = await outcomes(
        [
            world.marketplace.products.edit(
                EditProduct(acting=seller.actor, product_id=lamp, title=f"t{turn}", seen=seen)
            )
            for turn in range(10)
        ]
    )

    assert ended == {"ProductView": 1, "StaleVersion": 9}


async def test_counting_beside_sales_loses_neither(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=30)

    def adjust(units: int) -> Coroutine[Any, Any, object]:
        said = AdjustStock(acting=seller.actor, product_id=lamp, adjust=units, reason="correction")
        return world.marketplace.stock.adjust(said)

    ended = await outcomes(
        [each for _ in range(12) for each in (world.an_order(seller, lamp), adjust(-2), adjust(1))]
    )

    adjusted, placed = ended["Adjusted"], ended["PlacedOrder"]
    assert ended.keys() <= {"Adjusted", "PlacedOrder", "NotEnoughOnHand", "OutOfStock"}
    ledger = await world.ledger(seller, lamp)
    assert len(ledger) == 1 + adjusted + placed
    on_hand, reserved = await world.stock(lamp)
    assert (on_hand, reserved) == (sum(each.on_hand for each in ledger), placed)
    assert not await world.marketplace.stock.reconcile(repair=False)


async def test_nobody_rewrites_the_ledger(world: World, database_url: str) -> None:
    await world.a_product(await world.a_merchant())

    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("UPDATE stock_movements SET on_hand = 0")
