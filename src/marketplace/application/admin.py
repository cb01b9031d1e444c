"""What an admin can do: watch, speak to merchants, and shut one out."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import NoneType
from uuid import UUID

from marketplace.domain.accounts import Actor, Role
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId, Facts
from marketplace.domain.errors import BadValue, ChangedMeanwhile, Conflict, Form
from marketplace.domain.events import Event
from marketplace.domain.merchants import (
    KycStatus,
    Merchant,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    WrongMerchantStatus,
)
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    Target,
    parse_target,
)
from marketplace.domain.orders import Move, OrderStatus, Party
from marketplace.domain.phones import sought_digits
from marketplace.domain.text import Missing, line, prose

from .orders import move
from .ports import (
    AnnouncementView,
    BadCursor,
    BeginUnitOfWork,
    Clock,
    Ids,
    MerchantFile,
    MerchantSearch,
    MerchantSort,
    MerchantView,
    Page,
    Paging,
    Statistics,
    Views,
)

SHOWN = timedelta(days=30)
"""How far back the statistics go day by day."""


class OrdersOpen(Conflict):
    """The merchant still has ``open_orders`` that somebody waits for."""


class NotExpected(BadValue):
    """Nothing belongs here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """An admin tells one merchant, or all of them, something."""

    acting: Actor
    title: str
    body: str
    target_type: str
    target_id: UUID | None = None


_KEYS = {MerchantSort.NAME: str, MerchantSort.ORDERS: int}
"""What merchants are listed by, where it is not their id alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMerchants:
    """``q`` is part of a name, a username, an address or a telephone number, in any form."""

    acting: Actor
    status: MerchantStatus | None = None
    kyc_status: KycStatus | None = None
    q: str = ""
    sort: MerchantSort = MerchantSort.NEWEST


@dataclass(frozen=True, slots=True)
class AdminService:
    """Watching over the platform, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def statistics(self, acting: Actor) -> Statistics:
        acting.must_be(Role.ADMIN)
        today = self.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return await self.views.statistics(today - SHOWN, today)

    async def merchants(self, wanted: FindMerchants, paging: Paging) -> Page[MerchantView]:
        wanted.acting.must_be(Role.ADMIN)
        with Form() as form:
            text = form.read("q", line(100, at_least=0), wanted.q)
            if paging.after and not isinstance(paging.after.key, _KEYS.get(wanted.sort, NoneType)):
                form.refuse("cursor", BadCursor())
        search = MerchantSearch(
            status=wanted.status,
            kyc_status=wanted.kyc_status,
            text=text,
            digits=sought_digits(text),
            sort=wanted.sort,
        )
        return await self.views.merchants(paging, search)

    async def merchant(self, acting: Actor, merchant_id: MerchantId) -> MerchantFile:
        """Everything there is about a merchant; the book says who has looked."""
        acting.must_be(Role.ADMIN)
        async with self.begin() as market:
            await market.merchants.get(merchant_id)
            await market.audit.add(self._entry(Action.MERCHANT_VIEWED, acting, merchant_id, {}, {}))
        return await self.views.merchant_file(merchant_id)

    async def announcements(self, acting: Actor, paging: Paging) -> Page[AnnouncementView]:
        acting.must_be(Role.ADMIN)
        return await self.views.announcements(paging)

    async def audit_entries(self, acting: Actor, paging: Paging) -> Page[AuditEntry]:
        acting.must_be(Role.ADMIN)
        return await self.views.audit_entries(paging)

    async def suspend(self, acting: Actor, merchant_id: MerchantId, reason: str) -> MerchantView:
        """Shut a store and its keeper out, from the very next request on."""
        return await self._decide(
            acting, merchant_id, reason, Action.MERCHANT_SUSPENDED, Merchant.suspend
        )

    async def reactivate(self, acting: Actor, merchant_id: MerchantId, reason: str) -> MerchantView:
        """Let a suspended merchant back in; everything is as it was."""
        return await self._decide(
            acting,
            merchant_id,
            reason,
            Action.MERCHANT_REACTIVATED,
            lambda merchant, _, at: merchant.reactivate(at),
        )

    async def close(self, acting: Actor, merchant_id: MerchantId, *, force: bool = False) -> None:
        """
        Close a store for good and forget its keeper; orders and books stay.

        ``OrdersOpen`` while guests wait for something, unless ``force`` cancels what has not left.
        A store where orders come in faster than they are cancelled is suspended first.
        """
        acting.must_be(Role.ADMIN)
        try:
            await self._close(acting, merchant_id, force=force)
        except ChangedMeanwhile:
            if not force:
                raise
            with suppress(WrongMerchantStatus):
                await self.suspend(acting, merchant_id, "the store is being closed")
            await self._close(acting, merchant_id, force=force)

    async def _close(self, acting: Actor, merchant_id: MerchantId, *, force: bool) -> None:
        now = self.clock.now()
        async with self.begin() as market:
            waiting = await market.orders.open_of(merchant_id)
            if waiting and not force:
                raise OrdersOpen(open_orders=len(waiting))
            # Everybody holds orders before products and products before the store, each by id.
            held = [await market.orders.hold(order_id) for order_id in waiting]
            here = [
                each for each in held if OrderStatus.CANCELLED in each.allowed(Party.ADMIN, now)
            ]
            said = Move(to=OrderStatus.CANCELLED, by=Party.ADMIN, reason="store closed")
            await move(market, here, said, self.clock, self.ids, acting)
            merchant = await market.merchants.hold(merchant_id)
            if merchant.status is MerchantStatus.CLOSED:
                raise MerchantNotFound
            if set(await market.orders.open_of(merchant_id)) - set(waiting):
                raise ChangedMeanwhile
            was = merchant.status
            account = await market.accounts.hold(merchant.account_id)
            await market.merchants.save(merchant, merchant.close("closed by an admin", now))
            await market.accounts.save(account, account.close(now))
            await market.merchants.forget_former(merchant_id)
            await market.submissions.forget(merchant_id, now)
            await market.sessions.end_all(account.id, now)
            await market.audit.add(
                self._entry(
                    Action.MERCHANT_CLOSED,
                    acting,
                    merchant_id,
                    {"status": was},
                    {"status": merchant.status, "open_orders": len(waiting)},
                )
            )

    async def announce(self, wanted: Announce) -> Announcement:
        """Say something; it reaches inboxes and mailboxes soon after."""
        acting = wanted.acting
        acting.must_be(Role.ADMIN)
        with Form() as form:
            title = form.read("title", line(200), wanted.title)
            body = form.read("body", prose(5000, at_least=1), wanted.body)
            target = form.read("target_type", parse_target, wanted.target_type)
            if target is Target.MERCHANT and wanted.target_id is None:
                form.refuse("target_id", Missing())
            if target is Target.ALL_MERCHANTS and wanted.target_id is not None:
                form.refuse("target_id", NotExpected())
        now = self.clock.now()
        target_id = None if wanted.target_id is None else MerchantId(wanted.target_id)
        announcement, made = Announcement.make(
            id=AnnouncementId(self.ids.new()),
            title=title,
            body=body,
            target_type=target,
            target_id=target_id,
            created_by=acting.account_id,
            at=now,
        )
        async with self.begin() as market:
            if target_id is not None:
                await market.merchants.get(target_id)
            await market.announcements.add(announcement, made)
            await market.audit.add(
                self._entry(
                    Action.ANNOUNCEMENT_MADE,
                    acting,
                    announcement.id,
                    {},
                    {"target_type": target, "target_id": str(target_id) if target_id else None},
                    subject_type="announcement",
                )
            )
        return announcement

    async def _decide(
        self,
        acting: Actor,
        merchant_id: MerchantId,
        reason: str,
        action: Action,
        decided: Callable[[Merchant, str, datetime], Event],
    ) -> MerchantView:
        acting.must_be(Role.ADMIN)
        with Form() as form:
            why = form.read("reason", line(300), reason)
        async with self.begin() as market:
            merchant = await market.merchants.hold(merchant_id)
            was = merchant.status
            await market.merchants.save(merchant, decided(merchant, why, self.clock.now()))
            after: Facts = {"status": merchant.status, "reason": why}
            await market.audit.add(self._entry(action, acting, merchant_id, {"status": was}, after))
        return await self.views.merchant(merchant_id)

    def _entry(
        self,
        action: Action,
        acting: Actor,
        subject_id: UUID,
        before: Facts,
        after: Facts,
        subject_type: str = "merchant",
    ) -> AuditEntry:
        return AuditEntry.of(
            action,
            id=AuditEntryId(self.ids.new()),
            at=self.clock.now(),
            actor=acting,
            subject_type=subject_type,
            subject_id=subject_id,
            before=before,
            after=after,
        )
