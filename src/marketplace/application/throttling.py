"""
How often one may try: whoever guesses is slowed down, and nobody else.

An address is an IPv4 address or the /64 network of an IPv6 one, which is what one household gets;
its site is the /48 that a provider gives to one customer. An account is counted by its id, however
it was called, and a name that nobody has as it was typed.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeVar

from marketplace.domain.accounts import (
    AccountId,
    Actor,
    SessionId,
    SignInsBusy,
    TooManyAttempts,
    digest,
)
from marketplace.domain.merchants import MerchantId
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.text import ascii_digits

from .ports import Throttle, Window

MINUTE, HOUR, DAY = 60, 3600, 86_400

Limit = tuple[int, int]
"""How many, in how many seconds."""

SIGN_INS_OF_AN_ADDRESS: tuple[Limit, ...] = ((20, MINUTE),)
SIGN_INS_OF_AN_ADDRESS_TO_AN_ACCOUNT: tuple[Limit, ...] = ((5, MINUTE), (20, HOUR))
"""The second is what the delay grows to. Signing in forgives them."""
SIGN_INS_OF_STRANGERS_TO_AN_ACCOUNT: tuple[Limit, ...] = ((10, MINUTE), (50, HOUR))
SIGN_INS_OF_STRANGERS_OF_A_SITE: tuple[Limit, ...] = ((200, MINUTE),)
SIGN_INS_OF_ALL_STRANGERS: tuple[Limit, ...] = ((6000, MINUTE),)
"""What two cores can check: below that, the queue for them is what limits."""
REGISTRATIONS_OF_AN_ADDRESS: tuple[Limit, ...] = ((20, HOUR),)
"""A carrier puts many shops behind one address, and a form is filled in wrongly more than once."""
REGISTRATIONS_OF_A_SITE: tuple[Limit, ...] = ((50, HOUR),)
REGISTRATIONS_OF_ALL: tuple[Limit, ...] = ((300, MINUTE),)
"""Over a minute, so that it takes a new crowd every minute to keep everybody out."""
RESETS_OF_AN_ADDRESS: tuple[Limit, ...] = ((10, HOUR),)
RESETS_OF_A_SITE: tuple[Limit, ...] = ((100, HOUR),)
RESETS_OF_ALL: tuple[Limit, ...] = ((300, MINUTE),)
NEW_PASSWORDS_OF_AN_ADDRESS: tuple[Limit, ...] = ((20, HOUR),)
NEW_PASSWORDS_OF_A_SITE: tuple[Limit, ...] = ((200, HOUR),)
NEW_PASSWORDS_OF_ALL: tuple[Limit, ...] = ((300, MINUTE),)
"""Counts those who hold a letter, and nobody who says so."""
REFRESHES_OF_AN_ADDRESS: tuple[Limit, ...] = ((600, MINUTE),)
"""A carrier puts thousands of telephones behind one address."""
REFRESHES_OF_A_SESSION: tuple[Limit, ...] = ((30, MINUTE), (240, HOUR))
"""A client that retries sends many at once, and all of them are to get the one successor."""
PASSWORD_CHANGES_OF_AN_ACCOUNT: tuple[Limit, ...] = ((5, MINUTE), (20, HOUR))
VERIFICATION_LETTERS_OF_AN_ACCOUNT: tuple[Limit, ...] = ((3, HOUR),)
LOOKUPS_OF_AN_ADDRESS: tuple[Limit, ...] = ((30, HOUR),)
LOOKUPS_OF_A_SITE: tuple[Limit, ...] = ((200, HOUR),)
LOOKUPS_OF_A_PHONE: tuple[Limit, ...] = ((3, 10 * MINUTE), (10, DAY))
"""At one store. It rings there: somebody who knows the number must not have it ring all day."""
LOOKUPS_OF_ALL: tuple[Limit, ...] = ((300, MINUTE),)

ORDERS_OF_AN_ADDRESS_TO_A_STORE: tuple[Limit, ...] = ((60, MINUTE), (600, HOUR))
ORDERS_OF_A_SITE_TO_A_STORE: tuple[Limit, ...] = ((300, MINUTE), (3000, HOUR))
ORDERS_OF_A_PHONE_TO_A_STORE: tuple[Limit, ...] = ((100, HOUR),)
"""There is no count of a store: nobody shuts one by ordering from it."""
OF_A_PHONE = 7
"""Digits at its end that a number has in every form it is typed in."""

KNOWN_FOR = 90 * DAY
"""How long an address is known to an account that signed in or stayed signed in from there."""

Counted = Sequence[Window]
"""The windows an attempt has been counted in."""
Answer = TypeVar("Answer")

_NO_DIGITS = re.compile("[^0-9]+")
_NAT64 = IPv6Network("64:ff9b::/96")
"""An IPv4 client behind a translator (RFC 6052)."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Who has been where."""

    throttle: Throttle

    async def know(self, who: str, address: str | None) -> bool:
        """Whether this account has been signed in to from there."""
        place = _place(address)
        return place is not None and await self.throttle.remembers(_called("face", who, place))

    async def signed_in(self, who: AccountId, address: str | None) -> None:
        """They have proved who they are: their address is known, their attempts are forgiven."""
        await self.throttle.forgive(_of_both(str(who), address))
        await self.stayed(who, address)

    async def stayed(self, who: AccountId, address: str | None) -> None:
        """A session was prolonged, which proves no password: their address is known."""
        place = _place(address)
        if place is not None:
            await self.throttle.remember(_called("face", str(who), place), KNOWN_FOR)


@dataclass(frozen=True, slots=True)
class Throttling:
    """
    What is counted for whom.

    An attempt that is refused is counted nowhere. Without an address there is nothing to know
    anybody by.
    """

    throttle: Throttle

    @property
    def faces(self) -> "Faces":
        return Faces(self.throttle)

    async def approach(self, address: str | None) -> Counted:
        """Before it is looked up who is meant: a flood from one address ends here."""
        return await self._admit(
            _windows("sign-in/address", SIGN_INS_OF_AN_ADDRESS, _place(address))
        )

    async def sign_in(self, who: str, address: str | None, approached: Counted) -> Counted:
        """
        Before a password is looked at; ``who`` is the id of an account, or a name nobody has.

        The counts that others can fill up, of the account, of a site and of everybody, hold for
        strangers alone: where somebody has signed in before, only what that place did itself
        counts.
        """
        windows = _of_both(who, address)
        if not await self.faces.know(who, address):
            strangers = SIGN_INS_OF_STRANGERS_OF_A_SITE
            windows += _windows("sign-in/account", SIGN_INS_OF_STRANGERS_TO_AN_ACCOUNT, who)
            windows += _windows("sign-in/site", strangers, _site(address))
            windows += _windows("sign-in/all", SIGN_INS_OF_ALL_STRANGERS, "")
        try:
            return [*approached, *await self._admit(windows)]
        except TooManyAttempts:
            await self.throttle.take_back(approached)
            raise

    async def register(self, address: str | None) -> Counted:
        """Before a new password is hashed."""
        return await self._admit(
            [
                *_windows("register/address", REGISTRATIONS_OF_AN_ADDRESS, _place(address)),
                *_windows("register/site", REGISTRATIONS_OF_A_SITE, _site(address)),
                *_windows("register/all", REGISTRATIONS_OF_ALL, ""),
            ]
        )

    async def reset(self, address: str | None) -> None:
        """Before a letter is asked for. No count is that of a mailbox: others could use it up."""
        await self._admit(
            [
                *_windows("reset/address", RESETS_OF_AN_ADDRESS, _place(address)),
                *_windows("reset/site", RESETS_OF_A_SITE, _site(address)),
                *_windows("reset/all", RESETS_OF_ALL, ""),
            ]
        )

    async def refresh(self, session_id: SessionId, address: str | None) -> None:
        """Before a session is held, of which somebody has had a token."""
        await self._admit(
            [
                *_windows("refresh/address", REFRESHES_OF_AN_ADDRESS, _place(address)),
                *_windows("refresh/session", REFRESHES_OF_A_SESSION, str(session_id)),
            ]
        )

    async def redeem(self, address: str | None) -> Counted:
        """Before it is looked up whether there is such a letter."""
        return await self._admit(
            [
                *_windows("new-password/address", NEW_PASSWORDS_OF_AN_ADDRESS, _place(address)),
                *_windows("new-password/site", NEW_PASSWORDS_OF_A_SITE, _site(address)),
            ]
        )

    async def new_password(self, redeemed: Counted) -> Counted:
        """Before a password is hashed for whoever holds a letter."""
        return [
            *redeemed,
            *await self._admit(_windows("new-password/all", NEW_PASSWORDS_OF_ALL, "")),
        ]

    async def change_password(self, acting: Actor) -> Counted:
        """Before the current password is looked at: a session that was left open is no oracle."""
        limits, name = PASSWORD_CHANGES_OF_AN_ACCOUNT, str(acting.account_id)
        return await self._admit(_windows("password/account", limits, name))

    async def resend_verification(self, acting: Actor) -> None:
        """Before another letter is sent to somebody who is signed in."""
        limits, name = VERIFICATION_LETTERS_OF_AN_ACCOUNT, str(acting.account_id)
        await self._admit(_windows("verification/account", limits, name))

    @asynccontextmanager
    async def ordering(self, store: str, phone: str, address: str | None) -> AsyncIterator[None]:
        """
        While a guest orders; what comes to nothing counts nowhere.

        ``phone`` is as it was typed. Whoever orders on this very machine is a proxy nobody told us
        of, with everybody behind it: it has no address.
        """
        digits = _NO_DIGITS.sub("", ascii_digits(phone))[-OF_A_PHONE:]
        seen = _located(address)
        place, site = (None, None) if seen.is_here else (seen.place, seen.site)
        counted = await self._admit(
            [
                *_windows("order/address", ORDERS_OF_AN_ADDRESS_TO_A_STORE, store, place),
                *_windows("order/site", ORDERS_OF_A_SITE_TO_A_STORE, store, site),
                *_windows("order/phone", ORDERS_OF_A_PHONE_TO_A_STORE, store, digits),
            ]
        )
        try:
            yield
        except BaseException:
            await self.throttle.take_back(counted)
            raise

    async def unless_busy(self, counted: Counted, hashing: Awaitable[Answer]) -> Answer:
        """What comes of a password; where there was no room to look at it, nothing was tried."""
        try:
            return await hashing
        except SignInsBusy:
            await self.throttle.take_back(counted)
            raise

    async def _admit(self, windows: Counted) -> Counted:
        await self.throttle.admit(windows)
        return windows


@dataclass(frozen=True, slots=True)
class GuestThrottling:
    """What is counted of guests, who have no account. What is refused is counted nowhere."""

    throttle: Throttle

    async def seek(self, store: MerchantId, phone: PhoneNumber, address: str | None) -> None:
        """Before a link is asked for, be there such an order or not."""
        await self.throttle.admit(
            [
                *_windows("lookup/address", LOOKUPS_OF_AN_ADDRESS, _place(address)),
                *_windows("lookup/site", LOOKUPS_OF_A_SITE, _site(address)),
                *_windows("lookup/phone", LOOKUPS_OF_A_PHONE, str(store), phone),
                *_windows("lookup/all", LOOKUPS_OF_ALL, ""),
            ]
        )


def _of_both(who: str, address: str | None) -> list[Window]:
    limits = SIGN_INS_OF_AN_ADDRESS_TO_AN_ACCOUNT
    return _windows("sign-in/account+address", limits, who, _place(address))


def _windows(what: str, limits: Sequence[Limit], *of: str | None) -> list[Window]:
    """None at all of an address that nobody knows."""
    said = [each for each in of if each is not None]
    if len(said) < len(of):
        return []
    return [Window(_called(what, *said), most, seconds) for most, seconds in limits]


def _called(what: str, *of: str) -> str:
    """Short, however long the names are, and readable by nobody who looks into Redis."""
    return f"{what}/{digest(chr(0).join(of)).hex()[:32]}"


def _place(address: str | None) -> str | None:
    return _located(address).place


def _site(address: str | None) -> str | None:
    return _located(address).site


@dataclass(frozen=True, slots=True)
class _Location:
    """What an address is counted by. Only an IPv6 one has a site: nobody has many IPv4 ones."""

    place: str | None
    site: str | None = None
    is_here: bool = False


@lru_cache(maxsize=1024)
def _located(address: str | None) -> _Location:
    """Kept for a while: it is asked for several times on the way, and people come back."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        place, site = str(_network(parsed, 64)), str(_network(parsed, 48))
        return _Location(place, site, parsed.is_loopback)
    if isinstance(parsed, IPv4Address):
        return _Location(str(parsed), is_here=parsed.is_loopback)
    return _Location(parsed)


def _network(address: IPv6Address, bits: int) -> IPv6Address:
    return IPv6Address(int(address) >> 128 - bits << 128 - bits)


def _parsed(address: str | None) -> IPv4Address | IPv6Address | str | None:
    """What is no address, a caller of its own kind calls its callers by."""
    if address is None:
        return None
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return parsed
    if parsed in _NAT64:
        return IPv4Address(int(parsed) & 0xFFFF_FFFF)
    return parsed.ipv4_mapped or parsed
