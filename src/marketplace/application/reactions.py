"""When this happened, do that: the whole table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.domain.accounts import (
    AccountClosed,
    AccountRegistered,
    EmailVerified,
    PasswordChanged,
    PasswordResetRequested,
    SessionStolen,
    VerificationRequested,
)
from marketplace.domain.categories import CategoriesChanged
from marketplace.domain.events import Event
from marketplace.domain.images import ImagePublished, ImageReceived, ImageRejected, ImageRemoved
from marketplace.domain.imports import BatchReached, ImportFinished
from marketplace.domain.kyc import KycDecided, KycSubmitted
from marketplace.domain.merchants import (
    MerchantClosed,
    MerchantEdited,
    MerchantReactivated,
    MerchantRegistered,
    MerchantSuspended,
)
from marketplace.domain.notifications import AnnouncementMade, NotificationDelivered
from marketplace.domain.orders import (
    ConfirmationAttempted,
    DeliveryFailed,
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderExpired,
    OrderPlaced,
    OrderPrepared,
    OrderReopened,
    OrderReturned,
    OrderShipped,
)
from marketplace.domain.products import (
    ProductAdded,
    ProductArchived,
    ProductEdited,
    StockRanLow,
)
from marketplace.domain.webhooks import DeliveryDue, WebhookDisabled

from .delivering import Dispatch
from .images import ImageService
from .imports import ImportService
from .kyc import KycService
from .notices import Notices
from .notifications import Correspondence
from .ports import Job, Reaction

REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    AccountRegistered: (Correspondence.send_verification_email,),
    PasswordResetRequested: (Correspondence.send_password_reset_email,),
    VerificationRequested: (Correspondence.send_verification_email_again,),
    PasswordChanged: (Correspondence.mail_password_changed,),
    SessionStolen: (Correspondence.mail_session_stolen,),
    EmailVerified: (),
    AccountClosed: (),
    MerchantRegistered: (),
    MerchantEdited: (),
    MerchantSuspended: (),
    MerchantReactivated: (),
    MerchantClosed: (KycService.remove_papers, Dispatch.remove_webhooks),
    KycSubmitted: (),
    KycDecided: (KycService.note_kyc_decision, KycService.mail_kyc_decision),
    ProductAdded: (Dispatch.publish,),
    ProductEdited: (Dispatch.publish,),
    ProductArchived: (Dispatch.publish,),
    StockRanLow: (Correspondence.note_low_stock, Notices.mail_low_stock, Dispatch.publish),
    CategoriesChanged: (),
    ImageReceived: (ImageService.process_product_image,),
    ImagePublished: (),
    ImageRejected: (),
    ImageRemoved: (ImageService.discard_files,),
    BatchReached: (ImportService.work_off_import,),
    ImportFinished: (),
    OrderPlaced: (
        Correspondence.note_new_order,
        Correspondence.mail_new_order,
        Dispatch.publish,
    ),
    ConfirmationAttempted: (),
    OrderConfirmed: (Dispatch.publish,),
    OrderPrepared: (Dispatch.publish,),
    OrderShipped: (Dispatch.publish,),
    OrderDelivered: (Dispatch.publish,),
    DeliveryFailed: (Dispatch.publish,),
    OrderReturned: (Dispatch.publish,),
    OrderCancelled: (Dispatch.publish,),
    OrderExpired: (Dispatch.publish,),
    OrderReopened: (Dispatch.publish,),
    AnnouncementMade: (Correspondence.send_notification,),
    NotificationDelivered: (Correspondence.mail_notification,),
    DeliveryDue: (Dispatch.deliver,),
    WebhookDisabled: (Notices.note_webhook_disabled, Notices.mail_webhook_disabled),
}
"""Stating that nothing follows is deliberate: a test asks for every event."""


ONLY_IF_HEARD = frozenset({Dispatch.publish.__name__})
"""
What follows only where a merchant has an endpoint that is called. Otherwise no job is written.

A catalogue of ten thousand products would leave ten thousand of them, to find out that nobody
listens. Whoever stores what happened looks, in the same statement.
"""


def reactions_to(event: Event) -> list[str]:
    """
    The names under which the reactions to an event wait in the outbox.

    They are the names of the methods, so renaming one strands the jobs already stored.
    """
    return [reaction.__name__ for reaction in REACTIONS[type(event)]]


class UnknownReaction(Exception):
    """This version knows no such reaction, or cannot read its event; another version may."""


@dataclass(frozen=True, slots=True)
class Reactions:
    """Carries out what the table says."""

    correspondence: Correspondence
    images: ImageService
    kyc: KycService
    imports: ImportService
    notices: Notices
    dispatch: Dispatch

    async def carry_out(self, job: Job) -> None:
        """Do one job; ``UnknownReaction`` if the table has none of that name for the event."""
        if job.event is None or job.reaction not in reactions_to(job.event):
            raise UnknownReaction(job.reaction)
        for service in (
            self.correspondence,
            self.dispatch,
            self.images,
            self.imports,
            self.kyc,
            self.notices,
        ):
            reaction = getattr(service, job.reaction, None)
            if reaction is not None:
                await reaction(job.event, job.id)
