"""Accounts: who may come in, as whom."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from ..errors import BadValue, Conflict, Forbidden, NotFound
from ..events import Event
from ..phones import PhoneNumber
from ..text import word

AccountId = NewType("AccountId", UUID)
EmailAddress = NewType("EmailAddress", str)
Username = NewType("Username", str)

_EMAIL = re.compile(
    r"(?=.{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])"
)
_USERNAME = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,28}[a-z0-9]")
_RESERVED = frozenset(
    """about account admin administrator api app assets auth billing blog cart checkout contact docs
    help health login logout mail marketplace me media merchant merchants metrics order orders
    password pay payment privacy product products register root schema search security settings shop
    static status store stores support system terms user users webmaster www""".split()
)


class Role(StrEnum):
    """What an account may be used for; ``user_type`` on the wire."""

    MERCHANT = "merchant"
    ADMIN = "admin"


class Locale(StrEnum):
    """The languages the marketplace speaks, its first one first."""

    ARABIC = "ar"
    ENGLISH = "en"


@dataclass(slots=True, kw_only=True)
class Account:
    """A person who can sign in."""

    id: AccountId
    email: EmailAddress
    username: Username
    phone: PhoneNumber
    role: Role
    password_hash: str
    is_verified: bool
    locale: Locale
    registered_at: datetime
    password_changed_at: datetime
    closed_at: datetime | None = None
    version: int = 0

    @property
    def names(self) -> tuple[EmailAddress, Username, PhoneNumber]:
        """Everything it is called by; no secret any of it."""
        return self.email, self.username, self.phone

    @classmethod
    def register(
        cls,
        *,
        id: AccountId,
        email: EmailAddress,
        username: Username,
        phone: PhoneNumber,
        role: Role,
        password_hash: str,
        locale: Locale,
        at: datetime,
    ) -> "tuple[Account, AccountRegistered]":
        """Somebody new, whose mailbox nobody has seen yet."""
        account = cls(
            id=id,
            email=email,
            username=username,
            phone=phone,
            role=role,
            password_hash=password_hash,
            is_verified=False,
            locale=locale,
            registered_at=at,
            password_changed_at=at,
        )
        return account, AccountRegistered(at=at, account_id=id)

    def change_password(self, password_hash: str, at: datetime) -> "PasswordChanged":
        self.password_hash = password_hash
        self.password_changed_at = at
        return PasswordChanged(at=at, account_id=self.id)

    def ask_for_verification(self, at: datetime) -> "VerificationRequested":
        """The letter that asked whether the mailbox is theirs has not reached them."""
        return VerificationRequested(at=at, account_id=self.id)

    def verify(self, at: datetime) -> "EmailVerified":
        self.is_verified = True
        return EmailVerified(at=at, account_id=self.id)

    def close(self, at: datetime) -> "AccountClosed":
        """
        Forget the person and keep the account, because books refer to it.

        Every name it held becomes free, and nothing that is left identifies anybody.
        """
        self.email = EmailAddress(f"{self.id}@closed.invalid")
        self.username = Username(f"closed-{self.id}")
        self.phone = PhoneNumber("+00000000")
        self.password_hash = ""
        self.is_verified = False
        self.closed_at = at
        return AccountClosed(at=at, account_id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRegistered(Event):
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRequested(Event):
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerified(Event):
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    account_id: AccountId


class AccountNotFound(NotFound):
    """No such account."""


class EmailTaken(Conflict):
    """Another account has this address."""


class UsernameTaken(Conflict):
    """Another account has this name."""


class PhoneTaken(Conflict):
    """Another account has this number."""


class AccountSuspended(Forbidden):
    """The merchant of this account is suspended."""


class BadEmail(BadValue):
    """Not an address of the form ``name@example.com``."""


class BadUsername(BadValue):
    """3 to 30 Latin letters, digits and single hyphens inside."""


class ReservedUsername(BadValue):
    """A word the marketplace keeps for itself."""


def parse_email(text: str) -> EmailAddress:
    """The address in lower case: two that differ by case alone would be taken for one another."""
    # Some letters become plain ones only in lower case: such an address is not what it looks like.
    said = text.strip().lower() if text.strip().isascii() else ""
    # No post office serves .invalid (RFC 2606); it is where closed accounts have their addresses.
    if len(said) > 254 or not _EMAIL.fullmatch(said) or said.endswith(".invalid"):
        raise BadEmail
    return EmailAddress(said)


def parse_username(text: str) -> Username:
    """A name for the address of a store, look-alike forms made one (NFKC, case folded)."""
    # No form of a name is longer than this, and nobody makes us normalise megabytes.
    said = unicodedata.normalize("NFKC", text).casefold().strip() if len(text) <= 200 else ""
    if not _USERNAME.fullmatch(said):
        raise BadUsername
    if said in _RESERVED:
        raise ReservedUsername
    return Username(said)


parse_locale = word(Locale)
