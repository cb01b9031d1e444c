"""Paying: what was collected for an order at the door, and what was given back of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..errors import BadValue, RuleBroken
from ..events import Event
from ..merchants import MerchantId
from ..money import Money
from .moving import OrderId, Party

MOST_REFUNDS = 50
"""Of one order."""


class PaymentStatus(StrEnum):
    UNPAID = "unpaid"
    COLLECTED = "collected"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"

    @classmethod
    def of(cls, collected: Money | None, refunded: Money | None) -> "PaymentStatus":
        """What the two amounts say; nothing collected is nothing paid."""
        if collected is None or not collected.minor:
            return cls.UNPAID
        if refunded is None or not refunded.minor:
            return cls.COLLECTED
        return cls.PARTIALLY_REFUNDED if refunded < collected else cls.REFUNDED


EARNING = frozenset({PaymentStatus.COLLECTED, PaymentStatus.PARTIALLY_REFUNDED})
"""Of these some money has stayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that went back to the guest, and why."""

    at: datetime
    amount: Money
    reason: str
    note: str = ""
    by: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(Event):
    """Some of what was collected was given back, or the rest of it."""

    order_id: OrderId
    merchant_id: MerchantId
    amount: Money


class NothingToCollect(RuleBroken):
    """Money is collected when a parcel is delivered, not at ``status``."""


class CollectedTooMuch(RuleBroken):
    """Nobody pays more than the ``total`` when a parcel is delivered."""


class CollectedTooLittle(RuleBroken):
    """More than that was given back already: ``refunded``."""


class NothingToRefund(RuleBroken):
    """Nothing was collected, or all of it was given back; or it is said at the wrong move."""


class RefundedTooMuch(RuleBroken):
    """More would be given back than is ``left`` of what was collected."""


class TooManyRefunds(RuleBroken):
    """Of one order at most ``at_most`` are written down."""


class NoAmount(BadValue):
    """An amount above zero is wanted."""
