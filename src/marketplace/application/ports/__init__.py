"""
The edge of the hexagon: everything the use cases ask of the outside world.

Each port is a Protocol with one tenant in memory and one in earnest; one contract suite keeps them
alike. Collections are in ``repositories``, what is shown in ``views``, the rest in ``neighbours``.
"""

from dataclasses import dataclass

from ..watching import StoreWatch
from .neighbours import (
    AccessTokens,
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
    PasswordHasher,
    Picture,
    Secrets,
    Site,
    Throttle,
    Window,
    Wording,
)
from .repositories import (
    Accounts,
    Announcements,
    AuditBook,
    BeginUnitOfWork,
    Categories,
    Images,
    Job,
    JobId,
    Merchants,
    Notifications,
    OneTimeTokens,
    Orders,
    Outbox,
    Products,
    Reaction,
    Repository,
    Sessions,
    UnitOfWork,
    Versioned,
)
from .views import (
    AccountViews,
    AdminViews,
    CategoryCard,
    DayCount,
    Device,
    Identity,
    ImageCard,
    Inbox,
    MerchantView,
    MerchantViews,
    NotificationViews,
    OrderView,
    OrderViews,
    Page,
    Paging,
    ProductCard,
    ProductView,
    ProductViews,
    Statistics,
    StoreCard,
    StoreCount,
    StoreView,
    StoreViews,
    VariantCard,
    Views,
)

__all__ = [
    "AccessTokens",
    "AccountViews",
    "Accounts",
    "AdminViews",
    "Announcements",
    "AuditBook",
    "BeginUnitOfWork",
    "Bell",
    "Categories",
    "CategoryCard",
    "Clock",
    "DayCount",
    "Device",
    "FirstLook",
    "Identity",
    "Ids",
    "ImageCard",
    "ImageProcessor",
    "ImageStore",
    "Images",
    "Inbox",
    "Job",
    "JobId",
    "Letter",
    "LetterKind",
    "Letters",
    "MailRefused",
    "MailUnavailable",
    "Mailer",
    "MerchantView",
    "MerchantViews",
    "Merchants",
    "NotificationViews",
    "Notifications",
    "OneTimeTokens",
    "OrderView",
    "OrderViews",
    "Orders",
    "Outbox",
    "Page",
    "Paging",
    "PasswordHasher",
    "Picture",
    "Ports",
    "ProductCard",
    "ProductView",
    "ProductViews",
    "Products",
    "Reaction",
    "Repository",
    "Secrets",
    "Sessions",
    "Site",
    "Statistics",
    "StoreCard",
    "StoreCount",
    "StoreView",
    "StoreViews",
    "Throttle",
    "UnitOfWork",
    "VariantCard",
    "Versioned",
    "Views",
    "Window",
    "Wording",
]


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
    watch: StoreWatch
    site: Site
