"""Merchants: what a keeper changes about the own store, and what is written into the book."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from marketplace.application.accounts import CreateAdmin
from marketplace.application.delivery import SaidDelivery
from marketplace.application.images import ReceiveImage
from marketplace.application.merchants import EditMerchant
from marketplace.application.ports import Paging
from marketplace.domain.accounts import UsernameTaken, WrongRole
from marketplace.domain.audit import Action
from marketplace.domain.delivery import DeliveryTerms
from marketplace.domain.errors import InvalidFields, StaleVersion
from marketplace.domain.images import ImageNotFound
from marketplace.domain.merchants import CurrencyFixed, MovedTooOften, StoreMoved, StoreNotFound
from marketplace.domain.money import Money
from tests.unit.world import NOBODYS, PASSWORD, PIXELS, Seller, World

CHANGES: dict[str, object] = {
    "name": "متجر الجديد",
    "username": "mona-new",
    "payment_preference": "both",
    "whatsapp_link": "https://wa.me/966501234567",
    "instagram_link": "https://instagram.com/mona",
    "facebook_link": "https://facebook.com/mona",
    "description": "سطر\nوسطر",
    "whatsapp_phone": "+966507654321",
    "min_order_total": Money(5_000, "SAR"),
    "confirm_within_hours": 24,
    "delivery": DeliveryTerms(default_fee=Money(2_500, "SAR"), cod_fee=Money(500, "SAR")),
    "blocked_phone_policy": "flag",
    "locale": "en",
    "time_zone": "Asia/Dubai",
    "closed_until": datetime(2030, 2, 1, tzinfo=UTC),
}
SAID: dict[str, object] = CHANGES | {
    "time_zone": "asia/dubai",
    "whatsapp_phone": "٠٥٠ ٧٦٥ ٤٣٢١",
    "min_order_total": "٥٠",
    "delivery": SaidDelivery(default_fee="٢٥", cod_fee="5.00"),
    "username": "Mona-New",
}


async def edit(world: World, seller: Seller, **said: object) -> None:
    wanted = EditMerchant(acting=seller.actor, **said)  # type: ignore[arg-type]
    await world.marketplace.merchants.edit(wanted)


async def test_a_keeper_sees_the_own_store(world: World) -> None:
    mona = await world.a_merchant("mona", phone="0501234567")

    seen = await world.marketplace.merchants.mine(mona.actor)

    assert seen.merchant.username == "mona"
    assert (seen.email, seen.phone, seen.logo) == ("mona@example.com", "+966501234567", None)


@pytest.mark.parametrize("field", sorted(CHANGES))
async def test_one_thing_changes_and_everything_else_stays(world: World, field: str) -> None:
    mona = await world.a_merchant("mona")
    before = await world.merchant(mona)

    await edit(world, mona, **{field: SAID[field]})

    after = await world.merchant(mona)
    assert getattr(after, field) == CHANGES[field]
    setattr(before, field, CHANGES[field])
    before.version = after.version
    assert after == before


async def test_everything_may_change_at_once(world: World) -> None:
    mona = await world.a_merchant("mona")

    await edit(world, mona, **SAID)

    after = await world.merchant(mona)
    assert {name: getattr(after, name) for name in CHANGES} == CHANGES


async def test_nothing_said_changes_nothing(world: World) -> None:
    mona = await world.a_merchant("mona")
    before = await world.merchant(mona)

    await edit(world, mona)

    after = await world.merchant(mona)
    before.version = after.version
    assert after == before


async def test_a_link_that_is_emptied_is_gone(world: World) -> None:
    mona = await world.a_merchant("mona")
    await edit(world, mona, instagram_link="https://instagram.com/mona")

    await edit(world, mona, instagram_link="")

    assert (await world.merchant(mona)).instagram_link == ""


async def test_every_mistake_is_named_and_nothing_is_changed(world: World) -> None:
    mona = await world.a_merchant("mona")
    before, counted = await world.merchant(mona), world.counted()

    with pytest.raises(InvalidFields) as refused:
        await edit(
            world,
            mona,
            name="",
            username="admin",
            payment_preference="gold",
            whatsapp_link="https://evil.com\\.wa.me/",
            instagram_link="http://instagram.com",
            facebook_link="x",
            description="\u202e",
            whatsapp_phone="1",
            min_order_total="-1",
            confirm_within_hours=0,
            country="XX",
            currency="SARS",
            time_zone="Mars/Olympus",
            closed_until=world.clock.now(),
        )

    assert {each.field: each.code for each in refused.value.problems} == {
        "name": "missing",
        "username": "reserved-username",
        "payment_preference": "not-one-of",
        "whatsapp_link": "bad-link",
        "instagram_link": "bad-link",
        "facebook_link": "bad-link",
        "description": "bad-characters",
        "whatsapp_phone": "bad-phone",
        "min_order_total": "negative-amount",
        "confirm_within_hours": "bad-hours",
        "country": "unknown-country",
        "currency": "unknown-currency",
        "time_zone": "unknown-time-zone",
        "closed_until": "past-moment",
    }
    assert await world.merchant(mona) == before
    assert world.counted() == counted


async def test_a_store_that_moves_is_led_to_from_every_old_address(world: World) -> None:
    mona = await world.a_merchant("mona")

    await edit(world, mona, username="mona-new")
    await edit(world, mona, username="mona-newest")

    page = await world.marketplace.storefront.page("mona-newest", Paging())
    assert page.store.id == mona.merchant_id
    assert (await world.account(mona)).username == "mona-newest"
    for old in ("mona", "MONA", "mona-new"):
        with pytest.raises(StoreMoved) as moved:
            await world.marketplace.storefront.page(old, Paging())
        assert moved.value.facts == {"username": "mona-newest"}


async def test_nobody_else_can_have_an_old_address(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    await edit(world, mona, username="mona-new")
    counted = world.counted()

    with pytest.raises(UsernameTaken):
        await edit(world, hind, username="mona")
    with pytest.raises(UsernameTaken):
        await world.a_merchant("mona", email="other@example.com")
    with pytest.raises(UsernameTaken):
        await world.marketplace.accounts.create_admin(
            CreateAdmin(
                email="x@example.com", username="mona", password=PASSWORD, phone="0599999998"
            )
        )

    assert world.counted() == counted
    assert (await world.merchant(hind)).username == "hind"


async def test_an_old_address_can_be_taken_back(world: World) -> None:
    mona = await world.a_merchant("mona")
    await edit(world, mona, username="mona-new")

    await edit(world, mona, username="mona")

    page = await world.marketplace.storefront.page("mona", Paging())
    assert page.store.id == mona.merchant_id
    with pytest.raises(StoreMoved) as moved:
        await world.marketplace.storefront.page("mona-new", Paging())
    assert moved.value.facts == {"username": "mona"}


async def test_a_suspended_store_leads_nobody_on_and_keeps_its_old_address(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await edit(world, mona, username="mona-new")

    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    with pytest.raises(StoreNotFound):
        await world.marketplace.storefront.page("mona", Paging())
    with pytest.raises(UsernameTaken):
        await world.a_merchant("mona", email="other@example.com")


async def test_the_old_addresses_of_a_closed_store_are_free_again(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await edit(world, mona, username="mona-new")

    await world.marketplace.admin.close(boss, mona.merchant_id)

    with pytest.raises(StoreNotFound):
        await world.marketplace.storefront.page("mona", Paging())
    other = await world.a_merchant("mona")
    page = await world.marketplace.storefront.page("mona", Paging())
    assert page.store.id == other.merchant_id


async def test_an_order_for_an_old_address_is_told_where_to_go(world: World) -> None:
    mona = await world.a_merchant("mona")
    lamp = await world.a_product(mona)
    await edit(world, mona, username="mona-new")

    with pytest.raises(StoreMoved) as moved:
        await world.an_order(mona, lamp)

    assert moved.value.facts == {"username": "mona-new"}
    assert await world.stock(lamp) == (10, 0)


async def test_a_store_moves_three_times_in_thirty_days(world: World) -> None:
    mona = await world.a_merchant("mona")
    for number in range(3):
        await edit(world, mona, username=f"mona-{number}")
        world.clock.pass_(timedelta(days=1))
    before = await world.merchant(mona)

    with pytest.raises(MovedTooOften) as refused:
        await edit(world, mona, username="mona-3", name="another")

    assert refused.value.facts == {"possible_at": world.clock.now() + timedelta(days=27)}
    assert await world.merchant(mona) == before
    world.clock.pass_(timedelta(days=27))
    await edit(world, mona, username="mona-3")


async def test_a_store_holds_its_last_ten_addresses_and_no_more(world: World) -> None:
    mona = await world.a_merchant("mona")
    for number in range(12):
        await edit(world, mona, username=f"mona-{number}")
        world.clock.pass_(timedelta(days=11))

    assert len(world.store.former_usernames) == 10
    for free in ("mona", "mona-0"):
        await world.a_merchant(free, email=f"{free}@example.org")
    with pytest.raises(UsernameTaken):
        await world.a_merchant("mona-1")


async def test_a_store_does_not_move_into_another_one(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.a_merchant("hind")

    with pytest.raises(UsernameTaken):
        await edit(world, mona, username="hind", name="هند")

    assert (await world.merchant(mona)).username == "mona"
    assert (await world.account(mona)).username == "mona"


async def test_amounts_and_phones_are_read_as_the_stores_country_writes_them(world: World) -> None:
    noor = await world.a_merchant("noor", phone="+96555512345")

    await edit(world, noor, min_order_total="4.750", whatsapp_phone="5555 4321")

    after = await world.merchant(noor)
    assert after.min_order_total == Money(4_750, "KWD")
    assert after.whatsapp_phone == "+96555554321"


async def test_a_logo_is_one_of_ones_own_images(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    own = await world.marketplace.images.receive(ReceiveImage(acting=mona.actor, content=PIXELS))
    hers = await world.marketplace.images.receive(ReceiveImage(acting=hind.actor, content=PIXELS))

    await edit(world, mona, logo=own.id)
    for another in (hers.id, NOBODYS, uuid4()):
        with pytest.raises(ImageNotFound):
            await edit(world, mona, logo=another)

    seen = await world.marketplace.merchants.mine(mona.actor)
    assert seen.logo is not None
    assert seen.logo.id == own.id
    await edit(world, mona, logo="")
    assert (await world.marketplace.merchants.mine(mona.actor)).logo is None


async def test_the_book_holds_what_changed_and_no_more(world: World) -> None:
    mona = await world.a_merchant("mona")

    await edit(world, mona, name="متجر القمر", description="سر", whatsapp_phone="0507654321")

    [entry] = world.audited(Action.MERCHANT_EDITED)
    assert entry.actor_id == mona.actor.account_id
    assert entry.subject_id == mona.merchant_id
    assert (entry.before, entry.after) == ({"name": "…"}, {"name": "…"})


async def test_an_admin_keeps_no_store(world: World) -> None:
    boss = await world.an_admin()

    with pytest.raises(WrongRole):
        await world.marketplace.merchants.edit(EditMerchant(acting=boss, name="x"))


def test_every_field_one_can_say_is_tried_above() -> None:
    assert {each.name for each in fields(EditMerchant)} == {
        *CHANGES,
        *("acting", "seen", "logo", "country", "currency"),
    }


async def test_a_holiday_begins_and_ends_as_the_keeper_says(world: World) -> None:
    mona = await world.a_merchant("mona")
    until = datetime(2030, 2, 1, 9, tzinfo=timezone(timedelta(hours=3)))

    await edit(world, mona, closed_until=until)
    away = (await world.marketplace.merchants.mine(mona.actor)).merchant.closed_until
    await edit(world, mona, closed_until="")
    back = (await world.marketplace.merchants.mine(mona.actor)).merchant.closed_until

    assert away is not None
    assert away == until
    assert away.tzinfo is UTC
    assert back is None


async def test_a_holiday_ends_within_the_calendar(world: World) -> None:
    mona = await world.a_merchant("mona")
    never = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))

    with pytest.raises(InvalidFields) as refused:
        await edit(world, mona, closed_until=never)

    assert [each.code for each in refused.value.problems] == ["bad-moment"]


async def test_an_edit_that_changes_nothing_leaves_no_trace(world: World) -> None:
    mona = await world.a_merchant("mona")
    before = (await world.marketplace.merchants.mine(mona.actor)).merchant

    await edit(world, mona, name=before.name)

    assert (await world.marketplace.merchants.mine(mona.actor)).merchant == before
    assert world.store.audit == []


async def test_what_was_changed_meanwhile_is_not_overwritten(world: World) -> None:
    mona = await world.a_merchant("mona")
    seen = (await world.merchant(mona)).version
    await edit(world, mona, name="أولًا", seen={seen})

    with pytest.raises(StaleVersion) as stale:
        await edit(world, mona, name="ثانيًا", seen={seen})

    assert stale.value.facts == {"version": seen + 1}
    assert (await world.merchant(mona)).name == "أولًا"


async def test_a_store_without_products_can_sell_in_another_currency(world: World) -> None:
    mona = await world.a_merchant("mona")
    await edit(world, mona, min_order_total="50")

    await edit(world, mona, currency="kwd")

    moved = await world.merchant(mona)
    assert (moved.currency, moved.min_order_total) == ("KWD", Money.zero("KWD"))
    lamp = await world.product(await world.a_product(mona, price="4.750"))
    assert lamp.default.price == Money(4_750, "KWD")


async def test_an_amount_beside_a_new_currency_is_of_that_one(world: World) -> None:
    mona = await world.a_merchant("mona")

    await edit(world, mona, currency="KWD", min_order_total="4.750")

    assert (await world.merchant(mona)).min_order_total == Money(4_750, "KWD")


async def test_a_store_with_products_keeps_its_currency(world: World) -> None:
    mona = await world.a_merchant("mona")
    lamp = await world.a_product(mona)
    await world.marketplace.products.archive(mona.actor, lamp)
    before = await world.merchant(mona)

    await edit(world, mona, currency="SAR")
    with pytest.raises(CurrencyFixed) as fixed:
        await edit(world, mona, currency="KWD")

    assert fixed.value.facts == {"currency": "SAR"}
    assert await world.merchant(mona) == before


async def test_a_store_that_has_moved_abroad_reads_phones_as_they_do_there(world: World) -> None:
    mona = await world.a_merchant("mona")

    await edit(world, mona, country="ae", whatsapp_phone="050 765 4321")

    moved = await world.merchant(mona)
    assert (moved.country, moved.whatsapp_phone) == ("AE", "+971507654321")
    assert moved.time_zone == "Asia/Riyadh"


async def test_a_number_is_a_link_to_whatsapp(world: World) -> None:
    mona = await world.a_merchant("mona")

    await edit(world, mona, whatsapp_link="٠٥٠ ١٢٣ ٤٥٦٧", instagram_link="@mona.store")

    told = await world.merchant(mona)
    assert told.whatsapp_link == "https://wa.me/966501234567"
    assert told.instagram_link == "https://instagram.com/mona.store"


async def test_a_form_may_send_back_a_holiday_that_is_over(world: World) -> None:
    mona = await world.a_merchant("mona")
    until = world.clock.now() + timedelta(days=1)
    await edit(world, mona, closed_until=until)
    world.clock.pass_(timedelta(days=2))

    await edit(world, mona, closed_until=until, name="عدنا")

    assert (await world.merchant(mona)).name == "عدنا"
