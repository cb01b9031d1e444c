"""Every inbox, and what admins have said."""

from datetime import datetime

from marketplace.application import ports
from marketplace.domain.events import Event
from marketplace.domain.merchants import Merchant, MerchantStatus
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    AnnouncementNotFound,
    Notification,
    NotificationDelivered,
    NotificationId,
    NotificationNotFound,
    Target,
    Topic,
)

from ..repository import MemoryRepository


class MemoryNotifications(MemoryRepository[NotificationId, Notification], ports.Notifications):
    entity, missing = Notification, NotificationNotFound

    async def add(self, entity: Notification, /, *happened: Event) -> None:
        said = (entity.merchant_id, entity.topic, entity.subject_id)
        told = self._transaction.all_of(Notification)
        if said not in {(each.merchant_id, each.topic, each.subject_id) for each in told}:
            self._transaction.write(entity, happened)

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
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
            await self.add(slip, NotificationDelivered(at=at, notification_id=id))


class MemoryAnnouncements(MemoryRepository[AnnouncementId, Announcement], ports.Announcements):
    entity, missing = Announcement, AnnouncementNotFound
