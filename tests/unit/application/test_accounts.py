"""Accounts: coming in, staying in, and getting back in."""

from datetime import timedelta

import pytest

from marketplace.adapters.memory.neighbours import MemoryPasswordHasher
from marketplace.adapters.memory.outbox import MemoryOutbox
from marketplace.adapters.memory.transaction import MemoryTransaction
from marketplace.adapters.memory.unit_of_work import MemoryUnitOfWork
from marketplace.application.accounts import ChangePassword, CreateAdmin, Register
from marketplace.application.ports import LetterKind, Paging
from marketplace.application.sessions import SignedIn, SignIn
from marketplace.domain.accounts import (
    LOST_ANSWER,
    RESET_LASTS,
    RESET_WANTED,
    SESSION_LASTS,
    VERIFICATION_LASTS,
    EmailTaken,
    LinkExpired,
    Locale,
    PhoneTaken,
    RefreshRefused,
    Role,
    SignInRequired,
    UsernameTaken,
    WrongCredentials,
    WrongRole,
)
from marketplace.domain.audit import Action
from marketplace.domain.errors import InvalidFields, MarketplaceError
from marketplace.domain.events import Event
from tests.unit.world import PASSWORD, Seller, World

SECOND = timedelta(seconds=1)


async def signed_in(world: World, name: str, password: str = PASSWORD) -> SignedIn:
    return await world.marketplace.sessions.sign_in(SignIn(name=name, password=password))


async def change(world: World, seller: Seller, current: str, new: str) -> None:
    await world.marketplace.accounts.change_password(
        ChangePassword(acting=seller.actor, current_password=current, new_password=new)
    )


async def reset_token(world: World, seller: Seller) -> str:
    await world.marketplace.accounts.request_password_reset(seller.email)
    await world.run_jobs()
    return world.token_in(world.letters_to(seller.email, LetterKind.PASSWORD_RESET)[-1])


# Registering


async def test_whoever_registers_is_signed_in_and_has_an_open_store(world: World) -> None:
    mona = await world.a_merchant("mona", name=" متجر منى ")

    page = await world.marketplace.storefront.page("Mona", Paging())

    assert page.accepting_orders
    assert page.store.name == "متجر منى"
    assert mona.actor.role is Role.MERCHANT
    assert (await world.marketplace.merchants.mine(mona.actor)).email == "mona@example.com"


@pytest.mark.parametrize(
    ("said", "country", "currency", "phone"),
    [
        ({"phone": "0501234567"}, "SA", "SAR", "+966501234567"),
        ({"phone": "+96555512345"}, "KW", "KWD", "+96555512345"),
        ({"phone": "٥٥٥١٢٣٤٥", "country": "kw"}, "KW", "KWD", "+96555512345"),
        ({"phone": "+96555512345", "country": "EG"}, "EG", "EGP", "+96555512345"),
        ({"phone": "+96555512345", "currency": "usd"}, "KW", "USD", "+96555512345"),
        ({"phone": "+4930901820"}, "SA", "SAR", "+4930901820"),
    ],
)
async def test_a_store_is_where_its_phone_is_unless_it_says_otherwise(
    world: World, said: dict[str, str], country: str, currency: str, phone: str
) -> None:
    mona = await world.a_merchant("mona", **said)

    merchant = await world.merchant(mona)

    assert (merchant.country, merchant.currency) == (country, currency)
    assert merchant.whatsapp_phone == phone
    assert merchant.min_order_total.currency == currency


async def test_every_mistake_of_a_registration_is_named_at_once(world: World) -> None:
    wanted = Register(
        email="mona",
        username="x",
        password="short",
        phone="12",
        name=" \u200b ",
        country="XX",
        currency="BTC",
        locale="fr",
    )

    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.accounts.register(wanted)

    assert {each.field: each.code for each in refused.value.problems} == {
        "email": "bad-email",
        "username": "bad-username",
        "password": "too-short",
        "name": "missing",
        "locale": "not-one-of",
        "country": "unknown-country",
        "phone": "bad-phone",
        "currency": "unknown-currency",
    }
    assert world.counted() == 0


@pytest.mark.parametrize(
    "field",
    ["email", "username", "password", "phone", "name", "locale", "country", "currency"],
)
@pytest.mark.parametrize("typed", ["", "\x00", "\ud800", "\u202e", "x" * 100_000])
async def test_nothing_that_is_typed_breaks_a_registration(
    world: World, field: str, typed: str
) -> None:
    with pytest.raises(InvalidFields) as refused:
        await world.a_merchant("mona", **{field: typed})

    assert [each.field for each in refused.value.problems] == [field]


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ({"email": "MONA@example.com"}, EmailTaken),
        ({"username": "ＭＯＮＡ"}, UsernameTaken),
        ({"phone": "00966 50 123 4567"}, PhoneTaken),
    ],
)
async def test_two_people_never_have_the_same_name(
    world: World, said: dict[str, str], taken: type[MarketplaceError]
) -> None:
    await world.a_merchant("mona", phone="0501234567")
    before = world.counted()

    with pytest.raises(taken):
        await world.a_merchant("hind", **said)

    assert world.counted() == before


async def test_a_letter_asks_whether_the_mailbox_is_theirs(world: World) -> None:
    mona = await world.a_merchant("mona", locale="en")
    await world.run_jobs()

    [letter] = world.letters_to("mona@example.com")
    await world.marketplace.accounts.verify_email(world.token_in(letter))

    assert letter.locale is Locale.ENGLISH
    assert "https://souq.example/verify-email#token=" in letter.text
    assert (await world.account(mona)).is_verified


async def test_a_link_that_verifies_works_once(world: World) -> None:
    await world.a_merchant("mona")
    await world.run_jobs()
    token = world.token_in(world.mailer.sent[0])
    await world.marketplace.accounts.verify_email(token)

    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.verify_email(token)


async def test_a_link_that_verifies_works_for_seven_days(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    world.clock.pass_(VERIFICATION_LASTS)

    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.verify_email(world.token_in(world.mailer.sent[0]))

    assert not (await world.account(mona)).is_verified


async def test_an_admin_is_made_verified_and_written_into_the_book(world: World) -> None:
    boss = await world.an_admin()
    await world.run_jobs()

    [entry] = world.audited(Action.ADMIN_CREATED)

    assert boss.role is Role.ADMIN
    assert boss.merchant_id is None
    assert entry.subject_id == boss.account_id
    assert world.mailer.sent == []


async def test_an_admin_is_held_to_the_same_rules(world: World) -> None:
    wanted = CreateAdmin(email="x", username="admin", password="password", phone="1")

    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.accounts.create_admin(wanted)

    assert [each.code for each in refused.value.problems] == [
        "bad-email",
        "reserved-username",
        "bad-phone",
        "common-password",
    ]


# Signing in


@pytest.mark.parametrize(
    "name",
    [
        "mona@example.com",
        " MONA@Example.com ",
        "+966501234567",
        "00966501234567",
        "966501234567",
        "0501234567",
        "٠٥٠ ١٢٣ ٤٥٦٧",
    ],
)
async def test_one_signs_in_by_mail_or_by_phone_in_any_form(world: World, name: str) -> None:
    mona = await world.a_merchant("mona", phone="0501234567")

    again = await signed_in(world, name)

    assert again.account.id == mona.actor.account_id
    actor = await world.marketplace.sessions.identify(again.access)
    assert actor.merchant_id == mona.merchant_id


@pytest.mark.parametrize("country", ["KW", "EG", "AE", "LB", "IQ"])
async def test_one_signs_in_by_a_local_number_from_every_country(
    world: World, country: str
) -> None:
    local = {"KW": "55512345", "EG": "01001234567", "AE": "0501234567"}
    typed = local.get(country, "70123456" if country == "LB" else "07901234567")
    mona = await world.a_merchant("mona", phone=typed, country=country)

    assert (await signed_in(world, typed)).account.id == mona.actor.account_id


@pytest.mark.parametrize("typed", ["cafe\u0301 au lait", "caf\u00e9 au lait"])
@pytest.mark.parametrize("chosen", ["cafe\u0301 au lait", "caf\u00e9 au lait"])
async def test_another_keyboard_types_the_same_password(
    world: World, chosen: str, typed: str
) -> None:
    """A Mac may send a letter in two parts which a phone sends in one."""
    mona = await world.a_merchant("mona", password=chosen)

    assert (await signed_in(world, mona.email, typed)).account.id == mona.actor.account_id


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("mona@example.com", "Correct horse"),
        ("mona@example.com", "correct horse "),
        ("mona@example.com", ""),
        ("mona@example.com", "\x00"),
        ("mona@example.com", "\ud800"),
        ("mona@example.com", "x" * 1_000_000),
        ("hind@example.com", PASSWORD),
        ("mona", PASSWORD),
        ("", PASSWORD),
        ("\ud800", PASSWORD),
        ("0509999999", PASSWORD),
        ("x" * 1_000_000, PASSWORD),
    ],
)
async def test_which_of_name_and_password_is_wrong_is_not_told(
    world: World, name: str, password: str
) -> None:
    await world.a_merchant("mona")

    with pytest.raises(WrongCredentials) as refused:
        await signed_in(world, name, password)

    assert refused.value.facts == {}


async def test_a_local_number_of_two_countries_is_that_of_the_one_at_home(world: World) -> None:
    abroad = await world.a_merchant("hind", phone="+971501234567", password="battery staple")
    home = await world.a_merchant("mona", phone="+966501234567")

    assert (await signed_in(world, "0501234567")).account.id == home.actor.account_id
    with pytest.raises(WrongCredentials):
        await signed_in(world, "0501234567", "battery staple")
    for name in ("+971501234567", abroad.email):
        again = await signed_in(world, name, "battery staple")
        assert again.account.id == abroad.actor.account_id


# Staying signed in


async def test_a_refresh_token_is_exchanged_for_the_next(world: World) -> None:
    mona = await world.a_merchant("mona")

    second = await world.marketplace.sessions.refresh(mona.refresh)
    third = await world.marketplace.sessions.refresh(second.refresh)

    assert len({mona.refresh, second.refresh, third.refresh}) == 3
    assert (await world.marketplace.sessions.identify(third.access)).merchant_id


@pytest.mark.parametrize("later", [timedelta(0), LOST_ANSWER])
async def test_whoever_lost_the_answer_gets_the_same_one_again(
    world: World, later: timedelta
) -> None:
    mona = await world.a_merchant("mona")
    lost = await world.marketplace.sessions.refresh(mona.refresh)
    world.clock.pass_(later)

    found = await world.marketplace.sessions.refresh(mona.refresh)

    assert found.refresh == lost.refresh
    assert await world.marketplace.sessions.refresh(found.refresh)


async def test_a_stolen_token_signs_out_the_thief_and_the_owner(world: World) -> None:
    mona = await world.a_merchant("mona")
    thief = await world.marketplace.sessions.refresh(mona.refresh)
    world.clock.pass_(LOST_ANSWER + SECOND)

    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh)

    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(thief.refresh)
    with pytest.raises(SignInRequired):
        await world.marketplace.sessions.identify(thief.access)
    [entry] = world.audited(Action.SESSION_STOLEN)
    assert entry.subject_id == mona.actor.account_id


async def test_a_theft_on_one_device_leaves_the_others_signed_in(world: World) -> None:
    mona = await world.a_merchant("mona")
    phone = await signed_in(world, mona.email)
    await world.marketplace.sessions.refresh(mona.refresh)
    world.clock.pass_(LOST_ANSWER + SECOND)

    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh)

    assert await world.marketplace.sessions.refresh(phone.refresh)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "x",
        "00000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-000000000000.x",
        "\ud800",
        "{}",
        "x" * 1_000_000,
    ],
)
async def test_what_is_no_refresh_token_is_refused(world: World, token: str) -> None:
    await world.a_merchant("mona")

    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(token)
    await world.marketplace.sessions.sign_out(token)


async def test_a_guess_at_a_token_neither_works_nor_ends_the_session(world: World) -> None:
    mona = await world.a_merchant("mona")
    session = mona.refresh.partition(".")[0]

    for guess in (f"{session}.", f"{session}.x", f"{session}.\ud800", mona.refresh + "x"):
        with pytest.raises(RefreshRefused):
            await world.marketplace.sessions.refresh(guess)
        await world.marketplace.sessions.sign_out(guess)

    assert await world.marketplace.sessions.refresh(mona.refresh)


async def test_a_session_nobody_uses_for_thirty_days_is_over(world: World) -> None:
    mona = await world.a_merchant("mona")
    world.clock.pass_(SESSION_LASTS)

    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh)


async def test_whoever_signs_out_is_out_at_once_and_only_on_that_device(world: World) -> None:
    mona = await world.a_merchant("mona")
    phone = await signed_in(world, mona.email)

    await world.marketplace.sessions.sign_out(mona.refresh)
    await world.marketplace.sessions.sign_out(mona.refresh)

    with pytest.raises(SignInRequired):
        await world.marketplace.sessions.identify(mona.access)
    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh)
    assert await world.marketplace.sessions.identify(phone.access)


async def test_an_access_token_lasts_a_quarter_of_an_hour(world: World) -> None:
    mona = await world.a_merchant("mona")
    world.clock.pass_(timedelta(minutes=15))

    with pytest.raises(SignInRequired):
        await world.marketplace.sessions.identify(mona.access)


# Getting back in


async def test_a_lost_password_is_replaced_through_a_letter(world: World) -> None:
    mona = await world.a_merchant("mona")

    await world.marketplace.accounts.reset_password(
        await reset_token(world, mona), "battery staple"
    )

    with pytest.raises(WrongCredentials):
        await signed_in(world, mona.email)
    assert await signed_in(world, mona.email, "battery staple")
    [entry] = world.audited(Action.PASSWORD_CHANGED)
    assert entry.subject_id == mona.actor.account_id


async def test_a_new_password_ends_every_session(world: World) -> None:
    mona = await world.a_merchant("mona")
    phone = await signed_in(world, mona.email)

    await world.marketplace.accounts.reset_password(
        await reset_token(world, mona), "battery staple"
    )

    for session in (mona, phone):
        with pytest.raises(SignInRequired):
            await world.marketplace.sessions.identify(session.access)
        with pytest.raises(RefreshRefused):
            await world.marketplace.sessions.refresh(session.refresh)


async def test_a_reset_link_works_once(world: World) -> None:
    mona = await world.a_merchant("mona")
    token = await reset_token(world, mona)
    await world.marketplace.accounts.reset_password(token, "battery staple")

    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.reset_password(token, "another staple")

    assert await signed_in(world, mona.email, "battery staple")


async def test_a_reset_link_works_for_ten_minutes(world: World) -> None:
    mona = await world.a_merchant("mona")
    token = await reset_token(world, mona)
    world.clock.pass_(RESET_LASTS)

    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.reset_password(token, "battery staple")

    assert await signed_in(world, mona.email)


async def test_a_bad_new_password_does_not_use_up_the_link(world: World) -> None:
    mona = await world.a_merchant("mona")
    token = await reset_token(world, mona)

    with pytest.raises(InvalidFields):
        await world.marketplace.accounts.reset_password(token, "password")
    await world.marketplace.accounts.reset_password(token, "battery staple")

    assert await signed_in(world, mona.email, "battery staple")


async def test_asking_again_makes_the_earlier_link_void(world: World) -> None:
    mona = await world.a_merchant("mona")
    first = await reset_token(world, mona)
    world.clock.pass_(RESET_LASTS / 2)
    second = await reset_token(world, mona)

    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.reset_password(first, "battery staple")
    await world.marketplace.accounts.reset_password(second, "battery staple")

    assert await signed_in(world, mona.email, "battery staple")


async def test_nobody_keeps_the_owner_from_getting_a_link_that_works(world: World) -> None:
    """Somebody asks for a letter every half a minute, from an address of their own each time."""
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    ask = world.marketplace.accounts.request_password_reset

    for number in range(240):
        await ask(mona.email, f"203.0.{number // 250}.{number % 250}")
        await world.run_jobs()
        world.clock.pass_(timedelta(seconds=30))
        if number % 37 == 36:
            await ask(mona.email, "198.51.100.1")
            await world.run_jobs()
            letter = world.letters_to(mona.email, LetterKind.PASSWORD_RESET)[-1]
            new = f"battery staple {number}"
            await world.marketplace.accounts.reset_password(world.token_in(letter), new)
            assert await signed_in(world, mona.email, new)

    assert len(world.letters_to(mona.email, LetterKind.PASSWORD_RESET)) < 40


async def test_a_link_that_was_asked_for_before_the_password_was_changed_is_not_sent(
    world: World,
) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    world.clock.pass_(SECOND)
    await world.marketplace.accounts.request_password_reset(mona.email)
    world.clock.pass_(SECOND)
    await change(world, mona, PASSWORD, "battery staple")

    await world.run_jobs()

    assert world.letters_to(mona.email, LetterKind.PASSWORD_RESET) == []
    assert world.store.jobs == {}
    assert await reset_token(world, mona)


async def test_a_link_nobody_waits_for_any_more_is_not_sent(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    await world.marketplace.accounts.request_password_reset(mona.email)
    world.clock.pass_(RESET_WANTED + SECOND)

    await world.run_jobs()

    assert world.letters_to(mona.email, LetterKind.PASSWORD_RESET) == []
    assert world.store.jobs == {}


async def test_a_junk_token_is_refused_before_anything_is_hashed(world: World) -> None:
    class NoHasher(MemoryPasswordHasher):
        async def hash(self, password: str, /) -> str:
            raise AssertionError

    accounts = world.with_(passwords=NoHasher()).accounts

    with pytest.raises(LinkExpired):
        await accounts.reset_password("junk", "battery staple")


@pytest.mark.parametrize("new", ["mona-abayas", "Mona@Example.com", "0501234567", "mona1234"])
async def test_a_password_that_everybody_knows_of_its_owner_is_none(world: World, new: str) -> None:
    said = {"username": "mona-abayas", "phone": "0501234567"}
    with pytest.raises(InvalidFields, match="password: common-password"):
        await world.a_merchant("mona", password=new, **said)
    mona = await world.a_merchant("mona", **said)
    token = await reset_token(world, mona)

    with pytest.raises(InvalidFields, match="new_password: common-password"):
        await change(world, mona, PASSWORD, new)
    with pytest.raises(InvalidFields, match="password: common-password"):
        await world.marketplace.accounts.reset_password(token, new)


async def test_what_a_letter_or_a_token_did_is_on_record_with_its_place(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.marketplace.sessions.refresh(mona.refresh)
    world.clock.pass_(LOST_ANSWER + SECOND)

    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh, "198.51.100.1", "first")
    token = await reset_token(world, mona)
    await world.marketplace.accounts.reset_password(token, "a new one", "198.51.100.2", "second")

    [stolen] = world.audited(Action.SESSION_STOLEN)
    [changed] = world.audited(Action.PASSWORD_CHANGED)
    assert (stolen.address, stolen.request_id) == ("198.51.100.1", "first")
    assert (changed.address, changed.request_id) == ("198.51.100.2", "second")


async def test_a_link_for_one_purpose_is_no_use_for_the_other(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    [letter] = world.letters_to(mona.email, LetterKind.EMAIL_VERIFICATION)

    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.reset_password(world.token_in(letter), "battery staple")
    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.verify_email(await reset_token(world, mona))


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "x" * 1_000_000])
async def test_a_token_that_was_never_sent_is_an_expired_link(world: World, token: str) -> None:
    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.reset_password(token, "battery staple")
    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.verify_email(token)


async def test_whether_somebody_has_an_account_is_not_told(world: World) -> None:
    await world.a_merchant("mona")
    await world.run_jobs()
    world.mailer.sent.clear()

    await world.marketplace.accounts.request_password_reset("hind@example.com")
    await world.run_jobs()

    assert world.mailer.sent == []
    assert world.store.jobs == {}


async def test_a_password_is_changed_by_whoever_knows_it(world: World) -> None:
    mona = await world.a_merchant("mona")
    phone = await signed_in(world, mona.email)

    await change(world, mona, PASSWORD, "battery staple")
    await world.run_jobs()

    assert await world.marketplace.sessions.identify(mona.access)
    with pytest.raises(SignInRequired):
        await world.marketplace.sessions.identify(phone.access)
    with pytest.raises(WrongCredentials):
        await signed_in(world, mona.email)
    assert await signed_in(world, mona.email, "battery staple")
    assert len(world.letters_to(mona.email, LetterKind.PASSWORD_CHANGED)) == 1
    [entry] = world.audited(Action.PASSWORD_CHANGED)
    assert entry.actor_id == entry.subject_id == mona.actor.account_id


@pytest.mark.parametrize(
    ("current", "new", "problems"),
    [
        ("wrong", "battery staple", {"current_password": "wrong-password"}),
        ("", "battery staple", {"current_password": "wrong-password"}),
        ("\ud800", "battery staple", {"current_password": "wrong-password"}),
        (PASSWORD, "password", {"new_password": "common-password"}),
        ("wrong", "short", {"new_password": "too-short"}),
    ],
)
async def test_a_password_is_not_changed_by_mistake(
    world: World, current: str, new: str, problems: dict[str, str]
) -> None:
    mona = await world.a_merchant("mona")
    phone = await signed_in(world, mona.email)
    before = world.counted()

    with pytest.raises(InvalidFields) as refused:
        await change(world, mona, current, new)

    assert {each.field: each.code for each in refused.value.problems} == problems
    assert world.counted() == before
    assert await world.marketplace.sessions.identify(phone.access)
    assert await signed_in(world, mona.email)


async def test_a_change_of_password_makes_the_reset_link_void(world: World) -> None:
    mona = await world.a_merchant("mona")
    token = await reset_token(world, mona)
    await change(world, mona, PASSWORD, "battery staple")

    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.reset_password(token, "another staple")


async def test_signing_in_leaves_the_reset_link_good(world: World) -> None:
    """Or else whoever knows the password could keep its owner from ever changing it."""
    mona = await world.a_merchant("mona")
    token = await reset_token(world, mona)
    await signed_in(world, mona.email)

    await world.marketplace.accounts.reset_password(token, "battery staple")

    assert await signed_in(world, mona.email, "battery staple")


async def test_the_owner_is_told_of_a_password_that_was_reset(world: World) -> None:
    mona = await world.a_merchant("mona", locale="en")
    await world.marketplace.accounts.reset_password(
        await reset_token(world, mona), "battery staple"
    )
    await world.run_jobs()

    [letter] = world.letters_to(mona.email, LetterKind.PASSWORD_CHANGED)
    assert letter.text == "username: mona"


async def test_the_letter_that_verifies_is_sent_again(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()

    await world.marketplace.accounts.resend_verification(mona.actor)
    await world.run_jobs()

    first, second = (
        world.token_in(each) for each in world.letters_to(mona.email, LetterKind.EMAIL_VERIFICATION)
    )
    with pytest.raises(LinkExpired):
        await world.marketplace.accounts.verify_email(first)
    await world.marketplace.accounts.verify_email(second)
    assert (await world.account(mona)).is_verified


async def test_a_verified_mailbox_gets_no_more_letters(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    await world.marketplace.accounts.verify_email(world.token_in(world.mailer.sent[0]))
    world.mailer.sent.clear()

    await world.marketplace.accounts.resend_verification(mona.actor)
    await world.run_jobs()

    assert world.mailer.sent == []


class CountingOutbox(MemoryOutbox):
    """Notes what is stored, and by how many calls."""

    def __init__(self, transaction: MemoryTransaction, calls: list[tuple[Event, ...]]) -> None:
        super().__init__(transaction)
        self.calls = calls

    async def add(self, *happened: Event) -> None:
        self.calls.append(happened)
        await super().add(*happened)


async def test_to_ask_for_a_letter_costs_the_same_whoever_asks_and_reads_nothing(
    world: World,
) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    before = await world.account(mona)
    calls: list[tuple[Event, ...]] = []

    class Blind(MemoryUnitOfWork):
        async def __aenter__(self) -> "Blind":
            await super().__aenter__()
            self.outbox = CountingOutbox(self.transaction, calls)
            del self.accounts
            return self

    blind = world.with_(
        begin=lambda: Blind(world.store, world.ports.ids, world.bell, world.watch)
    ).accounts
    for email in (mona.email, "nobody@example.com"):
        await blind.request_password_reset(email)

    assert [event.email for [event] in calls] == [mona.email, "nobody@example.com"]  # type: ignore[attr-defined]
    assert len(world.store.jobs) == 2
    assert await world.account(mona) == before


async def test_two_who_ask_for_a_reset_at_once_get_one_letter_that_works(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    for _ in range(2):
        await world.marketplace.accounts.request_password_reset(mona.email)

    await world.run_jobs()

    [letter] = world.letters_to(mona.email, LetterKind.PASSWORD_RESET)
    await world.marketplace.accounts.reset_password(world.token_in(letter), "battery staple")


async def test_only_whoever_has_a_role_may_use_it(world: World) -> None:
    mona, boss = await world.a_merchant("mona"), await world.an_admin()

    with pytest.raises(WrongRole):
        await world.marketplace.merchants.mine(boss)
    with pytest.raises(WrongRole):
        await world.marketplace.admin.statistics(mona.actor)
