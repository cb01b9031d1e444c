"""What a merchant was told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import Arrival, Inbox, Paging
from marketplace.domain.accounts import SessionId
from marketplace.domain.merchants import MerchantId, MerchantStatus
from marketplace.domain.notifications import MailChoices, Notification

from ..rows import from_row
from ..statements import compiled, given, one_of, shown
from ..tables import Time, inboxes, mail_choices, merchants, notifications, sessions
from .reading import Reading, newest_first, page_of, stretch

_owner = given("merchant", sa.Uuid)

# Joined to the count, so that there is a row to read it from when the stretch is empty.
_slips = newest_first(
    sa.select(*shown(notifications)).where(notifications.c.merchant_id == _owner), notifications
).subquery()
_unread = (
    sa.select(sa.func.count().label("unread"))
    .where(notifications.c.merchant_id == _owner, notifications.c.read_at.is_(None))
    .subquery()
)
_INBOX = compiled(
    sa.select(_unread.c.unread, *(column.label(f"slip__{column.name}") for column in _slips.c))
    .join_from(_unread, _slips, sa.true(), isouter=True)
    .order_by(_slips.c.id.desc())
)

_TOLD = compiled(
    sa.select(sa.func.count().label("total")).where(notifications.c.merchant_id == _owner)
)

_CHOICES = compiled(
    sa.select(mail_choices.c.mailed, mail_choices.c.daily_digest).where(
        mail_choices.c.merchant_id == _owner
    )
)
_AFTER = compiled(
    sa.select(notifications.c.number, *shown(notifications, "slip__"))
    .where(
        notifications.c.merchant_id == _owner,
        notifications.c.number > given("number", sa.BigInteger),
        notifications.c.number > sa.literal_column("0"),
    )
    .order_by(notifications.c.number)
    .limit(given("limit", sa.Integer))
)
_NEWEST = compiled(
    sa.select(
        sessions.c.id,
        sa.func.coalesce(inboxes.c.last_number, sa.literal_column("0")).label("number"),
    )
    .join_from(sessions, merchants, merchants.c.account_id == sessions.c.account_id)
    .outerjoin(inboxes, inboxes.c.merchant_id == merchants.c.id)
    .where(
        one_of(sessions.c.id, "sessions"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > given("at", Time),
        merchants.c.status == sa.literal_column(f"'{MerchantStatus.ACTIVE}'"),
    )
)


class PostgresNotificationViews(Reading, ports.NotificationViews):
    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox:
        rows = await self._rows(_INBOX, merchant=merchant_id, **stretch(paging))
        slips = [row["slip"] for row in rows if "slip" in row]
        page = page_of(slips, Notification, paging)
        if paging.counted:
            [told] = await self._rows(_TOLD, merchant=merchant_id)
            page = replace(page, total=told["total"])
        return Inbox(page=page, unread=rows[0]["unread"])

    async def mail_choices(self, merchant_id: MerchantId, /) -> MailChoices:
        rows = await self._rows(_CHOICES, merchant=merchant_id)
        return from_row(rows[0], MailChoices) if rows else MailChoices()

    async def slips_after(
        self, merchant_id: MerchantId, number: int, limit: int, /
    ) -> tuple[Arrival, ...]:
        rows = await self._rows(_AFTER, merchant=merchant_id, number=number, limit=limit)
        return tuple(from_row(row, Arrival) for row in rows)

    async def newest_slips(
        self, sessions: Sequence[SessionId], at: datetime, /
    ) -> Mapping[SessionId, int]:
        rows = await self._rows(_NEWEST, sessions=list(sessions), at=at)
        return {SessionId(row["id"]): row["number"] for row in rows}
