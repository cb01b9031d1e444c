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
    OrderSought,
)
from marketplace.domain.products import (
    ProductAdded,
    ProductArchived,
    ProductEdited,
    StockRanLow,
)

from .images import ImageService
from .imports import ImportService
from .kyc import KycService
from .messages import GuestCorrespondence
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
    MerchantClosed: (KycService.remove_papers,),
    KycSubmitted: (),
    KycDecided: (KycService.note_kyc_decision, KycService.mail_kyc_decision),
    ProductAdded: (),
    ProductEdited: (),
    ProductArchived: (),
    StockRanLow: (Correspondence.note_low_stock,),
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
        GuestCorrespondence.tell_of_placing,
    ),
    OrderSought: (GuestCorrespondence.send_tracking_link,),
    ConfirmationAttempted: (),
    OrderConfirmed: (GuestCorrespondence.tell_of_confirming,),
    OrderPrepared: (),
    OrderShipped: (GuestCorrespondence.tell_of_shipping,),
    OrderDelivered: (),
    DeliveryFailed: (),
    OrderReturned: (),
    OrderCancelled: (GuestCorrespondence.tell_of_cancelling,),
    OrderExpired: (GuestCorrespondence.tell_of_expiry,),
    OrderReopened: (),
    AnnouncementMade: (Correspondence.send_notification,),
    NotificationDelivered: (Correspondence.mail_notification,),
}
"""Stating that nothing follows is deliberate: a test asks for every event."""


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
    messages: GuestCorrespondence

    async def carry_out(self, job: Job) -> None:
        """Do one job; ``UnknownReaction`` if the table has none of that name for the event."""
        if job.event is None or job.reaction not in reactions_to(job.event):
            raise UnknownReaction(job.reaction)
        for service in (
            self.correspondence,
            self.messages,
            self.images,
            self.imports,
            self.kyc,
        ):
            reaction = getattr(service, job.reaction, None)
            if reaction is not None:
                await reaction(job.event, job.id)
