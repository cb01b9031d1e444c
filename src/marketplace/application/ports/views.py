"""What is shown: reads that join or list, one statement each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from marketplace.domain.accounts import AccountId, EmailAddress, Locale, Role, SessionId, Username
from marketplace.domain.audit import AuditEntry
from marketplace.domain.categories import Category
from marketplace.domain.images import Image, ImageStatus, Rendition
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus, PaymentPreference
from marketplace.domain.money import Money
from marketplace.domain.notifications import Notification
from marketplace.domain.orders import Order, OrderId, OrderStatus
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Option, Product, ProductId, ProductStatus
from marketplace.domain.variants import StockMovement

Item = TypeVar("Item")


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
    """A product with its category and the images it shows, in their order."""

    product: Product
    category: Category | None
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


@dataclass(frozen=True, slots=True)
class VariantCard:
    """A variant as the public sees it; ``available`` units can be ordered."""

    id: str
    options: Sequence[str]
    sku: str
    price: Money
    compare_at_price: Money | None
    available: int


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """The name of a shelf."""

    id: str
    name: str
    slug: str


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

    async def on_sale(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]: ...


class MerchantViews(Protocol):
    """Who sells here."""

    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        """``MerchantNotFound`` if there is none."""
        ...

    async def merchants(
        self, paging: Paging, status: MerchantStatus | None = None, /
    ) -> Page[MerchantView]: ...


class ProductViews(Protocol):
    """What a merchant sells."""

    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        """A merchant's own product, or ``ProductNotFound``."""
        ...

    async def products(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]: ...

    async def categories(self, merchant_id: MerchantId, /) -> tuple[Category, ...]:
        """All of a merchant, in their order."""
        ...

    async def stock_movements(
        self, merchant_id: MerchantId, product_id: ProductId, paging: Paging, /
    ) -> Page[StockMovement]:
        """The ledger of one of the merchant's products."""
        ...


class OrderViews(Protocol):
    """Orders, for the store and for the guest."""

    async def order(self, merchant_id: MerchantId, order_id: OrderId, /) -> OrderView:
        """A merchant's own order, or ``OrderNotFound``."""
        ...

    async def orders(
        self, merchant_id: MerchantId, paging: Paging, status: OrderStatus | None = None, /
    ) -> Page[Order]: ...

    async def tracked(self, tracking_hash: bytes, /) -> OrderView:
        """The order this link was made for, or ``OrderNotFound``."""
        ...


class NotificationViews(Protocol):
    """What a merchant was told."""

    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox: ...


class AdminViews(Protocol):
    """The platform as a whole."""

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]: ...

    async def statistics(self, since: datetime, /) -> Statistics:
        """All that ever was; ``by_day`` since the given day."""
        ...


class Views(
    AccountViews,
    StoreViews,
    MerchantViews,
    ProductViews,
    OrderViews,
    NotificationViews,
    AdminViews,
    Protocol,
):
    """What is shown, outside of any transaction. A page is newest first."""
