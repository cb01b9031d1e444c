"""Accounts, where they are signed in, and what was sent to them to prove who they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.accounts import (
    Account,
    AccountId,
    EmailAddress,
    OneTimeToken,
    Purpose,
    Session,
    SessionId,
)
from marketplace.domain.phones import PhoneNumber

from .repository import Repository


class Accounts(Repository[AccountId, Account], Protocol):
    """Everybody who can sign in; ``EmailTaken``, ``UsernameTaken`` or ``PhoneTaken`` on storing."""

    async def called(self, names: Sequence[EmailAddress | PhoneNumber], /) -> list[Account]:
        """The accounts with one of these addresses or numbers; closed ones have none."""
        ...


class Sessions(Repository[SessionId, Session], Protocol):
    """Every device that was ever signed in."""

    async def end_all(
        self, account_id: AccountId, at: datetime, but: SessionId | None = None, /
    ) -> None:
        """End every session of an account, or every other one."""
        ...

    async def end_oldest(self, account_id: AccountId, most: int, at: datetime, /) -> None:
        """End those of an account that were unused for the longest, until so many are in force."""
        ...

    async def forget(self, before: datetime, limit: int, /) -> int:
        """Throw away that many which ended, or ran out, before; at most. How many there were."""
        ...


class OneTimeTokens(Protocol):
    """Secrets that were sent in letters, by their hash."""

    async def add(self, token: OneTimeToken, /) -> None:
        """Store a token; earlier ones of the account for the same purpose are void."""
        ...

    async def of(self, account_id: AccountId, purpose: Purpose, /) -> OneTimeToken | None:
        """The one that was made last and is not used, though its time may be over."""
        ...

    async def owner(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        """Whose token it is, or ``LinkExpired``; it stays as good as it was."""
        ...

    async def void(self, account_id: AccountId, purpose: Purpose, /) -> None:
        """No token of the account is good for this any more."""
        ...

    async def redeem(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        """Use a token up, or ``LinkExpired``. Of two at the same time one succeeds."""
        ...

    async def forget(self, before: datetime, limit: int, /) -> int:
        """Throw away that many which ran out before, at most. How many there were."""
        ...
