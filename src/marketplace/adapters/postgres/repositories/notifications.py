"""Every inbox, and what admins have said."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantStatus
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

from .. import tables
from ..outbox import JOBS
from ..repository import PostgresRepository, storing, values_of, with_jobs
from ..rows import to_json, to_row
from ..statements import compiled, given, listed


class PostgresNotifications(PostgresRepository[NotificationId, Notification], ports.Notifications):
    table, entity, missing = tables.notifications, Notification, NotificationNotFound

    _TOLD = "uq_notifications_merchant_id_topic_subject_id"
    _told = storing(
        insert(table).values(values_of(table)).on_conflict_do_nothing(constraint=_TOLD), table
    )
    _addressed = compiled(
        sa.select(tables.merchants.c.id)
        .where(
            tables.merchants.c.status != MerchantStatus.CLOSED,
            sa.or_(
                given("target", sa.Uuid).is_(None),
                tables.merchants.c.id == given("target", sa.Uuid),
            ),
        )
        .order_by(tables.merchants.c.id)
    )
    _slips = listed("slips", *table.c)
    _stored = (
        insert(table)
        .from_select(list(table.c), sa.select(*_slips.c))
        .on_conflict_do_nothing(constraint=_TOLD)
        .returning(table.c.id)
        .cte("stored")
    )
    _delivered = with_jobs(
        _stored,
        when=JOBS.c.payload["notification_id"].astext.cast(sa.Uuid) == _stored.c.id,
    )

    async def add(self, entity: Notification, /, *happened: Event) -> None:
        self._tell(self._told, entity, happened)

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
        """Two statements: one asks who there is, one tells them all."""
        target = announcement.target_id if announcement.target_type is Target.MERCHANT else None
        found = await self._addressed.run(self._connection, target=target)
        slips = [
            Notification(
                id=NotificationId(self._outbox.new_id()),
                merchant_id=row["id"],
                topic=Topic.ANNOUNCEMENT,
                subject_id=announcement.id,
                title=announcement.title,
                body=announcement.body,
                created_at=at,
            )
            for row in found
        ]
        happened = [NotificationDelivered(at=at, notification_id=slip.id) for slip in slips]
        await self._delivered.run(
            self._connection,
            slips=to_json([to_row(slip, self.table) for slip in slips]),
            jobs=to_json(self._outbox.written(happened)),
        )


class PostgresAnnouncements(PostgresRepository[AnnouncementId, Announcement], ports.Announcements):
    table, entity, missing = tables.announcements, Announcement, AnnouncementNotFound
