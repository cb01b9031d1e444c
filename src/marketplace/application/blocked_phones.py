"""What a merchant can do about phones that no order is taken from."""

from dataclasses import dataclass

from marketplace.domain.accounts import Actor
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.blocked_phones import BlockedPhone, BlockedPhoneId, BlockedPhoneNotFound
from marketplace.domain.errors import Form
from marketplace.domain.phones import parse_phone
from marketplace.domain.text import line

from .merchants import selling
from .ports import BeginUnitOfWork, Clock, Ids, Page, Paging, UnitOfWork, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPhone:
    """A merchant wants no orders from this phone, which may be typed in any form."""

    acting: Actor
    phone: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BlockedPhoneService:
    """The block list of a store, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def of_merchant(self, acting: Actor, paging: Paging) -> Page[BlockedPhone]:
        """Those in force, the latest first."""
        return await self.views.blocked_phones(selling(acting), paging)

    async def block(self, wanted: BlockPhone) -> BlockedPhone:
        """Take no orders from it, or flag them, as the store wants; raises ``AlreadyBlocked``."""
        merchant_id = selling(wanted.acting)
        async with self.begin() as market:
            store = await market.merchants.get(merchant_id)
            with Form() as form:
                phone = form.read(
                    "phone", lambda text: parse_phone(text, store.country), wanted.phone
                )
                reason = form.read("reason", line(300, at_least=0), wanted.reason)
            blocked = BlockedPhone(
                id=BlockedPhoneId(self.ids.new()),
                merchant_id=merchant_id,
                phone=phone,
                reason=reason,
                since=self.clock.now(),
            )
            await market.blocked_phones.add(blocked)
            await self._write_down(market, Action.PHONE_BLOCKED, blocked, wanted.acting)
        return blocked

    async def lift(self, acting: Actor, blocked_phone_id: BlockedPhoneId) -> None:
        """Take orders from it again; that it was blocked is remembered."""
        merchant_id = selling(acting)
        async with self.begin() as market:
            blocked = await market.blocked_phones.hold(blocked_phone_id)
            if blocked.merchant_id != merchant_id:
                raise BlockedPhoneNotFound
            blocked.lift(self.clock.now())
            await market.blocked_phones.save(blocked)
            await self._write_down(market, Action.PHONE_UNBLOCKED, blocked, acting)

    async def _write_down(
        self, market: UnitOfWork, action: Action, blocked: BlockedPhone, acting: Actor
    ) -> None:
        # Whose number it is the book must not know: it cannot forget.
        await market.audit.add(
            AuditEntry.of(
                action,
                id=AuditEntryId(self.ids.new()),
                at=self.clock.now(),
                actor=acting,
                subject_type="blocked_phone",
                subject_id=blocked.id,
            )
        )
