"""
The edge of the hexagon: everything the use cases ask of the outside world.

Each port is a Protocol with one tenant in memory and one in earnest; one contract suite keeps them
alike. Collections are in ``repositories``, what is shown in ``views``, the rest in ``neighbours``.
"""

from dataclasses import dataclass

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
    Sealing,
    Secrets,
    SignedUpload,
    Site,
    StoredFile,
    Throttle,
    Window,
    Wording,
)
from .repositories import (
    Accounts,
    Announcements,
    Answers,
    AuditBook,
    BeginUnitOfWork,
    Categories,
    Images,
    InProgress,
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
    Submissions,
    UnitOfWork,
    Versioned,
)
from .views import (
    AccountViews,
    AdminViews,
    AnnouncementView,
    AnswerViews,
    DayCount,
    Device,
    Identity,
    Inbox,
    KycViews,
    MerchantFile,
    MerchantSearch,
    MerchantSort,
    MerchantView,
    MerchantViews,
    NotificationViews,
    OrderView,
    OrderViews,
    Page,
    Paging,
    ProductView,
    ProductViews,
    Statistics,
    StoreCount,
    StoreView,
    StoreViews,
    Views,
)

__all__ = [
    "AccessTokens",
    "AccountViews",
    "Accounts",
    "AdminViews",
    "AnnouncementView",
    "Announcements",
    "AnswerViews",
    "Answers",
    "AuditBook",
    "BeginUnitOfWork",
    "Bell",
    "Categories",
    "Clock",
    "DayCount",
    "Device",
    "FirstLook",
    "Identity",
    "Ids",
    "ImageProcessor",
    "ImageStore",
    "Images",
    "InProgress",
    "Inbox",
    "Job",
    "JobId",
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
    "ProductView",
    "ProductViews",
    "Products",
    "Reaction",
    "Repository",
    "Sealing",
    "Secrets",
    "Sessions",
    "SignedUpload",
    "Site",
    "Statistics",
    "StoreCount",
    "StoreView",
    "StoreViews",
    "StoredFile",
    "Submissions",
    "Throttle",
    "UnitOfWork",
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
    sealing: Sealing
    passwords: PasswordHasher
    throttle: Throttle
    access_tokens: AccessTokens
    images: ImageStore
    processor: ImageProcessor
    letters: Letters
    mailer: Mailer
    site: Site
