"""
How often one may try: whoever guesses is slowed down, and nobody else.

An address is an IPv4 address or the /64 network of an IPv6 one, which is what one household gets.
Nobody is told apart by whether there is an account: names are counted as they were said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from marketplace.domain.accounts import Account, Actor, SessionId, TooManyAttempts, digest

from .ports import Throttle, Window

MINUTE, HOUR, DAY = 60, 3600, 86_400

Limit = tuple[int, int]
"""How many, in how many seconds."""

SIGN_INS_OF_AN_ADDRESS: tuple[Limit, ...] = ((20, MINUTE),)
SIGN_INS_OF_AN_ADDRESS_TO_AN_ACCOUNT: tuple[Limit, ...] = ((5, MINUTE), (20, HOUR))
"""The second is what the delay grows to. Signing in forgives them."""
SIGN_INS_OF_STRANGERS_TO_AN_ACCOUNT: tuple[Limit, ...] = ((10, MINUTE), (50, HOUR))
SIGN_INS_OF_ALL_STRANGERS: tuple[Limit, ...] = ((1200, MINUTE),)
"""A fifth of what one machine can check."""
REGISTRATIONS_OF_AN_ADDRESS: tuple[Limit, ...] = ((5, HOUR),)
RESETS_OF_AN_ADDRESS: tuple[Limit, ...] = ((10, HOUR),)
NEW_PASSWORDS_OF_AN_ADDRESS: tuple[Limit, ...] = ((20, HOUR),)
RESETS_OF_AN_ACCOUNT: tuple[Limit, ...] = ((3, HOUR),)
REFRESHES_OF_AN_ADDRESS: tuple[Limit, ...] = ((600, MINUTE),)
"""A carrier puts thousands of telephones behind one address."""
REFRESHES_OF_A_SESSION: tuple[Limit, ...] = ((60, MINUTE),)
PASSWORD_CHANGES_OF_AN_ACCOUNT: tuple[Limit, ...] = ((5, MINUTE), (20, HOUR))
VERIFICATION_LETTERS_OF_AN_ACCOUNT: tuple[Limit, ...] = ((3, HOUR),)

KNOWN_FOR = 90 * DAY
"""How long an address is known to an account that signed in or stayed signed in from there."""


@dataclass(frozen=True, slots=True)
class Throttling:
    """
    What is counted for whom.

    The broad window of an address comes first: what it refuses leaves no trace under names that
    somebody made up. Without an address there is nothing to know anybody by.
    """

    throttle: Throttle

    async def sign_in(self, names: Sequence[str], address: str | None) -> None:
        """
        Before a password is looked at; ``names`` are all that was said can mean.

        The counts that others can fill up, of the account and of everybody, hold for strangers
        alone: where somebody has signed in before, only what that place did itself counts.
        """
        place, name = _place(address), names[0]
        windows = [
            *_windows("sign-in/address", SIGN_INS_OF_AN_ADDRESS, place),
            *self._of_both(name, place),
        ]
        if not await self._is_known(names, place):
            windows += _windows("sign-in/account", SIGN_INS_OF_STRANGERS_TO_AN_ACCOUNT, name)
            windows += _windows("sign-in/all", SIGN_INS_OF_ALL_STRANGERS, "")
        await self.throttle.admit(windows)

    async def signed_in(self, account: Account, address: str | None) -> None:
        """They have proved who they are: their address is known, their attempts are forgiven."""
        place = _place(address)
        for name in (account.email, account.phone):
            await self.throttle.forgive(self._of_both(name, place))
            if place is not None:
                await self.throttle.remember(_called("face", name, place), KNOWN_FOR)

    async def register(self, address: str | None) -> None:
        """Before a new password is hashed."""
        windows = _windows("register/address", REGISTRATIONS_OF_AN_ADDRESS, _place(address))
        await self.throttle.admit(windows)

    async def reset(self, name: str, address: str | None) -> bool:
        """
        Whether a letter may go out.

        Too many letters to one mailbox are no refusal: whoever filled it up, a letter is in it.
        """
        windows = _windows("reset/address", RESETS_OF_AN_ADDRESS, _place(address))
        await self.throttle.admit(windows)
        try:
            await self.throttle.admit(_windows("reset/account", RESETS_OF_AN_ACCOUNT, name))
        except TooManyAttempts:
            return False
        return True

    async def refresh(self, session_id: SessionId, address: str | None) -> None:
        """Before a session is held."""
        await self.throttle.admit(
            [
                *_windows("refresh/address", REFRESHES_OF_AN_ADDRESS, _place(address)),
                *_windows("refresh/session", REFRESHES_OF_A_SESSION, str(session_id)),
            ]
        )

    async def new_password(self, address: str | None) -> None:
        """Before a password is hashed for whoever holds a letter, or says so."""
        windows = _windows("new-password/address", NEW_PASSWORDS_OF_AN_ADDRESS, _place(address))
        await self.throttle.admit(windows)

    async def change_password(self, acting: Actor) -> None:
        """Before the current password is looked at: a session that was left open is no oracle."""
        limits, name = PASSWORD_CHANGES_OF_AN_ACCOUNT, str(acting.account_id)
        await self.throttle.admit(_windows("password/account", limits, name))

    async def resend_verification(self, acting: Actor) -> None:
        """Before another letter is sent to somebody who is signed in."""
        limits, name = VERIFICATION_LETTERS_OF_AN_ACCOUNT, str(acting.account_id)
        await self.throttle.admit(_windows("verification/account", limits, name))

    async def _is_known(self, names: Sequence[str], place: str | None) -> bool:
        if place is None:
            return False
        for name in names:
            if await self.throttle.remembers(_called("face", name, place)):
                return True
        return False

    def _of_both(self, name: str, place: str | None) -> list[Window]:
        if place is None:
            return []
        limits = SIGN_INS_OF_AN_ADDRESS_TO_AN_ACCOUNT
        return _windows("sign-in/account+address", limits, name, place)


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
    if address is None:
        return None
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
