"""The secret key: long enough, and replaced without signing anybody out."""

from collections.abc import Callable
from secrets import token_hex, token_urlsafe

import pytest

from marketplace.adapters.system import SystemIds
from marketplace.domain.accounts import AccountId, Role, Session, SessionId, SignInRequired
from marketplace.entrypoints.container import key_id, make_access_tokens
from marketplace.entrypoints.settings import SHORTEST_KEY, BadSetting, Settings
from tests.unit.contracts.samples import NOON

OLD, NEW = "an old key of thirty-two bytes...", "a new key of thirty-two bytes...."
SESSION = Session.open(
    id=SessionId(SystemIds().new()),
    account_id=AccountId(SystemIds().new()),
    refresh_hash=b"1" * 32,
    user_agent="",
    at=NOON,
)


@pytest.mark.parametrize(
    ("signs", "reads"),
    [
        ((OLD, ()), (NEW, (OLD,))),
        ((OLD, (NEW,)), (NEW, (OLD,))),
        ((NEW, (OLD,)), (OLD, (NEW,))),
        ((NEW, (OLD,)), (NEW, ())),
    ],
)
def test_while_a_key_is_replaced_every_server_reads_what_another_signed(
    signs: tuple[str, tuple[str, ...]], reads: tuple[str, tuple[str, ...]]
) -> None:
    token = make_access_tokens(*signs, SystemIds()).issue(SESSION, Role.MERCHANT, NOON)

    assert make_access_tokens(*reads, SystemIds()).session_of(token, NOON) == SESSION.id


def test_what_a_key_signed_that_nobody_names_any_more_is_refused() -> None:
    token = make_access_tokens(OLD, (), SystemIds()).issue(SESSION, Role.MERCHANT, NOON)

    with pytest.raises(SignInRequired):
        make_access_tokens(NEW, (), SystemIds()).session_of(token, NOON)


def test_a_key_has_one_name_everywhere_which_does_not_tell_it() -> None:
    assert key_id(OLD) == key_id(OLD) != key_id(NEW)
    assert len(key_id(OLD)) == 8


def test_earlier_keys_are_a_list() -> None:
    settings = Settings.read({"SECRET_KEY": NEW, "SECRET_KEY_PREVIOUS": f"{OLD}, {NEW},"})

    assert settings.secret_key_previous == (OLD, NEW)


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_PREVIOUS"])
@pytest.mark.parametrize("key", ["short", "k" * (SHORTEST_KEY - 1)])
def test_a_short_key_stops_the_start_and_is_not_told(name: str, key: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.read({name: key})

    assert str(refused.value).startswith(name)
    assert key not in str(refused.value).replace("too short", "")


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_PREVIOUS"])
@pytest.mark.parametrize("key", ["k" * 64, "secret" * 8, "\u0643" * 32])
def test_a_key_anybody_can_guess_stops_the_start_and_is_not_told(name: str, key: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.read({name: key})

    assert str(refused.value).startswith(name)
    assert key not in str(refused.value)


@pytest.mark.parametrize("make", [lambda: token_hex(16), lambda: token_urlsafe(24)])
def test_a_key_a_machine_made_up_is_taken(make: Callable[[], str]) -> None:
    for _ in range(1000):
        assert Settings.read({"SECRET_KEY": make()})
