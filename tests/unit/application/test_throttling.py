"""Whoever guesses is slowed down, and nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from marketplace.adapters.memory.neighbours import MemoryPasswordHasher
from marketplace.application.accounts import ChangePassword, Register
from marketplace.application.marketplace import Marketplace
from marketplace.application.sessions import SignedIn, SignIn
from marketplace.application.throttling import Throttling
from marketplace.domain.accounts import LinkExpired, SignInsBusy, TooManyAttempts, WrongCredentials
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


async def test_an_address_registers_twenty_an_hour_and_one_more_is_not_hashed(world: World) -> None:
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

    for number in range(20):
        await register(number)

    with pytest.raises(TooManyAttempts):
        await register(20)
    assert passwords.asked == 20


async def test_an_address_asks_for_ten_letters_an_hour_whoever_they_are_for(world: World) -> None:
    seller = await world.a_merchant()
    ask = world.marketplace.accounts.request_password_reset
    for number in range(10):
        await ask(f"somebody-{number}@example.com", ELSEWHERE)

    for name in (seller.email, "nobody@example.com"):
        with pytest.raises(TooManyAttempts) as refused:
            await ask(name, ELSEWHERE)
        assert refused.value.facts == {"retry_after": 3600}


async def test_junk_in_place_of_a_letter_is_looked_up_twenty_times_an_hour(world: World) -> None:
    async def junk(address: str) -> type[Exception]:
        with pytest.raises((LinkExpired, TooManyAttempts)) as refused:
            await world.marketplace.accounts.reset_password("junk", PASSWORD, address)
        return type(refused.value)

    assert [await junk(HOME) for _ in range(21)] == [LinkExpired] * 20 + [TooManyAttempts]


async def test_however_much_junk_there_is_a_letter_gets_its_password_set(world: World) -> None:
    seller = await world.a_merchant()
    await world.marketplace.accounts.request_password_reset(seller.email, HOME)
    await world.run_jobs()
    for number in range(1000):
        with pytest.raises(LinkExpired):
            await world.marketplace.accounts.reset_password(
                "junk", PASSWORD, f"203.0.{number // 250}.{number % 250}"
            )

    token = world.token_in(world.letters_to(seller.email)[-1])
    await world.marketplace.accounts.reset_password(token, "a better password", HOME)


async def test_a_session_is_prolonged_thirty_times_a_minute_and_so_often_an_hour(
    world: World,
) -> None:
    seller = await world.a_merchant()
    refresh = seller.refresh
    for number in range(240):
        if number % 30 == 0:
            world.clock.pass_(timedelta(minutes=1))
        refresh = (await world.marketplace.sessions.refresh(refresh, HOME)).refresh
        if number % 30 == 29:
            with pytest.raises(TooManyAttempts):
                await world.marketplace.sessions.refresh(refresh, ELSEWHERE)

    world.clock.pass_(timedelta(minutes=1))
    with pytest.raises(TooManyAttempts):
        await world.marketplace.sessions.refresh(refresh, ELSEWHERE)


async def test_an_account_is_counted_however_it_is_called(world: World, door: Door) -> None:
    """One who guesses gets no more of it for every way to write a number."""
    await world.a_merchant("sara", phone="+966501234567")
    names = ("sara@example.com", "+966501234567", "0501234567", "00966501234567", "٠٥٠١٢٣٤٥٦٧")

    guesses = [await door.guess(name, ELSEWHERE) for name in (*names, *names)]

    assert guesses == [WrongCredentials] * 5 + [TooManyAttempts] * 5


async def test_who_is_known_under_a_number_abroad_is_known_to_no_other_account(
    world: World, door: Door
) -> None:
    """The same local number in two countries: it is one of them who is meant, and is counted."""
    victim = await world.a_merchant("sara", phone="+966501234567", address=HOME)
    await world.a_merchant("mallory", phone="+971501234567", address=ELSEWHERE)
    for name in ("0501234567", victim.email):
        await door.botnet(name)

    assert await door.enter("+971501234567", ELSEWHERE)
    assert await door.guess(victim.email, ELSEWHERE) is TooManyAttempts


async def test_of_two_with_one_number_the_one_is_meant_who_has_been_there(
    world: World, door: Door
) -> None:
    seller = await world.a_merchant(
        "noor", phone="+971501234567", password="a lamp in Dubai", address=HOME
    )
    await world.a_merchant("mallory", phone="+966501234567", address=ELSEWHERE)

    entered = await door.enter("0501234567", HOME, "a lamp in Dubai")

    assert entered.account.id == seller.actor.account_id


@pytest.mark.parametrize("typed", ["50123456", "٥٠١٢٣٤٥٦", "+96550123456"])
async def test_who_gets_it_right_is_forgiven_however_they_are_called(
    world: World, door: Door, typed: str
) -> None:
    await world.a_merchant("kuwait", phone="+96550123456", address=HOME)

    for _ in range(6):
        for _ in range(2):
            assert await door.guess(typed, HOME) is WrongCredentials
        assert await door.enter(typed, HOME)


async def test_a_stolen_session_forgives_no_guesses(world: World, door: Door) -> None:
    seller = await world.a_merchant(address=HOME)
    refresh = seller.refresh
    for _ in range(4):
        await door.guess(seller.email, ELSEWHERE)

    for _ in range(2):
        refresh = (await world.marketplace.sessions.refresh(refresh, ELSEWHERE)).refresh

    assert await door.guess(seller.email, ELSEWHERE) is WrongCredentials
    assert await door.guess(seller.email, ELSEWHERE) is TooManyAttempts


async def test_a_victim_in_a_new_place_gets_in_by_a_letter(world: World, door: Door) -> None:
    seller = await world.a_merchant(address=HOME)
    await door.botnet(seller.email)
    await world.marketplace.accounts.request_password_reset(seller.email, "192.0.2.1")
    await world.run_jobs()
    token = world.token_in(world.letters_to(seller.email)[-1])

    await world.marketplace.accounts.reset_password(token, "a better password", "192.0.2.1")

    assert await door.enter(seller.email, "192.0.2.1", "a better password")


async def test_one_site_of_many_households_is_slowed_down_before_everybody_is(
    world: World, door: Door
) -> None:
    seller = await world.a_merchant(address=HOME)

    async def storm(network: int) -> list[type[Exception]]:
        return [
            await door.guess(f"nobody-{number}@example.com", f"2001:db8:{network:x}:{number:x}::1")
            for number in range(210)
        ]

    for network in range(3):
        assert await storm(network) == [WrongCredentials] * 200 + [TooManyAttempts] * 10
    assert await door.enter(seller.email, "192.0.2.1")


async def test_whoever_is_known_at_a_site_is_not_slowed_down_with_it(
    world: World, door: Door
) -> None:
    seller = await world.a_merchant(address="2001:db8:7:ffff::1")
    for number in range(210):
        await door.guess(f"nobody-{number}@example.com", f"2001:db8:7:{number:x}::1")

    with pytest.raises(TooManyAttempts):
        await door.enter(seller.email, "2001:db8:7:fffe::1")
    assert await door.enter(seller.email, "2001:db8:7:ffff::2")


async def test_what_is_refused_is_counted_nowhere(world: World, door: Door) -> None:
    """Or else whoever goes on would keep their whole network out."""
    seller = await world.a_merchant()
    for _ in range(30):
        await door.guess(seller.email, ELSEWHERE)

    others = [await door.guess(f"nobody-{number}@example.com", ELSEWHERE) for number in range(16)]

    assert others == [WrongCredentials] * 15 + [TooManyAttempts]


async def test_what_nobody_had_time_to_look_at_is_counted_nowhere(world: World) -> None:
    class BusyHasher(MemoryPasswordHasher):
        async def hash(self, password: str, /) -> str:
            raise SignInsBusy(retry_after=1)

        async def verify(self, password: str, hash: str | None, /) -> bool:
            raise SignInsBusy(retry_after=1)

    seller = await world.a_merchant()
    await world.marketplace.accounts.request_password_reset(seller.email, HOME)
    await world.run_jobs()
    token = world.token_in(world.letters_to(seller.email)[-1])
    busy = world.with_(passwords=BusyHasher())
    new = Register(
        email="new@example.com",
        username="new",
        password=PASSWORD,
        phone="0507654321",
        name="متجر",
        address=HOME,
    )
    change = ChangePassword(
        acting=seller.actor, current_password=PASSWORD, new_password="a very new sentence"
    )

    for _ in range(60):
        for attempt in (
            busy.sessions.sign_in(SignIn(name=seller.email, password=PASSWORD, address=HOME)),
            busy.accounts.register(new),
            busy.accounts.reset_password(token, "a very new sentence", HOME),
            busy.accounts.change_password(change),
        ):
            with pytest.raises(SignInsBusy):
                await attempt

    assert await Door(world.marketplace).enter(seller.email, HOME)
    await world.marketplace.accounts.register(new)
    await world.marketplace.accounts.change_password(change)


async def test_an_address_behind_a_translator_is_the_one_it_stands_for(
    world: World, door: Door
) -> None:
    seller = await world.a_merchant()
    for _ in range(5):
        await door.guess(seller.email, "64:ff9b::203.0.113.7")

    assert await door.guess(seller.email, "203.0.113.7") is TooManyAttempts
    assert await door.guess(seller.email, "64:ff9b::203.0.113.8") is WrongCredentials


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


@pytest.mark.parametrize(
    ("most", "in_an_hour", "address"),
    [
        (60, 600, lambda number: ELSEWHERE),
        (60, 600, lambda number: f"2001:db8:1:2::{number:x}"),
        (300, 3000, lambda number: f"2001:db8:1:{number:x}::1"),
    ],
    ids=["an address", "a household", "a site"],
)
async def test_orders_of_one_place_wait_and_those_of_another_do_not(
    world: World, most: int, in_an_hour: int, address: Callable[[int], str]
) -> None:
    throttling = Throttling(world.ports.throttle)

    async def is_taken(number: int, store: str = "mona", other: str = "") -> bool:
        try:
            async with throttling.ordering(store, f"055{number:07}", other or address(number)):
                return True
        except TooManyAttempts:
            return False

    for minute in range(in_an_hour // most):
        numbers = range(minute * most, (minute + 1) * most)
        assert all([await is_taken(number) for number in numbers])
        assert not await is_taken(numbers.stop)
        assert await is_taken(numbers.stop, other=HOME)
        assert await is_taken(numbers.stop, store="rival")
        world.clock.pass_(timedelta(minutes=1))
    assert not await is_taken(in_an_hour)
    world.clock.pass_(timedelta(hours=1))
    assert await is_taken(in_an_hour)


async def test_a_phone_is_counted_by_each_store_for_itself(world: World) -> None:
    throttling = Throttling(world.ports.throttle)

    async def is_taken(store: str) -> bool:
        try:
            async with throttling.ordering(store, "0551234567", None):
                return True
        except TooManyAttempts:
            return False

    assert all([await is_taken("mona") for _ in range(100)])
    assert not await is_taken("mona")
    assert await is_taken("rival")
    world.clock.pass_(timedelta(hours=1))
    assert await is_taken("mona")
