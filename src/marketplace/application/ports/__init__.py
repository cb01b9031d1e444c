"""
The edge of the hexagon: everything the use cases ask of the outside world.

Each port is a Protocol with one tenant in memory and one in earnest; one contract suite keeps them
alike. Collections are in ``repositories``, all of them in one ``unit_of_work``, what is shown in
``views``, the rest in ``neighbours``.
"""

from dataclasses import dataclass

from ..watching import StoreWatch
from .neighbours import (
    AccessTokens,
    Backups,
    Bell,
    Clock,
    FirstLook,
    Ids,
    ImageProcessor,
    ImageStore,
    Letter,
    LetterKind,
    Letters,
    Mailer,
    MailRefused,
    MailUnavailable,
    Message,
    MessageRefused,
    MessageUnavailable,
    Messenger,
    PasswordHasher,
    Picture,
    Sealing,
    Secrets,
    SignedUpload,
    Site,
    StoredFile,
    Throttle,
    Window,
    Wording,
)
from .outbox import Job, JobId, JobNotFound, JobState, JobView, Outbox, Reaction
from .repositories.accounts import Accounts, OneTimeTokens, Sessions
from .repositories.answers import Answers, InProgress
from .repositories.audit import AuditBook
from .repositories.blocked_phones import BlockedPhones
from .repositories.categories import Categories
from .repositories.images import Images
from .repositories.imports import Imports
from .repositories.kyc import Submissions
from .repositories.merchants import Merchants, Served
from .repositories.notifications import MAILED_A_SECOND, Announcements, Notifications, Preferences
from .repositories.orders import Orders
from .repositories.products import Named, Products
from .repositories.repository import Repository, Versioned
from .repositories.ticks import Tick, Ticks
from .repositories.webhooks import Deliveries, Endpoints
from .unit_of_work import BeginUnitOfWork, UnitOfWork
from .views import Views
from .views.accounts import AccountViews, Device, Identity
from .views.admin import AdminViews, AnnouncementView, DayCount, Statistics, StoreCount
from .views.answers import AnswerViews
from .views.audit import AuditViews
from .views.blocked_phones import BlockedPhoneViews
from .views.digests import Digest, DigestViews, Morning
from .views.images import ImageViews, KeptImage
from .views.imports import ImportViews
from .views.jobs import JobViews
from .views.kyc import KycViews
from .views.merchants import MerchantFile, MerchantSearch, MerchantSort, MerchantView, MerchantViews
from .views.moderation import ModerationViews, ProductSearch, StoreName, WatchedProduct
from .views.notifications import Arrival, Inbox, NotificationViews
from .views.orders import (
    DatedOrder,
    OrderSelection,
    OrderSlip,
    OrderSort,
    OrderView,
    OrderViews,
    moment_of,
    placed_at,
)
from .views.paging import BadCursor, Page, Paging, Place
from .views.products import (
    MOST_READ,
    SORT_KEYS,
    CategoryView,
    Found,
    ImageView,
    ProductView,
    ProductViews,
    Selection,
    Sort,
)
from .views.sales import MOST_DAYS, CitySales, DaySales, ProductSales, Sales, SalesViews
from .views.storefront import MEDIA, ProductCard, StoreCard, StoreView, StoreViews
from .views.webhooks import DeliverySearch, WebhookViews
from .webhooks import Answered, WebhookSender

__all__ = [
    "MAILED_A_SECOND",
    "MEDIA",
    "MOST_DAYS",
    "MOST_READ",
    "SORT_KEYS",
    "AccessTokens",
    "AccountViews",
    "Accounts",
    "AdminViews",
    "AnnouncementView",
    "Announcements",
    "AnswerViews",
    "Answered",
    "Answers",
    "Arrival",
    "AuditBook",
    "AuditViews",
    "Backups",
    "BadCursor",
    "BeginUnitOfWork",
    "Bell",
    "BlockedPhoneViews",
    "BlockedPhones",
    "Categories",
    "CategoryView",
    "CitySales",
    "Clock",
    "DatedOrder",
    "DayCount",
    "DaySales",
    "Deliveries",
    "DeliverySearch",
    "Device",
    "Digest",
    "DigestViews",
    "Endpoints",
    "FirstLook",
    "Found",
    "Identity",
    "Ids",
    "ImageProcessor",
    "ImageStore",
    "ImageView",
    "ImageViews",
    "Images",
    "ImportViews",
    "Imports",
    "InProgress",
    "Inbox",
    "Job",
    "JobId",
    "JobNotFound",
    "JobState",
    "JobView",
    "JobViews",
    "KeptImage",
    "KycViews",
    "Letter",
    "LetterKind",
    "Letters",
    "MailRefused",
    "MailUnavailable",
    "Mailer",
    "MerchantFile",
    "MerchantSearch",
    "MerchantSort",
    "MerchantView",
    "MerchantViews",
    "Merchants",
    "Message",
    "MessageRefused",
    "MessageUnavailable",
    "Messenger",
    "ModerationViews",
    "Morning",
    "Named",
    "NotificationViews",
    "Notifications",
    "OneTimeTokens",
    "OrderSelection",
    "OrderSlip",
    "OrderSort",
    "OrderView",
    "OrderViews",
    "Orders",
    "Outbox",
    "Page",
    "Paging",
    "PasswordHasher",
    "Picture",
    "Place",
    "Ports",
    "Preferences",
    "ProductCard",
    "ProductSales",
    "ProductSearch",
    "ProductView",
    "ProductViews",
    "Products",
    "Reaction",
    "Repository",
    "Sales",
    "SalesViews",
    "Sealing",
    "Secrets",
    "Selection",
    "Served",
    "Sessions",
    "SignedUpload",
    "Site",
    "Sort",
    "Statistics",
    "StoreCard",
    "StoreCount",
    "StoreName",
    "StoreView",
    "StoreViews",
    "StoredFile",
    "Submissions",
    "Throttle",
    "Tick",
    "Ticks",
    "UnitOfWork",
    "Versioned",
    "Views",
    "WatchedProduct",
    "WebhookSender",
    "WebhookViews",
    "Window",
    "Wording",
    "moment_of",
    "placed_at",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a marketplace is plugged into."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets
    sealing: Sealing
    passwords: PasswordHasher
    throttle: Throttle
    access_tokens: AccessTokens
    images: ImageStore
    processor: ImageProcessor
    letters: Letters
    mailer: Mailer
    messenger: Messenger
    webhooks: WebhookSender
    watch: StoreWatch
    backups: Backups
    site: Site
