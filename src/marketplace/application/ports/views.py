"""What is shown: reads that join or list, one statement each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from marketplace.domain.accounts import AccountId, EmailAddress, Role, SessionId, Username
from marketplace.domain.audit import AuditEntry
from marketplace.domain.categories import Category
from marketplace.domain.images import Image
from marketplace.domain.kyc import Submission
from marketplace.domain.merchants import KycStatus, Merchant, MerchantId, MerchantStatus
from marketplace.domain.notifications import Announcement, Notification
from marketplace.domain.orders import Order, OrderId, OrderStatus
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import Product, ProductId
from marketplace.domain.variants import Drift, StockMovement

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """
    A stretch of a list, newest first; ``next`` is where the following stretch begins after.

    A list in another order goes by ``mark``, which is what that last item had when it was shown.
    """

    items: tuple[Item, ...]
    next: UUID | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which stretch of a list: ``limit`` items (1 to 100) at most, behind ``after``."""

    limit: int = 20
    after: UUID | None = None
    mark: str = ""


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

    async def moved_to(self, username: Username, /) -> Username | None:
        """What the open store that once had this name is called now."""
        ...

    async def on_sale(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]: ...


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

    async def products(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]: ...

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

    async def announcements(self, paging: Paging, /) -> Page[AnnouncementView]: ...

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]: ...

    async def statistics(self, since: datetime, /) -> Statistics:
        """All that ever was; ``by_day`` since the given day."""
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
    OrderViews,
    NotificationViews,
    AdminViews,
    AnswerViews,
    Protocol,
):
    """What is shown, outside of any transaction. A page is newest first."""
