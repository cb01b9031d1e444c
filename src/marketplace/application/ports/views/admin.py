"""What admins watch over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from marketplace.domain.accounts import Username
from marketplace.domain.audit import AuditEntry
from marketplace.domain.merchants import MerchantId
from marketplace.domain.notifications import Announcement

from .paging import Page, Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementView:
    """What was announced, and how many merchants have it in their inbox and have read it."""

    announcement: Announcement
    received: int
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Orders placed on a day (UTC), and minor units collected for them, by currency."""

    day: date
    orders: int
    revenue: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCount:
    """Orders a store has had."""

    merchant_id: MerchantId
    username: Username
    name: str
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The platform in numbers. ``revenue`` is minor units collected and kept, by currency."""

    merchants: Mapping[str, int]
    products: int
    orders: Mapping[str, int]
    revenue: Mapping[str, int]
    by_day: tuple[DayCount, ...]
    top_stores: tuple[StoreCount, ...]


class AdminViews(Protocol):
    """The platform as a whole."""

    async def announcements(self, paging: Paging, /) -> Page[AnnouncementView]: ...

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]: ...

    async def statistics(self, since: datetime, until: datetime, /) -> Statistics:
        """All that ever was; ``by_day`` each day from the one to the other."""
        ...
