"""The unit of work: what the marketplace remembers, one collection for each kind of thing."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import NewType, Protocol, Self, TypeVar
from uuid import UUID

from marketplace.domain.accounts import (
    Account,
    AccountId,
    EmailAddress,
    OneTimeToken,
    Purpose,
    Session,
    SessionId,
    Username,
)
from marketplace.domain.audit import AuditEntry, Seal
from marketplace.domain.blocked_phones import BlockedPhone, BlockedPhoneId
from marketplace.domain.categories import Category, CategoryId
from marketplace.domain.errors import Conflict, NotFound
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId
from marketplace.domain.imports import Import, ImportId
from marketplace.domain.kyc import DocumentId, Submission, SubmissionId
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    MailChoices,
    Notification,
    NotificationId,
)
from marketplace.domain.orders import Order, OrderId
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Product, ProductId
from marketplace.domain.sheets import Entry
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import Drift, StockMovement
from marketplace.domain.webhooks import Delivery, DeliveryId, Endpoint, EndpointId

JobId = NewType("JobId", UUID)

Key = TypeVar("Key", contravariant=True)
Entity = TypeVar("Entity")


class Versioned(Protocol):
    """What a repository saves: ``version`` counts the changes that were stored."""

    version: int

    @property
    def id(self) -> UUID: ...


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
        """Store an entity for the first time; what no rule refuses may be sent later."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A store that takes orders: the number of the next, and whether any phone is blocked there."""

    store: Merchant
    number: int
    blocks_phones: bool


class Merchants(Repository[MerchantId, Merchant], Protocol):
    """Every merchant. Storing may raise ``UsernameTaken``."""

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

    async def steady(self, merchant_id: MerchantId, /) -> Merchant:
        """Like ``get``, and its currency stays what it is until this unit of work ends."""
        ...

    async def unsteady(self, merchant_id: MerchantId, /) -> None:
        """Wait for whoever has it ``steady``, and have others who want that wait."""
        ...

    async def hold_stores(
        self, usernames: Collection[Username], /, *, waiting: bool = True
    ) -> dict[Username, Served]:
        """
        The open stores at these addresses, in one statement; missing ones are left out.

        Until this unit of work ends, nobody else gets a number of theirs. Without ``waiting``,
        those that somebody else holds are left out too.
        """
        ...

    async def count_orders(self, orders: Mapping[MerchantId, int], /) -> None:
        """So many numbers of stores that are held have been given away."""
        ...

    async def next_order_number(self, merchant_id: MerchantId, /) -> int:
        """
        1001 first; until this unit of work ends, nobody else gets a number of this store.

        ``StoreNotFound`` if the store was shut meanwhile.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Products of one merchant, by the ids, SKUs and slugs that were asked for."""

    ids: frozenset[ProductId]
    skus: Mapping[str, ProductId]
    slugs: Mapping[str, ProductId]


class Products(Repository[ProductId, Product], Protocol):
    """Every product with its variants."""

    async def named(
        self,
        merchant_id: MerchantId,
        ids: Sequence[ProductId],
        skus: Sequence[str],
        slugs: Sequence[str],
        /,
    ) -> Named:
        """
        Which of them a merchant has, in one statement; what is not there is left out.

        SKUs in any case. What is archived, or no longer sold, is known by its id alone.
        """
        ...

    async def add_all(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        """Like ``add`` for many, with the ledger of their stock, in one statement for all."""
        ...

    async def save_all(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        """Like ``save`` for many, with the ledger of their stock, in one statement for all."""
        ...

    def foresee(self, keys: Sequence[ProductId], /, *, waiting: bool = True) -> None:
        """
        These will be held so: they can be asked for together with whatever is asked for next.

        ``hold_all`` tells of them then; without it nothing comes of this.
        """
        ...

    async def hold_all(
        self, keys: Sequence[ProductId], /, *, waiting: bool = True
    ) -> dict[ProductId, Product]:
        """
        Hold many in one statement, always in order of ids; missing ones are left out.

        Without ``waiting``, those that somebody else holds are left out too.
        """
        ...

    async def any_of(self, merchant_id: MerchantId, /) -> bool:
        """Whether a merchant has any product, be it archived."""
        ...

    async def save_stock(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        """
        Store what moved of the stock of held products, and the ledger, in one statement for all.

        ``ChangedMeanwhile``, here or at the end, if somebody else stored one of them since.
        """
        ...

    async def drifts(self, key: ProductId, /) -> list[Drift]:
        """The variants of a held product whose stock is not what the books say."""
        ...

    async def free_slugs(self, merchant_id: MerchantId, wanted: Sequence[Slug], /) -> list[Slug]:
        """
        Each as it is wanted, or with what makes it another than those the store has.

        Until this unit of work ends, nobody else is given one of this store.
        """
        ...


class Categories(Repository[CategoryId, Category], Protocol):
    """The shelves of every store. Storing may raise ``CategoryTaken`` or ``SlugTaken``."""

    async def of(self, merchant_id: MerchantId, key: CategoryId, /) -> Category:
        """
        A category of this merchant, or ``CategoryNotFound``.

        Until this unit of work ends nobody takes it away.
        """
        ...

    async def hold_all(self, merchant_id: MerchantId, /) -> list[Category]:
        """Those of a merchant, in their order; until this unit of work ends nobody adds one."""
        ...

    async def remove(self, category: Category, /, *happened: Event) -> None:
        """Take it out of every product, and away; ``CategoryNotFound`` if it is gone already."""
        ...


class Submissions(Repository[SubmissionId, Submission], Protocol):
    """Every set of papers that was handed in."""

    async def waiting(self, merchant_id: MerchantId, /) -> Submission:
        """The papers of a merchant that wait for a decision, or ``SubmissionNotFound``."""
        ...

    async def of_merchant(self, merchant_id: MerchantId, /) -> list[Submission]:
        """All papers of a merchant, oldest first."""
        ...

    async def with_document(self, document_id: DocumentId, /) -> Submission:
        """The papers this document is of, or ``DocumentNotFound``."""
        ...

    async def forget(self, merchant_id: MerchantId, at: datetime, /) -> None:
        """Whatever tells of the person behind a merchant is gone, but for what is on the shelf."""
        ...


class Images(Repository[ImageId, Image], Protocol):
    """Every image that was received."""

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        """
        A merchant's images of these ids, in this order; ``ImageNotFound`` if one is missing.

        None of them is removed before this unit of work ends.
        """
        ...

    async def count(self, merchant_id: MerchantId, /) -> int:
        """How many a merchant has."""
        ...

    async def known(self, keys: Sequence[ImageId], /) -> list[Image]:
        """Those of these ids that there are, whosever they are."""
        ...

    async def after(self, key: ImageId | None, limit: int, /) -> list[Image]:
        """A stretch of all there are, in the order of ids, beginning behind this one."""
        ...

    async def unfinished(self, received_before: datetime, /) -> list[ImageId]:
        """Those that have failed, and those that wait since before this time, by id."""
        ...

    async def condemn(self, merchant_id: MerchantId, key: ImageId, /) -> Image:
        """
        Hold a merchant's image to remove it, or ``ImageNotFound``.

        From here on nobody finds it with ``of``, and whoever has just done so is waited for.
        """
        ...

    async def is_shown(self, image: Image, /) -> bool:
        """Whether a product of its merchant shows it."""
        ...

    async def take_down(self, image: Image, at: datetime, /) -> None:
        """No product of its merchant shows it any more; in one statement, however many did."""
        ...

    async def remove(self, image: Image, /, *happened: Event) -> None:
        """Forget a condemned image."""
        ...


class Imports(Repository[ImportId, Import], Protocol):
    """Every sheet that was handed in. Storing may raise ``ImportRunning``."""

    async def unfinished(self, merchant_id: MerchantId, /) -> Import | None:
        """
        The one of a merchant that is not over; there is never more than one.

        Nobody waits for whoever works it off: of two that are added at once one is refused.
        """
        ...

    async def lay_up(self, import_id: ImportId, batches: Iterable[Sequence[Entry]], /) -> None:
        """Keep what the sheet says, in batches that are numbered from 0."""
        ...

    async def batch(self, import_id: ImportId, number: int, /) -> Sequence[Entry]:
        """What a batch says; nothing where there is none of this number."""
        ...

    async def clear(self, import_id: ImportId, before: int | None = None, /) -> None:
        """Forget what the batches before this number say, or all of them."""
        ...


class BlockedPhones(Repository[BlockedPhoneId, BlockedPhone], Protocol):
    """Every phone a store has ever blocked. Adding one that is may raise ``AlreadyBlocked``."""

    async def is_blocked(self, merchant_id: MerchantId, phone: PhoneNumber, /) -> bool:
        """Whether this store takes no order from this phone now."""
        ...


class Orders(Repository[OrderId, Order], Protocol):
    """Every order with its lines and its timeline."""

    async def add_all(self, orders: Sequence[Order], /, *happened: Event) -> None:
        """Like ``add`` for many, in one statement for all."""
        ...

    async def hold_tracked(self, tracking_hash: bytes, /) -> Order:
        """The order one of whose links this is, held, or ``OrderNotFound``."""
        ...

    async def numbered(self, merchant_id: MerchantId, number: int, /) -> Order:
        """The order a store knows by this number, or ``OrderNotFound``."""
        ...

    async def link(self, order_id: OrderId, tracking_hash: bytes, at: datetime, /) -> None:
        """One link more that leads to this order; once more changes nothing."""
        ...

    async def hold_overdue(
        self, at: datetime, limit: int, but: Sequence[OrderId] = (), /
    ) -> list[Order]:
        """Pending orders that nobody confirmed in time, held; those somebody holds are left out."""
        ...

    async def revise(self, order: Order, /, *happened: Event) -> None:
        """Save an order whose lines are others, or of other numbers, than they were."""
        ...

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        """The orders of a merchant that somebody still has to do something about."""
        ...


MAILED_A_SECOND = 20
"""Letters of an announcement."""


class Notifications(Repository[NotificationId, Notification], Protocol):
    """
    Every inbox. Adding what was told before changes nothing.

    Storing gives a slip its ``number``: in one inbox the numbers go up in the order in which slips
    are committed, so that whoever has seen one has seen whatever has a smaller one.
    """

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
        """
        Put an announcement into the inboxes it is for, in one statement for one as for all.

        Each inbox that has it for the first time causes a ``NotificationDelivered``. What follows
        from those is due little by little, :data:`MAILED_A_SECOND` at first and in each second: a
        letter to everybody must not keep waiting whoever is written to meanwhile.
        """
        ...

    async def read_all(self, merchant_id: MerchantId, at: datetime, /) -> int:
        """Everything in this inbox is read, in one statement; how many were not before."""
        ...


class Announcements(Repository[AnnouncementId, Announcement], Protocol):
    """Everything admins have said."""


class Preferences(Protocol):
    """What each merchant wants to have by mail."""

    async def of(self, merchant_id: MerchantId, /) -> MailChoices:
        """What was chosen, or what holds for whoever has chosen nothing."""
        ...

    async def keep(self, merchant_id: MerchantId, choices: MailChoices, /) -> None:
        """From now on this holds."""
        ...


class Endpoints(Repository[EndpointId, Endpoint], Protocol):
    """Every address that merchants want to be called at."""

    async def hold_all(self, merchant_id: MerchantId, /) -> list[Endpoint]:
        """Those of a merchant; until this unit of work ends nobody adds one."""
        ...

    async def remove(self, endpoint_id: EndpointId, /) -> None:
        """It is gone, and with it whatever was on its way there."""
        ...

    async def remove_all(self, merchant_id: MerchantId, /) -> None:
        """All of a merchant, in as many statements for one as for all."""
        ...


class Deliveries(Repository[DeliveryId, Delivery], Protocol):
    """Every event on its way to an endpoint, and for a while those that came there."""

    async def add_all(self, deliveries: Sequence[Delivery], /, *happened: Event) -> None:
        """
        Store many with their appointments, in one statement.

        An event that is or was on its way to an endpoint already is left out, appointment and all;
        so is one for an endpoint that is gone.
        """
        ...

    async def hold_failed(
        self, endpoint_id: EndpointId, since: datetime, until: datetime, limit: int, /
    ) -> list[Delivery]:
        """Those that failed and were written between, oldest first; held ones are left out."""
        ...

    async def save_all(self, deliveries: Sequence[Delivery], /, *happened: Event) -> None:
        """Store changes of held ones, in one statement for all of them."""
        ...

    async def forget(self, before: datetime, limit: int, /) -> int:
        """Throw away that many that ended before, at most. How many there were."""
        ...


class AuditBook(Protocol):
    """The book of who did what. Nothing in it is ever changed."""

    async def add(self, entry: AuditEntry, /) -> None: ...

    async def last_seal(self) -> Seal | None:
        """The end of the chain."""
        ...

    async def unsealed(self, since: datetime, limit: int, /) -> list[AuditEntry]:
        """Entries under no seal, oldest first, at most so many; of those written since."""
        ...

    async def seal(self, seal: Seal, /) -> None:
        """Make the chain longer, or ``ChangedMeanwhile`` if somebody else has done so."""
        ...


class JobState(StrEnum):
    """
    Where a job stands. What is done is gone.

    ``UNKNOWN`` waits for a version of the marketplace that can read it; ``DEAD`` for a person.
    """

    QUEUED = "queued"
    RUNNING = "running"
    UNKNOWN = "unknown"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One reaction to one event, claimed by one worker.

    ``attempt`` counts claims and is the fencing token: a worker whose claim was taken over can
    neither finish nor postpone. ``forgiven`` of them do not count, since a person has given it
    another chance. ``event`` is None if it cannot be read by this version.
    """

    id: JobId
    reaction: str
    event: Event | None
    attempt: int
    forgiven: int = 0

    @property
    def tries(self) -> int:
        """How often it was begun, this time included."""
        return self.attempt - self.forgiven


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """
    A job as admins see it: not what it is about, which may be somebody's secret.

    ``due_at`` is when it is done next; of one that is running, when its worker is taken for dead.
    """

    id: JobId
    kind: str
    event: str
    state: JobState
    attempts: int
    last_error: str
    due_at: datetime
    created_at: datetime


class JobNotFound(NotFound):
    """There is no such job; most likely it is done."""


Reaction = Callable[..., Awaitable[None]]
"""A use case that follows an event: it takes the event and the id of the job."""


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

    async def take(
        self, at: datetime, lease: timedelta, limit: int, room: Mapping[str, int], /
    ) -> list[Job]:
        """Like ``claim``, but of these kinds only, and no more of each than there is room for."""
        ...

    async def extend(self, jobs: Sequence[Job], until: datetime, /) -> set[JobId]:
        """Withhold them for longer. Those that are still whose they were."""
        ...

    async def release(self, jobs: Sequence[Job], at: datetime, /) -> None:
        """Give up claims: from ``at`` on somebody else may have them."""
        ...

    async def finish(self, job: Job, /) -> bool:
        """Done, for ever. False if somebody else has claimed the job meanwhile."""
        ...

    async def finish_all(self, jobs: Sequence[Job], /) -> None:
        """The same for many, in one statement; those that are somebody else's are left alone."""
        ...

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        """Failed for now; due again at ``until``."""
        ...

    async def set_aside(self, job: Job, until: datetime, why: str, /) -> bool:
        """Not understood: kept as ``UNKNOWN``, and looked at again at ``until``."""
        ...

    async def set_aside_others(self, known: Collection[str], at: datetime, why: str, /) -> int:
        """The same for whatever is due and of no kind that is known; how many there were."""
        ...

    async def park(self, job: Job, why: str, /) -> bool:
        """Failed for good; kept for a person to look at."""
        ...

    async def look_at(self, job_id: JobId, /) -> JobView:
        """Nobody else changes it until this unit of work ends. ``JobNotFound``."""
        ...

    async def retry(self, job_id: JobId, at: datetime, /) -> JobView:
        """Queue a job that was looked at once more; its attempts count from nought."""
        ...

    async def discard(self, job_id: JobId, /) -> None:
        """Throw away a job that was looked at."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A moment of a schedule, and what happens by its coming, if anything does."""

    task: str
    at: datetime
    event: Event | None = None


class Ticks(Protocol):
    """Which moments of which schedules have come, so that each comes once for everybody."""

    async def last(self, task: str, /) -> datetime | None:
        """The latest that has come."""
        ...

    async def come(self, ticks: Sequence[Tick], *, unless_busy: bool = False) -> list[Tick]:
        """
        Write them down and store their jobs; those that had come before are left out.

        With ``unless_busy`` no job is stored while an earlier one of its kind still waits or runs.
        """
        ...

    async def forget(self, before: datetime, limit: int, /) -> int:
        """Throw away that many from before, at most. How many there were."""
        ...


class InProgress(Conflict):
    """The same request is being answered, or has just been. ``retry_after`` is in seconds."""


class Answers(Protocol):
    """The answers to requests that may come again, each under the name its client gave it."""

    async def claim(self, name: bytes, after: datetime, /) -> None:
        """
        Be the only one to answer this request until this unit of work ends.

        ``InProgress``, at once, if somebody else is, or has been since ``after``.
        """
        ...

    async def keep(self, name: bytes, sealed: bytes, at: datetime, after: datetime, /) -> None:
        """Keep the answer; ``InProgress`` if there is one that was kept since ``after``."""
        ...

    async def forget(self, before: datetime, limit: int, /) -> int:
        """Throw away that many answers that were kept before, at most. How many there were."""
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
    def categories(self) -> Categories: ...
    @property
    def submissions(self) -> Submissions: ...
    @property
    def images(self) -> Images: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def blocked_phones(self) -> BlockedPhones: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def notifications(self) -> Notifications: ...
    @property
    def announcements(self) -> Announcements: ...
    @property
    def preferences(self) -> Preferences: ...
    @property
    def endpoints(self) -> Endpoints: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def audit(self) -> AuditBook: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def ticks(self) -> Ticks: ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


BeginUnitOfWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
