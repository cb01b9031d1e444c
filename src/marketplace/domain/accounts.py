"""Accounts: who may come in, how they prove it, and how long they stay."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from itertools import pairwise
from string import digits, punctuation
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
SESSION_ENDS = timedelta(days=180)
"""Counted from the beginning: then even a session that is in use asks for the password."""
MOST_SESSIONS = 50
"""How many of an account are in force at a time."""
LOST_ANSWER = timedelta(seconds=10)
"""How long a spent refresh token still answers with its one successor."""
RESET_LASTS = timedelta(minutes=10)
"""At most ten minutes for an out-of-band code (OWASP ASVS 5.0, 6.5.5)."""
RESET_WANTED = timedelta(hours=1)
"""How long after it was asked for a reset letter is still written."""
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
    job: UUID | None = None
    """Which job wrote the letter: when it has to be written again, it is the same job that does."""


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
    """Somebody says so; whether there is such an account is looked up when the letter is due."""

    email: EmailAddress


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

    Refused is also what comes next to somebody who guesses: a usual password in other letters or
    digits, with some more around it, or one thing over and over.

    Raises :class:`TooShort`, :class:`TooLong`, :class:`BadCharacters` or :class:`CommonPassword`.
    """
    if len(text) > 128:
        raise TooLong(at_most=128)
    password = as_kept(text)
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in password):
        raise BadCharacters
    if len(password) < 8:
        raise TooShort(at_least=8)
    if _is_guessable(password):
        raise CommonPassword
    return password


def unlike(*own: str | None) -> Callable[[str], str]:
    """A parser of passwords that refuses what everybody knows of its owner, too."""

    def parse(text: str) -> str:
        password = parse_password(text)
        if _tells(password, [each for each in own if each]):
            raise CommonPassword
        return password

    return parse


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


def _is_guessable(password: str) -> bool:
    said = _plain(password)
    if len(said) < 6 or len(set(said)) < 3 or not _COMMON.isdisjoint(_cores(said)):
        return True
    # Of one word or row of keys nothing is hidden by a sign before or behind it.
    within = {said[start : len(said) - end] for start in range(3) for end in range(3)}
    plain = (each for each in within if len(each) > 5)
    return any(each in _COMMON or _repeats(each) or _counts(each) for each in plain)


def _tells(password: str, own: Sequence[str]) -> bool:
    """Whether it is no more than a name, an address or a number of its owner."""
    said = _cores(_plain(password))
    known = {_plain(each) for name in own for each in (name, name.partition("@")[0])}
    known |= {core for each in known for core in _cores(each)}
    number = _plain(password).translate(dict.fromkeys(map(ord, _SIGNS))).lstrip("0")
    is_number = number.isdigit() and any(each.endswith(number) for each in own)
    return is_number or not known.isdisjoint(said)


def _plain(password: str) -> str:
    """As it looks: in any letters, in any digits, with what cannot be seen left out."""
    seen = unicodedata.normalize("NFKC", password).casefold().strip()
    shown = (each for each in seen if unicodedata.category(each) != "Cf")
    return "".join(str(unicodedata.decimal(each, each)) for each in shown).strip()


def _cores(said: str) -> set[str]:
    """What is left without digits and signs around it, and without signs that pass for letters."""
    bare = {said, said.strip(_SIGNS), said.strip(_SIGNS + digits), said.rstrip(_SIGNS + digits)}
    spelt = {each.translate(leet) for each in bare for leet in _LEET}
    return {each for each in bare | spelt if len(each) > 2}


def _repeats(said: str) -> bool:
    """One thing over and over, the last time maybe not to its end."""
    return any(said.startswith(said[size:]) for size in range(1, len(said) // 2 + 1))


def _counts(said: str) -> bool:
    """12345678, or hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(said)}
    return steps in ({1}, {-1})


_SIGNS = punctuation + " "
_LEET = str.maketrans("@4310$57!", "aaeiossti"), str.maketrans("@4310$57!", "aaelosstl")
_USUAL = frozenset(
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
_COMMON = _USUAL | {core for each in _USUAL for core in _cores(each) if len(core) > 3}
