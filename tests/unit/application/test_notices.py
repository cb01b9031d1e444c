"""What comes by mail is chosen; what is in the inbox is not."""

import pytest

from marketplace.application.admin import Announce
from marketplace.application.notices import ChooseMail
from marketplace.application.ports import LetterKind
from marketplace.domain.errors import InvalidFields
from marketplace.domain.notifications import CHOSEN, MailChoices, Topic

from ..world import Seller, World


async def choose(
    world: World, seller: Seller, *, daily_digest: bool | None = None, **mail: bool
) -> MailChoices:
    return await world.marketplace.preferences.choose(
        ChooseMail(acting=seller.actor, mail=mail, daily_digest=daily_digest)
    )


async def everything_happens(world: World, seller: Seller) -> None:
    boss = await world.an_admin()
    await world.an_order(seller, await world.a_product(seller, stock=4, low_stock_at=3))
    await world.papers(seller)
    await world.judge(boss, seller, "approved")
    await world.marketplace.admin.announce(
        Announce(acting=boss, title="صيانة", body="الليلة", target_type="all_merchants")
    )
    await world.marketplace.accounts.request_password_reset(seller.email)
    await world.run_jobs()


def kinds(world: World, seller: Seller) -> set[str]:
    return {each.subject.partition(" ")[0] for each in world.letters_to(seller.email)}


SECURITY = {LetterKind.EMAIL_VERIFICATION, LetterKind.PASSWORD_RESET}


async def test_whoever_has_chosen_nothing_gets_what_matters(world: World) -> None:
    mona = await world.a_merchant()

    await everything_happens(world, mona)

    assert kinds(world, mona) == SECURITY | {
        LetterKind.NEW_ORDER,
        LetterKind.ANNOUNCEMENT,
        LetterKind.KYC_APPROVED,
    }


async def test_whoever_wants_no_mail_gets_what_is_about_the_account(world: World) -> None:
    mona = await world.a_merchant()
    await choose(world, mona, **{topic.value: False for topic in CHOSEN})

    await everything_happens(world, mona)

    assert kinds(world, mona) == SECURITY
    assert {each.topic for each in await world.inbox(mona)} == {
        Topic.NEW_ORDER,
        Topic.LOW_STOCK,
        Topic.KYC_DECISION,
        Topic.ANNOUNCEMENT,
    }


async def test_whoever_wants_to_hear_of_low_stock_does_once(world: World) -> None:
    mona = await world.a_merchant()
    await choose(world, mona, low_stock=True)

    await everything_happens(world, mona)
    await world.run_jobs()

    assert len(world.letters_to(mona.email, LetterKind.LOW_STOCK)) == 1


async def test_what_is_not_said_stays(world: World) -> None:
    mona = await world.a_merchant()

    first = await choose(world, mona, daily_digest=True, new_order=False)
    second = await choose(world, mona, low_stock=True)

    assert first.daily_digest
    assert second.daily_digest
    assert Topic.NEW_ORDER not in second.mailed
    assert Topic.LOW_STOCK in second.mailed
    assert await world.marketplace.preferences.mine(mona.actor) == second


async def test_another_merchant_chooses_for_nobody_else(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()

    await choose(world, mona, new_order=False)

    assert await world.marketplace.preferences.mine(hind.actor) == MailChoices()


async def test_there_is_no_other_topic(world: World) -> None:
    mona = await world.a_merchant()

    with pytest.raises(InvalidFields):
        await choose(world, mona, nonsense=True)
