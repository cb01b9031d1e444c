"""Notifications: everybody is told what concerns them, once, and nobody else is."""

from uuid import UUID

import pytest

from marketplace.application.admin import Announce
from marketplace.application.delivery import SaidDelivery
from marketplace.application.merchants import EditMerchant
from marketplace.application.ports import LetterKind, Paging
from marketplace.domain.accounts import WrongRole
from marketplace.domain.notifications import NotificationId, NotificationNotFound, Topic
from tests.unit.world import NOBODYS, World


async def test_a_new_order_is_told_in_the_inbox_and_by_mail(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    placed = await world.an_order(mona, await world.a_product(mona, title="مصباح"), note="بسرعة")

    await world.run_jobs()

    [slip] = await world.inbox(mona)
    [letter] = world.letters_to(mona.email, LetterKind.NEW_ORDER)
    assert (slip.topic, slip.subject_id, slip.read_at) == (Topic.NEW_ORDER, placed.order.id, None)
    for told in (slip.body, letter.text):
        for fact in ("1001", "سارة", "+966501234567", "1 × مصباح", "50.00 SAR", "بسرعة"):
            assert fact in told
    assert await world.inbox(hind) == ()
    assert world.letters_to(hind.email, LetterKind.NEW_ORDER) == []


async def test_a_merchant_is_written_to_in_the_own_language(world: World) -> None:
    mona = await world.a_merchant("mona", locale="en")
    await world.an_order(mona, await world.a_product(mona))

    await world.run_jobs()

    [slip] = await world.inbox(mona)
    assert slip.title == "new_order in en"
    assert [each.subject for each in world.letters_to(mona.email)] == [
        "email_verification in en",
        "new_order in en",
    ]


async def test_what_is_paid_beside_the_goods_is_in_the_letter(world: World) -> None:
    mona = await world.a_merchant("mona")
    terms = SaidDelivery(default_fee="15.00", cod_fee="10.00")
    await world.marketplace.merchants.edit(EditMerchant(acting=mona.actor, delivery=terms))
    await world.an_order(mona, await world.a_product(mona, price="50.00"))

    await world.run_jobs()

    [letter] = world.letters_to(mona.email, LetterKind.NEW_ORDER)
    assert "رسوم التوصيل: \u206615.00 SAR\u2069" in letter.text
    assert "total: 75.00 SAR" in letter.text


async def test_a_new_order_is_told_once_even_if_the_worker_dies_in_between(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    await world.an_order(mona, await world.a_product(mona))
    jobs = await world.do_without_finishing()

    for job in jobs:
        await world.marketplace.jobs.reactions.carry_out(job)

    assert len(await world.inbox(mona)) == 1
    assert len(world.letters_to(mona.email, LetterKind.NEW_ORDER)) == 1


async def test_two_orders_are_two_slips_and_two_letters(world: World) -> None:
    mona = await world.a_merchant("mona")
    lamp = await world.a_product(mona)
    await world.an_order(mona, lamp)
    await world.an_order(mona, lamp)

    await world.run_jobs()

    assert len(await world.inbox(mona)) == 2
    assert len(world.letters_to(mona.email, LetterKind.NEW_ORDER)) == 2


async def test_a_link_that_is_sent_again_comes_in_another_letter(world: World) -> None:
    """
    Mailboxes keep one of two letters with the same Message-ID, and that is the first.

    Its link is void once the second is made: whoever got the first alone would never get in.
    """
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    await world.marketplace.accounts.request_password_reset(mona.email)
    [job] = await world.do_without_finishing()
    [first] = world.letters_to(mona.email, LetterKind.PASSWORD_RESET)

    await world.marketplace.jobs.reactions.carry_out(job)

    last = world.letters_to(mona.email, LetterKind.PASSWORD_RESET)[-1]
    assert world.token_in(last) != world.token_in(first)
    assert last.id != first.id
    await world.marketplace.accounts.reset_password(world.token_in(last), "battery staple")


async def test_no_secret_waits_in_the_outbox(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.marketplace.accounts.request_password_reset(mona.email)
    waiting = repr(world.store.jobs)

    await world.run_jobs()

    for letter in world.letters_to(mona.email):
        assert world.token_in(letter) not in waiting
        assert world.token_in(letter) not in repr(world.store.one_time_tokens)


async def test_an_announcement_reaches_everybody(world: World) -> None:
    boss = await world.an_admin()
    sellers = [await world.a_merchant() for _ in range(3)]

    await world.marketplace.admin.announce(
        Announce(acting=boss, title="صيانة", body="الليلة", target_type="all_merchants")
    )
    await world.run_jobs()

    for seller in sellers:
        [slip] = await world.inbox(seller)
        [letter] = world.letters_to(seller.email, LetterKind.ANNOUNCEMENT)
        assert (slip.topic, slip.title, slip.body) == (Topic.ANNOUNCEMENT, "صيانة", "الليلة")
        assert "صيانة" in letter.text
        assert "الليلة" in letter.text
    assert world.letters_to("boss@example.com") == []


async def test_an_announcement_to_one_reaches_nobody_else(world: World) -> None:
    boss, mona, hind = await world.an_admin(), await world.a_merchant(), await world.a_merchant()

    await world.marketplace.admin.announce(
        Announce(
            acting=boss,
            title="أوراقك",
            body="ناقصة",
            target_type="merchant",
            target_id=mona.merchant_id,
        )
    )
    await world.run_jobs()

    assert len(await world.inbox(mona)) == 1
    assert await world.inbox(hind) == ()
    assert world.letters_to(hind.email, LetterKind.ANNOUNCEMENT) == []


async def test_an_announcement_is_told_once_however_often_it_is_delivered(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    await world.run_jobs()
    await world.marketplace.admin.announce(
        Announce(acting=boss, title="صيانة", body="الليلة", target_type="all_merchants")
    )
    [job] = await world.do_without_finishing()

    await world.marketplace.jobs.reactions.carry_out(job)
    await world.run_jobs()

    assert len(await world.inbox(mona)) == 1
    assert len(world.letters_to(mona.email, LetterKind.ANNOUNCEMENT)) == 1


async def test_whoever_joins_later_is_not_told_what_was_announced_before(world: World) -> None:
    boss = await world.an_admin()
    await world.marketplace.admin.announce(
        Announce(acting=boss, title="صيانة", body="الليلة", target_type="all_merchants")
    )
    await world.run_jobs()
    mona = await world.a_merchant()

    await world.run_jobs()

    assert await world.inbox(mona) == ()


async def test_a_closed_merchant_is_not_written_to(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.an_order(mona, await world.a_product(mona))
    await world.marketplace.accounts.request_password_reset(mona.email)
    await world.marketplace.admin.announce(
        Announce(acting=boss, title="صيانة", body="الليلة", target_type="all_merchants")
    )
    await world.marketplace.admin.close(boss, mona.merchant_id, force=True)

    await world.run_jobs()

    assert world.mailer.sent == []
    assert world.store.jobs == {}


async def test_an_inbox_counts_what_is_unread(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    for _ in range(3):
        await world.an_order(mona, lamp)
    await world.run_jobs()
    [newest, *_] = await world.inbox(mona)

    read = await world.marketplace.notifications.read(mona.actor, newest.id)

    seen = await world.marketplace.notifications.inbox(mona.actor, Paging(limit=2))
    assert read.read_at == world.clock.now()
    assert (len(seen.page.items), seen.unread) == (2, 2)


async def test_reading_once_more_changes_nothing(world: World) -> None:
    mona = await world.a_merchant()
    await world.an_order(mona, await world.a_product(mona))
    await world.run_jobs()
    [slip] = await world.inbox(mona)
    first = await world.marketplace.notifications.read(mona.actor, slip.id)
    world.clock.pass_(world.marketplace.jobs.delay(3))

    again = await world.marketplace.notifications.read(mona.actor, slip.id)

    assert again.read_at == first.read_at


async def test_a_slip_of_somebody_else_is_not_there(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    await world.an_order(mona, await world.a_product(mona))
    await world.run_jobs()
    [slip] = await world.inbox(mona)

    for another in (slip.id, NotificationId(NOBODYS), NotificationId(UUID(int=0))):
        with pytest.raises(NotificationNotFound):
            await world.marketplace.notifications.read(hind.actor, another)

    assert (await world.inbox(mona))[0].read_at is None


async def test_an_admin_has_no_inbox(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    await world.an_order(mona, await world.a_product(mona))
    await world.run_jobs()
    [slip] = await world.inbox(mona)

    with pytest.raises(WrongRole):
        await world.marketplace.notifications.inbox(boss, Paging())
    with pytest.raises(WrongRole):
        await world.marketplace.notifications.read(boss, slip.id)
