"""The collections, as one transaction sees them."""

from .accounts import MemoryAccounts, MemoryOneTimeTokens, MemorySessions
from .answers import MemoryAnswers
from .audit import MemoryAuditBook
from .blocked_phones import MemoryBlockedPhones
from .categories import MemoryCategories
from .images import MemoryImages
from .imports import MemoryImports
from .kyc import MemorySubmissions
from .merchants import MemoryMerchants
from .notifications import MemoryAnnouncements, MemoryNotifications, MemoryPreferences
from .orders import MemoryOrders
from .products import MemoryProducts
from .ticks import MemoryTicks
from .webhooks import MemoryDeliveries, MemoryEndpoints

__all__ = [
    "MemoryAccounts",
    "MemoryAnnouncements",
    "MemoryAnswers",
    "MemoryAuditBook",
    "MemoryBlockedPhones",
    "MemoryCategories",
    "MemoryDeliveries",
    "MemoryEndpoints",
    "MemoryImages",
    "MemoryImports",
    "MemoryMerchants",
    "MemoryNotifications",
    "MemoryOneTimeTokens",
    "MemoryOrders",
    "MemoryPreferences",
    "MemoryProducts",
    "MemorySessions",
    "MemorySubmissions",
    "MemoryTicks",
]
