"""The platform as a whole."""

from collections import Counter
from copy import deepcopy
from datetime import date, datetime, timedelta

from marketplace.application import ports
from marketplace.application.ports import (
    AnnouncementView,
    DayCount,
    Page,
    Paging,
    Statistics,
    StoreCount,
)
from marketplace.domain.audit import AuditEntry
from marketplace.domain.merchants import Merchant
from marketplace.domain.notifications import Announcement, Notification, Topic
from marketplace.domain.orders import EARNING, Order
from marketplace.domain.products import Product, ProductStatus

from .reading import Reading, page_of


class MemoryAdminViews(Reading, ports.AdminViews):
    async def announcements(self, paging: Paging, /) -> Page[AnnouncementView]:
        return page_of(self._store.all_of(Announcement), paging, self._announcement)

    def _announcement(self, announcement: Announcement) -> AnnouncementView:
        slips = [
            each
            for each in self._store.all_of(Notification)
            if (each.topic, each.subject_id) == (Topic.ANNOUNCEMENT, announcement.id)
        ]
        return AnnouncementView(
            announcement=deepcopy(announcement),
            received=len(slips),
            read=sum(each.read_at is not None for each in slips),
        )

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]:
        return page_of(self._store.audit, paging, deepcopy)

    async def statistics(self, since: datetime, until: datetime, /) -> Statistics:
        merchants, orders = self._store.all_of(Merchant), self._store.all_of(Order)
        revenue: Counter[str] = Counter()
        on_day: dict[date, Counter[str]] = {}
        for order in orders:
            if order.payment_status in EARNING:
                revenue[order.currency] += order.amount_left.minor
                earned = on_day.setdefault(order.placed_at.date(), Counter())
                earned[order.currency] += order.amount_left.minor
        days = Counter(each.placed_at.date() for each in orders)
        every = range((until.date() - since.date()).days + 1)
        told = [since.date() + timedelta(days=each) for each in every]
        had = Counter(each.merchant_id for each in orders)
        stores = [
            StoreCount(
                merchant_id=each.id, username=each.username, name=each.name, orders=had[each.id]
            )
            for each in merchants
            if had[each.id]
        ]
        return Statistics(
            merchants=Counter(each.status.value for each in merchants),
            products=sum(
                each.status is not ProductStatus.ARCHIVED for each in self._store.all_of(Product)
            ),
            orders=Counter(each.status.value for each in orders),
            revenue=revenue,
            by_day=tuple(
                DayCount(day=day, orders=days[day], revenue=on_day.get(day, {})) for day in told
            ),
            top_stores=tuple(
                sorted(stores, key=lambda each: (-each.orders, each.merchant_id))[:10]
            ),
        )
