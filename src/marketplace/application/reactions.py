"""When this happened, do that: the whole table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

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
    OrderEdited,
    OrderExpired,
    OrderPlaced,
    OrderPrepared,
    OrderRefunded,
    OrderReopened,
    OrderReturned,
    OrderShipped,
    OrderSought,
)
from marketplace.domain.products import (
    ProductAdded,
    ProductArchived,
    ProductEdited,
    ProductPulled,
    ProductRestored,
    StockRanLow,
)
from marketplace.domain.schedule import (
    BackupDue,
    DigestDue,
    ExpiryDue,
    MorningsDue,
    PurgeDue,
    ReconcileDue,
    SealDue,
    SweepDue,
)
from marketplace.domain.webhooks import DeliveryDue, WebhookDisabled

from .chores import Chores
from .delivering import CALLS_AT_ONCE, Dispatch
from .digests import DigestService
from .images import ImageService
from .imports import ImportService
from .kyc import KycService
from .leftovers import LeftoverService
from .messages import GuestCorrespondence
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
    MerchantClosed: (
        KycService.remove_papers,
        Dispatch.remove_webhooks,
        LeftoverService.remove_images,
    ),
    KycSubmitted: (),
    KycDecided: (KycService.note_kyc_decision, KycService.mail_kyc_decision),
    ProductAdded: (Dispatch.publish,),
    ProductEdited: (Dispatch.publish,),
    ProductArchived: (Dispatch.publish,),
    ProductPulled: (Notices.note_moderation, Notices.mail_moderation, Dispatch.publish),
    ProductRestored: (Notices.note_moderation, Notices.mail_moderation, Dispatch.publish),
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
        GuestCorrespondence.tell_of_placing,
        Dispatch.publish,
    ),
    OrderSought: (GuestCorrespondence.send_tracking_link,),
    ConfirmationAttempted: (),
    OrderConfirmed: (GuestCorrespondence.tell_of_confirming, Dispatch.publish),
    OrderPrepared: (Dispatch.publish,),
    OrderShipped: (GuestCorrespondence.tell_of_shipping, Dispatch.publish),
    OrderDelivered: (Dispatch.publish,),
    DeliveryFailed: (Dispatch.publish,),
    OrderReturned: (Dispatch.publish,),
    OrderCancelled: (GuestCorrespondence.tell_of_cancelling, Dispatch.publish),
    OrderExpired: (GuestCorrespondence.tell_of_expiry, Dispatch.publish),
    OrderReopened: (GuestCorrespondence.tell_of_reopening, Dispatch.publish),
    OrderEdited: (Dispatch.publish,),
    OrderRefunded: (Dispatch.publish,),
    AnnouncementMade: (Correspondence.send_notification,),
    NotificationDelivered: (Correspondence.mail_notification,),
    ExpiryDue: (Chores.expire_orders,),
    SealDue: (Chores.seal_audit,),
    PurgeDue: (Chores.purge,),
    MorningsDue: (DigestService.announce_digests,),
    DigestDue: (DigestService.mail_digest,),
    SweepDue: (Chores.sweep_storage,),
    ReconcileDue: (Chores.reconcile_stock,),
    BackupDue: (Chores.back_up,),
    DeliveryDue: (Dispatch.deliver,),
    WebhookDisabled: (Notices.note_webhook_disabled, Notices.mail_webhook_disabled),
}
"""Stating that nothing follows is deliberate: a test asks for every event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """
    How a kind of job is done.

    One worker does ``at_once`` of them side by side, each within its ``patience``. One that fails
    is tried again after a delay that grows to ``longest``, and parked after so many ``attempts``.
    ``sends`` says that somebody outside hears of it: a restored copy must not do that again.
    """

    at_once: int = 10
    patience: timedelta = timedelta(seconds=30)
    attempts: int = 20
    longest: timedelta = timedelta(hours=2)
    sends: bool = True


LETTER = Handling(attempts=36)
"""A post office may be closed for a day."""
SLIP = Handling(sends=False)
"""Nothing but PostgreSQL is needed for a line in an inbox."""
CHORE = Handling(
    at_once=1, patience=timedelta(minutes=10), longest=timedelta(minutes=1), sends=False
)
"""What comes round again anyway: it is neither hurried nor put off for long."""

HANDLING: Mapping[Reaction, Handling] = {
    Correspondence.note_new_order: SLIP,
    Correspondence.note_low_stock: SLIP,
    Correspondence.send_notification: Handling(at_once=2, patience=timedelta(minutes=2)),
    KycService.note_kyc_decision: SLIP,
    KycService.remove_papers: Handling(at_once=2, patience=timedelta(minutes=2), sends=False),
    # Each takes a core, and up to a gigabyte: two of them leave a worker free for all the rest.
    ImageService.process_product_image: Handling(
        at_once=2, patience=timedelta(minutes=2), longest=timedelta(minutes=10), sends=False
    ),
    ImageService.discard_files: Handling(at_once=4, patience=timedelta(minutes=2), sends=False),
    LeftoverService.remove_images: Handling(at_once=1, patience=timedelta(minutes=10), sends=False),
    ImportService.work_off_import: Handling(at_once=2, patience=timedelta(minutes=2), sends=False),
    Notices.note_moderation: SLIP,
    Notices.note_webhook_disabled: SLIP,
    Dispatch.remove_webhooks: SLIP,
    Dispatch.deliver: Handling(at_once=CALLS_AT_ONCE),
    Chores.expire_orders: CHORE,
    Chores.seal_audit: CHORE,
    Chores.purge: CHORE,
    Chores.reconcile_stock: CHORE,
    Chores.sweep_storage: Handling(at_once=1, patience=timedelta(hours=1), attempts=3, sends=False),
    Chores.back_up: Handling(at_once=1, patience=timedelta(hours=4), attempts=5, sends=False),
    DigestService.announce_digests: Handling(at_once=1, longest=timedelta(minutes=1)),
}
"""What is not a :data:`LETTER`."""

_BY_KIND: Mapping[str, Handling] = {
    reaction.__name__: HANDLING.get(reaction, LETTER)
    for reactions in REACTIONS.values()
    for reaction in reactions
}
KINDS = frozenset(_BY_KIND)
"""Every kind of job this version knows."""


def handling_of(kind: str) -> Handling:
    """Also of a kind that this version does not know."""
    return _BY_KIND.get(kind, LETTER)


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
    leftovers: LeftoverService
    kyc: KycService
    imports: ImportService
    digests: DigestService
    chores: Chores
    messages: GuestCorrespondence
    notices: Notices
    dispatch: Dispatch

    async def carry_out(self, job: Job) -> None:
        """Do one job; ``UnknownReaction`` if the table has none of that name for the event."""
        if job.event is None or job.reaction not in reactions_to(job.event):
            raise UnknownReaction(job.reaction)
        for service in (
            self.correspondence,
            self.images,
            self.leftovers,
            self.imports,
            self.kyc,
            self.digests,
            self.chores,
            self.messages,
            self.dispatch,
            self.notices,
        ):
            reaction = getattr(service, job.reaction, None)
            if reaction is not None:
                await reaction(job.event, job.id)
