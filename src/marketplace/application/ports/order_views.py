"""What is asked of a merchant's orders, and what is shown of them beside the orders themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from marketplace.domain.merchants import Merchant
from marketplace.domain.orders import Order, OrderStatus, PaymentStatus, Sought


class OrderSort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSelection:
    """
    Which orders of a store, and in which order; what is None or empty plays no part.

    A day begins and ends by the clock of the store. What was placed at ``since``, or on it, is
    among them; a moment ``until`` is not, a day ``until`` is. ``city`` is ``city_words``: one of
    them.
    """

    statuses: tuple[OrderStatus, ...] = ()
    payment_statuses: tuple[PaymentStatus, ...] = ()
    sought: Sought | None = None
    city: tuple[str, ...] = ()
    since: date | datetime | None = None
    until: date | datetime | None = None
    sort: OrderSort = OrderSort.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedOrder:
    """An order, and what the clock of its store said when it was ``placed``."""

    order: Order
    placed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSlip:
    """What goes into the parcel: an order, its store, and what the clock there said."""

    order: Order
    store: Merchant
    placed: datetime


class CitySales(NamedTuple):
    """What became of the orders from a city; ``refused`` is of those that were ``shipped``."""

    orders: int = 0
    shipped: int = 0
    delivered: int = 0
    refused: int = 0


class ProductSales(NamedTuple):
    """
    What became of the orders that have a product.

    ``placed`` and ``revenue`` are the price of its ``units`` and of its ``delivered_units``, in
    minor units.
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
    long it took (``coarse_minutes``). Cities are called what the customers called them.
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
