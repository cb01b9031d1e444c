"""Finding one's own order again: by its number, and the telephone it was placed with."""

import re
from dataclasses import dataclass

from ..errors import BadValue
from ..events import Event
from ..merchants import MerchantId
from ..phones import PhoneNumber
from ..text import Missing, ascii_digits

HIGHEST_NUMBER = 2**31 - 1
_LONGEST = 64
_AROUND = re.compile(r"[\s#\u061c\u200e\u200f\u2066-\u2069]+")
"""What stands around a number in a message or on a slip of paper."""
_NUMBER = re.compile(r"0*([1-9][0-9]{0,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSought(Event):
    """
    Somebody says that they placed an order, and with which telephone.

    Whether there is such an order is looked up when the link is due.
    """

    merchant_id: MerchantId
    number: int
    phone: PhoneNumber


class BadOrderNumber(BadValue):
    """Not the number of an order, as in ``1001`` or ``#١٠٠١``."""


def parse_order_number(text: str) -> int:
    """The number of an order, in any digits, with or without what a message puts around it."""
    if len(text) > _LONGEST:
        raise BadOrderNumber
    said = _AROUND.sub("", ascii_digits(text))
    if not said:
        raise Missing
    match = _NUMBER.fullmatch(said)
    if match is None or int(match[1]) > HIGHEST_NUMBER:
        raise BadOrderNumber
    return int(match[1])
