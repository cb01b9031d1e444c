"""What is shown, straight from the store."""

from marketplace.application import ports

from .accounts import MemoryAccountViews
from .admin import MemoryAdminViews
from .answers import MemoryAnswerViews
from .imports import MemoryImportViews
from .kyc import MemoryKycViews
from .merchants import MemoryMerchantViews
from .notifications import MemoryNotificationViews
from .orders import MemoryOrderViews
from .products import MemoryProductViews
from .sales import MemorySalesViews
from .storefront import MemoryStoreViews


class MemoryViews(
    MemoryAccountViews,
    MemoryStoreViews,
    MemoryMerchantViews,
    MemoryKycViews,
    MemoryProductViews,
    MemoryImportViews,
    MemoryOrderViews,
    MemorySalesViews,
    MemoryNotificationViews,
    MemoryAdminViews,
    MemoryAnswerViews,
    ports.Views,
):
    """Everything that is shown, concept by concept."""
