"""What is shown: reads that join or list, one statement each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, Self, TypeVar
from uuid import UUID

from marketplace.domain.accounts import AccountId, EmailAddress, Locale, Role, SessionId, Username
from marketplace.domain.audit import AuditEntry
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
from marketplace.domain.notifications import Announcement, Notification
from marketplace.domain.orders import Order, OrderId
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Option, Product, ProductId, ProductStatus
from marketplace.domain.search import Query
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import Drift, StockMovement, Variant

from .order_views import DatedOrder, OrderSelection, OrderSlip, Sales

Item = TypeVar("Item")

MOST_DAYS = 366
"""Of the sales that are told at once."""
MOST_READ = 1000
"""Products whose words are compared with one that was not found."""


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


@dataclass(frozen=True, slots=True)
class ImageCard:
    """An image as the public sees it: the key of its preview, and those of its other sizes."""

    id: str
    preview_key: str
    alt: str
    status: ImageStatus
    width: int
    height: int
    renditions: tuple[Rendition, ...]
    placeholder: str

    @classmethod
    def of(cls, image: Image | ImageView) -> Self:
        return cls(
            id=str(image.id),
            preview_key=image.preview.key,
            alt=image.alt,
            status=image.status,
            width=image.width,
            height=image.height,
            renditions=image.renditions,
            placeholder=image.placeholder,
        )


@dataclass(frozen=True, slots=True)
class VariantCard:
    """A variant as the public sees it; ``available`` units can be ordered."""

    id: str
    options: Sequence[str]
    sku: str
    price: Money
    compare_at_price: Money | None
    available: int

    @classmethod
    def of(cls, variant: Variant) -> Self:
        return cls(
            id=str(variant.id),
            options=list(variant.options),
            sku=variant.sku,
            price=variant.price,
            compare_at_price=variant.compare_at_price,
            available=variant.available,
        )


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """The name of a shelf."""

    id: str
    name: str
    slug: str

    @classmethod
    def of(cls, category: Category) -> Self:
        return cls(str(category.id), category.name, category.slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """
    A product as the public sees it: read, and not rebuilt, because nobody does anything with it.

    Ids are as they are told. Everything is called as it is called of a :class:`Product`.
    """

    id: str
    slug: str
    title: str
    description: str
    status: ProductStatus
    category: CategoryCard | None
    tags: Sequence[str]
    images: tuple[ImageCard, ...]
    options: tuple[Option, ...]
    offered: tuple[VariantCard, ...]
    track_stock: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, view: ProductView) -> Self:
        product, category = view.product, view.category
        return cls(
            id=str(product.id),
            slug=product.slug,
            title=product.title,
            description=product.description,
            status=product.status,
            category=None if category is None else CategoryCard.of(category),
            tags=list(product.tags),
            images=tuple(map(ImageCard.of, view.images)),
            options=product.options,
            offered=tuple(map(VariantCard.of, product.offered)),
            track_stock=product.track_stock,
            created_at=product.created_at,
            updated_at=product.updated_at,
        )

    @property
    def default(self) -> VariantCard:
        return self.offered[0]

    @property
    def price_from(self) -> Money:
        return min(each.price for each in self.offered)

    @property
    def price_to(self) -> Money:
        return max(each.price for each in self.offered)

    @property
    def available(self) -> int | None:
        return sum(each.available for each in self.offered) if self.track_stock else None

    @property
    def in_stock(self) -> bool:
        return not self.track_stock or any(each.available for each in self.offered)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCard:
    """An open store as the public sees it; on holiday it is ``closed_until`` some time."""

    id: MerchantId
    username: Username
    name: str
    description: str
    logo: ImageCard | None
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
            logo=None if logo is None else ImageCard.of(logo),
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
    """The platform in numbers. ``revenue`` is minor units collected, by currency."""

    merchants: Mapping[str, int]
    products: int
    orders: Mapping[str, int]
    revenue: Mapping[str, int]
    by_day: tuple[DayCount, ...]
    top_stores: tuple[StoreCount, ...]


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
    ) -> Page[ProductView]:
        """What a store sells of a selection, whatever status that names."""
        ...

    async def product_on_sale(
        self, merchant_id: MerchantId, called: ProductId | Slug, /
    ) -> ProductView:
        """One thing a store sells, or ``ProductNotFound``."""
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
        """The order this link was made for, or ``OrderNotFound``."""
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


class AdminViews(Protocol):
    """The platform as a whole."""

    async def announcements(self, paging: Paging, /) -> Page[AnnouncementView]: ...

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]: ...

    async def statistics(self, since: datetime, until: datetime, /) -> Statistics:
        """All that ever was; ``by_day`` each day from the one to the other."""
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
    SalesViews,
    NotificationViews,
    AdminViews,
    AnswerViews,
    Protocol,
):
    """What is shown, outside of any transaction. A page is newest first if nothing else is said."""
