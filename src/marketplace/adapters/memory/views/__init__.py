"""What is shown, straight from the store."""

from marketplace.application import ports

from .accounts import MemoryAccountViews
from .admin import MemoryAdminViews
from .imports import MemoryImportViews
from .merchants import MemoryMerchantViews
from .notifications import MemoryNotificationViews
from .orders import MemoryOrderViews
from .products import MemoryProductViews
from .storefront import MemoryStoreViews


class MemoryViews(
    MemoryAccountViews,
    MemoryStoreViews,
    MemoryMerchantViews,
    MemoryProductViews,
    MemoryImportViews,
    MemoryOrderViews,
    MemoryNotificationViews,
    MemoryAdminViews,
    ports.Views,
):
    """Everything that is shown, concept by concept."""
