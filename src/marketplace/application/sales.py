"""What a store has sold in some days, and what became of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from operator import add
from typing import Any, Generic, TypeVar
from uuid import UUID

from marketplace.domain.accounts import Actor
from marketplace.domain.delivery import city_key
from marketplace.domain.errors import FieldProblem, Form, InvalidFields
from marketplace.domain.products import ProductId
from marketplace.domain.sales import percentile, share

from .merchants import selling
from .orders.finding import BeginsAfterToday, EndsBeforeItBegins, TooManyDays, parse_day
from .ports import MOST_DAYS, CitySales, Clock, DaySales, ProductSales, Sales, Views

Group = TypeVar("Group", CitySales, ProductSales)

SHOWN = 30
"""Days, where nobody says how many."""
MOST_TOLD = 20
"""Cities, and products, that are told one by one."""
TOP = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesPeriod:
    """Some days added up. Money is in minor units; see :class:`DaySales` for what is what."""

    first: date
    last: date
    sums: DaySales

    @property
    def average_basket(self) -> int | None:
        sums = self.sums
        return (2 * sums.placed + sums.orders) // (2 * sums.orders) if sums.orders else None

    @property
    def rates(self) -> Mapping[str, float | None]:
        """Parts of what was placed; of what was shipped for deliveries and refusals."""
        sums = self.sums
        return {
            "confirmed": share(sums.confirmed, sums.orders),
            "cancelled": share(sums.cancelled, sums.orders),
            "expired": share(sums.expired, sums.orders),
            "shipped": share(sums.shipped, sums.orders),
            "delivered": share(sums.delivered, sums.shipped),
            "refused": share(sums.refused, sums.shipped),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Generic[Group]):
    """A city or a product, and what became of its orders."""

    key: str
    name: str
    sales: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesReport:
    """All of it; ``days`` are those of the period, also the ones without an order."""

    currency: str
    time_zone: str
    period: SalesPeriod
    before: SalesPeriod
    days: Sequence[tuple[date, DaySales]]
    median_minutes: int | None
    slow_minutes: int | None
    top_products: Sequence[Told[ProductSales]]
    refused_products: Sequence[Told[ProductSales]]
    cities: Sequence[Told[CitySales]]


@dataclass(frozen=True, slots=True)
class SalesService:
    """What a store has sold, for its merchant."""

    views: Views
    clock: Clock

    async def report(self, acting: Actor, since: str = "", until: str = "") -> SalesReport:
        """Of up to 366 days by the clock of the store; of the last thirty if none are said."""
        merchant_id = selling(acting)
        with Form() as form:
            first = form.read("from", parse_day, since) if since else None
            last = form.read("to", parse_day, until) if until else None
        now = self.clock.now()
        sales = await self.views.sales(merchant_id, first, last, SHOWN, now)
        length = (sales.last - sales.first).days + 1
        if length < 1 and last is None:
            late = BeginsAfterToday(today=sales.last.isoformat())
            raise InvalidFields(FieldProblem("from", late.code, late.facts))
        if length < 1:
            raise InvalidFields(FieldProblem("to", EndsBeforeItBegins.code, {}))
        if length > MOST_DAYS:
            raise InvalidFields(FieldProblem("from", TooManyDays.code, {"at_most": MOST_DAYS}))
        days = [sales.first + timedelta(days=each) for each in range(-length, length)]
        told = [sales.days.get(day, DaySales()) for day in days]
        period = SalesPeriod(first=sales.first, last=sales.last, sums=_sum(told[length:]))
        products = _grouped(told[length:], lambda day: day.products, ProductSales, str)
        top = _most(products, lambda each: (each.units, each.placed), TOP)
        refused = _most(products, lambda each: (each.refused, each.shipped), MOST_TOLD, "refused")
        ids = [ProductId(UUID(key)) for key in {**dict(top), **dict(refused)}]
        titles = await self.views.titles(merchant_id, ids) if ids else {}
        names = {str(each): title for each, title in titles.items()}
        minutes = {int(each): number for each, number in period.sums.minutes.items()}
        return SalesReport(
            currency=sales.currency,
            time_zone=sales.time_zone,
            period=period,
            before=_before(sales, told[:length]),
            days=list(zip(days[length:], told[length:], strict=True)),
            median_minutes=percentile(minutes, 0.5),
            slow_minutes=percentile(minutes, 0.9),
            top_products=_named(top, names),
            refused_products=_named(refused, names),
            cities=_cities(told[length:]),
        )


def _before(sales: Sales, told: Sequence[DaySales]) -> SalesPeriod:
    last = sales.first - timedelta(days=1)
    return SalesPeriod(first=last - (sales.last - sales.first), last=last, sums=_sum(told))


_COUNTED = [each.name for each in fields(DaySales) if each.type in (int, "int")]


def _sum(days: Iterable[DaySales]) -> DaySales:
    sums, minutes = Counter[str](), Counter[str]()
    for day in days:
        sums.update({name: getattr(day, name) for name in _COUNTED})
        minutes.update(day.minutes)
    known: dict[str, Any] = dict(sums)
    return DaySales(**known, minutes=minutes)


def _grouped(
    days: Iterable[DaySales],
    of: Callable[[DaySales], Mapping[str, Group]],
    kind: type[Group],
    key: Callable[[str], str],
) -> dict[str, Group]:
    sums: dict[str, Iterable[int]] = {}
    for day in days:
        for said, group in of(day).items():
            name = key(said)
            sums[name] = list(map(add, sums[name], group)) if name in sums else group
    return {each: kind(*values) for each, values in sums.items()}


def _most(
    groups: Mapping[str, Group],
    by: Callable[[Group], tuple[int, ...]],
    at_most: int,
    which: str = "orders",
) -> list[tuple[str, Group]]:
    some = (each for each in groups.items() if getattr(each[1], which))
    return sorted(some, key=lambda each: (*(-value for value in by(each[1])), each[0]))[:at_most]


def _named(groups: Iterable[tuple[str, Group]], names: Mapping[str, str]) -> list[Told[Group]]:
    return [Told(key=key, name=names.get(key, ""), sales=sales) for key, sales in groups]


def _cities(days: Sequence[DaySales]) -> list[Told[CitySales]]:
    """Spelt alike or not, a city is one, and called as most call it."""
    called: dict[str, Counter[str]] = {}
    for day in days:
        for said, group in day.cities.items():
            called.setdefault(city_key(said), Counter())[said] += group.orders
    names = {
        key: min((-number, said) for said, number in each.items())[1]
        for key, each in called.items()
    }
    keys = {said: key for key, each in called.items() for said in each}
    groups = _grouped(days, lambda day: day.cities, CitySales, keys.__getitem__)
    return _named(_most(groups, lambda each: (each.orders,), MOST_TOLD), names)
