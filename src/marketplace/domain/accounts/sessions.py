"""Sessions: where somebody is signed in, and how they stay it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import NewType
from uuid import UUID

from ..errors import Forbidden, NotFound, TooMany, Unauthenticated
from ..events import Event
from .account import AccountId, Role

SessionId = NewType("SessionId", UUID)

SESSION_LASTS = timedelta(days=30)
"""Counted from the last refresh."""
SESSION_ENDS = timedelta(days=180)
"""Counted from the beginning: then even a session that is in use asks for the password."""
MOST_SESSIONS = 50
"""How many of an account are in force at a time."""
LOST_ANSWER = timedelta(seconds=10)
"""How long a spent refresh token still answers with its one successor."""


class Presented(StrEnum):
    """What a refresh token turned out to be."""

    CURRENT = "current"
    JUST_SPENT = "just spent"
    STOLEN = "stolen"
    NOTHING = "nothing"


@dataclass(slots=True, kw_only=True)
class Session:
    """
    One device that is signed in.

    A refresh token is good once. Only the hashes of the current one and of the one before are kept:
    a token is sealed, so that any other that was ever issued is known to be one.
    """

    id: SessionId
    account_id: AccountId
    refresh_hash: bytes
    spent_hash: bytes | None = None
    user_agent: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    version: int = 0

    @classmethod
    def open(
        cls,
        *,
        id: SessionId,
        account_id: AccountId,
        refresh_hash: bytes,
        user_agent: str,
        at: datetime,
    ) -> "Session":
        return cls(
            id=id,
            account_id=account_id,
            refresh_hash=refresh_hash,
            user_agent=user_agent[:300],
            created_at=at,
            last_used_at=at,
            expires_at=at + SESSION_LASTS,
        )

    def in_force(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def presents(self, refresh_hash: bytes, at: datetime) -> "Presented":
        """
        What showing this token means, now, of which is known that it was issued for this session.

        If it is neither the current one nor, for :data:`LOST_ANSWER`, the one before, whoever shows
        it is not the only one who had it (RFC 9700, 4.14.2).
        """
        if not self.in_force(at):
            return Presented.NOTHING
        if compare_digest(refresh_hash, self.refresh_hash):
            return Presented.CURRENT
        just_spent = self.spent_hash is not None and compare_digest(refresh_hash, self.spent_hash)
        if just_spent and at <= self.last_used_at + LOST_ANSWER:
            return Presented.JUST_SPENT
        return Presented.STOLEN

    def rotate(self, successor_hash: bytes, at: datetime) -> None:
        """The token that was shown is spent; its successor is good once."""
        self.spent_hash = self.refresh_hash
        self.refresh_hash = successor_hash
        self.last_used_at = at
        self.expires_at = min(at + SESSION_LASTS, self.created_at + SESSION_ENDS)

    def end(self, at: datetime) -> None:
        """Which device it was is nobody's business any more."""
        if self.ended_at is None:
            self.ended_at = at
            self.user_agent = ""

    def end_as_stolen(self, at: datetime) -> "SessionStolen":
        """Two had the token, and nobody knows which of them is the owner."""
        self.end(at)
        return SessionStolen(at=at, account_id=self.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is asking, and from where. ``merchant_id`` is set for merchants only."""

    account_id: AccountId
    role: Role
    session_id: SessionId | None = None
    merchant_id: UUID | None = None
    address: str | None = None
    request_id: str | None = None

    def must_be(self, role: Role) -> None:
        if self.role is not role:
            raise WrongRole(needed=role)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStolen(Event):
    account_id: AccountId


class SessionNotFound(NotFound):
    """No such session, or it has ended."""


class SignInRequired(Unauthenticated):
    """No access token, or not one that is in force."""


class WrongRole(Forbidden):
    """Signed in, but as somebody who may not do this."""


class WrongCredentials(Unauthenticated):
    """No account has this name with this password; which of the two is not told."""


class RefreshRefused(Unauthenticated):
    """The refresh token is not in force."""


class SignInsBusy(TooMany):
    """Too many passwords are being checked at this moment."""


class TooManyAttempts(TooMany):
    """Tried too often; whether what was tried exists makes no difference."""
