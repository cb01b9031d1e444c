"""Watching over the platform, over HTTP."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from marketplace.application.admin import AdminService, Announce, FindMerchants, OrdersOpen
from marketplace.application.ports import (
    AnnouncementView,
    DayCount,
    MerchantFile,
    MerchantSort,
    Site,
    Statistics,
)
from marketplace.domain.accounts import Actor, Role
from marketplace.domain.audit import AuditEntry
from marketplace.domain.merchants import (
    KycStatus,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    WrongMerchantStatus,
)
from marketplace.domain.money import decimal
from marketplace.domain.notifications import Announcement, Target

from .kyc import JudgedPapersOut
from .merchants import MerchantOut
from .shapes import (
    Amount,
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    Moment,
    Output,
    StrictRequest,
    paging,
    words,
)

NO_REASON = "no reason given"


class ReasonIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "بلاغات متكررة من العملاء"}

    reason: str | None = None

    def wanted(self) -> str:
        return self.reason or NO_REASON


class AnnounceIn(Input, frozen=True, kw_only=True):
    """``target_type`` is ``all_merchants``, or ``merchant`` with its id as ``target_id``."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "title": "صيانة مجدولة",
        "body": "تتوقف المنصة ساعة واحدة فجر الجمعة.",
        "target_type": "all_merchants",
    }

    title: str
    body: str
    target_type: Annotated[str, words(Target)]
    target_id: UUID | None = None

    def wanted(self, acting: Actor) -> Announce:
        return Announce(**self.said(), acting=acting)


class DayOut(Output, frozen=True, kw_only=True):
    """Orders placed on a day (UTC); ``revenue`` was collected for them until now."""

    day: date
    orders: int
    revenue: dict[str, Amount]

    @classmethod
    def of(cls, day: DayCount) -> Self:
        return cls.told(day, revenue=_revenue(day.revenue))


class TopStoreOut(Output, frozen=True, kw_only=True):
    merchant_id: UUID
    username: str
    name: str
    orders: int


class StatisticsOut(Output, frozen=True, kw_only=True):
    """Merchants and orders by status, ``revenue`` kept by currency, orders by day (UTC)."""

    merchants: dict[str, int]
    products: int
    orders: dict[str, int]
    revenue: dict[str, Amount]
    by_day: list[DayOut]
    top_stores: list[TopStoreOut]

    @classmethod
    def of(cls, statistics: Statistics) -> Self:
        return cls.told(
            statistics,
            revenue=_revenue(statistics.revenue),
            by_day=[DayOut.of(each) for each in statistics.by_day],
        )


def _revenue(sums: Mapping[str, int]) -> dict[str, Amount]:
    # A sum may be larger than any amount.
    return {currency: Amount(decimal(minor, currency)) for currency, minor in sums.items()}


class AnnouncementOut(Output, frozen=True, kw_only=True):
    id: UUID
    title: str
    body: str
    target_type: Target
    target_id: UUID | None
    created_by: UUID
    created_at: Moment

    @classmethod
    def of(cls, announcement: Announcement) -> Self:
        return cls.told(announcement)


class SentAnnouncementOut(AnnouncementOut, frozen=True, kw_only=True):
    """``received`` inboxes have it, and ``read`` of them have opened it."""

    received: int
    read: int

    @classmethod
    def told_of(cls, view: AnnouncementView) -> Self:
        return cls.told(view.announcement, view)


class MerchantFileOut(Output, frozen=True, kw_only=True):
    """A merchant with products and orders counted by status, and all papers, newest first."""

    merchant: MerchantOut
    products: dict[str, int]
    orders: dict[str, int]
    kyc: list[JudgedPapersOut]

    @classmethod
    def of(cls, file: MerchantFile, site: Site) -> Self:
        return cls.told(
            file,
            merchant=MerchantOut.of(file.merchant, site),
            kyc=[JudgedPapersOut.of(each) for each in file.submissions],
        )


class AuditEntryOut(Output, frozen=True, kw_only=True):
    """``before`` and ``after`` hold what changed."""

    id: UUID
    at: Moment
    action: str
    actor_id: UUID | None
    actor_role: Role | None
    subject_type: str
    subject_id: UUID
    before: dict[str, str | int | None]
    after: dict[str, str | int | None]
    address: str | None
    request_id: str | None

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls.told(entry)


class AdminController(Controller):
    @get("/statistics")
    async def statistics(
        self, request: StrictRequest, admin: NamedDependency[AdminService]
    ) -> StatisticsOut:
        """See the platform in numbers."""
        return StatisticsOut.of(await admin.statistics(request.user))

    @get("/merchants")
    async def merchants(
        self,
        request: StrictRequest,
        admin: NamedDependency[AdminService],
        status: FromQuery[MerchantStatus | None] = None,
        kyc_status: FromQuery[KycStatus | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[MerchantSort] = MerchantSort.NEWEST,
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[MerchantOut]:
        """
        List merchants.

        `q` is part of a name, a username, an e-mail address, or a telephone number in any form. A
        cursor is good for the list that gave it out.
        """
        wanted = FindMerchants(
            acting=request.user, status=status, kyc_status=kyc_status, q=q, sort=sort
        )
        of = request.list_of((status, kyc_status, q, sort))
        page = await admin.merchants(wanted, paging(limit, cursor, of, include))
        return Listed.of(page, lambda each: MerchantOut.of(each, request.site), of)

    @get("/merchants/{id:uuid}", problems=(MerchantNotFound,))
    async def merchant(
        self, request: StrictRequest, id: FromPath[UUID], admin: NamedDependency[AdminService]
    ) -> MerchantFileOut:
        """Look at one merchant, papers and all; the audit book says who did."""
        file = await admin.merchant(request.user, MerchantId(id))
        return MerchantFileOut.of(file, request.site)

    @post(
        "/merchants/{id:uuid}/suspend",
        status_code=200,
        problems=(MerchantNotFound, WrongMerchantStatus),
    )
    async def suspend(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[ReasonIn],
        admin: NamedDependency[AdminService],
    ) -> MerchantOut:
        """Shut a store and its keeper out, from the very next request on."""
        merchant = await admin.suspend(request.user, MerchantId(id), data.wanted())
        return MerchantOut.of(merchant, request.site)

    @post(
        "/merchants/{id:uuid}/reactivate",
        status_code=200,
        problems=(MerchantNotFound, WrongMerchantStatus),
    )
    async def reactivate(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[ReasonIn],
        admin: NamedDependency[AdminService],
    ) -> MerchantOut:
        """Let a suspended merchant back in."""
        merchant = await admin.reactivate(request.user, MerchantId(id), data.wanted())
        return MerchantOut.of(merchant, request.site)

    @delete("/merchants/{id:uuid}", problems=(MerchantNotFound, OrdersOpen))
    async def close(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        admin: NamedDependency[AdminService],
        force: FromQuery[bool] = False,
    ) -> None:
        """Close a store for good and forget its keeper; ``force`` cancels what has not left."""
        await admin.close(request.user, MerchantId(id), force=force)

    @post("/notifications", problems=(MerchantNotFound,))
    async def announce(
        self,
        request: StrictRequest,
        data: JSONBody[AnnounceIn],
        admin: NamedDependency[AdminService],
    ) -> AnnouncementOut:
        """Tell one merchant, or all of them, something."""
        return AnnouncementOut.of(await admin.announce(data.wanted(request.user)))

    @get("/notifications")
    async def announcements(
        self,
        request: StrictRequest,
        admin: NamedDependency[AdminService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[SentAnnouncementOut]:
        """List what was announced, with how many received and read it."""
        of = request.list_of()
        page = await admin.announcements(request.user, paging(limit, cursor, of, include))
        return Listed.of(page, SentAnnouncementOut.told_of, of)

    @get("/audit-logs")
    async def audit_entries(
        self,
        request: StrictRequest,
        admin: NamedDependency[AdminService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[AuditEntryOut]:
        """Read who did what."""
        of = request.list_of()
        page = await admin.audit_entries(request.user, paging(limit, cursor, of, include))
        return Listed.of(page, AuditEntryOut.of, of)
