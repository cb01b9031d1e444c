"""What is shown, straight from the store."""

from marketplace.application import ports

from .accounts import MemoryAccountViews
from .admin import MemoryAdminViews
from .answers import MemoryAnswerViews
from .audit import MemoryAuditViews
from .blocked_phones import MemoryBlockedPhoneViews
from .digests import MemoryDigestViews
from .images import MemoryImageViews
from .imports import MemoryImportViews
from .jobs import MemoryJobViews
from .kyc import MemoryKycViews
from .merchants import MemoryMerchantViews
from .moderation import MemoryModerationViews
from .notifications import MemoryNotificationViews
from .orders import MemoryOrderViews
from .products import MemoryProductViews
from .sales import MemorySalesViews
from .storefront import MemoryStoreViews
from .webhooks import MemoryWebhookViews


class MemoryViews(
    MemoryAccountViews,
    MemoryStoreViews,
    MemoryMerchantViews,
    MemoryKycViews,
    MemoryProductViews,
    MemoryImageViews,
    MemoryImportViews,
    MemoryOrderViews,
    MemoryBlockedPhoneViews,
    MemorySalesViews,
    MemoryNotificationViews,
    MemoryWebhookViews,
    MemoryAdminViews,
    MemoryModerationViews,
    MemoryJobViews,
    MemoryAuditViews,
    MemoryDigestViews,
    MemoryAnswerViews,
    ports.Views,
):
    """Everything that is shown, concept by concept."""
