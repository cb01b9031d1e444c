"""The timeline: what has happened to an order, in its order."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .moving import OrderStatus, Party


class Happening(StrEnum):
    """What an entry of the timeline is about."""

    MOVED = "moved"
    EDITED = "edited"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One thing of an order, as it was told before and after; ``""`` is nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """
    What happened to an order, for everybody who asks; ``status`` is where it was then.

    The ``changes`` are the merchant's own, as reasons and notes are.
    """

    at: datetime
    status: OrderStatus
    by: Party
    event: Happening = Happening.MOVED
    reason: str = ""
    note: str = ""
    changes: tuple[Changed, ...] = ()
