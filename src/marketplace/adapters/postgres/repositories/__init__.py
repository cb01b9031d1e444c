"""The collections, each a table and its parts, seen through one connection."""

from .accounts import PostgresAccounts, PostgresOneTimeTokens, PostgresSessions
from .answers import PostgresAnswers
from .audit import PostgresAuditBook
from .blocked_phones import PostgresBlockedPhones
from .categories import PostgresCategories
from .images import PostgresImages
from .imports import PostgresImports
from .kyc import PostgresSubmissions
from .merchants import PostgresMerchants
from .notifications import PostgresAnnouncements, PostgresNotifications, PostgresPreferences
from .orders import PostgresOrders
from .products import PostgresProducts
from .ticks import PostgresTicks
from .webhooks import PostgresDeliveries, PostgresEndpoints

__all__ = [
    "PostgresAccounts",
    "PostgresAnnouncements",
    "PostgresAnswers",
    "PostgresAuditBook",
    "PostgresBlockedPhones",
    "PostgresCategories",
    "PostgresDeliveries",
    "PostgresEndpoints",
    "PostgresImages",
    "PostgresImports",
    "PostgresMerchants",
    "PostgresNotifications",
    "PostgresOneTimeTokens",
    "PostgresOrders",
    "PostgresPreferences",
    "PostgresProducts",
    "PostgresSessions",
    "PostgresSubmissions",
    "PostgresTicks",
]
