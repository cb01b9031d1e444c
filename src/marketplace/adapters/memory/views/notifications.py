"""What a merchant was told."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime

from marketplace.application import ports
from marketplace.application.ports import Arrival, Inbox, Paging
from marketplace.domain.accounts import Session, SessionId
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus
from marketplace.domain.notifications import MailChoices, Notification

from .reading import Reading, page_of


class MemoryNotificationViews(Reading, ports.NotificationViews):
    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox:
        everybodys = self._store.all_of(Notification)
        theirs = [each for each in everybodys if each.merchant_id == merchant_id]
        return Inbox(
            page=page_of(theirs, paging, deepcopy),
            unread=sum(each.read_at is None for each in theirs),
        )

    async def mail_choices(self, merchant_id: MerchantId, /) -> MailChoices:
        return self._store.mail_choices.get(merchant_id, MailChoices())

    async def slips_after(
        self, merchant_id: MerchantId, number: int, limit: int, /
    ) -> tuple[Arrival, ...]:
        arrived = [each for each in self._arrived(merchant_id) if each.number > number]
        return tuple(sorted(arrived, key=lambda each: each.number)[:limit])

    async def newest_slips(
        self, sessions: Sequence[SessionId], at: datetime, /
    ) -> Mapping[SessionId, int]:
        return {
            id: max((each.number for each in self._arrived(merchant.id)), default=0)
            for id in sessions
            if (session := self._session(id)) is not None
            and session.ended_at is None
            and at < session.expires_at
            for merchant in self._store.all_of(Merchant)
            if merchant.account_id == session.account_id
            and merchant.status is MerchantStatus.ACTIVE
        }

    def _session(self, id: SessionId) -> Session | None:
        return self._store.entities.get((Session, id))

    def _arrived(self, merchant_id: MerchantId) -> list[Arrival]:
        return [
            Arrival(number=self._store.slip_numbers[each.id], slip=deepcopy(each))
            for each in self._store.all_of(Notification)
            if each.merchant_id == merchant_id
        ]
