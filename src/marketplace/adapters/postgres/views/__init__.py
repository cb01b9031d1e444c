"""What is shown: one statement each, in a connection that is in no transaction."""

from marketplace.application import ports

from .accounts import PostgresAccountViews
from .admin import PostgresAdminViews
from .answers import PostgresAnswerViews
from .audit import PostgresAuditViews
from .blocked_phones import PostgresBlockedPhoneViews
from .digests import PostgresDigestViews
from .images import PostgresImageViews
from .imports import PostgresImportViews
from .jobs import PostgresJobViews
from .kyc import PostgresKycViews
from .merchants import PostgresMerchantViews
from .moderation import PostgresModerationViews
from .notifications import PostgresNotificationViews
from .orders import PostgresOrderViews
from .products import PostgresProductViews
from .sales import PostgresSalesViews
from .storefront import PostgresStoreViews
from .webhooks import PostgresWebhookViews


class PostgresViews(
    PostgresAccountViews,
    PostgresStoreViews,
    PostgresMerchantViews,
    PostgresKycViews,
    PostgresProductViews,
    PostgresImageViews,
    PostgresImportViews,
    PostgresOrderViews,
    PostgresBlockedPhoneViews,
    PostgresSalesViews,
    PostgresNotificationViews,
    PostgresWebhookViews,
    PostgresAdminViews,
    PostgresModerationViews,
    PostgresJobViews,
    PostgresAuditViews,
    PostgresDigestViews,
    PostgresAnswerViews,
    ports.Views,
):
    """Everything that is shown, concept by concept."""
