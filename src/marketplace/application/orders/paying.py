"""Giving money back: what of an order was refunded, never more than was collected."""

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.domain.accounts import Actor
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.errors import Form, must_be_seen
from marketplace.domain.money import Money
from marketplace.domain.orders import NoAmount, OrderId, Party
from marketplace.domain.text import line, prose

from ..ports import BeginUnitOfWork, Clock, Ids
from .following import OrderInHand, in_hand, own_order


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """A merchant has given money back; ``amount`` is a decimal of the order's currency."""

    acting: Actor
    order_id: OrderId
    amount: str
    reason: str
    note: str = ""
    seen: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class PayingService:
    """What became of the money, one method per use case."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids

    async def refund(self, wanted: RefundOrder) -> OrderInHand:
        """
        Write down that money went back: some of it, or all that is left.

        Raises ``NothingToRefund``, ``RefundedTooMuch`` or ``TooManyRefunds``.
        """
        now = self.clock.now()
        async with self.begin() as market:
            order, store = await own_order(market, wanted.acting, wanted.order_id)
            must_be_seen(order.version, wanted.seen)
            with Form() as form:
                amount = form.read(
                    "amount", lambda text: _some(text, order.currency), wanted.amount
                )
                reason = form.read("reason", line(300), wanted.reason)
                note = form.read("note", prose(1000), wanted.note)
            was = _told(order.payment_status, order.amount_refunded)
            refunded = order.refund(amount, reason, now, note=note, by=Party.MERCHANT)
            await market.orders.save(order, refunded)
            await market.audit.add(
                AuditEntry.of(
                    Action.ORDER_REFUNDED,
                    id=AuditEntryId(self.ids.new()),
                    at=now,
                    actor=wanted.acting,
                    subject_type="order",
                    subject_id=order.id,
                    before=was,
                    after=_told(order.payment_status, order.amount_refunded),
                )
            )
        return in_hand(order, store, now)


def _some(text: str, currency: str) -> Money:
    amount = Money.parse(text, currency)
    if not amount.minor:
        raise NoAmount
    return amount


def _told(status: str, refunded: Money | None) -> dict[str, str | int | None]:
    return {"payment_status": status, "amount_refunded": refunded.amount if refunded else None}
