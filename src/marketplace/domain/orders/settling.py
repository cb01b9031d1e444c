"""Settling: what there is to say of an order's money, beside what it costs, as things stand."""

from enum import StrEnum

from ..money import Money
from .moving import OrderStatus
from .order import Order


class Settled(StrEnum):
    """What is said of the money: first what is still to come, and later what came of it."""

    TO_COLLECT = "to_collect"
    COLLECTED = "collected"
    MISSING = "missing"
    REFUNDED = "refunded"


def settled(order: Order) -> tuple[tuple[Settled, Money], ...]:
    """
    Until it is delivered, what is to be collected; afterwards what was, and what was given back.

    Nothing is missing of what came back, and of what never left there is nothing to say.
    """
    if order.is_to_be_paid:
        return ((Settled.TO_COLLECT, order.amount_to_collect),)
    if order.amount_collected is None:
        return ()
    told = [(Settled.COLLECTED, order.amount_collected)]
    missing, refunded = order.amount_missing, order.amount_refunded
    if missing and missing.minor and order.status is OrderStatus.DELIVERED:
        told.append((Settled.MISSING, missing))
    if refunded and refunded.minor:
        told.append((Settled.REFUNDED, refunded))
    return tuple(told)
