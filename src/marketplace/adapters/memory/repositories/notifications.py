"""Every inbox, and what admins have said."""

from datetime import datetime, timedelta

from marketplace.application import ports
from marketplace.domain.events import Event
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    AnnouncementNotFound,
    MailChoices,
    Notification,
    NotificationDelivered,
    NotificationId,
    NotificationNotFound,
    Target,
    Topic,
)

from ..repository import MemoryRepository
from ..transaction import MemoryTransaction


class MemoryNotifications(MemoryRepository[NotificationId, Notification], ports.Notifications):
    entity, missing = Notification, NotificationNotFound

    async def add(self, entity: Notification, /, *happened: Event) -> None:
        if self._is_news(entity):
            self._transaction.tell(happened)

    def _is_news(self, slip: Notification) -> bool:
        """Put it into the inbox, unless it was told there before."""
        said = (slip.merchant_id, slip.topic, slip.subject_id)
        told = self._transaction.all_of(Notification)
        if said in {(each.merchant_id, each.topic, each.subject_id) for each in told}:
            return False
        self._transaction.write(slip, [])
        self._transaction.later.append(lambda: self._number(slip.id))
        return True

    def _number(self, id: NotificationId) -> None:
        """At the commit: whoever is later has the greater number, whatever was begun first."""
        numbers = self._transaction.store.slip_numbers
        slips = self._transaction.store.all_of(Notification)
        [owner] = [each.merchant_id for each in slips if each.id == id]
        others = (numbers.get(each.id, 0) for each in slips if each.merchant_id == owner)
        numbers[id] = 1 + max(others, default=0)

    async def read_all(self, merchant_id: MerchantId, at: datetime, /) -> int:
        unread = [
            each
            for each in self._transaction.all_of(Notification)
            if each.merchant_id == merchant_id and each.read_at is None
        ]
        for each in unread:
            slip = await self.get(each.id)
            slip.read(at)
            await self.save(slip)
        return len(unread)

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
        place = 0
        for merchant in self._transaction.all_of(Merchant):
            meant = announcement.target_type is Target.ALL_MERCHANTS
            if merchant.status is MerchantStatus.CLOSED or not (
                meant or merchant.id == announcement.target_id
            ):
                continue
            id = NotificationId(self._transaction.new_id())
            slip = Notification(
                id=id,
                merchant_id=merchant.id,
                topic=Topic.ANNOUNCEMENT,
                subject_id=announcement.id,
                title=announcement.title,
                body=announcement.body,
                created_at=at,
            )
            due = at + timedelta(seconds=place // ports.MAILED_A_SECOND)
            place += 1
            if self._is_news(slip):
                self._transaction.tell([NotificationDelivered(at=due, notification_id=id)], at)


class MemoryAnnouncements(MemoryRepository[AnnouncementId, Announcement], ports.Announcements):
    entity, missing = Announcement, AnnouncementNotFound


class MemoryPreferences(ports.Preferences):
    """Kept at the commit."""

    def __init__(self, transaction: MemoryTransaction) -> None:
        self._transaction = transaction

    async def of(self, merchant_id: MerchantId, /) -> MailChoices:
        return self._transaction.store.mail_choices.get(merchant_id, MailChoices())

    async def keep(self, merchant_id: MerchantId, choices: MailChoices, /) -> None:
        kept = self._transaction.store.mail_choices
        self._transaction.later.append(lambda: kept.update({merchant_id: choices}))
