"""Orders: what a guest asked for, from placed to delivered, or wherever else it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import add
from typing import NewType
from uuid import UUID

from .accounts import EmailAddress
from .errors import BadValue, Conflict, NotFound, RuleBroken
from .events import Event
from .merchants import MerchantId
from .money import Money
from .phones import PhoneNumber
from .products import ProductId
from .text import Missing, NotOneOf, word
from .variants import VariantId

OrderId = NewType("OrderId", UUID)

MOST_LINES = 100
MOST_UNITS = 10_000
"""Of one variant in one order."""
REOPENABLE_FOR = timedelta(days=7)
MOST_RETRIES = 3
"""How often a failed delivery may be tried again."""


class OrderStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    PREPARING = "preparing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PaymentStatus(StrEnum):
    UNPAID = "unpaid"
    COLLECTED = "collected"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class ConfirmationMethod(StrEnum):
    """How the guest wants to be asked whether they mean it."""

    WHATSAPP = "whatsapp"
    PHONE = "phone"
    LINK = "link"


class ConfirmationState(StrEnum):
    AWAITED = "awaited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class DeliveryFailure(StrEnum):
    """Why a parcel did not change hands."""

    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    WRONG_ADDRESS = "wrong_address"
    POSTPONED = "postponed"
    DAMAGED = "damaged"


class Party(StrEnum):
    """Who moves an order."""

    GUEST = "guest"
    MERCHANT = "merchant"
    ADMIN = "admin"
    CLOCK = "clock"


class StockEffect(StrEnum):
    """What a move does to the stock of every line; the words are methods of ``Variant``."""

    NONE = "none"
    RESERVE = "reserve"
    RELEASE = "release"
    CONSUME = "consume"
    RESTOCK = "restock"


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
class Confirmation:
    """Whether the guest stands by the order."""

    method: ConfirmationMethod
    state: ConfirmationState = ConfirmationState.AWAITED


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
    """What is said when an order is moved. An absent amount collected is the whole total."""

    to: OrderStatus
    by: Party
    reason: str = ""
    note: str = ""
    tracking_number: str = ""
    courier: str = ""
    amount_collected: Money | None = None
    restock: bool = True


@dataclass(slots=True, kw_only=True)
class Order:
    """
    A promise between a guest and a merchant, paid when the parcel arrives.

    ``number`` counts up per store from 1001; ``tracking_hash`` recognises the guest's link.
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
            timeline=(TimelineEntry(at=at, status=OrderStatus.PENDING, by=Party.GUEST),),
        )
        return order, OrderPlaced(at=at, order_id=id, merchant_id=merchant_id)

    @property
    def total(self) -> Money:
        return total_of(self.lines)

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
        if stock is StockEffect.RESTOCK and not wanted.restock:
            stock = StockEffect.NONE
        was, self.status = self.status, wanted.to
        return rule.fact(
            at=at, order_id=self.id, merchant_id=self.merchant_id, was=was, stock=stock
        )

    def _may(self, to: OrderStatus, by: Party, at: datetime, rule: "Transition") -> bool:
        if TRANSITIONS.get((self.status, to)) is not rule or by not in rule.by:
            return False
        if to is OrderStatus.PENDING:
            return at <= self.timeline[-1].at + REOPENABLE_FOR
        if self.status is OrderStatus.DELIVERY_FAILED and to is OrderStatus.SHIPPED:
            return self.retries < MOST_RETRIES
        return True

    def _note(self, wanted: Move, at: datetime) -> None:
        if wanted.to is OrderStatus.CONFIRMED:
            self._confirmation(ConfirmationState.CONFIRMED)
        elif wanted.to is OrderStatus.PENDING:
            self._confirmation(ConfirmationState.AWAITED)
        elif wanted.to is OrderStatus.CANCELLED and self.status is OrderStatus.PENDING:
            self._confirmation(ConfirmationState.DECLINED)
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

    def _confirmation(self, state: ConfirmationState) -> None:
        self.confirmation = Confirmation(method=self.confirmation.method, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    order_id: OrderId
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoved(Event):
    """Any move after placing; each kind of move has a name of its own below."""

    order_id: OrderId
    merchant_id: MerchantId
    was: OrderStatus
    stock: StockEffect


class OrderConfirmed(OrderMoved):
    __slots__ = ()


class OrderPrepared(OrderMoved):
    __slots__ = ()


class OrderShipped(OrderMoved):
    __slots__ = ()


class OrderDelivered(OrderMoved):
    __slots__ = ()


class DeliveryFailed(OrderMoved):
    __slots__ = ()


class OrderReturned(OrderMoved):
    __slots__ = ()


class OrderCancelled(OrderMoved):
    __slots__ = ()


class OrderExpired(OrderMoved):
    __slots__ = ()


class OrderReopened(OrderMoved):
    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table: what happened, by whom it may be done, what it does to the stock."""

    fact: type[OrderMoved]
    by: frozenset[Party]
    stock: StockEffect = StockEffect.NONE


_MERCHANT = frozenset({Party.MERCHANT})
_STAFF = frozenset({Party.MERCHANT, Party.ADMIN})
_ANYBODY = frozenset({Party.GUEST, Party.MERCHANT, Party.ADMIN})
_S = OrderStatus

TRANSITIONS: dict[tuple[OrderStatus, OrderStatus], Transition] = {
    (_S.PENDING, _S.CONFIRMED): Transition(
        OrderConfirmed, frozenset({Party.GUEST, Party.MERCHANT})
    ),
    (_S.PENDING, _S.CANCELLED): Transition(OrderCancelled, _ANYBODY, StockEffect.RELEASE),
    (_S.PENDING, _S.EXPIRED): Transition(
        OrderExpired, frozenset({Party.CLOCK}), StockEffect.RELEASE
    ),
    (_S.CONFIRMED, _S.PREPARING): Transition(OrderPrepared, _MERCHANT),
    (_S.CONFIRMED, _S.SHIPPED): Transition(OrderShipped, _MERCHANT, StockEffect.CONSUME),
    (_S.CONFIRMED, _S.CANCELLED): Transition(OrderCancelled, _ANYBODY, StockEffect.RELEASE),
    (_S.PREPARING, _S.SHIPPED): Transition(OrderShipped, _MERCHANT, StockEffect.CONSUME),
    (_S.PREPARING, _S.CANCELLED): Transition(OrderCancelled, _STAFF, StockEffect.RELEASE),
    (_S.SHIPPED, _S.DELIVERED): Transition(OrderDelivered, _MERCHANT),
    (_S.SHIPPED, _S.DELIVERY_FAILED): Transition(DeliveryFailed, _MERCHANT),
    (_S.SHIPPED, _S.RETURNED): Transition(OrderReturned, _MERCHANT, StockEffect.RESTOCK),
    (_S.DELIVERY_FAILED, _S.SHIPPED): Transition(OrderShipped, _MERCHANT),
    (_S.DELIVERY_FAILED, _S.RETURNED): Transition(OrderReturned, _MERCHANT, StockEffect.RESTOCK),
    (_S.DELIVERED, _S.RETURNED): Transition(OrderReturned, _MERCHANT, StockEffect.RESTOCK),
    (_S.CANCELLED, _S.PENDING): Transition(OrderReopened, _MERCHANT, StockEffect.RESERVE),
    (_S.EXPIRED, _S.PENDING): Transition(OrderReopened, _MERCHANT, StockEffect.RESERVE),
}
"""The whole life of an order. What is not here does not happen."""

OPEN = frozenset({_S.PENDING, _S.CONFIRMED, _S.PREPARING, _S.SHIPPED, _S.DELIVERY_FAILED})
"""Statuses that somebody still has to do something about."""

PROMISED = frozenset({_S.PENDING, _S.CONFIRMED, _S.PREPARING})
"""Statuses in which the units of an order are reserved."""


class OrderNotFound(NotFound):
    """No such order, or another merchant's."""


class WrongOrderStatus(Conflict):
    """The order is in ``status`` and can only go to one of ``allowed``."""


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


class TooManyLines(BadValue):
    """An order has at most ``at_most`` different variants."""


class BadQuantity(BadValue):
    """Between 1 and 10,000 units of one variant."""


parse_confirmation_method = word(ConfirmationMethod)


def total_of(lines: Sequence[OrderLine]) -> Money:
    return reduce(add, (line.total for line in lines))


def parse_quantity(units: int) -> int:
    if not 1 <= units <= MOST_UNITS:
        raise BadQuantity(at_least=1, at_most=MOST_UNITS)
    return units
