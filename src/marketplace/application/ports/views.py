"""What is shown: reads that join or list, one statement each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

from marketplace.domain.accounts import AccountId, EmailAddress, Locale, Role, SessionId, Username
from marketplace.domain.audit import AuditEntry, AuditEntryId, Seal
from marketplace.domain.blocked_phones import BlockedPhone
from marketplace.domain.categories import Category, CategoryId
from marketplace.domain.errors import BadValue
from marketplace.domain.images import Image, ImageId, ImageStatus, Rendition
from marketplace.domain.imports import Import, ImportId
from marketplace.domain.kyc import Submission
from marketplace.domain.merchants import (
    KycStatus,
    Merchant,
    MerchantId,
    MerchantStatus,
    PaymentPreference,
)
from marketplace.domain.money import Money
from marketplace.domain.notifications import Announcement, MailChoices, Notification
from marketplace.domain.orders import Background, Order, OrderId
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Product, ProductId, ProductStatus
from marketplace.domain.search import Query
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import Drift, StockMovement
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryId,
    DeliveryStatus,
    Endpoint,
    EndpointId,
)

from .order_views import DatedOrder, OrderSelection, OrderSlip, Sales
from .repositories import JobState, JobView

Item = TypeVar("Item")

MOST_DAYS = 366
"""Of the sales that are told at once."""
MOST_READ = 1000
"""Products whose words are compared with one that was not found."""

MEDIA = "\x01"
"""Where the address of a file begins, whatever the address of all of them is at the time."""


class BadCursor(BadValue):
    """Not a cursor this list has given out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a stretch of a list ends: at this item, whatever is put before or taken away since.

    ``key`` is what the list is sorted by, if that is more than the id. ``loosely`` says that the
    list is of what was found only after forgiving slips of the pen.
    """

    id: UUID
    key: int | str | None = None
    loosely: bool = False


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def placed_at(order: Order) -> Place:
    """The place of an order in a list that goes by the time."""
    return Place(id=order.id, key=(order.placed_at - _EPOCH) // timedelta(microseconds=1))


def moment_of(place: Place) -> datetime:
    """The time of a place in such a list, or ``BadCursor`` if it is of another list."""
    if not isinstance(place.key, int):
        raise BadCursor
    try:
        return _EPOCH + timedelta(microseconds=place.key)
    except OverflowError:
        raise BadCursor from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """A stretch of a list; ``next`` is where the following stretch begins after."""

    items: tuple[Item, ...]
    next: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which stretch of a list: at most ``limit`` items (1 to 100) that come after a place."""

    limit: int = 20
    after: Place | None = None


class Sort(StrEnum):
    NEWEST = "newest"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    TITLE = "title"
    RELEVANCE = "relevance"


SORT_KEYS: Mapping[Sort, type[int | str] | None] = {
    Sort.NEWEST: None,
    Sort.PRICE_ASC: int,
    Sort.PRICE_DESC: int,
    Sort.TITLE: str,
    Sort.RELEVANCE: int,
}
"""What the key of a :class:`Place` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    Which products of a store, and in which order; what is None plays no part.

    A price is that of the cheapest variant. Without ``status`` it is whatever is not archived.
    Products that are sorted alike come by their id, and :attr:`Sort.RELEVANCE` needs a ``query``.
    """

    query: Query | None = None
    category: CategoryId | Slug | None = None
    tag: str | None = None
    status: ProductStatus | None = None
    min_price: Money | None = None
    max_price: Money | None = None
    in_stock: bool | None = None
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageView:
    """What is shown of an image."""

    id: ImageId
    status: ImageStatus
    alt: str
    width: int
    height: int
    preview: Rendition
    renditions: tuple[Rendition, ...]
    placeholder: str

    @classmethod
    def of(cls, image: Image) -> Self:
        return cls(
            id=image.id,
            status=image.status,
            alt=image.alt,
            width=image.width,
            height=image.height,
            preview=image.preview,
            renditions=image.renditions,
            placeholder=image.placeholder,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """A product with its category and the images it shows, in their order."""

    product: Product
    category: Category | None
    images: tuple[ImageView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    """A category, and how many of its products are on sale."""

    category: Category
    product_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantView:
    """A merchant with the account behind it and the logo, as its keeper or an admin sees it."""

    merchant: Merchant
    email: EmailAddress
    phone: PhoneNumber
    logo: Image | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantFile:
    """All an admin sees of a merchant: products and orders by status, papers newest first."""

    merchant: MerchantView
    products: Mapping[str, int]
    orders: Mapping[str, int]
    submissions: tuple[Submission, ...]


class MerchantSort(StrEnum):
    """In which order merchants are listed; ``ORDERS`` begins with who has had the most."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSearch:
    """
    Which merchants are looked for, and in which order.

    ``text`` is part of a name, a username or an address, in any case; ``digits``, where there are
    any, may be part of a telephone number instead.
    """

    status: MerchantStatus | None = None
    kyc_status: KycStatus | None = None
    text: str = ""
    digits: str = ""
    sort: MerchantSort = MerchantSort.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """A store as the public sees it."""

    merchant: Merchant
    logo: Image | None


class ProductCard(NamedTuple):
    """
    A product as everybody is told it in a list; a tuple, for there are twenty on every page.

    ``told`` is an object of JSON with all that changes only if its merchant changes something, and
    :data:`MEDIA` in front of the name of each file: in JSON that character does not occur. What
    changes with every order stands beside it: ``available`` units can be ordered, of all variants
    together; None where nobody counts them. ``id`` is as it is told.
    """

    id: str
    told: str
    available: int | None

    @classmethod
    def of(cls, view: ProductView) -> Self:
        product, category, default = view.product, view.category, view.product.default
        before = default.compare_at_price
        told = {
            "id": str(product.id),
            "slug": product.slug,
            "title": product.title,
            "description": product.description,
            "price": default.price.amount,
            "price_from": product.price_from.amount,
            "price_to": product.price_to.amount,
            "compare_at_price": before and before.amount,
            "currency": default.price.currency,
            "category": category
            and {"id": str(category.id), "name": category.name, "slug": category.slug},
            "tags": product.tags,
            "images": [_image(each) for each in view.images],
            "status": product.status,
            "sku": default.sku,
            "options": [{"name": each.name, "values": each.values} for each in product.options],
            "variant_count": len(product.offered),
            "created_at": _moment(product.created_at),
            "updated_at": _moment(product.updated_at),
        }
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return cls(str(product.id), text.replace(r'"\u0001', f'"{MEDIA}'), product.available)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCard:
    """An open store as the public sees it; on holiday it is ``closed_until`` some time."""

    id: MerchantId
    username: Username
    name: str
    description: str
    logo: ImageView | None
    currency: str
    country: str
    locale: Locale
    payment_preference: PaymentPreference
    whatsapp_link: str
    instagram_link: str
    facebook_link: str
    closed_until: datetime | None
    min_order_total: Money

    @classmethod
    def of(cls, view: StoreView) -> Self:
        store, logo = view.merchant, view.logo
        return cls(
            id=store.id,
            username=store.username,
            name=store.name,
            description=store.description,
            logo=None if logo is None else ImageView.of(logo),
            currency=store.currency,
            country=store.country,
            locale=store.locale,
            payment_preference=store.payment_preference,
            whatsapp_link=store.whatsapp_link,
            instagram_link=store.instagram_link,
            facebook_link=store.facebook_link,
            closed_until=store.closed_until,
            min_order_total=store.min_order_total,
        )


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
class Arrival:
    """A slip, and its number in the inbox: they go up in the order of arrival."""

    number: int
    slip: Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySearch:
    """Which deliveries; what is None plays no part. Times are of when the event was written."""

    status: DeliveryStatus | None = None
    event: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementView:
    """What was announced, and how many merchants have it in their inbox and have read it."""

    announcement: Announcement
    received: int
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Orders placed on a day (UTC), and minor units collected for them, by currency."""

    day: date
    orders: int
    revenue: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCount:
    """Orders a store has had."""

    merchant_id: MerchantId
    username: Username
    name: str
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The platform in numbers. ``revenue`` is minor units collected and kept, by currency."""

    merchants: Mapping[str, int]
    products: int
    orders: Mapping[str, int]
    revenue: Mapping[str, int]
    by_day: tuple[DayCount, ...]
    top_stores: tuple[StoreCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """A store where it is morning, and the ``day`` it had yesterday."""

    merchant_id: MerchantId
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    A day of a store, by its own clock.

    ``orders`` were placed, and are ``worth`` so many minor units as far as they still stand;
    ``to_confirm`` wait. Of ``low`` variants few are left; ``running_low`` names some of them.
    """

    day: date
    orders: int
    worth: int
    to_confirm: int
    low: int
    running_low: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing happened, and nothing waits."""
        return not self.orders and not self.to_confirm


class AccountViews(Protocol):
    """Who somebody is, and where they are signed in."""

    async def identity(self, session_id: SessionId, at: datetime, /) -> Identity | None:
        """Who a session belongs to, or None if it is not in force."""
        ...

    async def devices(self, account_id: AccountId, at: datetime, paging: Paging, /) -> Page[Device]:
        """The sessions of an account which are in force."""
        ...


class StoreViews(Protocol):
    """What the public sees."""

    async def store(self, username: Username, /) -> StoreView:
        """An open store, or ``StoreNotFound``."""
        ...

    async def front(
        self, username: Username, paging: Paging, /
    ) -> tuple[StoreCard, Page[ProductCard]]:
        """An open store and the newest of what it has on sale, or ``StoreNotFound``."""
        ...

    async def moved_to(self, username: Username, /) -> Username | None:
        """What the open store that once had this name is called now."""
        ...

    async def on_sale(
        self, merchant_id: MerchantId, selection: Selection, paging: Paging, /
    ) -> Page[ProductCard]:
        """What a store sells of a selection, whatever status that names."""
        ...

    async def product_on_sale(
        self, merchant_id: MerchantId, called: ProductId | Slug, /
    ) -> ProductView:
        """One thing a store sells, or ``ProductNotFound``."""
        ...

    async def product_moved_to(self, merchant_id: MerchantId, slug: Slug, /) -> Slug | None:
        """
        The slug of what a store sells that had this one before.

        Of several the one that had it last; of its former slugs a product keeps the latest ones.
        """
        ...

    async def products_on_sale(
        self, merchant_id: MerchantId, ids: Sequence[ProductId], /
    ) -> Mapping[ProductId, Product]:
        """Those of the named that a store sells; nobody is kept from buying them meanwhile."""
        ...

    async def categories_on_sale(self, merchant_id: MerchantId, /) -> tuple[CategoryView, ...]:
        """All of a store, in their order."""
        ...


class MerchantViews(Protocol):
    """Who sells here."""

    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        """``MerchantNotFound`` if there is none."""
        ...

    async def merchant_file(self, merchant_id: MerchantId, /) -> MerchantFile:
        """``MerchantNotFound`` if there is none."""
        ...

    async def merchants(self, paging: Paging, search: MerchantSearch, /) -> Page[MerchantView]: ...


class KycViews(Protocol):
    """What a merchant has handed in."""

    async def submissions(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Submission]: ...


class ProductViews(Protocol):
    """What a merchant sells."""

    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        """A merchant's own product, or ``ProductNotFound``."""
        ...

    async def products(
        self, merchant_id: MerchantId, selection: Selection, paging: Paging, /
    ) -> Page[ProductView]: ...

    async def vocabulary(
        self, merchant_id: MerchantId, status: ProductStatus | None, /
    ) -> frozenset[str]:
        """
        Everything that a merchant's products of a status can be found by.

        Of :data:`MOST_READ` products, the newest, and without one of whatever is not archived.
        """
        ...

    async def catalogue(
        self, merchant_id: MerchantId, limit: int, after: ProductId | None = None, /
    ) -> tuple[Product, ...]:
        """So many products that are not archived, oldest first, younger than ``after``."""
        ...

    async def categories(self, merchant_id: MerchantId, /) -> tuple[Category, ...]:
        """All of a merchant, in their order."""
        ...

    async def stock_movements(
        self, merchant_id: MerchantId, product_id: ProductId, paging: Paging, /
    ) -> Page[StockMovement]:
        """The ledger of one of the merchant's products."""
        ...

    async def drifts(self) -> tuple[Drift, ...]:
        """Every variant whose stock is not what the books say."""
        ...


class ImportViews(Protocol):
    """Sheets of products that were handed in."""

    async def product_import(self, merchant_id: MerchantId, import_id: ImportId, /) -> Import:
        """A merchant's own, or ``ImportNotFound``."""
        ...

    async def product_imports(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Import]:
        """All of a merchant."""
        ...


class OrderViews(Protocol):
    """Orders, for the store and for the guest."""

    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        """A merchant's own order, or ``OrderNotFound``."""
        ...

    async def orders(
        self, merchant_id: MerchantId, selection: OrderSelection, paging: Paging, /
    ) -> Page[Order]:
        """By the time they were placed; the key of a :class:`Place` is its microseconds."""
        ...

    async def count_orders(self, merchant_id: MerchantId, selection: OrderSelection, /) -> int:
        """How many there are of a selection in all."""
        ...

    async def dated_orders(
        self, merchant_id: MerchantId, selection: OrderSelection, paging: Paging, /
    ) -> Page[DatedOrder]:
        """The same as ``orders``, with the time by the clock of the store."""
        ...

    async def slips(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> tuple[OrderSlip, ...]:
        """Those of the named that are the merchant's own, in any order."""
        ...

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        """The order one of whose links this is, or ``OrderNotFound``."""
        ...

    async def backgrounds(
        self, merchant_id: MerchantId, order_ids: Sequence[OrderId], /
    ) -> Mapping[OrderId, Background]:
        """
        What a merchant knows of the phones behind these orders, from the own store alone.

        One question for all of them. Of a phone the latest thousand orders are looked at.
        """
        ...


class BlockedPhoneViews(Protocol):
    """Whom a merchant takes no orders from."""

    async def blocked_phones(
        self, merchant_id: MerchantId, paging: Paging, /
    ) -> Page[BlockedPhone]:
        """Those in force."""
        ...


class SalesViews(Protocol):
    """What a store has sold."""

    async def sales(
        self,
        merchant_id: MerchantId,
        first: date | None,
        last: date | None,
        days: int,
        now: datetime,
        /,
    ) -> Sales:
        """
        Without ``last`` it ends today, without ``first`` it has so many ``days``.

        Beyond :data:`MOST_DAYS`, or if it ends before it begins, no days are told.
        """
        ...

    async def titles(
        self, merchant_id: MerchantId, product_ids: Sequence[ProductId], /
    ) -> Mapping[ProductId, str]:
        """What the merchant's own of these products are called."""
        ...


class NotificationViews(Protocol):
    """What a merchant was told."""

    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox: ...

    async def mail_choices(self, merchant_id: MerchantId, /) -> MailChoices:
        """What a merchant wants to have by mail."""
        ...

    async def slips_after(
        self, merchant_id: MerchantId, number: int, limit: int, /
    ) -> tuple[Arrival, ...]:
        """So many slips of an inbox at most that have a greater number, in that order."""
        ...

    async def newest_slips(
        self, sessions: Sequence[SessionId], at: datetime, /
    ) -> Mapping[SessionId, int]:
        """
        The greatest number in the inbox that each of these sessions may look into; 0 in an empty.

        What is not in force, or of a merchant who is not open, is left out.
        """
        ...


class WebhookViews(Protocol):
    """What a merchant sees of the own webhooks."""

    async def endpoint(self, merchant_id: MerchantId, endpoint_id: EndpointId, /) -> Endpoint:
        """A merchant's own, or ``EndpointNotFound``."""
        ...

    async def endpoints(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Endpoint]:
        """All of a merchant."""
        ...

    async def listening(self, merchant_id: MerchantId, event: str, /) -> tuple[EndpointId, ...]:
        """Those of a merchant who is open for business that want to hear of this event."""
        ...

    async def deliveries(
        self, endpoint_id: EndpointId, search: DeliverySearch, paging: Paging, /
    ) -> Page[Delivery]:
        """What was sent to an endpoint, or is to be."""
        ...

    async def delivery(self, endpoint_id: EndpointId, delivery_id: DeliveryId, /) -> Delivery:
        """One of them, or ``DeliveryNotFound``."""
        ...


class AdminViews(Protocol):
    """The platform as a whole."""

    async def announcements(self, paging: Paging, /) -> Page[AnnouncementView]: ...

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]: ...

    async def statistics(self, since: datetime, until: datetime, /) -> Statistics:
        """All that ever was; ``by_day`` each day from the one to the other."""
        ...


class JobViews(Protocol):
    """What waits, runs, or has failed for good."""

    async def jobs(
        self, paging: Paging, state: JobState | None = None, kind: str | None = None, /
    ) -> Page[JobView]:
        """Those of a state and a kind, or all."""
        ...


class AuditViews(Protocol):
    """The audit book and its seals, for whoever compares them."""

    async def seals(self, after: int, limit: int, /) -> tuple[Seal, ...]:
        """A stretch of the chain, in order, behind the one of this number."""
        ...

    async def entries_by_id(self, ids: Sequence[AuditEntryId], /) -> tuple[AuditEntry, ...]:
        """Those of these that there are."""
        ...

    async def unsealed_entries(self) -> tuple[AuditEntry, ...]:
        """What is under no seal, oldest first; a thousand of them at most."""
        ...


class DigestViews(Protocol):
    """How a day was."""

    async def mornings(self, at: datetime, hour: int, /) -> tuple[Morning, ...]:
        """Every open store whose clock shows this hour."""
        ...

    async def digest(self, merchant_id: MerchantId, day: date, /) -> Digest:
        """``MerchantNotFound`` if there is none."""
        ...


class AnswerViews(Protocol):
    """What was answered before."""

    async def answer(self, name: bytes, after: datetime, /) -> bytes | None:
        """The sealed answer that was kept under this name since ``after``."""
        ...


class Views(
    AccountViews,
    StoreViews,
    MerchantViews,
    KycViews,
    ProductViews,
    ImportViews,
    OrderViews,
    BlockedPhoneViews,
    SalesViews,
    NotificationViews,
    WebhookViews,
    AdminViews,
    JobViews,
    AuditViews,
    DigestViews,
    AnswerViews,
    Protocol,
):
    """What is shown, outside of any transaction. A page is newest first if nothing else is said."""


def _image(image: ImageView) -> dict[str, Any]:
    return {
        "id": str(image.id),
        "url": _file(image.preview.key),
        "alt": image.alt,
        "status": image.status,
        "width": image.width,
        "height": image.height,
        "placeholder": image.placeholder,
        "renditions": {str(each.edge): _file(each.key) for each in image.renditions},
    }


def _file(key: str) -> str:
    return MEDIA + key.removeprefix("public/")


def _moment(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return at.isoformat().replace("+00:00", "Z")
