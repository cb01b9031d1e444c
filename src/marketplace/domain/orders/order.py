"""The order itself: its lines, whom they go to, and what has happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import add

from ..delivery import Fee, total_with
from ..errors import NotFound
from ..events import Event
from ..merchants import MerchantId
from ..money import Money
from ..variants import VariantId
from .confirming import (
    Confirmation,
    ConfirmationAttempt,
    ConfirmationMethod,
    ConfirmationState,
    Outcome,
)
from .editing import (
    AT_ANY_TIME,
    MOST_EDITS,
    DiscountTooLarge,
    Edit,
    OrderEdited,
    TooManyEdits,
    must_be_editable,
    told,
    told_of_damage,
    told_of_lines,
)
from .finding import keywords
from .lines import NotInOrder, OrderLine, total_of
from .moving import (
    MOST_RETRIES,
    OPEN,
    REOPENABLE_FOR,
    TRANSITIONS,
    DeliveryFailure,
    Move,
    OrderId,
    OrderMoved,
    OrderStatus,
    Party,
    ReasonMissing,
    StockEffect,
    Transition,
    UnknownReason,
    WrongOrderStatus,
)
from .paying import (
    MOST_REFUNDS,
    CollectedTooLittle,
    CollectedTooMuch,
    NothingToCollect,
    NothingToRefund,
    OrderRefunded,
    PaymentStatus,
    Refund,
    RefundedTooMuch,
    TooManyRefunds,
)
from .placing import Customer, OrderPlaced, OrderSource
from .timeline import Changed, Happening, TimelineEntry

RETURNED = "returned"
"""Why money is given back that nobody has given another reason for."""


@dataclass(slots=True, kw_only=True)
class Order:
    """
    A promise between a guest and a merchant, paid when the parcel arrives.

    ``number`` counts up per store from 1001; ``tracking_hash`` recognises the guest's link. A
    pending order that nobody confirms expires at ``confirm_by``. ``merchant_note`` is for the
    merchant's own eyes. A ``discount`` is given by the merchant, on the whole.
    """

    id: OrderId
    merchant_id: MerchantId
    number: int
    source: OrderSource = OrderSource.STOREFRONT
    status: OrderStatus = OrderStatus.PENDING
    payment_status: PaymentStatus = PaymentStatus.UNPAID
    confirmation: Confirmation
    customer: Customer
    note: str = ""
    merchant_note: str = ""
    currency: str
    lines: tuple[OrderLine, ...]
    fees: tuple[Fee, ...] = ()
    discount: Money | None = None
    tracking_hash: bytes
    tracking_number: str = ""
    courier: str = ""
    amount_collected: Money | None = None
    refunds: tuple[Refund, ...] = ()
    retries: int = 0
    placed_at: datetime
    confirm_by: datetime
    timeline: tuple[TimelineEntry, ...]
    version: int = 0

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("an order has at least one line")
        _must_fit(self.discount, self.lines)

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
        fees: Sequence[Fee] = (),
        tracking_hash: bytes,
        confirm_within: timedelta,
        at: datetime,
        source: OrderSource = OrderSource.STOREFRONT,
        merchant_note: str = "",
        discount: Money | None = None,
    ) -> "tuple[Order, OrderPlaced]":
        """
        Accept an order, at what it costs today.

        Raises :class:`DiscountTooLarge`.
        """
        by = Party.GUEST if source is OrderSource.STOREFRONT else Party.MERCHANT
        order = cls(
            id=id,
            merchant_id=merchant_id,
            number=number,
            source=source,
            confirmation=Confirmation(method=method),
            customer=customer,
            note=note,
            merchant_note=merchant_note,
            currency=lines[0].unit_price.currency,
            lines=tuple(lines),
            fees=tuple(fees),
            discount=_some(discount),
            tracking_hash=tracking_hash,
            placed_at=at,
            confirm_by=at + confirm_within,
            timeline=(TimelineEntry(at=at, status=OrderStatus.PENDING, by=by),),
        )
        return order, OrderPlaced(at=at, order_id=id, merchant_id=merchant_id)

    @property
    def subtotal(self) -> Money:
        """What the goods cost."""
        return total_of(self.lines)

    @property
    def total_fees(self) -> Money:
        """What is paid beside the goods."""
        return total_with(Money.zero(self.currency), self.fees)

    @property
    def total(self) -> Money:
        """What there is to pay: the goods and the fees, less the discount."""
        return _less(total_with(self.subtotal, self.fees), self.discount)

    @property
    def is_to_be_paid(self) -> bool:
        """On its way to being paid at the door: neither delivered, nor given up, nor back."""
        return self.status in OPEN

    @property
    def amount_to_collect(self) -> Money:
        """What is to be collected when it is delivered; nothing afterwards, or if it never is."""
        return self.total if self.is_to_be_paid else Money.zero(self.currency)

    @property
    def amount_refunded(self) -> Money | None:
        """What was given back of what was collected; None where nothing was."""
        if self.amount_collected is None:
            return None
        return reduce(add, (each.amount for each in self.refunds), Money.zero(self.currency))

    @property
    def amount_missing(self) -> Money | None:
        """By how much less was collected than the order costs; None before it was delivered."""
        if self.amount_collected is None:
            return None
        return _less(self.total, self.amount_collected)

    @property
    def amount_left(self) -> Money:
        """What of the money collected has stayed with the merchant."""
        if self.amount_collected is None:
            return Money.zero(self.currency)
        return _less(self.amount_collected, self.amount_refunded)

    @property
    def was_refused(self) -> bool:
        """Refused at the door, and never delivered later."""
        return any(
            each.status is OrderStatus.DELIVERY_FAILED and each.reason == DeliveryFailure.REFUSED
            for each in self.timeline
        ) and all(each.status is not OrderStatus.DELIVERED for each in self.timeline)

    @property
    def moved_at(self) -> datetime:
        """Since when it has its status."""
        return next(each.at for each in reversed(self.timeline) if each.event is Happening.MOVED)

    @property
    def basket(self) -> bytes:
        """The same for two orders of the same things."""
        units = sorted((str(line.variant_id), line.quantity) for line in self.lines)
        return sha256(repr(units).encode()).digest()[:16]

    @property
    def keywords(self) -> str:
        """What it is found by, beside its number and the telephone."""
        return keywords(self.customer.name, self.customer.city)

    def allowed(self, by: Party, at: datetime) -> tuple[OrderStatus, ...]:
        """Where this party may move the order now, in the order of the table."""
        return tuple(
            to
            for (was, to), rule in TRANSITIONS.items()
            if was is self.status and self._may(to, by, at, rule)
        )

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
        self._must_be_payable(wanted)
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

    def edit(self, wanted: Edit, at: datetime) -> "OrderEdited | None":
        """
        Have something otherwise; None if it all is like that already.

        Raises :class:`NotEditable` if it is too late for that, or too soon,
        :class:`DiscountTooLarge`, :class:`CollectedTooMuch`, :class:`CollectedTooLittle` or
        :class:`TooManyEdits`.
        """
        lines = self.lines if wanted.lines is None else tuple(wanted.lines)
        fees = self.fees if wanted.fees is None else tuple(wanted.fees)
        discount = self.discount if wanted.discount is None else _some(wanted.discount)
        changed = [
            *told_of_lines(self.lines, lines),
            *told(
                _told(self),
                {**_asked(wanted), "fees": _told_of_fees(fees), "discount": _amount(discount)},
            ),
        ]
        fields = tuple(dict.fromkeys(each.field for each in changed))
        if not fields:
            return None
        must_be_editable(self.status, fields)
        _must_fit(discount, lines)
        if wanted.amount_collected is not None and "amount_collected" in fields:
            self._collect(wanted.amount_collected)
        was = self.total
        self.lines, self.fees, self.discount = lines, fees, discount
        for name in ("customer", "note", "merchant_note", "tracking_number", "courier"):
            if (said := getattr(wanted, name)) is not None:
                setattr(self, name, said)
        if was != self.total:
            changed.append(Changed(field="total", before=was.amount, after=self.total.amount))
        seen = tuple(each for each in changed if each.field not in AT_ANY_TIME)
        if seen:
            if sum(each.event is Happening.EDITED for each in self.timeline) >= MOST_EDITS:
                raise TooManyEdits(at_most=MOST_EDITS)
            self._write(at, Party.MERCHANT, Happening.EDITED, changes=seen)
        return OrderEdited(at=at, order_id=self.id, merchant_id=self.merchant_id, fields=fields)

    def refund(
        self, amount: Money, reason: str, at: datetime, *, note: str = "", by: Party
    ) -> "OrderRefunded":
        """
        Give back some of what was collected, or all of it.

        Raises :class:`NothingToRefund`, :class:`RefundedTooMuch` or :class:`TooManyRefunds`.
        """
        left = self.amount_left
        if not left.minor:
            raise NothingToRefund
        if left < amount:
            raise RefundedTooMuch(left=left.amount, currency=self.currency)
        if len(self.refunds) >= MOST_REFUNDS:
            raise TooManyRefunds(at_most=MOST_REFUNDS)
        before = self.amount_refunded
        self._give_back(Refund(at=at, amount=amount, reason=reason, note=note, by=by))
        changes = (self._refunded_since(before),)
        self._write(at, by, Happening.REFUNDED, reason=reason, note=note, changes=changes)
        return OrderRefunded(at=at, order_id=self.id, merchant_id=self.merchant_id, amount=amount)

    def _collect(self, amount: Money) -> None:
        self._must_be_collectable(amount)
        self.amount_collected = amount
        self.payment_status = PaymentStatus.of(amount, self.amount_refunded)

    def _must_be_collectable(self, amount: Money) -> None:
        if self.total < amount:
            raise CollectedTooMuch(total=self.total.amount, currency=self.currency)
        if self.amount_refunded is not None and amount < self.amount_refunded:
            raise CollectedTooLittle(refunded=self.amount_refunded.amount, currency=self.currency)

    def _give_back(self, refund: Refund) -> None:
        self.refunds = (*self.refunds, refund)
        self.payment_status = PaymentStatus.of(self.amount_collected, self.amount_refunded)

    def _refunded_since(self, before: Money | None) -> Changed:
        return Changed(
            field="amount_refunded",
            before=_amount(before),
            after=_amount(self.amount_refunded),
        )

    def _must_be_payable(self, wanted: Move) -> None:
        if wanted.amount_collected is not None:
            if wanted.to is not OrderStatus.DELIVERED:
                raise NothingToCollect(status=wanted.to)
            self._must_be_collectable(wanted.amount_collected)
        if wanted.amount_refunded is not None:
            left = self.amount_left
            if wanted.to is not OrderStatus.RETURNED or (
                wanted.amount_refunded.minor and not left.minor
            ):
                raise NothingToRefund
            if left < wanted.amount_refunded:
                raise RefundedTooMuch(left=left.amount, currency=self.currency)

    def _write(
        self,
        at: datetime,
        by: Party,
        event: Happening,
        *,
        reason: str = "",
        note: str = "",
        changes: tuple[Changed, ...] = (),
    ) -> None:
        entry = TimelineEntry(
            at=at,
            status=self.status,
            by=by,
            event=event,
            reason=reason,
            note=note,
            changes=changes,
        )
        self.timeline = (*self.timeline, entry)

    def _may(self, to: OrderStatus, by: Party, at: datetime, rule: Transition) -> bool:
        if TRANSITIONS.get((self.status, to)) is not rule or by not in rule.by:
            return False
        if to is OrderStatus.EXPIRED:
            return at >= self.confirm_by
        if to is OrderStatus.PENDING:
            return at <= self.moved_at + REOPENABLE_FOR
        if self.status is OrderStatus.DELIVERY_FAILED and to is OrderStatus.SHIPPED:
            return self.retries < MOST_RETRIES
        return True

    def _note(self, wanted: Move, at: datetime) -> None:
        changes: tuple[Changed, ...] = ()
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
            self._collect(collected)
            changes = (Changed(field="amount_collected", before="", after=collected.amount),)
        elif wanted.to is OrderStatus.RETURNED:
            back = self.amount_left if wanted.amount_refunded is None else wanted.amount_refunded
            changes = told_of_damage(self.lines, wanted.restock)
            if back.minor:
                before = self.amount_refunded
                self._give_back(
                    Refund(at=at, amount=back, reason=RETURNED, note=wanted.note, by=wanted.by)
                )
                changes = (*changes, self._refunded_since(before))
        self.tracking_number = wanted.tracking_number or self.tracking_number
        self.courier = wanted.courier or self.courier
        entry = TimelineEntry(
            at=at,
            status=wanted.to,
            by=wanted.by,
            reason=wanted.reason,
            note=wanted.note,
            changes=changes,
        )
        self.timeline = (*self.timeline, entry)

    def must_have(self, restock: Mapping[VariantId, int]) -> None:
        """:class:`NotInOrder` if something is to come back that was never sent."""
        ordered = {each.variant_id: each.quantity for each in self.lines}
        for variant_id, units in restock.items():
            if not 0 <= units <= ordered.get(variant_id, -1):
                raise NotInOrder(variant_id=variant_id, ordered=ordered.get(variant_id, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationAttempted(Event):
    """The merchant asked the guest, and this was the answer."""

    order_id: OrderId
    merchant_id: MerchantId
    outcome: Outcome


class OrderNotFound(NotFound):
    """No such order, or another merchant's."""


def _must_fit(discount: Money | None, lines: Sequence[OrderLine]) -> None:
    if discount is not None and total_of(lines) < discount:
        raise DiscountTooLarge(most=total_of(lines).amount, currency=discount.currency)


def _some(money: Money | None) -> Money | None:
    """None is nothing, and so is nothing."""
    return money if money and money.minor else None


def _less(all: Money, some: Money | None) -> Money:
    return all if some is None else Money(all.minor - some.minor, all.currency)


def _amount(money: Money | None) -> str:
    return money.amount if money and money.minor else ""


def _told_of_fees(fees: Sequence[Fee]) -> str:
    return ", ".join(f"{fee.code} {fee.amount.amount}" for fee in fees)


_CUSTOMER = {
    "name": "customer_name",
    "phone": "customer_phone",
    "address": "address",
    "city": "city",
    "email": "email",
}


_TEXTS = ("note", "merchant_note", "tracking_number", "courier")


def _told(order: Order) -> dict[str, str]:
    return {
        **{name: getattr(order.customer, of) or "" for of, name in _CUSTOMER.items()},
        **{name: getattr(order, name) for name in _TEXTS},
        "fees": _told_of_fees(order.fees),
        "discount": _amount(order.discount),
        "amount_collected": _amount(order.amount_collected),
    }


def _asked(wanted: Edit) -> dict[str, str]:
    said = {name: text for name in _TEXTS if (text := getattr(wanted, name)) is not None}
    if wanted.amount_collected is not None:
        said["amount_collected"] = _amount(wanted.amount_collected)
    if wanted.customer is not None:
        for of, name in _CUSTOMER.items():
            said[name] = getattr(wanted.customer, of) or ""
    return said
