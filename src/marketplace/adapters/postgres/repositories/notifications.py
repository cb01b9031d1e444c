"""Every inbox, and what admins have said."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.application.ports import JobId
from marketplace.application.reactions import REACTIONS
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId, MerchantStatus
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

from .. import tables
from ..repository import PostgresRepository, storing, values_of
from ..rows import from_row, kept
from ..statements import compiled, given
from ..transaction import Transaction


class PostgresNotifications(PostgresRepository[NotificationId, Notification], ports.Notifications):
    table, entity, missing = tables.notifications, Notification, NotificationNotFound
    _inboxes = tables.inboxes

    _TOLD = "uq_notifications_merchant_id_topic_subject_id"
    # The row of the inbox is held until the commit: whoever is given the next number is later.
    _counted = (
        insert(_inboxes)
        .values(merchant_id=given("merchant_id", sa.Uuid), last_number=1)
        .on_conflict_do_update(
            index_elements=["merchant_id"], set_={"last_number": _inboxes.c.last_number + 1}
        )
        .returning(_inboxes.c.last_number)
        .cte("counted")
    )
    _told = storing(
        insert(table)
        .from_select(
            [*kept(table), table.c.number],
            sa.select(*values_of(table).values(), _counted.c.last_number),
        )
        .on_conflict_do_nothing(constraint=_TOLD),
        table,
    )
    _target, _at = given("target", sa.Uuid), given("at", tables.Time)
    # In the order of ids, so that of two announcements to everybody one waits for the other.
    _addressed = (
        sa.select(tables.merchants.c.id)
        .where(
            tables.merchants.c.status != sa.literal_column(f"'{MerchantStatus.CLOSED}'"),
            sa.or_(_target.is_(None), tables.merchants.c.id == _target),
        )
        .order_by(tables.merchants.c.id)
    )
    _all_counted = (
        insert(_inboxes)
        .from_select(
            ["merchant_id", "last_number"],
            sa.select(_addressed.subquery().c.id, sa.literal_column("1")),
        )
        .on_conflict_do_update(
            index_elements=["merchant_id"], set_={"last_number": _inboxes.c.last_number + 1}
        )
        .returning(_inboxes.c.merchant_id, _inboxes.c.last_number)
        .cte("counted")
    )
    _slips = sa.select(
        sa.func.uuidv7(),
        _all_counted.c.merchant_id,
        sa.literal_column(f"'{Topic.ANNOUNCEMENT}'"),
        given("subject_id", sa.Uuid),
        given("title", sa.Text),
        given("body", sa.Text),
        _at,
        _all_counted.c.last_number,
        sa.literal_column("0"),
    )
    _stored = (
        insert(table)
        .from_select(
            "id merchant_id topic subject_id title body created_at number version".split(), _slips
        )
        .on_conflict_do_nothing(constraint=_TOLD)
        .returning(table.c.id, table.c.merchant_id)
        .cte("stored")
    )
    _place = (
        sa.func.row_number().over(order_by=_stored.c.merchant_id) - sa.literal_column("1")
    ) // given("a_second", sa.Integer)
    _due = sa.select(
        _stored.c.id,
        (_at + _place.op("*")(sa.literal_column("interval '1 second'"))).label("at"),
    ).cte("due")
    _reactions = (
        sa.func.unnest(given("reactions", sa.ARRAY(sa.Text)))
        .table_valued("reaction")
        .render_derived()
    )
    _delivered = compiled(
        sa.insert(tables.jobs)
        .from_select(
            "id reaction event payload due_at created_at".split(),
            sa.select(
                sa.func.uuidv7(),
                _reactions.c.reaction,
                sa.literal_column(f"'{NotificationDelivered.__name__}'"),
                sa.func.jsonb_build_object(
                    sa.literal_column("'at'"),
                    _due.c.at,
                    sa.literal_column("'notification_id'"),
                    _due.c.id,
                ),
                _due.c.at,
                _at,
            ).join_from(_due, _reactions, sa.true()),
        )
        .returning(tables.jobs.c.id, tables.jobs.c.due_at)
    )
    _all_read = compiled(
        sa.update(table)
        .where(table.c.merchant_id == given("merchant", sa.Uuid), table.c.read_at.is_(None))
        .values(read_at=_at, version=table.c.version + 1)
        .returning(table.c.id)
    )

    async def add(self, entity: Notification, /, *happened: Event) -> None:
        self._tell(self._told, entity, happened)

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
        """The rows are made where they are kept: of a long text, only one copy is sent there."""
        target = announcement.target_id if announcement.target_type is Target.MERCHANT else None
        jobs = await self._delivered.run(
            self._connection,
            target=target,
            subject_id=announcement.id,
            title=announcement.title,
            body=announcement.body,
            at=at,
            a_second=ports.MAILED_A_SECOND,
            reactions=[each.__name__ for each in REACTIONS[NotificationDelivered]],
        )
        self._outbox.stored += [JobId(each["id"]) for each in jobs if each["due_at"] <= at]

    async def read_all(self, merchant_id: MerchantId, at: datetime, /) -> int:
        return len(await self._all_read.run(self._connection, merchant=merchant_id, at=at))


class PostgresAnnouncements(PostgresRepository[AnnouncementId, Announcement], ports.Announcements):
    table, entity, missing = tables.announcements, Announcement, AnnouncementNotFound


class PostgresPreferences(ports.Preferences):
    """A row for each merchant who has chosen something."""

    _table = tables.mail_choices
    _of = compiled(
        sa.select(_table.c.mailed, _table.c.daily_digest).where(
            _table.c.merchant_id == given("merchant", sa.Uuid)
        )
    )
    _written = insert(_table).values(
        merchant_id=given("merchant", sa.Uuid),
        mailed=given("mailed", _table.c.mailed.type),
        daily_digest=given("daily_digest", sa.Boolean),
    )
    _kept = compiled(
        _written.on_conflict_do_update(
            index_elements=["merchant_id"],
            set_={
                "mailed": _written.excluded.mailed,
                "daily_digest": _written.excluded.daily_digest,
            },
        ).returning(_table.c.merchant_id)
    )

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection

    async def of(self, merchant_id: MerchantId, /) -> MailChoices:
        row = await self._of.first(self._connection, merchant=merchant_id)
        return MailChoices() if row is None else from_row(row, MailChoices)

    async def keep(self, merchant_id: MerchantId, choices: MailChoices, /) -> None:
        await self._kept.run(
            self._connection,
            merchant=merchant_id,
            mailed=list(choices.mailed),
            daily_digest=choices.daily_digest,
        )
