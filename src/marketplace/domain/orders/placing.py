"""Placing: who orders, where, and what stands in the way."""

from dataclasses import dataclass
from enum import StrEnum

from ..accounts import EmailAddress
from ..errors import Conflict, RuleBroken
from ..events import Event
from ..merchants import MerchantId
from ..phones import PhoneNumber
from ..text import NotOneOf
from .moving import OrderId


class OrderSource(StrEnum):
    """Where an order was given; all but the first were written down by the merchant."""

    STOREFRONT = "storefront"
    PHONE = "phone"
    WHATSAPP = "whatsapp"
    INSTAGRAM = "instagram"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Where the parcel goes, and whom to call."""

    name: str
    phone: PhoneNumber
    address: str
    city: str = ""
    email: EmailAddress | None = None


def parse_source(text: str) -> OrderSource:
    """Where a merchant was given an order."""
    taken = [each for each in OrderSource if each is not OrderSource.STOREFRONT]
    if text not in taken:
        raise NotOneOf(allowed=taken)
    return OrderSource(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    order_id: OrderId
    merchant_id: MerchantId


class PriceChanged(Conflict):
    """
    The order costs ``total`` and not what the guest was told.

    That is the ``subtotal`` of the goods and the ``fees``, less the ``discount`` if there is one.
    """


class BelowMinimum(RuleBroken):
    """The store takes no order below ``minimum``."""
