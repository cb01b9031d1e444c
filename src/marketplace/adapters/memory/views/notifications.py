"""What a merchant was told."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import Inbox, Paging
from marketplace.domain.merchants import MerchantId
from marketplace.domain.notifications import Notification

from .reading import Reading, page_of


class MemoryNotificationViews(Reading, ports.NotificationViews):
    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox:
        everybodys = self._store.all_of(Notification)
        theirs = [each for each in everybodys if each.merchant_id == merchant_id]
        return Inbox(
            page=page_of(theirs, paging, deepcopy),
            unread=sum(each.read_at is None for each in theirs),
        )
