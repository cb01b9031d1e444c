"""What a merchant was told."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import Inbox, Paging
from marketplace.domain.merchants import MerchantId
from marketplace.domain.notifications import Notification

from ..statements import compiled, given, shown
from ..tables import notifications
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


class PostgresNotificationViews(Reading, ports.NotificationViews):
    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox:
        rows = await self._rows(_INBOX, merchant=merchant_id, **stretch(paging))
        slips = [row["slip"] for row in rows if "slip" in row]
        return Inbox(page=page_of(slips, Notification, paging), unread=rows[0]["unread"])
