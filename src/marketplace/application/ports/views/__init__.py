"""What is shown. One file per concept, as in the collections."""

from typing import Protocol

from .accounts import AccountViews
from .admin import AdminViews
from .answers import AnswerViews
from .audit import AuditViews
from .blocked_phones import BlockedPhoneViews
from .digests import DigestViews
from .images import ImageViews
from .imports import ImportViews
from .jobs import JobViews
from .kyc import KycViews
from .merchants import MerchantViews
from .moderation import ModerationViews
from .notifications import NotificationViews
from .orders import OrderViews
from .products import ProductViews
from .sales import SalesViews
from .storefront import StoreViews
from .webhooks import WebhookViews


class Views(
    AccountViews,
    StoreViews,
    MerchantViews,
    KycViews,
    ProductViews,
    ImageViews,
    ImportViews,
    OrderViews,
    BlockedPhoneViews,
    SalesViews,
    NotificationViews,
    WebhookViews,
    AdminViews,
    ModerationViews,
    JobViews,
    AuditViews,
    DigestViews,
    AnswerViews,
    Protocol,
):
    """What is shown, outside of any transaction. A page is newest first if nothing else is said."""
