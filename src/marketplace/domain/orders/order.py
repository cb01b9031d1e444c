"""The order itself: its lines, whom they go to, and what has happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import add

from ..accounts import EmailAddress
from ..errors import BadValue, Conflict, NotFound, RuleBroken
from ..events import Event
from ..merchants import MerchantId
from ..money import Money
from ..phones import PhoneNumber
from ..products import ProductId
from ..text import Missing, NotOneOf
from ..variants import VariantId
from .confirming import (
    Confirmation,
    ConfirmationAttempt,
    ConfirmationMethod,
    ConfirmationState,
    Outcome,
)
from .finding import keywords
from .moving import (
    TRANSITIONS,
    DeliveryFailure,
    OrderId,
    OrderMoved,
    OrderStatus,
    Party,
    StockEffect,
    Transition,
    WrongOrderStatus,
)

MOST_LINES = 100
MOST_UNITS = 10_000
"""Of one variant in one order."""
REOPENABLE_FOR = timedelta(days=7)
CONFIRM_WITHIN = timedelta(hours=48)
"""Where the store says nothing else."""
MOST_RETRIES = 3
"""How often a failed delivery may be tried again."""


class PaymentStatus(StrEnum):
    UNPAID = "unpaid"
    COLLECTED = "collected"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """
    Units of one variant, as it was called and priced on the day.

    ``variant`` tells it from the others of its product. Those of a line that is not ``tracked``
    were never counted, nor promised.
    """

    product_id: ProductId
    variant_id: VariantId
    title: str
    variant: str = ""
    sku: str
    unit_price: Money
    quantity: int
    tracked: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= MOST_UNITS:
            raise ValueError(f"a line of {self.quantity} units")

    @property
    def name(self) -> str:
        """The title, and what tells the variant from others: ``عباءة (أسود / M)``."""
        return f"{self.title} ({self.variant})" if self.variant else self.title

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Where the parcel goes, and whom to call."""

    name: str
    phone: PhoneNumber
    address: str
    city: str = ""
    email: EmailAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One move of the order, for everybody who asks what happened to it."""

    at: datetime
    status: OrderStatus
    by: Party
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """
    What is said when an order is moved.

    An absent amount collected is the whole total. ``restock`` says whether what comes back goes on
    the shelf again: all of it, none, or so many units of each variant; the rest is damaged. What is
    reopened has ``confirm_within`` to be confirmed.
    """

    to: OrderStatus
    by: Party
    reason: str = ""
    note: str = ""
    tracking_number: str = ""
    courier: str = ""
    amount_collected: Money | None = None
    restock: bool | Mapping[VariantId, int] = True
    confirm_within: timedelta = CONFIRM_WITHIN


@dataclass(slots=True, kw_only=True)
class Order:
    """
    A promise between a guest and a merchant, paid when the parcel arrives.

    ``number`` counts up per store from 1001; ``tracking_hash`` recognises the guest's link. A
    pending order that nobody confirms expires at ``confirm_by``.
    """

    id: OrderId
    merchant_id: MerchantId
    number: int
    status: OrderStatus = OrderStatus.PENDING
    payment_status: PaymentStatus = PaymentStatus.UNPAID
    confirmation: Confirmation
    customer: Customer
    note: str = ""
    currency: str
    lines: tuple[OrderLine, ...]
    tracking_hash: bytes
    tracking_number: str = ""
    courier: str = ""
    amount_collected: Money | None = None
    retries: int = 0
    placed_at: datetime
    confirm_by: datetime
    timeline: tuple[TimelineEntry, ...]
    version: int = 0

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("an order has at least one line")

    @classmethod
    def place(
        cls,
        *,
        id: OrderId,
        merchant_id: MerchantId,
        number: int,
        customer: Customer,
        method: ConfirmationMethod,
        note: str,
        lines: Sequence[OrderLine],
        tracking_hash: bytes,
        confirm_within: timedelta,
        at: datetime,
    ) -> "tuple[Order, OrderPlaced]":
        """Accept an order; its prices never change afterwards."""
        order = cls(
            id=id,
            merchant_id=merchant_id,
            number=number,
            confirmation=Confirmation(method=method),
            customer=customer,
            note=note,
            currency=lines[0].unit_price.currency,
            lines=tuple(lines),
            tracking_hash=tracking_hash,
            placed_at=at,
            confirm_by=at + confirm_within,
            timeline=(TimelineEntry(at=at, status=OrderStatus.PENDING, by=Party.GUEST),),
        )
        return order, OrderPlaced(at=at, order_id=id, merchant_id=merchant_id)

    @property
    def total(self) -> Money:
        return total_of(self.lines)

    @property
    def keywords(self) -> str:
        """What it is found by, beside its number and the telephone."""
        return keywords(self.customer.name, self.customer.city)

    def allowed(self, by: Party, at: datetime) -> tuple[OrderStatus, ...]:
        """Where this party may move the order now, in the order of the table."""
        return tuple(to for (_, to), rule in TRANSITIONS.items() if self._may(to, by, at, rule))

    def move(self, wanted: Move, at: datetime) -> "OrderMoved":
        """
        Go to another status.

        Raises :class:`WrongOrderStatus` if the table has no such move for this party now, and
        :class:`ReasonMissing` where a move must be explained.
        """
        rule = TRANSITIONS.get((self.status, wanted.to))
        if rule is None or not self._may(wanted.to, wanted.by, at, rule):
            raise WrongOrderStatus(
                status=self.status, wanted=wanted.to, allowed=list(self.allowed(wanted.by, at))
            )
        if wanted.to is OrderStatus.CANCELLED and not wanted.reason:
            raise ReasonMissing
        if wanted.to is OrderStatus.DELIVERY_FAILED and wanted.reason not in list(DeliveryFailure):
            raise UnknownReason(allowed=list(DeliveryFailure))
        if wanted.amount_collected is not None:
            if wanted.to is not OrderStatus.DELIVERED:
                raise NothingToCollect(status=wanted.to)
            if self.total < wanted.amount_collected:
                raise CollectedTooMuch(total=self.total.amount, currency=self.currency)
        self._note(wanted, at)
        stock = rule.stock
        if stock is StockEffect.RESTOCK and wanted.restock is False:
            stock = StockEffect.NONE
        was, self.status = self.status, wanted.to
        return rule.fact(
            at=at, order_id=self.id, merchant_id=self.merchant_id, was=was, stock=stock
        )

    def attempt(self, outcome: Outcome, note: str, at: datetime) -> "ConfirmationAttempted":
        """
        Write down that the merchant asked the guest; what follows from the answer is a move.

        Raises :class:`WrongOrderStatus` where nothing is left to ask.
        """
        if self.status is not OrderStatus.PENDING:
            raise WrongOrderStatus(
                status=self.status,
                wanted=OrderStatus.CONFIRMED,
                allowed=list(self.allowed(Party.MERCHANT, at)),
            )
        attempt = ConfirmationAttempt(at=at, outcome=outcome, note=note)
        self.confirmation = self.confirmation.after(attempt)
        return ConfirmationAttempted(
            at=at, order_id=self.id, merchant_id=self.merchant_id, outcome=outcome
        )

    def _may(self, to: OrderStatus, by: Party, at: datetime, rule: Transition) -> bool:
        if TRANSITIONS.get((self.status, to)) is not rule or by not in rule.by:
            return False
        if to is OrderStatus.EXPIRED:
            return at >= self.confirm_by
        if to is OrderStatus.PENDING:
            return at <= self.timeline[-1].at + REOPENABLE_FOR
        if self.status is OrderStatus.DELIVERY_FAILED and to is OrderStatus.SHIPPED:
            return self.retries < MOST_RETRIES
        return True

    def _note(self, wanted: Move, at: datetime) -> None:
        if wanted.to is OrderStatus.CONFIRMED:
            self.confirmation = self.confirmation.turned(ConfirmationState.CONFIRMED)
        elif wanted.to is OrderStatus.PENDING:
            self.confirmation = self.confirmation.turned(ConfirmationState.AWAITED)
            self.confirm_by = at + wanted.confirm_within
        elif wanted.to is OrderStatus.CANCELLED and self.status is OrderStatus.PENDING:
            self.confirmation = self.confirmation.turned(ConfirmationState.DECLINED)
        elif wanted.to is OrderStatus.SHIPPED and self.status is OrderStatus.DELIVERY_FAILED:
            self.retries += 1
        elif wanted.to is OrderStatus.DELIVERED:
            collected = self.total if wanted.amount_collected is None else wanted.amount_collected
            self.amount_collected = collected
            self.payment_status = (
                PaymentStatus.COLLECTED if collected.minor else PaymentStatus.UNPAID
            )
        elif wanted.to is OrderStatus.RETURNED and self.payment_status is PaymentStatus.COLLECTED:
            self.payment_status = PaymentStatus.REFUNDED
        self.tracking_number = wanted.tracking_number or self.tracking_number
        self.courier = wanted.courier or self.courier
        entry = TimelineEntry(
            at=at, status=wanted.to, by=wanted.by, reason=wanted.reason, note=wanted.note
        )
        self.timeline = (*self.timeline, entry)

    def must_have(self, restock: Mapping[VariantId, int]) -> None:
        """:class:`NotInOrder` if something is to come back that was never sent."""
        ordered = {each.variant_id: each.quantity for each in self.lines}
        for variant_id, units in restock.items():
            if not 0 <= units <= ordered.get(variant_id, -1):
                raise NotInOrder(variant_id=variant_id, ordered=ordered.get(variant_id, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    order_id: OrderId
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationAttempted(Event):
    """The merchant asked the guest, and this was the answer."""

    order_id: OrderId
    merchant_id: MerchantId
    outcome: Outcome


class OrderNotFound(NotFound):
    """No such order, or another merchant's."""


class PriceChanged(Conflict):
    """The order costs ``total`` and not what the guest was told."""


class BelowMinimum(RuleBroken):
    """The store takes no order below ``minimum``."""


class NothingToCollect(RuleBroken):
    """Money is collected when a parcel is delivered, not at ``status``."""


class CollectedTooMuch(RuleBroken):
    """Nobody pays more than the ``total`` when a parcel is delivered."""


class ReasonMissing(Missing):
    """Cancelling needs a reason."""


class UnknownReason(NotOneOf):
    """Not one of the reasons for this move."""


class NotInOrder(BadValue):
    """The order has not so many units of the variant; ``ordered`` says how many."""


class TooManyLines(BadValue):
    """An order has at most ``at_most`` different variants."""


class BadQuantity(BadValue):
    """Between 1 and 10,000 units of one variant."""


def total_of(lines: Sequence[OrderLine]) -> Money:
    return reduce(add, (line.total for line in lines))


def parse_quantity(units: int) -> int:
    if not 1 <= units <= MOST_UNITS:
        raise BadQuantity(at_least=1, at_most=MOST_UNITS)
    return units
