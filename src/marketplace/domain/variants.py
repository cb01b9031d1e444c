"""Variants: what is really sold, at which price, and how many of it there are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from .accounts import AccountId
from .errors import BadValue, Conflict, NotFound
from .money import Money

VariantId = NewType("VariantId", UUID)
StockMovementId = NewType("StockMovementId", UUID)

MOST_STOCK = 1_000_000_000


class StockReason(StrEnum):
    """Why units came, went, or were promised."""

    INITIAL = "initial"
    COUNTED = "counted"
    RECEIVED = "received"
    DAMAGED = "damaged"
    LOST = "lost"
    FOUND = "found"
    CORRECTION = "correction"
    IMPORTED = "imported"
    ORDER_PLACED = "order_placed"
    ORDER_SHIPPED = "order_shipped"
    ORDER_RETURNED = "order_returned"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_EXPIRED = "order_expired"
    ORDER_REOPENED = "order_reopened"
    ORDER_EDITED = "order_edited"
    RECONCILED = "reconciled"

    def allows(self, units: int) -> bool:
        """Whether so many can have come, or gone, for this reason."""
        return _SIGNS.get(self, units) * units > 0


BY_HAND = frozenset(
    {
        StockReason.RECEIVED,
        StockReason.DAMAGED,
        StockReason.LOST,
        StockReason.FOUND,
        StockReason.CORRECTION,
    }
)
"""What a merchant can give as the reason for an adjustment."""

_SIGNS = {
    StockReason.RECEIVED: 1,
    StockReason.FOUND: 1,
    StockReason.DAMAGED: -1,
    StockReason.LOST: -1,
}


@dataclass(frozen=True, slots=True)
class StockChange:
    """By how many units the shelf and the promises of a variant changed."""

    variant_id: VariantId
    on_hand: int
    reserved: int

    def __bool__(self) -> bool:
        return bool(self.on_hand or self.reserved)

    def since(self, before: "StockChange | None") -> "StockChange":
        """What has come to it since then."""
        if before is None:
            return self
        return StockChange(
            self.variant_id, self.on_hand - before.on_hand, self.reserved - before.reserved
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovement:
    """
    A line of the stock ledger, which is only ever added to.

    The changes of a variant add up to what it has. ``reference`` is the order it was for, or the
    export that came back with it; ``by`` is who did it by hand.
    """

    id: StockMovementId
    variant_id: VariantId
    on_hand: int
    reserved: int
    reason: StockReason
    reference: UUID | None = None
    note: str = ""
    by: AccountId | None = None
    at: datetime

    @classmethod
    def of(
        cls,
        change: StockChange,
        reason: StockReason,
        *,
        id: StockMovementId,
        at: datetime,
        reference: UUID | None = None,
        note: str = "",
        by: AccountId | None = None,
    ) -> "StockMovement":
        return cls(
            id=id,
            variant_id=change.variant_id,
            on_hand=change.on_hand,
            reserved=change.reserved,
            reason=reason,
            reference=reference,
            note=note,
            by=by,
            at=at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """
    A variant whose stock is not what the books say.

    Its ledger adds up to ``ledger_on_hand`` and ``ledger_reserved``, and ``promised`` units are in
    orders that have not been shipped.
    """

    product_id: UUID
    variant_id: VariantId
    on_hand: int
    reserved: int
    ledger_on_hand: int
    ledger_reserved: int
    promised: int


@dataclass(slots=True, kw_only=True)
class Variant:
    """
    What is really sold: it has the price and the stock.

    ``options`` are its values of the product's options, in their order. ``on_hand`` units lie on
    the shelf, ``reserved`` of them are promised to orders. One that is ``retired`` is sold no more,
    and kept for the orders that name it.
    """

    id: VariantId
    options: tuple[str, ...] = ()
    sku: str = ""
    price: Money
    compare_at_price: Money | None = None
    on_hand: int
    reserved: int = 0
    retired: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.reserved <= self.on_hand <= MOST_STOCK:
            raise ValueError(f"{self.reserved} of {self.on_hand} units cannot be reserved")

    @property
    def available(self) -> int:
        """Units that nobody has been promised."""
        return self.on_hand - self.reserved

    @property
    def title(self) -> str:
        """What tells it from the others of its product: ``أسود / M``."""
        return " / ".join(self.options)

    @property
    def stock(self) -> StockChange:
        """All it has, as the change from nothing."""
        return StockChange(self.id, self.on_hand, self.reserved)

    def reserve(self, quantity: int) -> StockChange:
        """Promise units to an order; whoever asks has looked at ``available``."""
        return self._move(on_hand=0, reserved=quantity)

    def release(self, quantity: int) -> StockChange:
        """Take a promise back, or :class:`StockDrifted`."""
        self._must_be_promised(quantity)
        return self._move(on_hand=0, reserved=-quantity)

    def consume(self, quantity: int) -> StockChange:
        """Promised units leave the shelf, or :class:`StockDrifted`."""
        self._must_be_promised(quantity)
        return self._move(on_hand=-quantity, reserved=-quantity)

    def restock(self, quantity: int) -> StockChange:
        """Units come back to the shelf."""
        return self._move(on_hand=quantity, reserved=0)

    def count(self, available: int) -> StockChange:
        """The merchant counted: so many units are free, beside the promised ones."""
        return self._move(on_hand=available + self.reserved - self.on_hand, reserved=0)

    def adjust(self, by: int) -> StockChange:
        """
        Units came or went; what is promised stays promised.

        Raises :class:`NotEnoughOnHand` where more would go than are free.
        """
        if self.available + by < 0:
            raise NotEnoughOnHand(variant_id=self.id, available=self.available)
        return self._move(on_hand=by, reserved=0)

    def recount(self, said: int, was: int, brought: "Brought") -> StockChange:
        """
        Where ``was`` units were free once, ``said`` are meant to be: the difference came or went.

        Whatever was sold since stays sold, and what of it was ``brought`` before comes no second
        time. Raises :class:`NotEnoughOnHand` where more would go than are free.
        """
        if said == was:
            return self._move(on_hand=0, reserved=0)
        before = was if brought.was_there else 0
        return self.adjust(said - before - brought.units)

    def _must_be_promised(self, quantity: int) -> None:
        if quantity > self.reserved:
            raise StockDrifted(variant_id=self.id, reserved=self.reserved)

    def settle(self, drift: "Drift") -> StockChange:
        """
        Have what the books say, and tell what the ledger lacks for that.

        What is promised lies on the shelf, whatever the ledger says.
        """
        self.on_hand, self.reserved = max(drift.ledger_on_hand, drift.promised), drift.promised
        return StockChange(
            self.id, self.on_hand - drift.ledger_on_hand, self.reserved - drift.ledger_reserved
        )

    def _move(self, *, on_hand: int, reserved: int) -> StockChange:
        if self.on_hand + on_hand > MOST_STOCK:
            raise BadStock(at_least=0, at_most=MOST_STOCK - self.reserved)
        self.on_hand, self.reserved = self.on_hand + on_hand, self.reserved + reserved
        self.__post_init__()
        return StockChange(self.id, on_hand, reserved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """
    How many ``units`` the sheets of one export have brought a variant, in all.

    It ``was_there`` before the first of them came back; one that came with them had nothing.
    """

    units: int = 0
    was_there: bool = True


class VariantNotFound(NotFound):
    """The product has no such variant."""


class OutOfStock(Conflict):
    """
    Not enough is left.

    The fact ``lines`` names every short line by ``product_id`` and ``variant_id``, with the units
    ``wanted`` and ``available``.
    """


class NotEnoughOnHand(Conflict):
    """Fewer units are free than are to go; ``available`` says how many."""


class StockDrifted(Conflict):
    """
    Fewer units are ``reserved`` than orders were promised: somebody wrote past the ledger.

    To reconcile the stock puts it right.
    """


class SkuTaken(Conflict):
    """
    Another variant of the store has this ``sku``; ``options`` are those of the one that wants it.

    Of two rows of a sheet, ``row`` is the one that has it.
    """


class BadStock(BadValue):
    """Stock is a whole number from 0 to 10^9."""


class BadAdjustment(BadValue):
    """An adjustment is a whole number other than 0, of at most 10^9."""


class NoBargain(BadValue):
    """The former price is not above the present one, which is ``price``."""


class ReasonContradicts(BadValue):
    """Units do not come because they were lost, or go because they were received."""


class UnknownExport(BadValue):
    """
    The stock is another than in an export, and it does not say how many there were, or in which.

    So the difference, or whether it came before, cannot be told.
    """


class StockSaidTwice(BadValue):
    """Either how many there are, or how many came or went."""


def parse_stock(units: int) -> int:
    if not 0 <= units <= MOST_STOCK:
        raise BadStock(at_least=0, at_most=MOST_STOCK)
    return units


def parse_adjustment(units: int) -> int:
    if not units or abs(units) > MOST_STOCK:
        raise BadAdjustment(at_most=MOST_STOCK)
    return units
