"""The other neighbours: time and chance, passwords and attempts, images, mail, the bell."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from marketplace.domain.accounts import EmailAddress, Locale, Role, Session, SessionId
from marketplace.domain.errors import MarketplaceError, Unavailable
from marketplace.domain.phones import PhoneNumber

from .outbox import JobId


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """An aware datetime in UTC, in whole microseconds."""
        ...


class Ids(Protocol):
    """New names for things."""

    def new(self) -> UUID:
        """A UUID of version 7: later ones sort after earlier ones of the same process."""
        ...


class Secrets(Protocol):
    """What nobody can guess."""

    def token(self) -> str:
        """256 random bits, URL-safe."""
        ...

    def sealed(self, name: str, /) -> str:
        """``name.secret.seal``: a token, and how to recognise it without having kept it."""
        ...

    def is_sealed(self, token: str, /) -> bool:
        """Whether a token was sealed here, under the key of today or an earlier one."""
        ...

    def successors(self, token: str, /) -> list[str]:
        """
        The one sealed token that follows this one, and the same when asked again.

        It has the same name and is as hard to guess. Behind it those that an earlier key would have
        made, for an answer given under it.
        """
        ...

    def named(self, name: str, /) -> str:
        """
        256 bits, URL-safe: the same when asked again for this name, and as hard to guess as any.

        Another key makes another one.
        """
        ...

    def jitter(self) -> float:
        """Between 0 and 1, evenly."""
        ...


class PasswordHasher(Protocol):
    """Slow on purpose; ``SignInsBusy`` if too many wait already."""

    async def hash(self, password: str, /) -> str: ...

    async def verify(self, password: str, hash: str | None, /) -> bool:
        """Takes as long for no hash at all as for a wrong password."""
        ...

    def is_outdated(self, hash: str, /) -> bool:
        """Whether ``hash`` would be made another way today, so that it should be made again."""
        ...


class Sealing(Protocol):
    """Keeps what nobody is to read in a copy of the database."""

    def seal(self, plain: bytes, secret: bytes, /) -> bytes:
        """Unreadable without ``secret`` and the key of this installation, and never twice alike."""
        ...

    def open(self, sealed: bytes, secret: bytes, /) -> bytes | None:
        """What was sealed, under an earlier key too; None if it was not sealed with ``secret``."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``most`` attempts called ``key`` within any ``seconds``, whenever they begin."""

    key: str
    most: int
    seconds: int


class Throttle(Protocol):
    """
    Counts attempts, and remembers who has succeeded; the same for every process.

    It answers whatever happens: one that has lost its memory counts from nought again.
    """

    async def admit(self, windows: Sequence[Window], /) -> None:
        """
        Count an attempt in all of these windows, or in none.

        If one is full, ``TooManyAttempts`` says in how many seconds there is room in all of them.
        """
        ...

    async def take_back(self, windows: Sequence[Window], /) -> None:
        """The attempt that was counted last came to nothing: it leaves no trace."""
        ...

    async def forgive(self, windows: Sequence[Window], /) -> None:
        """As if nobody had tried yet."""
        ...

    async def remember(self, face: str, seconds: int, /) -> None:
        """Know a face for so long, from now."""
        ...

    async def remembers(self, face: str, /) -> bool:
        """Whether a face is known still."""
        ...


class AccessTokens(Protocol):
    """Short-lived proof of a session."""

    def issue(self, session: Session, role: Role, at: datetime, /) -> str: ...

    def session_of(self, token: str, at: datetime, /) -> SessionId:
        """The session a token was issued for, or ``SignInRequired``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """
    What is known of an upload at once: its size in pixels, and a small JPEG without metadata.

    ``placeholder`` is the average colour of the preview, ``#rrggbb``.
    """

    width: int
    height: int
    preview: bytes
    preview_width: int
    preview_height: int
    placeholder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One encoded rendition; ``suffix`` names the format (``webp``, ``jpg``)."""

    edge: int
    width: int
    height: int
    suffix: str
    content: bytes


class ImageProcessor(Protocol):
    """Turns an upload into what is shown; raises ``UnreadableImage`` or ``ImageTooLarge``."""

    at_once: int
    """How many it works at side by side; the others wait."""

    async def first_look(self, content: bytes, /) -> FirstLook:
        """Upright, sRGB, 640 pixels at most by the longest edge."""
        ...

    async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
        """WebP by the longest edge 160, 320, 640, 1280, 2048, never enlarged."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """What lies on the shelf, and since when."""

    key: str
    size: int
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUpload:
    """A call that stores one file: whoever has it may make it, until it is too late."""

    url: str
    method: str
    headers: Mapping[str, str]


class ImageStore(Protocol):
    """A shelf of bytes, by key. Keys below ``public/`` may be shown to anybody."""

    async def put(self, key: str, content: bytes, /) -> None:
        """Store, or replace; nobody ever sees half of it."""
        ...

    async def get(self, key: str, /, *, at_most: int | None = None) -> bytes:
        """
        ``ImageNotFound`` if there is nothing.

        ``ImageTooHeavy`` if it has more bytes than ``at_most``: none of them is read then.
        """
        ...

    async def delete(self, key: str, /) -> None:
        """No matter whether there was anything."""
        ...

    def files(self, folder: str = "", /) -> AsyncIterator[StoredFile]:
        """Everything there is, or what is below a folder (``public``), in no order."""
        ...

    async def sign_upload(self, key: str, type: str, lasts: timedelta, /) -> SignedUpload:
        """A call that puts a file of this type past us, or ``NoDirectUploads``."""
        ...


class LetterKind(StrEnum):
    """The letters and notices the marketplace can write."""

    PASSWORD_RESET = "password_reset"
    EMAIL_VERIFICATION = "email_verification"
    NEW_ORDER = "new_order"
    LOW_STOCK = "low_stock"
    ANNOUNCEMENT = "announcement"
    PASSWORD_CHANGED = "password_changed"
    SESSION_STOLEN = "session_stolen"
    KYC_APPROVED = "kyc_approved"
    KYC_REJECTED = "kyc_rejected"
    DAILY_DIGEST = "daily_digest"
    ORDER_LINK = "order_link"
    ORDER_PLACED = "order_placed"
    ORDER_CONFIRMED = "order_confirmed"
    ORDER_SHIPPED = "order_shipped"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_EXPIRED = "order_expired"
    WEBHOOK_GONE = "webhook_gone"
    WEBHOOK_FAILING = "webhook_failing"
    PRODUCT_TAKEN_DOWN = "product_taken_down"
    PRODUCT_RESTORED = "product_restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mailer carries. ``id`` makes the Message-ID: with the same one it is one letter."""

    id: UUID
    to: EmailAddress
    subject: str
    text: str
    html: str
    locale: Locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The same thing told in one language: a headline, plain text, and HTML."""

    title: str
    text: str
    html: str


class Letters(Protocol):
    """Knows how to put things, in Arabic and English."""

    def write(self, kind: LetterKind, locale: Locale, facts: Mapping[str, str], /) -> Wording: ...


class Mailer(Protocol):
    """The post office."""

    async def send(self, letter: Letter, /) -> None:
        """Hand a letter over; ``MailRefused`` for good, ``MailUnavailable`` for now."""
        ...


class MailRefused(MarketplaceError):
    """The post office will not take this letter, now or later."""


class MailUnavailable(Unavailable):
    """The post office does not answer, or is busy."""


class Backups(Protocol):
    """Where copies of everything are kept."""

    async def make(self, at: datetime, /) -> str | None:
        """
        Make one, whole or not at all, and let the oldest go; where it is, or None if none are kept.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    Something for a guest, who has no account: a telephone, and perhaps a mailbox.

    With the same ``id`` it is the same message. ``facts`` are what its ``wording`` tells, by name:
    some ways take nothing but a form that was agreed upon, and what is filled in.
    """

    id: UUID
    kind: LetterKind
    phone: PhoneNumber
    email: EmailAddress | None
    locale: Locale
    facts: Mapping[str, str]
    wording: Wording


class Messenger(Protocol):
    """A way to guests."""

    def reaches(self, message: Message, /) -> bool:
        """Whether the guest would get it, rather than whoever runs this server."""
        ...

    async def send(self, message: Message, /) -> None:
        """
        Hand a message over; ``MessageRefused`` for good, ``MessageUnavailable`` for now.

        What would not reach the guest is kept for the operator, or refused.
        """
        ...


class MessageRefused(MarketplaceError):
    """This message cannot be brought to this guest, now or later."""


class MessageUnavailable(Unavailable):
    """The way to guests is blocked, or crowded."""


class Bell(Protocol):
    """Tells workers of jobs. It may be lost, doubled or late: the outbox is the truth."""

    def ring(self, jobs: Sequence[JobId], /) -> None:
        """Never waits and never fails."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the outside world finds us. Links are built from this, never from a request."""

    public_url: str = "http://127.0.0.1:8000"
    media_url: str = "http://127.0.0.1:8000/media"
