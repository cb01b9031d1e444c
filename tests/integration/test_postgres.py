"""Every contract against PostgreSQL, and what only shows when many come at once."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any, LiteralString
from uuid import UUID

import msgspec
import psycopg
import pytest
import sqlalchemy as sa
from psycopg.sql import SQL, Identifier

from marketplace.adapters.memory.neighbours import MemoryBell
from marketplace.adapters.postgres.pool import Pool
from marketplace.adapters.postgres.rows import from_row
from marketplace.adapters.postgres.statements import compiled
from marketplace.adapters.postgres.stock import drifting
from marketplace.adapters.postgres.tables import variants
from marketplace.adapters.postgres.views import PostgresViews
from marketplace.adapters.postgres.views import orders as order_views
from marketplace.adapters.postgres.views.orders import AT_A_GO
from marketplace.application.accounts import ChangePassword
from marketplace.application.blocked_phones import BlockPhone
from marketplace.application.categories import AddCategory
from marketplace.application.images import ReceiveImage
from marketplace.application.jobs import LEASE
from marketplace.application.merchants import EditMerchant
from marketplace.application.orders import (
    EditOrder,
    MoveOrder,
    PlacedOrder,
    RefundOrder,
    TakenOrder,
    TakeOrder,
    Wish,
)
from marketplace.application.orders.confirming import AT_ONCE
from marketplace.application.ports import Job, JobNotFound, LetterKind, OrderSelection, Paging
from marketplace.application.products import EditProduct
from marketplace.application.sessions import SignedIn
from marketplace.application.stock import AdjustStock
from marketplace.application.uploads import CompleteUpload, OpenUpload
from marketplace.domain.accounts import (
    LOST_ANSWER,
    AccountRegistered,
    RefreshRefused,
    SignInRequired,
    Username,
    UsernameTaken,
)
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.blocked_phones import OrderRefused
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.images import ImageId
from marketplace.domain.merchants import CurrencyFixed, StoreNotFound
from marketplace.domain.moderation import ProductTakenDown
from marketplace.domain.orders import Edit, Move, OrderStatus, Party
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import ProductNotFound
from marketplace.domain.variants import Drift, StockReason
from tests.unit.contracts.answers import AnswersContract
from tests.unit.contracts.background import BackgroundContract
from tests.unit.contracts.inboxes import InboxesContract
from tests.unit.contracts.outbox import OutboxContract
from tests.unit.contracts.samples import NOON
from tests.unit.contracts.samples import World as Samples
from tests.unit.contracts.ticks import TicksContract
from tests.unit.contracts.unit_of_work import UnitOfWorkContract
from tests.unit.contracts.views import ViewsContract
from tests.unit.contracts.webhooks import WebhooksContract
from tests.unit.world import PASSWORD, PIXELS, MemoryBucket, World

from .conftest import administer


class TestPostgresUnitOfWork(UnitOfWorkContract):
    pass


class TestPostgresOutbox(OutboxContract):
    pass


class TestPostgresTicks(TicksContract):
    pass


class TestPostgresViews(ViewsContract):
    pass


class TestPostgresBackground(BackgroundContract):
    pass


class TestPostgresAnswers(AnswersContract):
    pass


class TestPostgresInboxes(InboxesContract):
    pass


class TestPostgresWebhooks(WebhooksContract):
    pass


async def outcomes(attempts: Sequence[Coroutine[Any, Any, object]]) -> Counter[str]:
    """What became of each, all of them started at once."""
    ended = await asyncio.gather(*attempts, return_exceptions=True)
    return Counter(type(each).__name__ for each in ended)


async def somebody_waits(url: str, event: str = "Lock", many: int = 1) -> None:
    """Come back as soon as so many wait for a lock, or for another event of that type."""
    asking = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = %s"
    )
    async with asyncio.timeout(5), await psycopg.AsyncConnection.connect(url) as connection:
        await connection.set_autocommit(True)
        while (await connection.execute(asking, [event])).rowcount < many:
            pass


async def test_of_fifty_guests_one_gets_the_last_unit(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=1)

    ended = await outcomes([world.an_order(seller, lamp) for _ in range(50)])

    assert ended == {"PlacedOrder": 1, "OutOfStock": 49}
    assert await world.stock(lamp) == (1, 1)


async def test_of_guests_and_an_edit_one_gets_the_last_unit(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=2)
    placed = await world.an_order(seller, lamp)
    edit = EditOrder(
        acting=seller.actor,
        order_id=placed.order.id,
        items=[Wish(product_id=lamp, quantity=2)],
    )
    guests = [world.an_order(seller, lamp) for _ in range(10)]

    ended = await outcomes([*guests[:5], world.marketplace.editing.edit(edit), *guests[5:]])

    assert ended["OutOfStock"] == 10
    assert ended["PlacedOrder"] + ended["OrderInHand"] == 1
    assert await world.stock(lamp) == (2, 2)


async def test_twenty_who_edit_one_order_at_once_leave_its_stock_right(world: World) -> None:
    seller = await world.a_merchant()
    lamp, rug = [await world.a_product(seller, stock=40) for _ in range(2)]
    placed = await world.an_order(seller, lamp)
    edits = [
        EditOrder(
            acting=seller.actor,
            order_id=placed.order.id,
            items=[
                Wish(product_id=lamp, quantity=turn % 3 + 1),
                Wish(product_id=rug, quantity=turn % 4 + 1),
            ][:: (-1) ** turn],
        )
        for turn in range(20)
    ]

    ended = await outcomes([world.marketplace.editing.edit(each) for each in edits])

    assert ended == {"OrderInHand": 20}
    order = await world.order(placed.order.id)
    promised = {each.product_id: each.quantity for each in order.lines}
    assert {each: (await world.stock(each))[1] for each in (lamp, rug)} == promised


async def test_money_is_given_back_once_whoever_else_does_it(world: World) -> None:
    seller = await world.a_merchant()
    placed = await world.an_order(seller, await world.a_product(seller, price="50.00"))
    await world.move(seller, placed.order.id, "confirmed", "shipped", "delivered")
    refund = RefundOrder(
        acting=seller.actor, order_id=placed.order.id, amount="30.00", reason="broken"
    )

    ended = await outcomes([world.marketplace.paying.refund(refund) for _ in range(8)])

    assert ended == {"OrderInHand": 1, "RefundedTooMuch": 7}


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
    assert sorted(each.order.number for each in orders.items) == list(range(1001, 1011))


async def test_an_order_cancelled_twice_gives_its_stock_back_once(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=5)
    placed = await world.an_order(seller, Wish(product_id=lamp, quantity=3))
    cancel = MoveOrder(
        acting=seller.actor, order_id=placed.order.id, status="cancelled", reason="no answer"
    )

    ended = await outcomes([world.marketplace.moving.move(cancel) for _ in range(20)])

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
        store = await market.merchants.get(merchant.id)
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

    pairs = [(products[turn % 6], products[(turn * 5 + 3) % 6]) for turn in range(48)]
    close = world.marketplace.admin.close(boss, seller.merchant_id, force=True)
    ended = await outcomes([*(world.an_order(seller, *pair) for pair in pairs), close])

    assert set(ended) <= {"PlacedOrder", "StoreNotFound", "NoneType"}
    assert ended["NoneType"] == 1
    assert [await world.stock(each) for each in products] == [(500, 0)] * 6


async def test_a_store_is_closed_however_many_order_there(world: World) -> None:
    boss, seller = await world.an_admin(), await world.a_merchant()
    product = await world.a_product(seller, stock=10_000)

    guests = count()

    async def order_on_and_on() -> None:
        with suppress(StoreNotFound):
            for guest in guests:
                await world.an_order(seller, product, customer_phone=f"0501{guest:06}")

    crowd = [asyncio.ensure_future(order_on_and_on()) for _ in range(6)]
    while await world.stock(product) < (10_000, 20):
        await asyncio.wait(crowd, timeout=0.01)
    await world.marketplace.admin.close(boss, seller.merchant_id, force=True)

    await asyncio.gather(*crowd)
    assert await world.stock(product) == (10_000, 0)


@pytest.mark.parametrize("who", ["guest", "merchant"])
async def test_whoever_waits_for_a_product_keeps_the_store_from_nobody(
    world: World, samples: Samples, database_url: str, who: str
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    taken = TakeOrder(
        acting=mona.actor,
        customer_name="سارة",
        customer_phone="0501234567",
        address="حي النخيل",
        items=[Wish(product_id=lamp, quantity=1)],
    )

    async def order() -> PlacedOrder | TakenOrder:
        if who == "guest":
            return await world.an_order(mona, lamp)
        return await world.marketplace.taking.take(taken)

    async with samples.begin() as market:
        await market.products.hold(lamp)
        ordering = asyncio.create_task(order())
        await somebody_waits(database_url)
        await market.merchants.hold(mona.merchant_id)

    assert (await ordering).order.number == 1001


async def test_whoever_was_waiting_while_it_was_taken_down_is_refused(
    world: World, samples: Samples, database_url: str
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    wanted = EditProduct(acting=mona.actor, product_id=lamp, title="قنديل", status="active")
    async with samples.begin() as market:
        held = await market.products.hold(lamp)
        await market.products.save(held, held.take_down("counterfeit", NOON))
        ordering = asyncio.create_task(world.an_order(mona, lamp))
        await somebody_waits(database_url)
        editing = asyncio.create_task(world.marketplace.products.edit(wanted))
        await somebody_waits(database_url, many=2)

    with pytest.raises(ProductNotFound):
        await ordering
    with pytest.raises(ProductTakenDown):
        await editing
    assert (await world.product(lamp)).takedown == held.takedown


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


async def test_a_currency_stays_once_somebody_has_named_a_price(
    world: World, samples: Samples, database_url: str
) -> None:
    mona = await world.a_merchant()
    wanted = EditMerchant(acting=mona.actor, currency="KWD")
    async with samples.begin() as market:
        await market.merchants.steady(mona.merchant_id)
        changing = asyncio.create_task(world.marketplace.merchants.edit(wanted))
        await somebody_waits(database_url)
        await world.a_product(mona)

    with pytest.raises(CurrencyFixed):
        await changing


async def test_a_price_is_in_the_currency_the_store_has_by_then(
    world: World, samples: Samples, database_url: str
) -> None:
    mona = await world.a_merchant()
    async with samples.begin() as market:
        merchant = await market.merchants.hold(mona.merchant_id)
        await market.merchants.unsteady(mona.merchant_id)
        adding = asyncio.create_task(world.a_product(mona, price="4.750"))
        await somebody_waits(database_url)
        merchant.sell_in("KWD")
        await market.merchants.save(merchant)

    assert str((await world.product(await adding)).default.price) == "4.750 KWD"


async def test_of_papers_handed_in_at_once_one_set_is_taken(world: World) -> None:
    mona = await world.a_merchant()

    ended = await outcomes([world.papers(mona) for _ in range(8)])

    assert ended == {"Submission": 1, "WrongKycStatus": 7}
    [papers] = (await world.marketplace.kyc.mine(mona.actor, Paging())).items
    assert list(world.shelf.shelf) == [each.key for each in papers.documents]


async def test_of_two_judges_one_is_heard(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    await world.papers(mona)

    said = ("approved", "rejected") * 3
    ended = await outcomes([world.judge(boss, mona, each, "so") for each in said])

    assert ended == {"Submission": 1, "WrongKycStatus": 5}
    [heard] = (await world.marketplace.kyc.mine(mona.actor, Paging())).items
    assert (await world.merchant(mona)).kyc_status is heard.kyc_status


async def test_papers_handed_in_while_the_store_is_closed_are_not_kept(world: World) -> None:
    boss = await world.an_admin()
    for _ in range(10):
        mona = await world.a_merchant()

        closing = world.marketplace.admin.close(boss, mona.merchant_id)
        ended = await outcomes([world.papers(mona), closing])
        await world.run_jobs()

        assert set(ended) <= {"Submission", "WrongMerchantStatus", "NoneType"}
        file = await world.marketplace.admin.merchant(boss, mona.merchant_id)
        assert all(each.forgotten_at and not each.legal_name for each in file.submissions)
        assert world.shelf.shelf == {}


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

    assert len(claimed) == len(set(claimed)) == 61


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
        *(world.marketplace.sessions.refresh(mona.refresh) for _ in range(20)),
        return_exceptions=True,
    )

    given = [each.refresh for each in answers if isinstance(each, SignedIn)]
    assert len(given) == 20
    [successor] = set(given)
    world.clock.pass_(timedelta(minutes=1))
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
    world.clock.pass_(timedelta(minutes=1))
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


async def test_a_reset_and_a_change_of_password_do_not_wait_for_each_other(
    world: World, database_url: str
) -> None:
    """Both hold the account first: the other way round, each would have what the other wants."""
    mona = await world.a_merchant("mona")
    await world.marketplace.accounts.request_password_reset(mona.email)
    await world.run_jobs()
    token = world.token_in(world.letters_to(mona.email, LetterKind.PASSWORD_RESET)[-1])
    other = ChangePassword(
        acting=mona.actor, current_password=PASSWORD, new_password="another staple"
    )
    account = "SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE NOWAIT"

    async with await psycopg.AsyncConnection.connect(database_url) as holding:
        await holding.execute("SELECT FROM one_time_tokens FOR UPDATE")
        reset = asyncio.create_task(
            world.marketplace.accounts.reset_password(token, "battery staple")
        )
        await somebody_waits(database_url, "Lock")
        async with await psycopg.AsyncConnection.connect(database_url) as looking:
            with pytest.raises(psycopg.errors.LockNotAvailable):
                await looking.execute(account, [mona.actor.account_id])
        change = asyncio.create_task(world.marketplace.accounts.change_password(other))
        await somebody_waits(database_url, "Lock", 2)
        await holding.rollback()
    answers = await asyncio.gather(reset, change, return_exceptions=True)

    assert [type(each) for each in answers] == [type(None), ChangedMeanwhile]


async def test_an_image_is_removed_while_products_take_it_and_orders_are_placed(
    world: World,
) -> None:
    """Whoever comes first: no product shows an image that is gone, and nobody waits in a circle."""
    mona = await world.a_merchant()
    for _ in range(5):
        lamps = [await world.a_product(mona, stock=100) for _ in range(3)]
        wanted = ReceiveImage(
            acting=mona.actor, content=PIXELS, product_id=lamps[0], purpose="logo"
        )
        image = await world.marketplace.images.receive(wanted)
        edits = [
            world.marketplace.products.edit(
                EditProduct(acting=mona.actor, product_id=each, images=[image.id])
            )
            for each in lamps
        ]
        orders = [world.an_order(mona, *lamps) for _ in range(3)]
        removal = world.marketplace.images.remove(mona.actor, image.id)

        ended = await outcomes([*edits, removal, *orders])

        assert set(ended) <= {"ProductView", "NoneType", "PlacedOrder", "ImageNotFound"}, ended
        assert (ended["NoneType"], ended["PlacedOrder"]) == (1, 3)
        for each in lamps:
            assert (await world.product(each)).images == ()
        assert (await world.merchant(mona)).logo is None


async def test_a_photo_is_cleared_away_while_products_and_the_store_take_it_up(
    world: World,
) -> None:
    """Whoever comes first: nothing shows an image that is gone, and nobody waits in a circle."""
    mona = await world.a_merchant()
    for number in range(5):
        lamps = [await world.a_product(mona) for _ in range(3)]
        wanted = ReceiveImage(acting=mona.actor, content=PIXELS)
        image = await world.marketplace.images.receive(wanted)
        edits = [
            world.marketplace.products.edit(
                EditProduct(acting=mona.actor, product_id=each, images=[image.id])
            )
            for each in lamps
        ]
        clearing = world.marketplace.leftovers.clear(unused_for=timedelta())
        logo = EditMerchant(acting=mona.actor, logo=image.id if number % 2 else "")
        dressing = world.marketplace.merchants.edit(logo)

        ended = await outcomes([clearing, *edits, dressing])

        assert set(ended) <= {"list", "ProductView", "MerchantView", "ImageNotFound"}, ended
        async with world.ports.begin() as market:
            there = {each.id for each in await market.images.known([image.id])}
        shown = {each for lamp in lamps for each in (await world.product(lamp)).images}
        if (await world.merchant(mona)).logo:
            shown.add(image.id)
        assert shown <= there


async def test_whoever_puts_a_photo_up_is_waited_for_before_it_is_cleared_away(
    world: World, database_url: str
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    image = await world.marketplace.images.receive(ReceiveImage(acting=mona.actor, content=PIXELS))

    async with world.ports.begin() as market:
        product = await market.products.hold(lamp)
        await market.images.of(mona.merchant_id, [image.id])
        clearing = asyncio.create_task(world.marketplace.leftovers.clear(unused_for=timedelta()))
        await somebody_waits(database_url, "Lock", 1)
        product.images = (image.id,)
        await market.products.save(product)

    assert await clearing == []
    async with world.ports.begin() as market:
        assert await market.images.get(image.id)


async def test_two_who_complete_an_upload_make_one_image(world: World) -> None:
    mona = await world.a_merchant()
    bucket = MemoryBucket(clock=world.clock)
    marketplace = world.with_(images=bucket)
    opening = OpenUpload(acting=mona.actor, content_type="image/jpeg", size=9)
    upload = await marketplace.uploads.open(opening)
    await bucket.put(upload.url.removeprefix("memory:"), PIXELS)
    completing = CompleteUpload(acting=mona.actor, upload_id=ImageId(upload.id))

    ended = await outcomes([marketplace.uploads.complete(completing) for _ in range(5)])

    assert set(ended) <= {"Image", "ChangedMeanwhile", "UploadNotFound"}
    assert ended["Image"] >= 1
    async with world.ports.begin() as market:
        assert await market.images.count(mona.merchant_id) == 1


async def test_an_order_expires_once_however_many_look(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=200)
    for _ in range(AT_ONCE + 20):
        await world.an_order(seller, lamp)
    world.clock.pass_(timedelta(hours=48))

    counted = await asyncio.gather(
        *(world.marketplace.confirming.expire_due() for _ in range(4)), return_exceptions=True
    )

    assert sum(each for each in counted if isinstance(each, int)) == AT_ONCE + 20
    assert await world.stock(lamp) == (200, 0)
    ledger = await world.ledger(seller, lamp)
    assert all(each.reason is StockReason.ORDER_EXPIRED for each in ledger[: AT_ONCE + 20])
    assert not await world.marketplace.stock.reconcile(repair=False)


async def test_of_a_guest_who_confirms_and_cancels_at_once_one_is_heard(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=5)
    for _ in range(5):
        placed = await world.an_order(seller, lamp)
        token = placed.tracking_token
        await outcomes(
            [
                each
                for _ in range(4)
                for each in (
                    world.marketplace.confirming.confirm_by_guest(token),
                    world.marketplace.confirming.cancel_by_guest(token),
                )
            ]
        )
        order = await world.order(placed.order.id)
        assert order.status is OrderStatus.CANCELLED
        assert len(order.timeline) <= 3
    assert await world.stock(lamp) == (5, 0)
    assert not await world.marketplace.stock.reconcile(repair=False)


async def test_a_category_goes_while_products_are_put_on_it_and_sold(world: World) -> None:
    """Nobody finds it half gone, and nobody waits in a circle."""
    seller = await world.a_merchant()
    for turn in range(5):
        shelf = await world.marketplace.categories.add(
            AddCategory(acting=seller.actor, name=f"shelf {turn}")
        )
        lamps = [await world.a_product(seller, category=shelf.id) for _ in range(3)]
        adding = [world.a_product(seller, category=shelf.id) for _ in range(5)]
        editing = [
            world.marketplace.products.edit(
                EditProduct(acting=seller.actor, product_id=each, category=shelf.id)
            )
            for each in lamps
        ]
        orders = [world.an_order(seller, *lamps) for _ in range(3)]
        removal = world.marketplace.categories.remove(seller.actor, shelf.id)

        ended = await outcomes([*adding, removal, *editing, *orders])

        assert set(ended) <= {"UUID", "NoneType", "ProductView", "PlacedOrder", "CategoryNotFound"}
        assert (ended["NoneType"], ended["PlacedOrder"]) == (1, 3), ended
        page = await world.marketplace.products.of_merchant(seller.actor, Paging(limit=100))
        assert {each.product.category for each in page.items} == {None}


async def test_of_taps_that_come_at_once_all_are_orders_and_all_but_one_are_doubles(
    world: World,
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=20)

    placed = await asyncio.gather(*(world.an_order(mona, lamp) for _ in range(10)))

    listed = (await world.marketplace.orders.of_merchant(mona.actor, Paging(limit=100))).items
    originals = [each.background.original for each in listed]
    [single] = [each.order.id for each in listed if each.background.original is None]
    assert len(placed) == 10
    assert {each.id for each in originals if each} == {single}


async def test_a_phone_that_is_blocked_at_once_is_on_the_list_once(world: World) -> None:
    mona = await world.a_merchant()
    wanted = BlockPhone(acting=mona.actor, phone="0501234567")

    said = await asyncio.gather(
        *(world.marketplace.blocked_phones.block(wanted) for _ in range(8)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in said) == [*["AlreadyBlocked"] * 7, "BlockedPhone"]


async def test_no_order_is_taken_once_its_phone_is_blocked(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=100)
    wanted = BlockPhone(acting=mona.actor, phone="0501234567")

    async def order() -> object:
        return await world.an_order(mona, lamp)

    said = await asyncio.gather(
        *(order() for _ in range(10)),
        world.marketplace.blocked_phones.block(wanted),
        *(order() for _ in range(10)),
        return_exceptions=True,
    )

    refused = [each for each in said if isinstance(each, OrderRefused)]
    taken = [each for each in said if isinstance(each, PlacedOrder)]
    assert len(refused) + len(taken) == 20
    assert (await world.product(lamp)).default.reserved == len(taken)
    with pytest.raises(OrderRefused):
        await world.an_order(mona, lamp)


async def test_of_admins_who_retry_or_discard_one_job_at_once_the_book_has_one_line(
    world: World,
) -> None:
    boss = await world.an_admin()
    desk = world.marketplace.job_desk
    for act, action in ((desk.retry, Action.JOB_RETRIED), (desk.discard, Action.JOB_DISCARDED)):
        await world.a_merchant()
        async with world.ports.begin() as market:
            [job] = await market.outbox.claim(world.clock.now(), LEASE, 10)
            await market.outbox.park(job, "no such mailbox")

        said = await asyncio.gather(*(act(boss, job.id) for _ in range(8)), return_exceptions=True)

        failed = [each for each in said if isinstance(each, BaseException)]
        assert all(isinstance(each, JobNotFound) for each in failed)
        assert len(failed) == (7 if act == desk.discard else 0)
        page = await world.marketplace.admin.audit_entries(boss, Paging(limit=100))
        assert [each.subject_id for each in page.items if each.action is action] == [job.id]
        await world.run_jobs()


def copied(database_url: str, times: int) -> None:
    """So many orders like the one there is, with its lines."""
    tables: dict[str, dict[str, LiteralString]] = {
        "orders": {
            "id": "(lpad(to_hex(n), 32, '0'))::uuid",
            "number": "5000 + n",
            "tracking_hash": "sha256(n::text::bytea)",
            "placed_at": "placed_at - n * interval '1 hour'",
        },
        "order_lines": {"order_id": "(lpad(to_hex(n), 32, '0'))::uuid"},
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        for table, own in tables.items():
            cursor = connection.execute(SQL("SELECT * FROM {} LIMIT 0").format(Identifier(table)))
            columns = [each.name for each in cursor.description or ()]
            copy = SQL("INSERT INTO {} ({}) SELECT {} FROM {} AS it, generate_series(1, {}) AS n")
            connection.execute(
                copy.format(
                    Identifier(table),
                    SQL(", ").join(map(Identifier, columns)),
                    SQL(", ").join(
                        SQL(own[each]) if each in own else Identifier("it", each)
                        for each in columns
                    ),
                    Identifier(table),
                    times,
                )
            )


def read_from(table: str, plan: dict[str, Any]) -> int:
    """How many rows of a table a statement has looked at."""
    own = 0
    if plan.get("Relation Name") == table:
        looked_at = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        own = round(looked_at * plan["Actual Loops"])
    return own + sum(read_from(table, each) for each in plan.get("Plans", ()))


@pytest.mark.parametrize("which", [variants.c.product_id, variants.c.merchant_id])
async def test_the_books_of_one_are_no_dearer_for_what_others_have_to_deliver(
    world: World, database_url: str, which: sa.Column[UUID]
) -> None:
    busy, mona = await world.a_merchant(), await world.a_merchant()
    await world.an_order(busy, await world.a_product(busy))
    copied(database_url, 1000)
    lamp = await world.a_product(mona)
    await world.an_order(mona, lamp, await world.a_product(mona))
    with psycopg.connect(database_url) as connection:
        meant = lamp if which is variants.c.product_id else mona.merchant_id
        asked = compiled(drifting(which == sa.literal_column(f"'{meant}'", sa.Uuid)))
        # As where there are many stores and large tables, however few and small they are here.
        connection.execute("ALTER TABLE orders ALTER COLUMN merchant_id SET (n_distinct = 500)")
        connection.execute("ANALYZE")
        connection.execute("SET LOCAL enable_seqscan = off")
        explain = b"EXPLAIN (ANALYZE, FORMAT JSON) " + asked.question.text
        [[[planned]]] = connection.execute(explain).fetchall()
        connection.rollback()

    assert read_from("orders", planned["Plan"]) == 1
    assert read_from("order_lines", planned["Plan"]) == 2


async def test_of_two_who_repair_stock_the_second_finds_nothing_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    mona = await world.a_merchant()
    drifted = [await world.a_product(mona, stock=10) for _ in range(2)]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE variants SET on_hand = 100")
    seen = await world.marketplace.stock.reconcile(repair=False)
    await world.marketplace.stock.reconcile(repair=True)

    async def as_before(*_: object) -> Sequence[Drift]:
        return seen

    monkeypatch.setattr(PostgresViews, "drifts", as_before)

    assert list(await world.marketplace.stock.reconcile(repair=True)) == list(seen)
    for each in drifted:
        assert await world.stock(each) == (10, 0)
        assert len(await world.ledger(mona, each)) == 2


async def test_news_waits_for_whoever_puts_a_telephone_right(
    world: World, samples: Samples, database_url: str
) -> None:
    mona = await world.a_merchant()
    order = (await world.an_order(mona, await world.a_product(mona))).order
    async with samples.begin() as market:
        held = await market.orders.hold(order.id)
        work = asyncio.create_task(world.run_jobs())
        await somebody_waits(database_url)
        right = replace(held.customer, phone=PhoneNumber("+966507777777"))
        edited = held.edit(Edit(customer=right), NOON)
        assert edited is not None
        await market.orders.unlink(order.id)
        await market.orders.save(held, edited)
    await work

    assert {each.phone for each in world.messenger.sent} == {"+966507777777"}


async def test_others_have_their_turn_while_orders_are_made_of_rows(
    world: World,
    views: PostgresViews,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mona = await world.a_merchant()
    await world.an_order(mona, await world.a_product(mona))
    copied(database_url, 3 * AT_A_GO)
    made, at_a_turn = 0, list[int]()

    def counted(row: object, kind: type[Any]) -> Any:
        nonlocal made
        made += 1
        return from_row(row, kind)

    async def somebody_else() -> None:
        nonlocal made
        while True:
            at_a_turn.append(made)
            made = 0
            await asyncio.sleep(0)

    monkeypatch.setattr(order_views, "from_row", counted)
    other = asyncio.create_task(somebody_else())
    page = await views.dated_orders(mona.merchant_id, OrderSelection(), Paging(limit=500))
    other.cancel()

    assert len(page.items) == 1 + 3 * AT_A_GO
    assert sum(at_a_turn) + made == 1 + 3 * AT_A_GO
    assert max(at_a_turn) == AT_A_GO


async def test_a_page_stays_quick_whatever_one_phone_has_ordered(
    world: World, samples: Samples, database_url: str
) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    copied(database_url, 1500)

    found = await world.marketplace.orders.find(mona.actor, placed.order.id)

    assert found.background is not None
    assert (found.background.open, found.background.is_first) == (999, False)
