"""Notifications: what a merchant is told, each fact at most once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from .accounts import AccountId
from .errors import NotFound
from .events import Event
from .merchants import MerchantId
from .text import NotOneOf, word

NotificationId = NewType("NotificationId", UUID)
AnnouncementId = NewType("AnnouncementId", UUID)


class Topic(StrEnum):
    """What a notification is about."""

    NEW_ORDER = "new_order"
    LOW_STOCK = "low_stock"
    ANNOUNCEMENT = "announcement"
    KYC_DECISION = "kyc_decision"
    WEBHOOK_DISABLED = "webhook_disabled"
    MODERATION = "moderation"


CHOSEN = tuple(each for each in Topic if each is not Topic.MODERATION)
"""What a merchant can have by mail or not; what admins decide about products comes in any case."""


class Target(StrEnum):
    """Whom an announcement is for."""

    ALL_MERCHANTS = "all_merchants"
    MERCHANT = "merchant"


@dataclass(slots=True, kw_only=True)
class Notification:
    """
    A slip in a merchant's inbox.

    ``subject_id`` is the order, announcement, stock movement, papers or event it tells of; topic
    and subject together are told to a merchant once, however often somebody tries.
    """

    id: NotificationId
    merchant_id: MerchantId
    topic: Topic
    subject_id: UUID
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None = None
    version: int = 0

    def read(self, at: datetime) -> None:
        if self.read_at is None:
            self.read_at = at


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChoices:
    """
    What comes by mail: slips about these topics at once, and what happened in a day once a day.

    Everything is in the inbox, whatever is chosen; what is about the account's security, or a
    product that an admin takes down, is always mailed.
    """

    mailed: tuple[Topic, ...] = (
        Topic.NEW_ORDER,
        Topic.ANNOUNCEMENT,
        Topic.KYC_DECISION,
        Topic.WEBHOOK_DISABLED,
    )
    daily_digest: bool = True


@dataclass(slots=True, kw_only=True)
class Announcement:
    """What an admin says to one merchant, or to all of them."""

    id: AnnouncementId
    title: str
    body: str
    target_type: Target
    target_id: MerchantId | None = None
    created_by: AccountId
    created_at: datetime
    version: int = 0

    @classmethod
    def make(
        cls,
        *,
        id: AnnouncementId,
        title: str,
        body: str,
        target_type: Target,
        target_id: MerchantId | None,
        created_by: AccountId,
        at: datetime,
    ) -> "tuple[Announcement, AnnouncementMade]":
        announcement = cls(
            id=id,
            title=title,
            body=body,
            target_type=target_type,
            target_id=target_id,
            created_by=created_by,
            created_at=at,
        )
        return announcement, AnnouncementMade(at=at, announcement_id=id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementMade(Event):
    announcement_id: AnnouncementId


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDelivered(Event):
    """An announcement has reached an inbox."""

    notification_id: NotificationId


class NotificationNotFound(NotFound):
    """No such notification, or another merchant's."""


class AnnouncementNotFound(NotFound):
    """No such announcement."""


parse_target = word(Target)


def parse_topic(name: str) -> Topic:
    for each in CHOSEN:
        if each == name:
            return each
    raise NotOneOf(allowed=list(CHOSEN))
