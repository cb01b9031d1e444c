"""
The edge of the hexagon: everything the use cases ask of the outside world.

Each port is a Protocol with one tenant in memory and one in earnest; one contract suite keeps them
alike. First the unit of work and its repositories, then the views, then the other neighbours.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Generic, NewType, Protocol, Self, TypeVar
from uuid import UUID

from marketplace.domain.accounts import (
    Account,
    AccountId,
    EmailAddress,
    Locale,
    OneTimeToken,
    Purpose,
    Role,
    Session,
    SessionId,
    Username,
)
from marketplace.domain.audit import AuditEntry
from marketplace.domain.errors import MarketplaceError, Unavailable
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    Notification,
    NotificationId,
)
from marketplace.domain.orders import Order, OrderId, OrderStatus
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Product, ProductId

JobId = NewType("JobId", UUID)

Key = TypeVar("Key", contravariant=True)
Entity = TypeVar("Entity")
Item = TypeVar("Item")


# The unit of work and what is in it


class Repository(Protocol[Key, Entity]):
    """
    A collection of one kind of entity, inside one unit of work.

    An entity and the events it caused are stored together or not at all.
    """

    async def get(self, key: Key, /) -> Entity:
        """A fresh copy, or the entity's ``NotFound``."""
        ...

    async def hold(self, key: Key, /) -> Entity:
        """Like ``get``, and nobody else changes it until this unit of work ends."""
        ...

    async def add(self, entity: Entity, /, *happened: Event) -> None:
        """Store an entity for the first time."""
        ...

    async def save(self, entity: Entity, /, *happened: Event) -> None:
        """Store a change, or ``ChangedMeanwhile`` if somebody else stored one since ``get``."""
        ...


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


class Merchants(Repository[MerchantId, Merchant], Protocol):
    """Every merchant. Storing may raise ``UsernameTaken``."""

    async def of_store(self, username: Username, /) -> Merchant:
        """The merchant whose open store is at this address, or ``StoreNotFound``."""
        ...

    async def is_suspended(self, account_id: AccountId, /) -> bool:
        """Whether the store of this account is; an admin has none."""
        ...

    async def claim(self, username: Username, merchant_id: MerchantId | None = None, /) -> None:
        """
        Make sure of a name that was just stored: ``UsernameTaken`` if it leads to another store.

        It leads to this merchant's own no more: it is where that store is. An admin has none.
        """
        ...

    async def leave(self, username: Username, merchant_id: MerchantId, at: datetime, /) -> None:
        """Have a name lead to a store that was called so, and be nobody else's."""
        ...

    async def moves(self, merchant_id: MerchantId, /) -> list[datetime]:
        """When the store left each name that still leads to it."""
        ...

    async def forget_former(self, merchant_id: MerchantId, kept: int = 0, /) -> None:
        """Only the names left last lead to this store; whoever wants another one may have it."""
        ...

    async def next_order_number(self, merchant_id: MerchantId, /) -> int:
        """
        1001 first; until this unit of work ends, nobody else gets a number of this store.

        ``StoreNotFound`` if the store was shut meanwhile.
        """
        ...


class Products(Repository[ProductId, Product], Protocol):
    """Every product with its variants."""

    async def hold_all(self, keys: Sequence[ProductId], /) -> dict[ProductId, Product]:
        """Hold many in one statement, always in order of ids; missing ones are left out."""
        ...

    async def save_stock(self, products: Sequence[Product], /) -> None:
        """
        Store the stock of held products, in one statement however many there are.

        ``ChangedMeanwhile`` if somebody else stored one of them since.
        """
        ...


class Images(Repository[ImageId, Image], Protocol):
    """Every image that was received."""

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        """A merchant's images of these ids, in this order; ``ImageNotFound`` if one is missing."""
        ...


class Orders(Repository[OrderId, Order], Protocol):
    """Every order with its lines and its timeline."""

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        """The orders of a merchant that somebody still has to do something about."""
        ...


class Notifications(Repository[NotificationId, Notification], Protocol):
    """Every inbox. Adding what was told before changes nothing."""

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
        """
        Put an announcement into the inboxes it is for, in as many statements for one as for all.

        Each inbox that has it for the first time causes a ``NotificationDelivered``.
        """
        ...


class Announcements(Repository[AnnouncementId, Announcement], Protocol):
    """Everything admins have said."""


class AuditBook(Protocol):
    """The book of who did what. Nothing in it is ever changed."""

    async def add(self, entry: AuditEntry, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One reaction to one event, claimed by one worker.

    ``attempt`` counts claims and is the fencing token: a worker whose claim was taken over can
    neither finish nor postpone. ``event`` is None if it cannot be read by this version.
    """

    id: JobId
    reaction: str
    event: Event | None
    attempt: int


class Outbox(Protocol):
    """
    Jobs that wait, run, or have failed for good. PostgreSQL is the truth of them.

    A job is stored by ``add`` and ``save`` of a repository, together with what happened.
    """

    async def add(self, *happened: Event) -> None:
        """Store the jobs of what happened to nothing that is kept."""
        ...

    async def claim(
        self, at: datetime, lease: timedelta, limit: int, only: JobId | None = None, /
    ) -> list[Job]:
        """Due jobs, oldest first, withheld from other workers until the lease ends."""
        ...

    async def finish(self, job: Job, /) -> bool:
        """Done, for ever. False if somebody else has claimed the job meanwhile."""
        ...

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        """Failed for now; due again at ``until``."""
        ...

    async def park(self, job: Job, why: str, /) -> bool:
        """Failed for good; kept for a person to look at."""
        ...


class UnitOfWork(Protocol):
    """One transaction: leaving the block commits, an exception rolls back."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def one_time_tokens(self) -> OneTimeTokens: ...
    @property
    def merchants(self) -> Merchants: ...
    @property
    def products(self) -> Products: ...
    @property
    def images(self) -> Images: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def notifications(self) -> Notifications: ...
    @property
    def announcements(self) -> Announcements: ...
    @property
    def audit(self) -> AuditBook: ...
    @property
    def outbox(self) -> Outbox: ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


BeginUnitOfWork = Callable[[], UnitOfWork]


# The views: reads that join or list, one statement each


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """A stretch of a list, newest first; ``next`` is where the following stretch begins after."""

    items: tuple[Item, ...]
    next: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which stretch of a list: at most ``limit`` items (1 to 100), older than ``after``."""

    limit: int = 20
    after: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """A product with the images it shows, in their order."""

    product: Product
    images: tuple[Image, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantView:
    """A merchant with the account behind it and the logo, as its keeper or an admin sees it."""

    merchant: Merchant
    email: EmailAddress
    phone: PhoneNumber
    logo: Image | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """A store as the public sees it."""

    merchant: Merchant
    logo: Image | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order and the store it was placed with."""

    order: Order
    store: Merchant


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What is true of a session at this moment, in every process."""

    account_id: AccountId
    role: Role
    merchant_id: MerchantId | None
    merchant_status: MerchantStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A session as its owner sees it; ``id`` is that of the session."""

    id: SessionId
    user_agent: str
    created_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A stretch of a merchant's notifications, and how many of all are unread."""

    page: Page[Notification]
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Orders placed on a day (UTC)."""

    day: date
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCount:
    """Orders a store has had."""

    merchant_id: MerchantId
    username: Username
    name: str
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The platform in numbers. ``revenue`` is minor units collected, by currency."""

    merchants: Mapping[str, int]
    products: int
    orders: Mapping[str, int]
    revenue: Mapping[str, int]
    by_day: tuple[DayCount, ...]
    top_stores: tuple[StoreCount, ...]


class Views(Protocol):
    """What is shown, outside of any transaction. A page is newest first."""

    async def identity(self, session_id: SessionId, at: datetime, /) -> Identity | None:
        """Who a session belongs to, or None if it is not in force."""
        ...

    async def devices(self, account_id: AccountId, at: datetime, paging: Paging, /) -> Page[Device]:
        """The sessions of an account which are in force."""
        ...

    async def store(self, username: Username, /) -> StoreView:
        """An open store, or ``StoreNotFound``."""
        ...

    async def moved_to(self, username: Username, /) -> Username | None:
        """What the open store that once had this name is called now."""
        ...

    async def on_sale(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]: ...

    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        """``MerchantNotFound`` if there is none."""
        ...

    async def merchants(
        self, paging: Paging, status: MerchantStatus | None = None, /
    ) -> Page[MerchantView]: ...

    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        """A merchant's own product, or ``ProductNotFound``."""
        ...

    async def products(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]: ...

    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        """A merchant's own order, or ``OrderNotFound``."""
        ...

    async def orders(
        self, merchant_id: MerchantId, paging: Paging, status: OrderStatus | None = None, /
    ) -> Page[Order]: ...

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        """The order this link was made for, or ``OrderNotFound``."""
        ...

    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox: ...

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]: ...

    async def statistics(self, since: datetime, /) -> Statistics:
        """All that ever was; ``by_day`` since the given day."""
        ...


# The other neighbours


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

        The first that is full raises ``TooManyAttempts``, with the seconds until it has room.
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
    """What is known of an upload at once: its size in pixels, and a small JPEG without metadata."""

    width: int
    height: int
    preview: bytes
    preview_width: int
    preview_height: int


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

    async def first_look(self, content: bytes, /) -> FirstLook:
        """Upright, sRGB, 640 pixels at most by the longest edge."""
        ...

    async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
        """WebP by the longest edge 160, 320, 640, 1280, 2048, never enlarged."""
        ...


class ImageStore(Protocol):
    """A shelf of bytes, by key. Keys below ``public/`` may be shown to anybody."""

    async def put(self, key: str, content: bytes, /) -> None:
        """Store, or replace; nobody ever sees half of it."""
        ...

    async def get(self, key: str, /) -> bytes:
        """``ImageNotFound`` if there is nothing."""
        ...

    async def delete(self, key: str, /) -> None:
        """No matter whether there was anything."""
        ...


class LetterKind(StrEnum):
    """The letters and notices the marketplace can write."""

    PASSWORD_RESET = "password_reset"
    EMAIL_VERIFICATION = "email_verification"
    NEW_ORDER = "new_order"
    ANNOUNCEMENT = "announcement"
    PASSWORD_CHANGED = "password_changed"
    SESSION_STOLEN = "session_stolen"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a marketplace is plugged into."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets
    passwords: PasswordHasher
    throttle: Throttle
    access_tokens: AccessTokens
    images: ImageStore
    processor: ImageProcessor
    letters: Letters
    mailer: Mailer
    site: Site


class MailRefused(MarketplaceError):
    """The post office will not take this letter, now or later."""


class MailUnavailable(Unavailable):
    """The post office does not answer, or is busy."""


Reaction = Callable[..., Awaitable[None]]
"""A use case that follows an event: it takes the event and the id of the job."""
