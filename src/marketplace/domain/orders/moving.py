"""How orders move: the states, and the table of all moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from ..errors import Conflict
from ..events import Event
from ..merchants import MerchantId
from ..money import Money
from ..text import Missing, NotOneOf
from ..variants import VariantId

OrderId = NewType("OrderId", UUID)

REOPENABLE_FOR = timedelta(days=7)
CONFIRM_WITHIN = timedelta(hours=48)
"""Where the store says nothing else."""
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


class WrongOrderStatus(Conflict):
    """The order is in ``status`` and can only go to one of ``allowed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """
    What is said when an order is moved.

    An absent amount collected is the whole total; an absent amount refunded is all that is left of
    what was collected. ``restock`` says whether what comes back goes on the shelf again: all of it,
    none, or so many units of each variant; the rest is damaged. What is reopened has
    ``confirm_within`` to be confirmed.
    """

    to: OrderStatus
    by: Party
    reason: str = ""
    note: str = ""
    tracking_number: str = ""
    courier: str = ""
    amount_collected: Money | None = None
    amount_refunded: Money | None = None
    restock: bool | Mapping[VariantId, int] = True
    confirm_within: timedelta = CONFIRM_WITHIN


class ReasonMissing(Missing):
    """Cancelling needs a reason."""


class UnknownReason(NotOneOf):
    """Not one of the reasons for this move."""
