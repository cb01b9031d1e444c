"""The unit of work: what the marketplace remembers, one collection for each kind of thing."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from marketplace.domain.audit import AuditEntry
from marketplace.domain.categories import Category, CategoryId
from marketplace.domain.errors import Conflict
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId
from marketplace.domain.imports import Import, ImportId
from marketplace.domain.kyc import DocumentId, Submission, SubmissionId
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    Notification,
    NotificationId,
)
from marketplace.domain.orders import Order, OrderId
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Product, ProductId
from marketplace.domain.sheets import Entry
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import Drift, StockMovement

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

    async def steady(self, merchant_id: MerchantId, /) -> Merchant:
        """Like ``get``, and its currency stays what it is until this unit of work ends."""
        ...

    async def unsteady(self, merchant_id: MerchantId, /) -> None:
        """Wait for whoever has it ``steady``, and have others who want that wait."""
        ...

    async def next_order_at(self, username: Username, /) -> tuple[Merchant, int]:
        """``of_store``, and what ``next_order_number`` says, in one statement."""
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

    def foresee(self, keys: Sequence[ProductId], /) -> None:
        """
        These will be held: they can be asked for together with whatever is asked for next.

        ``hold_all`` tells of them then; without it nothing comes of this.
        """
        ...

    async def hold_all(self, keys: Sequence[ProductId], /) -> dict[ProductId, Product]:
        """Hold many in one statement, always in order of ids; missing ones are left out."""
        ...

    async def any_of(self, merchant_id: MerchantId, /) -> bool:
        """Whether a merchant has any product, be it archived."""
        ...

    async def save_stock(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        """
        Store the stock of held products and the ledger of it, in one statement for all of them.

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


class Orders(Repository[OrderId, Order], Protocol):
    """Every order with its lines and its timeline."""

    async def hold_tracked(self, tracking_hash: bytes, /) -> Order:
        """The order this link was made for, held, or ``OrderNotFound``."""
        ...

    async def hold_overdue(
        self, at: datetime, limit: int, but: Sequence[OrderId] = (), /
    ) -> list[Order]:
        """Pending orders that nobody confirmed in time, held; those somebody holds are left out."""
        ...

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

    async def finish(self, job: Job, /) -> bool:
        """Done, for ever. False if somebody else has claimed the job meanwhile."""
        ...

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        """Failed for now; due again at ``until``."""
        ...

    async def park(self, job: Job, why: str, /) -> bool:
        """Failed for good; kept for a person to look at."""
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
    def orders(self) -> Orders: ...
    @property
    def notifications(self) -> Notifications: ...
    @property
    def announcements(self) -> Announcements: ...
    @property
    def audit(self) -> AuditBook: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def answers(self) -> Answers: ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


BeginUnitOfWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
