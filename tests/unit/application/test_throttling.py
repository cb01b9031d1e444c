"""Whoever guesses is slowed down, and nobody else."""

from datetime import timedelta

import pytest

from marketplace.adapters.memory.neighbours import MemoryPasswordHasher
from marketplace.application.accounts import ChangePassword, Register
from marketplace.application.marketplace import Marketplace
from marketplace.application.sessions import SignedIn, SignIn
from marketplace.domain.accounts import TooManyAttempts, WrongCredentials
from marketplace.domain.errors import InvalidFields
from tests.unit.world import PASSWORD, World

HOME, ELSEWHERE = "198.51.100.1", "203.0.113.7"
HOUSEHOLD = "2001:db8:1:2::1"


class CountingHasher(MemoryPasswordHasher):
    """Knows how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def hash(self, password: str, /) -> str:
        self.asked += 1
        return await super().hash(password)

    async def verify(self, password: str, hash: str | None, /) -> bool:
        self.asked += 1
        return await super().verify(password, hash)


class Door:
    """Where people sign in."""

    def __init__(self, marketplace: Marketplace) -> None:
        self.sessions = marketplace.sessions

    async def enter(self, name: str, address: str | None, password: str = PASSWORD) -> SignedIn:
        return await self.sessions.sign_in(SignIn(name=name, password=password, address=address))

    async def guess(self, name: str, address: str | None) -> type[Exception]:
        """A wrong password: what comes of it."""
        with pytest.raises((WrongCredentials, TooManyAttempts)) as refused:
            await self.enter(name, address, "a wild guess")
        return type(refused.value)

    async def botnet(self, name: str) -> None:
        """A crowd of strangers guesses until nobody of them gets a try any more."""
        for number in range(60):
            await self.guess(name, f"203.0.113.{number}")
        assert await self.guess(name, "203.0.113.200") is TooManyAttempts


@pytest.fixture
def door(world: World) -> Door:
    return Door(world.marketplace)


async def test_who_guesses_five_times_has_to_wait_a_minute(world: World, door: Door) -> None:
    seller = await world.a_merchant()
    guesses = [await door.guess(seller.email, ELSEWHERE) for _ in range(5)]

    with pytest.raises(TooManyAttempts) as refused:
        await door.enter(seller.email, ELSEWHERE)

    assert guesses == [WrongCredentials] * 5
    assert refused.value.facts == {"retry_after": 60}
    world.clock.pass_(timedelta(seconds=60))
    assert await door.enter(seller.email, ELSEWHERE)


async def test_who_goes_on_has_to_wait_longer(world: World, door: Door) -> None:
    seller = await world.a_merchant()
    for _ in range(4):
        for _ in range(5):
            assert await door.guess(seller.email, ELSEWHERE) is WrongCredentials
        world.clock.pass_(timedelta(minutes=1))

    with pytest.raises(TooManyAttempts) as refused:
        await door.enter(seller.email, ELSEWHERE)

    assert refused.value.facts == {"retry_after": 56 * 60}


async def test_an_address_that_tries_many_names_is_slowed_down(world: World, door: Door) -> None:
    tried = [await door.guess(f"somebody-{number}@example.com", ELSEWHERE) for number in range(21)]

    assert tried == [WrongCredentials] * 20 + [TooManyAttempts]


async def test_a_household_is_one_address(world: World, door: Door) -> None:
    seller = await world.a_merchant()
    for number in range(5):
        await door.guess(seller.email, f"2001:db8:1:2::{number}")

    assert await door.guess(seller.email, HOUSEHOLD) is TooManyAttempts
    assert await door.guess(seller.email, "2001:db8:1:3::1") is WrongCredentials


async def test_an_ipv4_address_is_the_same_in_both_ways_of_writing(
    world: World, door: Door
) -> None:
    seller = await world.a_merchant()
    for _ in range(5):
        await door.guess(seller.email, f"::ffff:{ELSEWHERE}")

    assert await door.guess(seller.email, ELSEWHERE) is TooManyAttempts


async def test_nobody_can_lock_a_victim_out(world: World, door: Door) -> None:
    seller = await world.a_merchant(address=HOME)

    await door.botnet(seller.email)

    assert await door.enter(seller.email, HOME)
    with pytest.raises(TooManyAttempts):
        await door.enter(seller.email, "192.0.2.1")


async def test_a_victim_in_a_new_place_gets_in_after_a_while(world: World, door: Door) -> None:
    seller = await world.a_merchant(address=HOME)
    for number in range(10):
        await door.guess(seller.email, f"203.0.113.{number}")
    with pytest.raises(TooManyAttempts):
        await door.enter(seller.email, "192.0.2.1")

    world.clock.pass_(timedelta(minutes=1))

    assert await door.enter(seller.email, "192.0.2.1")
    await door.botnet(seller.email)
    assert await door.enter(seller.email, "192.0.2.1")


async def test_a_victim_is_known_by_every_name(world: World, door: Door) -> None:
    await world.a_merchant("sara", phone="0501234567", address=HOUSEHOLD)

    for name in ("sara@example.com", "+966501234567", "0501234567"):
        await door.botnet(name)
        assert await door.enter(name, "2001:db8:1:2:ffff::9")


async def test_who_stays_signed_in_on_the_way_is_known_there_too(world: World, door: Door) -> None:
    seller = await world.a_merchant(address=HOME)
    await world.marketplace.sessions.refresh(seller.refresh, "192.0.2.1")

    await door.botnet(seller.email)

    assert await door.enter(seller.email, "192.0.2.1")


async def test_even_from_home_nobody_guesses_for_ever(world: World, door: Door) -> None:
    seller = await world.a_merchant(address=HOME)

    guesses = [await door.guess(seller.email, HOME) for _ in range(6)]

    assert guesses == [WrongCredentials] * 5 + [TooManyAttempts]


async def test_to_know_one_account_is_not_to_know_another(world: World, door: Door) -> None:
    attacker, victim = await world.a_merchant(address=ELSEWHERE), await world.a_merchant()
    await door.botnet(victim.email)

    await door.enter(attacker.email, ELSEWHERE)

    assert await door.guess(victim.email, ELSEWHERE) is TooManyAttempts


async def test_who_gets_it_right_in_the_end_starts_anew(world: World, door: Door) -> None:
    seller = await world.a_merchant(address=HOME)
    for _ in range(3):
        for _ in range(4):
            assert await door.guess(seller.email, HOME) is WrongCredentials
        assert await door.enter(seller.email, HOME)


async def test_who_has_to_wait_costs_no_password(world: World) -> None:
    passwords = CountingHasher()
    door = Door(world.with_(passwords=passwords))

    for _ in range(9):
        await door.guess("nobody@example.com", ELSEWHERE)

    assert passwords.asked == 5


@pytest.mark.parametrize("name", ["", "nobody", "\x00", "\ud800", "x" * 1000, "00"])
async def test_what_is_no_name_at_all_is_counted_too(door: Door, name: str) -> None:
    guesses = [await door.guess(name, ELSEWHERE) for _ in range(6)]

    assert guesses == [WrongCredentials] * 5 + [TooManyAttempts]


async def test_without_an_address_an_account_is_still_guarded(world: World, door: Door) -> None:
    seller = await world.a_merchant()

    guesses = [await door.guess(seller.email, None) for _ in range(11)]

    assert guesses == [WrongCredentials] * 10 + [TooManyAttempts]


async def test_an_address_registers_five_an_hour_and_the_sixth_is_not_hashed(world: World) -> None:
    passwords = CountingHasher()
    accounts = world.with_(passwords=passwords).accounts

    async def register(number: int) -> None:
        await accounts.register(
            Register(
                email=f"a{number}@example.com",
                username=f"store-{number}",
                password=PASSWORD,
                phone=f"05012345{number:02}",
                name="متجر",
                address=HOME,
            )
        )

    for number in range(5):
        await register(number)

    with pytest.raises(TooManyAttempts):
        await register(5)
    assert passwords.asked == 5


async def test_a_mailbox_gets_three_letters_an_hour_and_nobody_hears_of_it(world: World) -> None:
    seller = await world.a_merchant()
    await world.run_jobs()
    world.mailer.sent.clear()

    for number in range(5):
        address = f"203.0.113.{number}"
        await world.marketplace.accounts.request_password_reset(seller.email, address)
    await world.run_jobs()

    assert len(world.mailer.sent) == 3


async def test_an_address_asks_for_ten_letters_an_hour_whoever_they_are_for(world: World) -> None:
    seller = await world.a_merchant()
    ask = world.marketplace.accounts.request_password_reset
    for number in range(10):
        await ask(f"somebody-{number}@example.com", ELSEWHERE)

    for name in (seller.email, "nobody@example.com"):
        with pytest.raises(TooManyAttempts) as refused:
            await ask(name, ELSEWHERE)
        assert refused.value.facts == {"retry_after": 3600}


async def test_junk_in_place_of_a_letter_is_not_hashed_for_ever(world: World) -> None:
    passwords = CountingHasher()
    accounts = world.with_(passwords=passwords).accounts

    for _ in range(25):
        with pytest.raises(Exception, match=r"|retry_after"):
            await accounts.reset_password("junk", PASSWORD, ELSEWHERE)

    assert passwords.asked == 20


async def test_a_session_is_prolonged_sixty_times_a_minute(world: World) -> None:
    seller = await world.a_merchant()
    refresh = seller.refresh
    for _ in range(60):
        refresh = (await world.marketplace.sessions.refresh(refresh, HOME)).refresh

    with pytest.raises(TooManyAttempts):
        await world.marketplace.sessions.refresh(refresh, ELSEWHERE)


async def test_the_letter_is_sent_again_three_times_an_hour(world: World) -> None:
    seller = await world.a_merchant()
    for _ in range(3):
        await world.marketplace.accounts.resend_verification(seller.actor)

    with pytest.raises(TooManyAttempts):
        await world.marketplace.accounts.resend_verification(seller.actor)


async def test_a_session_that_was_left_open_is_no_oracle(world: World) -> None:
    seller = await world.a_merchant()
    change = ChangePassword(
        acting=seller.actor, current_password="a wild guess", new_password="a very new sentence"
    )
    for _ in range(5):
        with pytest.raises(InvalidFields):
            await world.marketplace.accounts.change_password(change)

    with pytest.raises(TooManyAttempts):
        await world.marketplace.accounts.change_password(change)
