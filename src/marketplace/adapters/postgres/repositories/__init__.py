"""The collections, each a table and its parts, seen through one connection."""

from .accounts import PostgresAccounts, PostgresOneTimeTokens, PostgresSessions
from .audit import PostgresAuditBook
from .categories import PostgresCategories
from .images import PostgresImages
from .imports import PostgresImports
from .merchants import PostgresMerchants
from .notifications import PostgresAnnouncements, PostgresNotifications
from .orders import PostgresOrders
from .products import PostgresProducts

__all__ = [
    "PostgresAccounts",
    "PostgresAnnouncements",
    "PostgresAuditBook",
    "PostgresCategories",
    "PostgresImages",
    "PostgresImports",
    "PostgresMerchants",
    "PostgresNotifications",
    "PostgresOneTimeTokens",
    "PostgresOrders",
    "PostgresProducts",
    "PostgresSessions",
]
