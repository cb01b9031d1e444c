"""Admins: they watch, they speak, they shut out, and all of it is written down."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from marketplace.application.admin import Announce, FindMerchants, OrdersOpen
from marketplace.application.orders import Wish
from marketplace.application.ports import Paging
from marketplace.application.sessions import SignIn
from marketplace.domain.accounts import (
    AccountSuspended,
    Actor,
    LinkExpired,
    RefreshRefused,
    Session,
    SignInRequired,
    WrongCredentials,
    WrongRole,
)
from marketplace.domain.audit import Action
from marketplace.domain.errors import InvalidFields
from marketplace.domain.merchants import (
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    StoreNotFound,
    WrongMerchantStatus,
)
from marketplace.domain.orders import OrderStatus, Party
from tests.unit.world import NOBODYS, PASSWORD, World


async def test_a_suspended_merchant_is_out_at_the_very_next_request(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")

    seen = await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    assert seen.merchant.status is MerchantStatus.SUSPENDED
    with pytest.raises(AccountSuspended):
        await world.marketplace.sessions.identify(mona.access)
    with pytest.raises(AccountSuspended):
        await world.marketplace.sessions.sign_in(SignIn(name=mona.email, password=PASSWORD))
    with pytest.raises(StoreNotFound):
        await world.marketplace.storefront.page("mona", Paging())


async def test_that_a_merchant_is_suspended_is_told_to_nobody_else(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    with pytest.raises(WrongCredentials):
        await world.marketplace.sessions.sign_in(SignIn(name=mona.email, password="a guess 1"))


async def test_whoever_is_refused_for_a_suspension_leaves_no_session_behind(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    with pytest.raises(AccountSuspended):
        await world.marketplace.sessions.sign_in(SignIn(name=mona.email, password=PASSWORD))

    in_force = [each for each in world.store.all_of(Session) if each.in_force(world.clock.now())]
    hers = [each.id for each in in_force if each.account_id == mona.actor.account_id]
    assert hers == [mona.actor.session_id]


async def test_a_suspension_keeps_the_others_in(world: World) -> None:
    boss, mona, hind = await world.an_admin(), await world.a_merchant(), await world.a_merchant()

    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    assert await world.marketplace.sessions.identify(hind.access) == hind.actor


async def test_a_reactivated_merchant_goes_on_where_it_was(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    lamp = await world.a_product(mona)
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    seen = await world.marketplace.admin.reactivate(boss, mona.merchant_id, "cleared")

    assert seen.merchant.status is MerchantStatus.ACTIVE
    assert await world.marketplace.sessions.identify(mona.access) == mona.actor
    assert await world.an_order(mona, lamp)


async def test_a_status_that_does_not_allow_it_is_named(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()

    with pytest.raises(WrongMerchantStatus) as refused:
        await world.marketplace.admin.reactivate(boss, mona.merchant_id, "cleared")
    assert refused.value.facts == {"status": MerchantStatus.ACTIVE}
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "once")
    with pytest.raises(WrongMerchantStatus):
        await world.marketplace.admin.suspend(boss, mona.merchant_id, "twice")

    assert len(world.audited(Action.MERCHANT_SUSPENDED)) == 1
    assert (await world.merchant(mona)).status_reason == "once"


@pytest.mark.parametrize("reason", ["", " \u200b", "\x00", "x" * 301])
async def test_whoever_suspends_says_why(world: World, reason: str) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()

    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.admin.suspend(boss, mona.merchant_id, reason)

    assert [each.field for each in refused.value.problems] == ["reason"]
    assert (await world.merchant(mona)).status is MerchantStatus.ACTIVE


async def test_who_suspended_whom_and_why_is_in_the_book(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()

    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")
    await world.marketplace.admin.reactivate(boss, mona.merchant_id, "cleared")

    [shut] = world.audited(Action.MERCHANT_SUSPENDED)
    [let_in] = world.audited(Action.MERCHANT_REACTIVATED)
    for entry in (shut, let_in):
        assert (entry.actor_id, entry.actor_role) == (boss.account_id, boss.role)
        assert (entry.subject_type, entry.subject_id) == ("merchant", mona.merchant_id)
    assert shut.before == {"status": "active"}
    assert shut.after == {"status": "suspended", "reason": "counterfeits"}
    assert let_in.before == {"status": "suspended"}
    assert let_in.after == {"status": "active", "reason": "cleared"}


# Closing


async def test_a_closed_store_is_gone_and_so_is_its_keeper(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona", phone="0501234567")

    await world.marketplace.admin.close(boss, mona.merchant_id)

    with pytest.raises(SignInRequired):
        await world.marketplace.sessions.identify(mona.access)
    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh)
    for name in (mona.email, "0501234567", f"{mona.actor.account_id}@closed.invalid"):
        with pytest.raises(WrongCredentials):
            await world.marketplace.sessions.sign_in(SignIn(name=name, password=PASSWORD))
    with pytest.raises(StoreNotFound):
        await world.marketplace.storefront.page("mona", Paging())
    for trace in ("mona", "501234567"):
        assert trace not in repr(await world.merchant(mona))
        assert trace not in repr(await world.account(mona))


async def test_a_suspended_store_can_be_closed(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    await world.marketplace.admin.close(boss, mona.merchant_id)

    assert (await world.merchant(mona)).status is MerchantStatus.CLOSED


async def test_every_name_of_a_closed_store_is_free(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona", phone="0501234567")
    other = await world.a_merchant("hind")

    await world.marketplace.admin.close(boss, mona.merchant_id)
    await world.marketplace.admin.close(boss, other.merchant_id)

    again = await world.a_merchant("mona", phone="0501234567")
    assert again.merchant_id != mona.merchant_id


async def test_nobody_keeps_a_store_from_being_closed(world: World) -> None:
    """A second account under the address the first will get would be in the way."""
    boss, mona = await world.an_admin(), await world.a_merchant("mona")

    with pytest.raises(InvalidFields):
        await world.a_merchant("hind", email=f"{mona.actor.account_id}@closed.invalid")

    await world.marketplace.admin.close(boss, mona.merchant_id)


async def test_an_old_letter_does_not_open_a_closed_account(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.marketplace.accounts.request_password_reset(mona.email)
    await world.run_jobs()
    token = world.token_in(world.letters_to(mona.email)[-1])
    await world.marketplace.admin.close(boss, mona.merchant_id)
    closed = await world.account(mona)

    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.reset_password(token, "battery staple")

    assert await world.account(mona) == closed


async def test_a_store_with_open_orders_is_not_closed(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    lamp = await world.a_product(mona)
    orders = [(await world.an_order(mona, lamp)).order.id for _ in range(4)]
    await world.move(mona, orders[0], "cancelled")
    await world.move(mona, orders[1], "confirmed", "shipped")

    with pytest.raises(OrdersOpen) as refused:
        await world.marketplace.admin.close(boss, mona.merchant_id)

    assert refused.value.facts == {"open_orders": 3}
    assert await world.marketplace.sessions.identify(mona.access) == mona.actor
    assert world.audited(Action.MERCHANT_CLOSED) == []


async def test_a_store_whose_orders_have_ended_is_closed(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    lamp = await world.a_product(mona)
    first, second = [(await world.an_order(mona, lamp)).order.id for _ in range(2)]
    await world.move(mona, first, "cancelled")
    await world.move(mona, second, "confirmed", "shipped", "delivered")

    await world.marketplace.admin.close(boss, mona.merchant_id)

    assert (await world.order(second)).status is OrderStatus.DELIVERED


async def test_force_cancels_what_has_not_left_and_gives_its_stock_back(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    lamp = await world.a_product(mona, stock=10)
    pending, preparing, shipped = [
        (await world.an_order(mona, Wish(product_id=lamp, quantity=2))).order.id for _ in range(3)
    ]
    await world.move(mona, preparing, "confirmed", "preparing")
    await world.move(mona, shipped, "confirmed", "shipped")

    await world.marketplace.admin.close(boss, mona.merchant_id, force=True)

    for order_id in (pending, preparing):
        order = await world.order(order_id)
        assert order.status is OrderStatus.CANCELLED
        assert (order.timeline[-1].by, order.timeline[-1].reason) == (Party.ADMIN, "store closed")
    assert (await world.order(shipped)).status is OrderStatus.SHIPPED
    assert await world.stock(lamp) == (8, 0)
    moved = [each for each in world.audited(Action.ORDER_MOVED) if each.actor_id == boss.account_id]
    assert {each.subject_id for each in moved} == {pending, preparing}


async def test_a_guest_still_follows_an_order_of_a_closed_store(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    await world.marketplace.admin.close(boss, mona.merchant_id, force=True)

    seen = await world.marketplace.orders.track(placed.tracking_token)

    assert seen.order.status is OrderStatus.CANCELLED
    assert seen.order.lines == placed.order.lines


async def test_a_closing_is_in_the_book(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    await world.an_order(mona, await world.a_product(mona))

    await world.marketplace.admin.close(boss, mona.merchant_id, force=True)

    [entry] = world.audited(Action.MERCHANT_CLOSED)
    assert (entry.actor_id, entry.subject_id) == (boss.account_id, mona.merchant_id)
    assert entry.before == {"status": "active"}
    assert entry.after == {"status": "closed", "open_orders": 1}


async def test_a_store_is_closed_once(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    await world.marketplace.admin.close(boss, mona.merchant_id)

    with pytest.raises(MerchantNotFound):
        await world.marketplace.admin.close(boss, mona.merchant_id)
    with pytest.raises(WrongMerchantStatus):
        await world.marketplace.admin.suspend(boss, mona.merchant_id, "too late")
    with pytest.raises(WrongMerchantStatus):
        await world.marketplace.admin.reactivate(boss, mona.merchant_id, "cleared")


async def test_a_merchant_nobody_knows_is_not_found(world: World) -> None:
    boss, nobody = await world.an_admin(), MerchantId(NOBODYS)

    with pytest.raises(MerchantNotFound):
        await world.marketplace.admin.suspend(boss, nobody, "x")
    with pytest.raises(MerchantNotFound):
        await world.marketplace.admin.reactivate(boss, nobody, "cleared")
    with pytest.raises(MerchantNotFound):
        await world.marketplace.admin.close(boss, nobody)


# Announcing


async def test_every_mistake_of_an_announcement_is_named_at_once(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    counted = world.counted()

    with pytest.raises(InvalidFields) as everything:
        await world.marketplace.admin.announce(
            Announce(acting=boss, title="", body="", target_type="everybody")
        )
    with pytest.raises(InvalidFields) as nobody:
        await world.marketplace.admin.announce(
            Announce(acting=boss, title="x", body="x", target_type="merchant")
        )
    with pytest.raises(InvalidFields) as too_much:
        await world.marketplace.admin.announce(
            Announce(
                acting=boss,
                title="x",
                body="x",
                target_type="all_merchants",
                target_id=mona.merchant_id,
            )
        )

    assert [each.field for each in everything.value.problems] == ["title", "body", "target_type"]
    assert [(each.field, each.code) for each in nobody.value.problems] == [("target_id", "missing")]
    assert [(each.field, each.code) for each in too_much.value.problems] == [
        ("target_id", "not-expected")
    ]
    assert world.counted() == counted


async def test_an_announcement_to_nobody_is_not_made(world: World) -> None:
    boss = await world.an_admin()
    counted = world.counted()

    with pytest.raises(MerchantNotFound):
        await world.marketplace.admin.announce(
            Announce(acting=boss, title="x", body="x", target_type="merchant", target_id=NOBODYS)
        )

    assert world.counted() == counted


async def test_who_announced_to_whom_is_in_the_book(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()

    announcement = await world.marketplace.admin.announce(
        Announce(
            acting=boss, title="x", body="y", target_type="merchant", target_id=mona.merchant_id
        )
    )

    [entry] = world.audited(Action.ANNOUNCEMENT_MADE)
    assert (entry.subject_type, entry.subject_id) == ("announcement", announcement.id)
    assert entry.after == {"target_type": "merchant", "target_id": str(mona.merchant_id)}
    assert announcement.created_by == boss.account_id


# Watching


async def test_the_platform_is_told_in_numbers(world: World) -> None:
    boss = await world.an_admin()
    mona, noor, hind = [
        await world.a_merchant(name, phone=phone)
        for name, phone in [
            ("mona", "0501111111"),
            ("noor", "+96555512345"),
            ("hind", "0502222222"),
        ]
    ]
    lamp, cup = await world.a_product(mona), await world.a_product(noor, price="4.750")
    await world.a_product(mona, status="archived")
    first = await world.an_order(mona, lamp)
    world.clock.pass_(timedelta(days=1))
    second, third = (
        await world.an_order(mona, lamp),
        await world.an_order(noor, cup, customer_phone="55512345"),
    )
    await world.move(mona, first.order.id, "confirmed", "shipped", "delivered")
    await world.move(noor, third.order.id, "confirmed", "shipped", "delivered")
    await world.move(mona, second.order.id, "cancelled")
    await world.marketplace.admin.suspend(boss, hind.merchant_id, "x")

    seen = await world.marketplace.admin.statistics(boss)

    assert dict(seen.merchants) == {"active": 2, "suspended": 1}
    assert seen.products == 2
    assert dict(seen.orders) == {"delivered": 2, "cancelled": 1}
    assert dict(seen.revenue) == {"SAR": 5_000, "KWD": 4_750}
    assert len(seen.by_day) == 31
    assert [each.orders for each in seen.by_day if each.orders] == [1, 2]
    assert [(each.username, each.orders) for each in seen.top_stores] == [("mona", 2), ("noor", 1)]


async def test_merchants_are_listed_by_status(world: World) -> None:
    boss, mona, hind = await world.an_admin(), await world.a_merchant(), await world.a_merchant()
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "x")

    everybody = await world.marketplace.admin.merchants(FindMerchants(acting=boss), Paging())
    suspended = await world.marketplace.admin.merchants(
        FindMerchants(acting=boss, status=MerchantStatus.SUSPENDED), Paging()
    )

    assert [each.merchant.id for each in everybody.items] == [hind.merchant_id, mona.merchant_id]
    assert [each.merchant.id for each in suspended.items] == [mona.merchant_id]


async def test_the_book_is_read_newest_first(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "x")

    page = await world.marketplace.admin.audit_entries(boss, Paging(limit=1))

    assert [each.action for each in page.items] == [Action.MERCHANT_SUSPENDED]
    assert page.next is not None


DEEDS: dict[str, Callable[[World, Actor, MerchantId], Awaitable[object]]] = {
    "statistics": lambda world, who, _: world.marketplace.admin.statistics(who),
    "merchants": lambda world, who, _: world.marketplace.admin.merchants(
        FindMerchants(acting=who), Paging()
    ),
    "merchant": lambda world, who, whom: world.marketplace.admin.merchant(who, whom),
    "announcements": lambda world, who, _: world.marketplace.admin.announcements(who, Paging()),
    "audit_entries": lambda world, who, _: world.marketplace.admin.audit_entries(who, Paging()),
    "suspend": lambda world, who, whom: world.marketplace.admin.suspend(who, whom, "x"),
    "reactivate": lambda world, who, whom: world.marketplace.admin.reactivate(who, whom, "cleared"),
    "close": lambda world, who, whom: world.marketplace.admin.close(who, whom, force=True),
    "announce": lambda world, who, whom: world.marketplace.admin.announce(
        Announce(acting=who, title="x", body="x", target_type="all_merchants")
    ),
}


@pytest.mark.parametrize("deed", sorted(DEEDS))
async def test_a_merchant_does_nothing_of_what_admins_do(world: World, deed: str) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    counted = world.counted()

    for whom in (hind.merchant_id, mona.merchant_id, MerchantId(NOBODYS)):
        with pytest.raises(WrongRole):
            await DEEDS[deed](world, mona.actor, whom)

    assert world.counted() == counted


def test_every_deed_of_an_admin_is_tried_above() -> None:
    admin = type(World().marketplace.admin)

    assert {name for name in vars(admin) if name[0] != "_" and callable(getattr(admin, name))} == {
        *DEEDS
    }


async def test_no_admin_can_be_shut_out_by_an_admin(world: World) -> None:
    """Only stores are suspended and closed, and an admin keeps none: the last one stays."""
    boss = await world.an_admin()

    with pytest.raises(MerchantNotFound):
        await world.marketplace.admin.suspend(boss, MerchantId(boss.account_id), "no reason")
    with pytest.raises(MerchantNotFound):
        await world.marketplace.admin.close(boss, MerchantId(boss.account_id), force=True)

    assert await world.marketplace.admin.statistics(boss)
