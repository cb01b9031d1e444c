"""What a database would hold, and one transaction on it."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar, cast
from uuid import UUID

from marketplace.application import ports
from marketplace.application.ports import Bell, Ids, Job, JobId
from marketplace.application.reactions import reactions_to
from marketplace.domain.accounts import (
    Account,
    AccountId,
    AccountNotFound,
    EmailAddress,
    EmailTaken,
    LinkExpired,
    OneTimeToken,
    PhoneTaken,
    Purpose,
    Session,
    SessionId,
    SessionNotFound,
    Username,
    UsernameTaken,
)
from marketplace.domain.audit import AuditEntry
from marketplace.domain.errors import ChangedMeanwhile, MarketplaceError, NotFound
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId, ImageNotFound
from marketplace.domain.merchants import (
    Merchant,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    StoreNotFound,
)
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    AnnouncementNotFound,
    Notification,
    NotificationDelivered,
    NotificationId,
    NotificationNotFound,
    Target,
    Topic,
)
from marketplace.domain.orders import OPEN, Order, OrderId, OrderNotFound
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Product, ProductId, ProductNotFound


class _Versioned(Protocol):
    version: int

    @property
    def id(self) -> UUID: ...


Key = TypeVar("Key", bound=UUID)
Entity = TypeVar("Entity", bound=_Versioned)
Kind = TypeVar("Kind")


@dataclass(slots=True, kw_only=True)
class _StoredJob:
    reaction: str
    event: Event
    attempt: int = 0
    due_at: datetime
    is_dead: bool = False
    why: str = ""


@dataclass
class MemoryStore:
    """Everything that was ever committed. Values, never shared with whoever reads them."""

    entities: dict[tuple[type, UUID], Any] = field(default_factory=dict)
    one_time_tokens: dict[bytes, OneTimeToken] = field(default_factory=dict)
    former_usernames: dict[Username, tuple[MerchantId, datetime]] = field(default_factory=dict)
    order_numbers: dict[MerchantId, int] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    jobs: dict[JobId, _StoredJob] = field(default_factory=dict)

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        return [each for (stored, _), each in self.entities.items() if stored is kind]


class MemoryUnitOfWork:
    """
    Keeps its changes to itself until the block ends well.

    Nothing here ever yields to another task, so ``hold`` has nobody to keep away; two blocks that
    are open at once meet at the commit, where the later one is refused.
    """

    def __init__(self, store: MemoryStore, ids: Ids, bell: Bell) -> None:
        self.store = store
        self.new_id = ids.new
        self._bell = bell

    async def __aenter__(self) -> Self:
        self.changed: dict[tuple[type, UUID], Any] = {}
        self.bases: dict[tuple[type, UUID], int] = {}
        self.later: list[Callable[[], object]] = []
        self.undo: list[Callable[[], object]] = []
        self.jobs: dict[JobId, _StoredJob] = {}
        self.accounts = MemoryAccounts(self)
        self.sessions = MemorySessions(self)
        self.one_time_tokens = MemoryOneTimeTokens(self)
        self.merchants = MemoryMerchants(self)
        self.products = MemoryProducts(self)
        self.images = MemoryImages(self)
        self.orders = MemoryOrders(self)
        self.notifications = MemoryNotifications(self)
        self.announcements = MemoryAnnouncements(self)
        self.audit = MemoryAuditBook(self)
        self.outbox = MemoryOutbox(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        if error is not None:
            self._roll_back()
            return
        try:
            self._check()
        except MarketplaceError:
            self._roll_back()
            raise
        self.store.entities.update(self.changed)
        for step in self.later:
            step()
        self.store.jobs.update(self.jobs)
        self._bell.ring(list(self.jobs))

    def _roll_back(self) -> None:
        for step in reversed(self.undo):
            step()

    def _check(self) -> None:
        for key, base in self.bases.items():
            stored = self.store.entities.get(key)
            if (stored.version if stored else -1) != base:
                raise ChangedMeanwhile(kind=key[0].__name__, id=key[1])
        for (kind, _), entity in self.changed.items():
            self.refuse_twins(kind, entity)

    def see(self, kind: type, key: UUID) -> Any:
        return self.changed.get((kind, key), self.store.entities.get((kind, key)))

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        """As this unit of work sees them, oldest first."""
        seen = self.store.entities | self.changed
        return [each for (stored, _), each in seen.items() if stored is kind]

    def write(self, entity: _Versioned, happened: Sequence[Event]) -> None:
        kind = type(entity)
        self.refuse_twins(kind, entity)
        stored = self.store.entities.get((kind, entity.id))
        self.bases.setdefault((kind, entity.id), stored.version if stored else -1)
        self.changed[kind, entity.id] = deepcopy(entity)
        self.tell(happened)

    def tell(self, happened: Sequence[Event]) -> None:
        for event in happened:
            for reaction in reactions_to(event):
                job = _StoredJob(reaction=reaction, event=event, due_at=event.at)
                self.jobs[JobId(self.new_id())] = job

    def refuse_twins(self, kind: type, entity: Any) -> None:
        for name, taken in _UNIQUE.get(kind, {}).items():
            value = getattr(entity, name)
            others: list[Any] = self.all_of(kind)
            twins = [
                each for each in others if getattr(each, name) == value and each.id != entity.id
            ]
            if twins and getattr(entity, "closed_at", None) is None:
                raise taken(**{name: value})


_UNIQUE: Mapping[type, Mapping[str, type[MarketplaceError]]] = {
    Account: {"email": EmailTaken, "username": UsernameTaken, "phone": PhoneTaken},
    Merchant: {"username": UsernameTaken},
}
"""What a database would have unique indexes for."""


class _MemoryRepository(Generic[Key, Entity]):
    entity: type[Entity]
    missing: ClassVar[type[MarketplaceError]] = NotFound

    def __init__(self, work: MemoryUnitOfWork) -> None:
        self._work = work

    async def get(self, key: Key, /) -> Entity:
        found = self._work.see(self.entity, key)
        if found is None:
            raise self.missing()
        return cast(Entity, deepcopy(found))

    async def hold(self, key: Key, /) -> Entity:
        return await self.get(key)

    async def add(self, entity: Entity, /, *happened: Event) -> None:
        self._work.write(entity, happened)

    async def save(self, entity: Entity, /, *happened: Event) -> None:
        seen = self._work.see(self.entity, entity.id)
        if seen is None or seen.version != entity.version:
            raise ChangedMeanwhile(kind=self.entity.__name__, id=entity.id)
        entity.version += 1
        self._work.write(entity, happened)


class MemoryAccounts(_MemoryRepository[AccountId, Account], ports.Accounts):
    entity, missing = Account, AccountNotFound

    async def called(self, names: Sequence[EmailAddress | PhoneNumber], /) -> list[Account]:
        return [
            deepcopy(each)
            for each in self._work.all_of(Account)
            if each.closed_at is None and (each.email in names or each.phone in names)
        ]


class MemorySessions(_MemoryRepository[SessionId, Session], ports.Sessions):
    entity, missing = Session, SessionNotFound

    async def end_all(
        self, account_id: AccountId, at: datetime, but: SessionId | None = None, /
    ) -> None:
        for session in self._work.all_of(Session):
            if session.account_id != account_id or session.id == but:
                continue
            if session.ended_at is None:
                await self._end(session, at)

    async def end_oldest(self, account_id: AccountId, most: int, at: datetime, /) -> None:
        theirs = [
            each
            for each in self._work.all_of(Session)
            if each.account_id == account_id and each.in_force(at)
        ]
        theirs.sort(key=lambda each: (each.last_used_at, each.id), reverse=True)
        for session in theirs[most:]:
            await self._end(session, at)

    async def _end(self, session: Session, at: datetime) -> None:
        ended = deepcopy(session)
        ended.end(at)
        await self.save(ended)


class MemoryOneTimeTokens(ports.OneTimeTokens):
    def __init__(self, work: MemoryUnitOfWork) -> None:
        self._work = work

    async def add(self, token: OneTimeToken, /) -> None:
        def keep() -> None:
            self._forget(token.account_id, token.purpose)
            self._work.store.one_time_tokens[token.hash] = token

        self._work.later.append(keep)

    async def void(self, account_id: AccountId, purpose: Purpose, /) -> None:
        self._work.later.append(lambda: self._forget(account_id, purpose))

    async def of(self, account_id: AccountId, purpose: Purpose, /) -> OneTimeToken | None:
        for token in self._work.store.one_time_tokens.values():
            if (token.account_id, token.purpose) == (account_id, purpose):
                return token
        return None

    async def owner(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        return self._good(hash, purpose, at).account_id

    async def redeem(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        token, tokens = self._good(hash, purpose, at), self._work.store.one_time_tokens
        del tokens[hash]
        self._work.undo.append(lambda: tokens.setdefault(hash, token))
        return token.account_id

    def _good(self, hash: bytes, purpose: Purpose, at: datetime) -> OneTimeToken:
        token = self._work.store.one_time_tokens.get(hash)
        if token is None or token.purpose is not purpose or at >= token.expires_at:
            raise LinkExpired
        return token

    def _forget(self, account_id: AccountId, purpose: Purpose) -> None:
        tokens = self._work.store.one_time_tokens
        for hash, other in list(tokens.items()):
            if (other.account_id, other.purpose) == (account_id, purpose):
                del tokens[hash]


class MemoryMerchants(_MemoryRepository[MerchantId, Merchant], ports.Merchants):
    entity, missing = Merchant, MerchantNotFound

    async def of_store(self, username: Username, /) -> Merchant:
        for each in self._work.all_of(Merchant):
            if each.username == username and each.status is MerchantStatus.ACTIVE:
                return deepcopy(each)
        raise StoreNotFound

    async def is_suspended(self, account_id: AccountId, /) -> bool:
        return any(
            each.account_id == account_id and each.status is MerchantStatus.SUSPENDED
            for each in self._work.all_of(Merchant)
        )

    async def claim(self, username: Username, merchant_id: MerchantId | None = None, /) -> None:
        former = self._work.store.former_usernames.get(username)
        if former is not None and former[0] != merchant_id:
            raise UsernameTaken
        self._forget(username)

    async def leave(self, username: Username, merchant_id: MerchantId, at: datetime, /) -> None:
        former = self._work.store.former_usernames
        former[username] = merchant_id, at
        self._work.undo.append(lambda: former.pop(username))

    async def moves(self, merchant_id: MerchantId, /) -> list[datetime]:
        former = self._work.store.former_usernames.values()
        return [since for owner, since in former if owner == merchant_id]

    async def forget_former(self, merchant_id: MerchantId, kept: int = 0, /) -> None:
        former = self._work.store.former_usernames.items()
        theirs = [(since, name) for name, (owner, since) in former if owner == merchant_id]
        for _, username in sorted(theirs, reverse=True)[kept:]:
            self._forget(username)

    def _forget(self, username: Username) -> None:
        former = self._work.store.former_usernames
        before = former.pop(username, None)
        if before is not None:
            self._work.undo.append(lambda: former.update({username: before}))

    async def next_order_number(self, merchant_id: MerchantId, /) -> int:
        numbers = self._work.store.order_numbers
        number = numbers.get(merchant_id, 1000) + 1
        numbers[merchant_id] = number
        self._work.undo.append(lambda: numbers.update({merchant_id: number - 1}))
        return number


class MemoryProducts(_MemoryRepository[ProductId, Product], ports.Products):
    entity, missing = Product, ProductNotFound

    async def hold_all(self, keys: Sequence[ProductId], /) -> dict[ProductId, Product]:
        found = ((key, self._work.see(Product, key)) for key in sorted(keys))
        return {key: deepcopy(product) for key, product in found if product is not None}

    async def save_stock(self, products: Sequence[Product], /) -> None:
        for product in products:
            stored = deepcopy(self._work.see(Product, product.id))
            if stored.version != product.version:
                raise ChangedMeanwhile(kind="Product", id=product.id)
            for variant in stored.variants:
                counted = product.variant(variant.id)
                variant.on_hand, variant.reserved = counted.on_hand, counted.reserved
            await self.save(stored)
            product.version = stored.version


class MemoryImages(_MemoryRepository[ImageId, Image], ports.Images):
    entity, missing = Image, ImageNotFound

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        images = []
        for key in keys:
            image = self._work.see(Image, key)
            if image is None or image.merchant_id != merchant_id:
                raise ImageNotFound(image_id=key)
            images.append(deepcopy(image))
        return images


class MemoryOrders(_MemoryRepository[OrderId, Order], ports.Orders):
    entity, missing = Order, OrderNotFound

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        orders = self._work.all_of(Order)
        return [
            each.id for each in orders if each.merchant_id == merchant_id and each.status in OPEN
        ]


class MemoryNotifications(_MemoryRepository[NotificationId, Notification], ports.Notifications):
    entity, missing = Notification, NotificationNotFound

    async def add(self, entity: Notification, /, *happened: Event) -> None:
        said = (entity.merchant_id, entity.topic, entity.subject_id)
        told = self._work.all_of(Notification)
        if said not in {(each.merchant_id, each.topic, each.subject_id) for each in told}:
            self._work.write(entity, happened)

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
        for merchant in self._work.all_of(Merchant):
            meant = announcement.target_type is Target.ALL_MERCHANTS
            if merchant.status is MerchantStatus.CLOSED or not (
                meant or merchant.id == announcement.target_id
            ):
                continue
            id = NotificationId(self._work.new_id())
            slip = Notification(
                id=id,
                merchant_id=merchant.id,
                topic=Topic.ANNOUNCEMENT,
                subject_id=announcement.id,
                title=announcement.title,
                body=announcement.body,
                created_at=at,
            )
            await self.add(slip, NotificationDelivered(at=at, notification_id=id))


class MemoryAnnouncements(_MemoryRepository[AnnouncementId, Announcement], ports.Announcements):
    entity, missing = Announcement, AnnouncementNotFound


class MemoryAuditBook(ports.AuditBook):
    def __init__(self, work: MemoryUnitOfWork) -> None:
        self._work = work

    async def add(self, entry: AuditEntry, /) -> None:
        self._work.later.append(lambda: self._work.store.audit.append(deepcopy(entry)))


class MemoryOutbox(ports.Outbox):
    """Claims count at once, as locked rows would; an exception gives them back."""

    def __init__(self, work: MemoryUnitOfWork) -> None:
        self._work = work

    async def add(self, *happened: Event) -> None:
        self._work.tell(happened)

    async def claim(
        self, at: datetime, lease: timedelta, limit: int, only: JobId | None = None, /
    ) -> list[Job]:
        claimed: list[Job] = []
        stored = self._work.store.jobs.items()
        for id, job in sorted(stored, key=lambda item: item[1].due_at):
            if len(claimed) == limit:
                break
            if job.is_dead or job.due_at > at or (only is not None and id != only):
                continue
            self._change(id, attempt=job.attempt + 1, due_at=at + lease)
            claimed.append(Job(id=id, reaction=job.reaction, event=job.event, attempt=job.attempt))
        return claimed

    async def finish(self, job: Job, /) -> bool:
        jobs = self._work.store.jobs
        stored = jobs.get(job.id)
        if stored is None or stored.attempt != job.attempt:
            return False
        del jobs[job.id]
        self._work.undo.append(lambda: jobs.update({job.id: stored}))
        return True

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        return self._is_mine(job) and self._change(job.id, due_at=until, why=why)

    async def park(self, job: Job, why: str, /) -> bool:
        return self._is_mine(job) and self._change(job.id, is_dead=True, why=why)

    def _is_mine(self, job: Job) -> bool:
        stored = self._work.store.jobs.get(job.id)
        return stored is not None and stored.attempt == job.attempt

    def _change(self, id: JobId, **changes: object) -> bool:
        job = self._work.store.jobs[id]
        before = replace(job)
        self._work.undo.append(lambda: self._work.store.jobs.update({id: before}))
        for name, value in changes.items():
            setattr(job, name, value)
        return True
