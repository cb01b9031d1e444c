"""Risk: what a store knows of the phone behind an order, and what it may make of that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .moving import OrderId, OrderStatus

DOUBLE_WITHIN = timedelta(minutes=10)
"""The same basket of the same phone in this time is likely one order that was sent twice."""
CAME_BACK = frozenset({OrderStatus.DELIVERY_FAILED, OrderStatus.RETURNED})
"""Statuses of what was sent and not kept, whosever fault it was."""
REFUSABLE = frozenset({OrderStatus.SHIPPED, *CAME_BACK})
"""Statuses of what may have been refused at the door, and was not delivered later."""


class RiskLevel(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class HintCode(StrEnum):
    EARLIER_REFUSALS = "earlier-refusals"
    CAME_BACK = "came-back"
    EARLIER_CANCELLATIONS = "earlier-cancellations"
    BLOCKED_BEFORE = "blocked-before"
    DUPLICATE_BASKET = "duplicate-basket"
    OPEN_ORDERS = "open-orders"
    FIRST_ORDER = "first-order"
    GOOD_CUSTOMER = "good-customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The order that another one is likely the double of."""

    id: OrderId
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """When a store put a phone on its list, and took it off."""

    since: datetime
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """
    What else a store has had with the phone of one order: counts of its other orders.

    ``refused`` were refused at the door and never delivered, as the statistics count them;
    ``came_back`` failed for another reason or were returned, ``delivered`` were kept, and
    ``cancelled`` are so, whoever cancelled them. Of ``original`` this order has the phone and the
    basket, :data:`DOUBLE_WITHIN` of it. ``block`` is the latest one.
    """

    refused: int = 0
    came_back: int = 0
    delivered: int = 0
    cancelled: int = 0
    open: int = 0
    is_first: bool = True
    original: Original | None = None
    block: Block | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One thing that is known, how much it says, and the numbers behind it."""

    code: HintCode
    level: RiskLevel
    facts: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """As high as the highest of its hints."""

    level: RiskLevel
    hints: tuple[Hint, ...]


def assessed(known: Background) -> Risk:
    """What that amounts to. Each hint stands for itself: nothing is weighed in secret."""
    hints = tuple(_hints(known))
    levels = [each.level for each in hints]
    return Risk(level=max(levels, key=_LEVELS.index, default=RiskLevel.LOW), hints=hints)


def _hints(known: Background) -> Iterator[Hint]:
    if known.refused:
        level = RiskLevel.HIGH if known.refused > 1 else RiskLevel.MEDIUM
        facts: dict[str, object] = {"count": known.refused, "delivered": known.delivered}
        yield Hint(code=HintCode.EARLIER_REFUSALS, level=level, facts=facts)
    if known.came_back:
        # A parcel that was lost or did not please says little of who ordered it.
        facts = {"count": known.came_back, "delivered": known.delivered}
        yield Hint(code=HintCode.CAME_BACK, level=RiskLevel.LOW, facts=facts)
    if known.cancelled:
        facts = {"count": known.cancelled, "delivered": known.delivered}
        yield Hint(code=HintCode.EARLIER_CANCELLATIONS, level=RiskLevel.LOW, facts=facts)
    if known.block:
        level = RiskLevel.MEDIUM if known.block.lifted_at else RiskLevel.HIGH
        facts = {"since": known.block.since, "lifted_at": known.block.lifted_at}
        yield Hint(code=HintCode.BLOCKED_BEFORE, level=level, facts=facts)
    if known.original:
        facts = {"order_id": known.original.id, "number": known.original.number}
        yield Hint(code=HintCode.DUPLICATE_BASKET, level=RiskLevel.MEDIUM, facts=facts)
    if known.open:
        level = RiskLevel.MEDIUM if known.open > 1 else RiskLevel.LOW
        yield Hint(code=HintCode.OPEN_ORDERS, level=level, facts={"count": known.open})
    if known.is_first:
        yield Hint(code=HintCode.FIRST_ORDER, level=RiskLevel.LOW, facts={})
    if known.delivered > known.cancelled and not known.refused:
        facts = {"count": known.delivered}
        yield Hint(code=HintCode.GOOD_CUSTOMER, level=RiskLevel.LOW, facts=facts)


_LEVELS = list(RiskLevel)
