"""What a merchant has sold, by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import ProductId

MOST_DAYS = 366
"""Of the sales that are told at once."""


class CitySales(NamedTuple):
    """What became of the orders from a city; ``refused`` is of those that were ``shipped``."""

    orders: int = 0
    shipped: int = 0
    delivered: int = 0
    refused: int = 0


class ProductSales(NamedTuple):
    """
    What became of the orders that have a product.

    ``placed`` is the price of its ``units``; ``revenue`` what was ``earned`` with it in orders that
    are delivered now. Both are in minor units.
    """

    orders: int = 0
    shipped: int = 0
    delivered: int = 0
    refused: int = 0
    units: int = 0
    placed: int = 0
    delivered_units: int = 0
    revenue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySales:
    """
    What was placed on a day by the clock of the store, and what has become of it until now.

    Money is in minor units of the currency of the store; orders in another one count without it.
    ``revenue`` was collected and not given back. ``confirmed``, ``shipped`` and ``delivered`` have
    been so at some time; ``refused`` were refused at the door and never delivered; ``cancelled``,
    ``expired`` and ``returned`` are so now. ``minutes`` counts those that were confirmed by how
    long it took (``coarse_minutes``), but those that were confirmed as they were written down.
    Cities are called what the customers called them.
    """

    orders: int = 0
    placed: int = 0
    revenue: int = 0
    confirmed: int = 0
    shipped: int = 0
    delivered: int = 0
    refused: int = 0
    cancelled: int = 0
    expired: int = 0
    returned: int = 0
    cities: Mapping[str, CitySales] = field(default_factory=dict)
    products: Mapping[str, ProductSales] = field(default_factory=dict)
    minutes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """
    The days from ``first`` to ``last`` and as many before, by the clock of the store.

    A day that has none is not among ``days``.
    """

    first: date
    last: date
    currency: str
    time_zone: str
    days: Mapping[date, DaySales]


class SalesViews(Protocol):
    """What a store has sold."""

    async def sales(
        self,
        merchant_id: MerchantId,
        first: date | None,
        last: date | None,
        days: int,
        now: datetime,
        /,
    ) -> Sales:
        """
        Without ``last`` it ends today, without ``first`` it has so many ``days``.

        Beyond :data:`MOST_DAYS`, or if it ends before it begins, no days are told.
        """
        ...

    async def titles(
        self, merchant_id: MerchantId, product_ids: Sequence[ProductId], /
    ) -> Mapping[ProductId, str]:
        """What the merchant's own of these products are called."""
        ...
