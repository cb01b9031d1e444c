"""What is shown: one statement each, in a connection that is in no transaction."""

from marketplace.application import ports

from .accounts import PostgresAccountViews
from .admin import PostgresAdminViews
from .answers import PostgresAnswerViews
from .imports import PostgresImportViews
from .kyc import PostgresKycViews
from .merchants import PostgresMerchantViews
from .notifications import PostgresNotificationViews
from .orders import PostgresOrderViews
from .products import PostgresProductViews
from .sales import PostgresSalesViews
from .storefront import PostgresStoreViews


class PostgresViews(
    PostgresAccountViews,
    PostgresStoreViews,
    PostgresMerchantViews,
    PostgresKycViews,
    PostgresProductViews,
    PostgresImportViews,
    PostgresOrderViews,
    PostgresSalesViews,
    PostgresNotificationViews,
    PostgresAdminViews,
    PostgresAnswerViews,
    ports.Views,
):
    """Everything that is shown, concept by concept."""
