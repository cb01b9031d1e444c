"""Lines: what was ordered, as it was called and priced on the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from ..errors import BadValue
from ..money import Money
from ..products import ProductId
from ..variants import VariantId

MOST_LINES = 100
MOST_UNITS = 10_000
"""Of one variant in one order."""


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


def total_of(lines: Sequence[OrderLine]) -> Money:
    return reduce(add, (line.total for line in lines))


def parse_quantity(units: int) -> int:
    if not 1 <= units <= MOST_UNITS:
        raise BadQuantity(at_least=1, at_most=MOST_UNITS)
    return units


class NotInOrder(BadValue):
    """The order has not so many units of the variant; ``ordered`` says how many."""


class TooManyLines(BadValue):
    """An order has at most ``at_most`` different variants."""


class BadQuantity(BadValue):
    """Between 1 and 10,000 units of one variant."""
