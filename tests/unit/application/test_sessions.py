"""Sessions: where one is signed in, what ends it, and what a failed sign-in costs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.adapters.memory.neighbours import MemoryPasswordHasher
from marketplace.adapters.system import SystemSecrets
from marketplace.application.accounts import ChangePassword
from marketplace.application.ports import LetterKind, Paging
from marketplace.application.sessions import SignedIn, SignIn
from marketplace.domain.accounts import (
    LOST_ANSWER,
    MOST_SESSIONS,
    SESSION_ENDS,
    SESSION_LASTS,
    AccountSuspended,
    RefreshRefused,
    SessionId,
    SessionNotFound,
    SignInRequired,
    SignInsBusy,
    WrongCredentials,
)
from marketplace.domain.audit import Action
from marketplace.domain.errors import MarketplaceError
from tests.unit.world import NOBODYS, PASSWORD, Seller, World


async def signed_in(world: World, name: str, user_agent: str = "") -> SignedIn:
    said = SignIn(name=name, password=PASSWORD, user_agent=user_agent)
    return await world.marketplace.sessions.sign_in(said)


async def is_in(world: World, access: str) -> bool:
    try:
        return bool(await world.marketplace.sessions.identify(access))
    except SignInRequired:
        return False


class CountingHasher(MemoryPasswordHasher):
    """Notes every verification; makes hashes as it is told."""

    def __init__(self, *, salt_bytes: int = 8) -> None:
        super().__init__(salt_bytes=salt_bytes)
        self.verified: list[str | None] = []

    async def verify(self, password: str, hash: str | None, /) -> bool:
        self.verified.append(hash)
        return await super().verify(password, hash)


# Seeing and ending


async def test_one_sees_where_one_is_signed_in(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    await signed_in(world, mona.email, "a phone")
    await signed_in(world, hind.email, "another phone")

    page = await world.marketplace.sessions.mine(mona.actor, Paging())

    assert [each.user_agent for each in page.items] == ["a phone", ""]
    assert page.items[1].id == mona.actor.session_id


async def test_a_session_that_is_used_says_when(world: World) -> None:
    mona = await world.a_merchant("mona")
    world.clock.pass_(SESSION_LASTS / 2)
    await world.marketplace.sessions.refresh(mona.refresh)

    [device] = (await world.marketplace.sessions.mine(mona.actor, Paging())).items

    assert (device.last_used_at - device.created_at) == SESSION_LASTS / 2


async def test_a_lost_phone_is_signed_out_from_another_device(world: World) -> None:
    mona = await world.a_merchant("mona")
    phone = await signed_in(world, mona.email, "a phone")
    [lost, _] = (await world.marketplace.sessions.mine(mona.actor, Paging())).items

    await world.marketplace.sessions.end(mona.actor, lost.id)

    assert not await is_in(world, phone.access)
    assert await is_in(world, mona.access)
    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(phone.refresh)
    with pytest.raises(SessionNotFound):
        await world.marketplace.sessions.end(mona.actor, lost.id)


async def test_the_session_of_another_account_is_not_there(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    assert mona.actor.session_id is not None

    for foreign in (mona.actor.session_id, SessionId(NOBODYS), SessionId(uuid4())):
        with pytest.raises(SessionNotFound) as refused:
            await world.marketplace.sessions.end(hind.actor, foreign)
        assert refused.value.facts == {}

    assert await is_in(world, mona.access)


async def test_signing_out_everywhere_ends_every_session_at_once(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    phone = await signed_in(world, mona.email)

    await world.marketplace.sessions.sign_out_everywhere(mona.actor)

    assert not await is_in(world, mona.access)
    assert not await is_in(world, phone.access)
    assert await is_in(world, hind.access)
    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(phone.refresh)


# A token in two hands


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


async def test_a_token_is_recognised_as_stolen_however_often_the_thief_refreshes(
    world: World,
) -> None:
    mona = await world.a_merchant("mona")
    thief = mona.refresh
    for _ in range(250):
        thief = (await world.marketplace.sessions.refresh(thief)).refresh
        world.clock.pass_(timedelta(seconds=31))

    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh)
    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(thief)
    await world.run_jobs()

    assert len(world.letters_to(mona.email, LetterKind.SESSION_STOLEN)) == 1
    assert len(world.audited(Action.SESSION_STOLEN)) == 1


async def test_whoever_knows_the_id_of_a_session_cannot_keep_its_owner_from_refreshing(
    world: World,
) -> None:
    mona = await world.a_merchant("mona")
    session, secret, seal = mona.refresh.split(".")
    mute = world.with_(begin=None)

    for number in range(1000):
        for forged in (f"{session}.{number}", f"{session}.{number}.{seal}", f"{session}.{secret}"):
            with pytest.raises(RefreshRefused):
                await mute.sessions.refresh(forged, "203.0.113.7")

    assert await world.marketplace.sessions.refresh(mona.refresh, "203.0.113.7")


async def test_a_session_in_use_asks_for_the_password_after_half_a_year(world: World) -> None:
    mona = await world.a_merchant("mona")
    refresh, sessions = mona.refresh, world.marketplace.sessions
    for _ in range(12):
        world.clock.pass_(SESSION_ENDS / 12 - timedelta(seconds=1))
        refresh = (await sessions.refresh(refresh)).refresh
    world.clock.pass_(timedelta(seconds=12))

    with pytest.raises(RefreshRefused):
        await sessions.refresh(refresh)


async def test_an_account_has_fifty_sessions_and_the_one_unused_for_longest_ends(
    world: World,
) -> None:
    mona = await world.a_merchant("mona")
    phone = await signed_in(world, mona.email, "a phone")
    for _ in range(MOST_SESSIONS - 1):
        world.clock.pass_(timedelta(minutes=10))
        mona = replace(
            mona, refresh=(await world.marketplace.sessions.refresh(mona.refresh)).refresh
        )
        await signed_in(world, mona.email)

    page = await world.marketplace.sessions.mine(mona.actor, Paging(limit=100))

    assert len(page.items) == MOST_SESSIONS
    assert "a phone" not in repr(world.store.entities)
    assert await world.marketplace.sessions.refresh(mona.refresh)
    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(phone.refresh)


async def test_what_a_device_called_itself_is_forgotten_when_it_signs_out(world: World) -> None:
    mona = await world.a_merchant("mona")
    phone = await signed_in(world, mona.email, "a phone")
    await signed_in(world, mona.email, "a tablet")

    await world.marketplace.sessions.sign_out(phone.refresh)
    await world.marketplace.sessions.sign_out_everywhere(mona.actor)

    assert "a phone" not in repr(world.store.entities)
    assert "a tablet" not in repr(world.store.entities)


async def test_a_suspended_merchant_stays_signed_in_no_longer_than_before(world: World) -> None:
    mona = await world.a_merchant("mona")
    world.clock.pass_(timedelta(days=20))
    await _suspended(world, mona)
    before = repr(world.store.entities)

    for _ in range(2):
        with pytest.raises(AccountSuspended):
            await world.marketplace.sessions.refresh(mona.refresh)
    assert repr(world.store.entities) == before
    world.clock.pass_(timedelta(days=10))

    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh)


async def test_a_suspended_merchant_opens_no_session(world: World) -> None:
    mona = await world.a_merchant("mona")
    await _suspended(world, mona)
    before = world.counted()

    with pytest.raises(AccountSuspended):
        await signed_in(world, mona.email)

    assert world.counted() == before


@pytest.mark.parametrize("later", [True, False])
async def test_a_lost_answer_is_found_again_though_the_key_was_replaced(
    world: World, later: bool
) -> None:
    """Whether the key is replaced for good, or one server has the new one before another."""
    old, new = b"an old key of thirty-two bytes...", b"a new key of thirty-two bytes...."
    before = world.with_(secrets=SystemSecrets(old, new)).sessions
    after = world.with_(secrets=SystemSecrets(new, old)).sessions
    first, second = (before, after) if later else (after, before)
    seller = await world.a_merchant("mona")
    mona = await first.sign_in(SignIn(name=seller.email, password=PASSWORD))

    lost = await first.refresh(mona.refresh)
    found = await second.refresh(mona.refresh)

    assert found.refresh == lost.refresh
    assert await second.refresh(found.refresh)


async def test_no_token_is_taken_when_its_key_was_thrown_away(world: World) -> None:
    mona = await world.a_merchant("mona")
    given = await world.marketplace.sessions.refresh(mona.refresh)
    rotated = world.with_(secrets=SystemSecrets(b"a new key of thirty-two bytes....")).sessions

    for token in (mona.refresh, given.refresh):
        with pytest.raises(RefreshRefused):
            await rotated.refresh(token)

    assert await world.marketplace.sessions.refresh(given.refresh)


async def test_the_owner_of_a_stolen_session_is_told_once(world: World) -> None:
    mona = await world.a_merchant("mona", locale="en")
    await world.marketplace.sessions.refresh(mona.refresh)
    world.clock.pass_(LOST_ANSWER * 2)

    for _ in range(3):
        with pytest.raises(RefreshRefused):
            await world.marketplace.sessions.refresh(mona.refresh)
    await world.run_jobs()

    [letter] = world.letters_to(mona.email, LetterKind.SESSION_STOLEN)
    assert letter.text == "username: mona"


# What ends an access token that has been issued


async def _signs_out(world: World, mona: Seller) -> None:
    await world.marketplace.sessions.sign_out(mona.refresh)


async def _signs_out_everywhere(world: World, mona: Seller) -> None:
    await world.marketplace.sessions.sign_out_everywhere(mona.actor)


async def _ends_the_session_from_another(world: World, mona: Seller) -> None:
    assert mona.actor.session_id is not None
    await world.marketplace.sessions.end(mona.actor, mona.actor.session_id)


async def _changes_the_password_elsewhere(world: World, mona: Seller) -> None:
    phone = await signed_in(world, mona.email)
    there = await world.marketplace.sessions.identify(phone.access)
    wanted = ChangePassword(acting=there, current_password=PASSWORD, new_password="battery staple")
    await world.marketplace.accounts.change_password(wanted)


async def _resets_the_password(world: World, mona: Seller) -> None:
    await world.marketplace.accounts.request_password_reset(mona.email)
    await world.run_jobs()
    [letter] = world.letters_to(mona.email, LetterKind.PASSWORD_RESET)
    await world.marketplace.accounts.reset_password(world.token_in(letter), "battery staple")


async def _has_a_token_stolen(world: World, mona: Seller) -> None:
    await world.marketplace.sessions.refresh(mona.refresh)
    world.clock.pass_(LOST_ANSWER * 2)
    with pytest.raises(RefreshRefused):
        await world.marketplace.sessions.refresh(mona.refresh)


async def _is_suspended(world: World, mona: Seller) -> None:
    await _suspended(world, mona)


async def _is_closed(world: World, mona: Seller) -> None:
    await _closed(world, mona)


@pytest.mark.parametrize(
    ("ending", "refusal"),
    [
        (_signs_out, SignInRequired),
        (_signs_out_everywhere, SignInRequired),
        (_ends_the_session_from_another, SignInRequired),
        (_changes_the_password_elsewhere, SignInRequired),
        (_resets_the_password, SignInRequired),
        (_has_a_token_stolen, SignInRequired),
        (_is_suspended, AccountSuspended),
        (_is_closed, SignInRequired),
    ],
)
async def test_an_access_token_is_refused_at_the_very_next_request_of_whoever(
    world: World,
    ending: Callable[[World, Seller], Awaitable[None]],
    refusal: type[MarketplaceError],
) -> None:
    mona = await world.a_merchant("mona")
    assert await is_in(world, mona.access)

    await ending(world, mona)

    with pytest.raises(refusal):
        await world.marketplace.sessions.identify(mona.access)


async def test_no_token_can_be_read_out_of_what_is_kept(world: World) -> None:
    mona = await world.a_merchant("mona")
    refreshed = await world.marketplace.sessions.refresh(mona.refresh)

    kept = repr(vars(world.store))

    for token in (mona.refresh, refreshed.refresh):
        assert token.partition(".")[2] not in kept
    assert PASSWORD not in kept


# What a sign-in costs


Somebody = Callable[[World, Seller], Awaitable[str]]
"""Makes of a merchant the kind of account it says, and tells the name to sign in with."""


async def _suspended(world: World, seller: Seller) -> str:
    await world.marketplace.admin.suspend(await world.an_admin(), seller.merchant_id, "fraud")
    return seller.email


async def _closed(world: World, seller: Seller) -> str:
    await world.marketplace.admin.close(await world.an_admin(), seller.merchant_id)
    return seller.email


async def _with_a_corrupt_hash(world: World, seller: Seller) -> str:
    async with world.ports.begin() as market:
        account = await market.accounts.hold(seller.actor.account_id)
        account.password_hash = "corrupt"
        await market.accounts.save(account)
    return seller.email


async def _right(world: World, seller: Seller) -> str:
    return seller.email


async def _unknown(world: World, seller: Seller) -> str:
    return "nobody@example.com"


async def _no_name(world: World, seller: Seller) -> str:
    return "\ud800"


@pytest.mark.parametrize(
    ("somebody", "password", "outcome"),
    [
        (_unknown, PASSWORD, WrongCredentials),
        (_no_name, PASSWORD, WrongCredentials),
        (_right, "wrong", WrongCredentials),
        (_right, "", WrongCredentials),
        (_with_a_corrupt_hash, PASSWORD, WrongCredentials),
        (_closed, PASSWORD, WrongCredentials),
        (_suspended, "wrong", WrongCredentials),
        (_suspended, PASSWORD, AccountSuspended),
        (_right, PASSWORD, SignedIn),
    ],
)
async def test_every_sign_in_costs_one_verification(
    world: World,
    somebody: Somebody,
    password: str,
    outcome: type[object],
) -> None:
    """Nobody has opened the letter that verifies, either: that makes no difference."""
    mona = await world.a_merchant("mona")
    name = await somebody(world, mona)
    hasher = CountingHasher()
    sessions = world.with_(passwords=hasher).sessions

    wanted = SignIn(name=name, password=password)
    [answer] = await asyncio.gather(sessions.sign_in(wanted), return_exceptions=True)

    assert type(answer) is outcome
    assert len(hasher.verified) == 1


# Passwords that were hashed long ago


async def test_a_password_hashed_long_ago_is_hashed_anew_at_the_next_sign_in(world: World) -> None:
    mona = await world.a_merchant("mona")
    before = (await world.account(mona)).password_hash
    sessions = world.with_(passwords=MemoryPasswordHasher(salt_bytes=16)).sessions

    await sessions.sign_in(SignIn(name=mona.email, password=PASSWORD))
    anew = (await world.account(mona)).password_hash
    await sessions.sign_in(SignIn(name=mona.email, password=PASSWORD))

    assert anew != before
    assert (await world.account(mona)).password_hash == anew


async def test_a_wrong_password_hashes_nothing_anew(world: World) -> None:
    mona = await world.a_merchant("mona")
    before = await world.account(mona)
    sessions = world.with_(passwords=MemoryPasswordHasher(salt_bytes=16)).sessions

    with pytest.raises(WrongCredentials):
        await sessions.sign_in(SignIn(name=mona.email, password="wrong"))

    assert await world.account(mona) == before


async def test_nobody_is_kept_out_because_there_is_no_time_to_hash_anew(world: World) -> None:
    class BusyHasher(MemoryPasswordHasher):
        async def hash(self, password: str, /) -> str:
            raise SignInsBusy(retry_after=1)

    mona = await world.a_merchant("mona")
    sessions = world.with_(passwords=BusyHasher(salt_bytes=16)).sessions

    assert (await sessions.sign_in(SignIn(name=mona.email, password=PASSWORD))).access


async def test_a_password_that_is_changed_meanwhile_is_not_overwritten(world: World) -> None:
    class SlowHasher(MemoryPasswordHasher):
        async def hash(self, password: str, /) -> str:
            async with world.ports.begin() as market:
                account = await market.accounts.hold(mona.actor.account_id)
                account.password_hash = "changed meanwhile"
                await market.accounts.save(account)
            return await super().hash(password)

    mona = await world.a_merchant("mona")
    sessions = world.with_(passwords=SlowHasher(salt_bytes=16)).sessions

    await sessions.sign_in(SignIn(name=mona.email, password=PASSWORD))

    assert (await world.account(mona)).password_hash == "changed meanwhile"


# Meanwhile


async def test_a_password_that_was_replaced_while_it_was_checked_opens_nothing(
    world: World,
) -> None:
    mona = await world.a_merchant("mona")
    await world.marketplace.accounts.request_password_reset(mona.email)
    await world.run_jobs()
    [letter] = world.letters_to(mona.email, LetterKind.PASSWORD_RESET)

    class OvertakenHasher(MemoryPasswordHasher):
        async def verify(self, password: str, hash: str | None, /) -> bool:
            right = await super().verify(password, hash)
            if right:
                token = world.token_in(letter)
                await world.marketplace.accounts.reset_password(token, "a better password")
            return right

    sessions = world.with_(passwords=OvertakenHasher()).sessions

    with pytest.raises(WrongCredentials):
        await sessions.sign_in(SignIn(name=mona.email, password=PASSWORD))


async def test_a_password_that_is_hashed_anew_meanwhile_is_still_the_right_one(
    world: World,
) -> None:
    mona = await world.a_merchant("mona")

    class OvertakenHasher(CountingHasher):
        async def verify(self, password: str, hash: str | None, /) -> bool:
            right = await super().verify(password, hash)
            if len(self.verified) == 1:
                async with world.ports.begin() as market:
                    account = await market.accounts.hold(mona.actor.account_id)
                    account.password_hash = await self.hash(PASSWORD)
                    await market.accounts.save(account)
            return right

    hasher = OvertakenHasher()
    sessions = world.with_(passwords=hasher).sessions

    assert await sessions.sign_in(SignIn(name=mona.email, password=PASSWORD))
    assert len(set(hasher.verified)) == 2
