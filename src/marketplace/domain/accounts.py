"""Accounts: who may come in, how they prove it, and how long they stay."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import NewType
from uuid import UUID

from .errors import BadValue, Conflict, Forbidden, NotFound, TooMany, Unauthenticated
from .events import Event
from .phones import PhoneNumber
from .text import BadCharacters, TooLong, TooShort, word

AccountId = NewType("AccountId", UUID)
SessionId = NewType("SessionId", UUID)
EmailAddress = NewType("EmailAddress", str)
Username = NewType("Username", str)

SESSION_LASTS = timedelta(days=30)
"""Counted from the last refresh."""
LOST_ANSWER = timedelta(seconds=10)
"""How long a spent refresh token still answers with its one successor."""
RESET_LASTS = timedelta(minutes=10)
"""At most ten minutes for an out-of-band code (OWASP ASVS 5.0, 6.5.5)."""
VERIFICATION_LASTS = timedelta(days=7)

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


class Purpose(StrEnum):
    """What a one-time token is good for."""

    PASSWORD_RESET = "password-reset"
    EMAIL_VERIFICATION = "email-verification"


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
    closed_at: datetime | None = None
    version: int = 0

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
        )
        return account, AccountRegistered(at=at, account_id=id)

    def ask_for_reset(self, at: datetime) -> "PasswordResetRequested":
        """They say the password is lost; a letter will tell whether they own the mailbox."""
        return PasswordResetRequested(at=at, account_id=self.id)

    def change_password(self, password_hash: str, at: datetime) -> "PasswordChanged":
        self.password_hash = password_hash
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


@dataclass(slots=True, kw_only=True)
class Session:
    """
    One device that is signed in.

    A refresh token is good once. ``spent`` holds the hashes of earlier ones: whoever shows one of
    those again, later than :data:`LOST_ANSWER`, is not the only one who had it (RFC 9700, 4.14.2).
    """

    id: SessionId
    account_id: AccountId
    refresh_hash: bytes
    spent: tuple[bytes, ...] = ()
    user_agent: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    version: int = 0

    REMEMBERED = 200
    """How many spent tokens a session remembers, the latest ones."""

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
        """What showing this refresh token means, now."""
        if not self.in_force(at):
            return Presented.NOTHING
        if compare_digest(refresh_hash, self.refresh_hash):
            return Presented.CURRENT
        if (
            self.spent
            and compare_digest(refresh_hash, self.spent[-1])
            and at <= self.last_used_at + LOST_ANSWER
        ):
            return Presented.JUST_SPENT
        if refresh_hash in self.spent:
            return Presented.STOLEN
        return Presented.NOTHING

    def rotate(self, successor_hash: bytes, at: datetime) -> None:
        """The token that was shown is spent; its successor is good once."""
        self.spent = (*self.spent, self.refresh_hash)[-self.REMEMBERED :]
        self.refresh_hash = successor_hash
        self.last_used_at = at
        self.expires_at = at + SESSION_LASTS

    def end(self, at: datetime) -> None:
        if self.ended_at is None:
            self.ended_at = at

    def end_as_stolen(self, at: datetime) -> "SessionStolen":
        """Two had the token, and nobody knows which of them is the owner."""
        self.end(at)
        return SessionStolen(at=at, account_id=self.account_id)


class Presented(StrEnum):
    """What a refresh token turned out to be."""

    CURRENT = "current"
    JUST_SPENT = "just spent"
    STOLEN = "stolen"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeToken:
    """A secret in a letter, kept as its hash, good once and not for long."""

    hash: bytes
    purpose: Purpose
    account_id: AccountId
    expires_at: datetime


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
class AccountRegistered(Event):
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Event):
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRequested(Event):
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStolen(Event):
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


class SessionNotFound(NotFound):
    """No such session, or it has ended."""


class EmailTaken(Conflict):
    """Another account has this address."""


class UsernameTaken(Conflict):
    """Another account has this name."""


class PhoneTaken(Conflict):
    """Another account has this number."""


class SignInRequired(Unauthenticated):
    """No access token, or not one that is in force."""


class WrongCredentials(Unauthenticated):
    """No account has this name with this password; which of the two is not told."""


class RefreshRefused(Unauthenticated):
    """The refresh token is not in force."""


class WrongRole(Forbidden):
    """Signed in, but as somebody who may not do this."""


class AccountSuspended(Forbidden):
    """The merchant of this account is suspended."""


class LinkExpired(NotFound):
    """The link was used, or its time is over, or it never existed."""


class SignInsBusy(TooMany):
    """Too many passwords are being checked at this moment."""


class TooManyAttempts(TooMany):
    """Tried too often; whether what was tried exists makes no difference."""


class BadEmail(BadValue):
    """Not an address of the form ``name@example.com``."""


class BadUsername(BadValue):
    """3 to 30 Latin letters, digits and single hyphens inside."""


class ReservedUsername(BadValue):
    """A word the marketplace keeps for itself."""


class WrongPassword(BadValue):
    """Not the password of the account that is signed in."""


class CommonPassword(BadValue):
    """One of the first passwords anybody would try."""


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


def parse_password(text: str) -> str:
    """
    8 to 128 characters of any kind, no rules of composition (NIST SP 800-63B), in NFC.

    Raises :class:`TooShort`, :class:`TooLong`, :class:`BadCharacters` or :class:`CommonPassword`.
    """
    if len(text) > 128:
        raise TooLong(at_most=128)
    password = as_kept(text)
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in password):
        raise BadCharacters
    if len(password) < 8:
        raise TooShort(at_least=8)
    if len(set(password)) < 3 or password.casefold() in _COMMON:
        raise CommonPassword
    return password


def as_kept(password: str) -> str:
    """
    The one form of a password that is hashed: keyboards differ in how they type a letter.

    Endless ones are cut, for none that is kept is so long.
    """
    return unicodedata.normalize("NFC", password[:1000])


parse_locale = word(Locale)


def digest(secret: str) -> bytes:
    """What is kept of a 256-bit random secret: enough to recognise it, no way back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


_COMMON = frozenset(
    """11223344 123123123 12341234 12344321 12345678 123456789 1234567890 1234abcd 1234qwer
    123qweasd 147258369 147852369 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 87654321 987654321 a1b2c3d4
    abc12345 abcd1234 abcdefgh admin123 admin1234 administrator ahmed123 ahmed1234 alhamdulillah
    allahuakbar arsenal1 asdf1234 asdfasdf asdfghjkl ashley123 barcelona baseball bismillah
    changeme changeme1 charlie1 chelsea1 computer cristiano default1 dragon123 dubai123 egypt123
    facebook1 football freedom1 google123 guest123 habibi123 hello123 helloworld iloveyou
    iloveyou1 iloveyou2 internet jennifer jessica1 kuwait123 letmein1 letmein123 liverpool
    login123 lovelove manchester master123 mercedes michael1 michelle mohamed1 mohamed123
    mohammed mohammed1 monkey123 muhammad muhammad1 p@ssw0rd p@ssw0rd1 p@ssword pa$$word
    passw0rd password password1 password12 password123 password1234 pokemon1 princess q1w2e3r4
    q1w2e3r4t5 qazwsxedc qweasdzxc qwer1234 qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui
    qwertyuiop realmadrid riyadh123 ronaldo7 root1234 samsung1 samsung123 saudi123 secret123
    shadow123 starwars sunshine superman temp1234 test1234 testtest trustno1 user1234 welcome1
    welcome123 whatever zaq12wsx zxcvbnm1 zxcvbnm123""".split()
)
