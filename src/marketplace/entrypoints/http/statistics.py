"""What a store has sold, over HTTP."""

from datetime import date
from typing import Annotated, Self, TypeAlias
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from marketplace.application.ports import CitySales, DaySales, ProductSales
from marketplace.application.sales import SalesPeriod, SalesReport, SalesService, Told
from marketplace.domain.money import decimal
from marketplace.domain.sales import share

from .shapes import Amount, Output, StrictRequest

SinceDay: TypeAlias = Annotated[
    str, QueryParameter(name="from", description="The first day (`2026-03-01`)")
]
UntilDay: TypeAlias = Annotated[str, QueryParameter(name="to", description="The last day; today")]


class FunnelOut(Output, frozen=True, kw_only=True):
    """
    Of the orders placed, how many were ever confirmed, shipped and delivered.

    ``refused`` were refused at the door and never delivered; ``cancelled``, ``expired`` and
    ``returned`` are so now.
    """

    placed: int
    confirmed: int
    shipped: int
    delivered: int
    refused: int
    cancelled: int
    expired: int
    returned: int


class RatesOut(Output, frozen=True, kw_only=True):
    """
    Parts of one, or null of none: of what was placed; ``delivered`` and ``refused`` of what was
    shipped.
    """

    confirmed: float | None
    cancelled: float | None
    expired: float | None
    shipped: float | None
    delivered: float | None
    refused: float | None


class PeriodOut(Output, frozen=True, kw_only=True):
    """
    What was placed in these days, and what has become of it until now.

    ``placed`` is the total of all orders; ``revenue`` is what was collected for them and not given
    back; ``average_basket`` is of those placed.
    """

    first: date
    last: date
    orders: int
    placed: Amount
    revenue: Amount
    average_basket: Amount | None
    funnel: FunnelOut
    rates: RatesOut

    @classmethod
    def of(cls, period: SalesPeriod, currency: str) -> Self:
        sums, basket = period.sums, period.average_basket
        return cls.told(
            period,
            sums,
            placed=_amount(sums.placed, currency),
            revenue=_amount(sums.revenue, currency),
            average_basket=None if basket is None else _amount(basket, currency),
            funnel=FunnelOut.told(sums, placed=sums.orders),
            rates=RatesOut(**period.rates),
        )


class SalesDayOut(Output, frozen=True, kw_only=True):
    day: date
    orders: int
    placed: Amount
    revenue: Amount
    delivered: int

    @classmethod
    def of(cls, day: date, sales: DaySales, currency: str) -> Self:
        return cls.told(
            sales,
            day=day,
            placed=_amount(sales.placed, currency),
            revenue=_amount(sales.revenue, currency),
        )


class CitySalesOut(Output, frozen=True, kw_only=True):
    """``refusal_rate`` is the part of what was shipped there that was refused."""

    city: str
    orders: int
    shipped: int
    delivered: int
    refused: int
    refusal_rate: float | None

    @classmethod
    def of(cls, told: Told[CitySales]) -> Self:
        sales = told.sales
        return cls.told(sales, city=told.name, refusal_rate=share(sales.refused, sales.shipped))


class ProductSalesOut(Output, frozen=True, kw_only=True):
    """
    ``placed`` is the price of all ``units``.

    ``revenue`` is the part of a product in what was collected for delivered orders and not given
    back: by its price, less its part of a discount, and without fees.
    """

    product_id: UUID
    title: str
    orders: int
    units: int
    placed: Amount
    delivered_units: int
    revenue: Amount
    shipped: int
    delivered: int
    refused: int
    refusal_rate: float | None

    @classmethod
    def of(cls, told: Told[ProductSales], currency: str) -> Self:
        sales = told.sales
        return cls.told(
            sales,
            product_id=UUID(told.key),
            title=told.name,
            placed=_amount(sales.placed, currency),
            revenue=_amount(sales.revenue, currency),
            refusal_rate=share(sales.refused, sales.shipped),
        )


class SalesOut(Output, frozen=True, kw_only=True):
    """
    Sales by the clock and in the currency of the store.

    Every number is about the orders that were placed in the period. ``before`` is as many days
    right before it. Half of what was confirmed took ``median`` minutes at most, nine tenths
    ``p90``: told by five minutes from two hours on, by thirty from a day on.
    """

    currency: str
    time_zone: str
    period: PeriodOut
    before: PeriodOut
    by_day: list[SalesDayOut]
    minutes_to_confirm: dict[str, int | None]
    top_products: list[ProductSalesOut]
    refusals_by_product: list[ProductSalesOut]
    by_city: list[CitySalesOut]

    @classmethod
    def of(cls, report: SalesReport) -> Self:
        currency = report.currency
        return cls(
            currency=currency,
            time_zone=report.time_zone,
            period=PeriodOut.of(report.period, currency),
            before=PeriodOut.of(report.before, currency),
            by_day=[SalesDayOut.of(day, sales, currency) for day, sales in report.days],
            minutes_to_confirm={"median": report.median_minutes, "p90": report.slow_minutes},
            top_products=[ProductSalesOut.of(each, currency) for each in report.top_products],
            refusals_by_product=[
                ProductSalesOut.of(each, currency) for each in report.refused_products
            ],
            by_city=[CitySalesOut.of(each) for each in report.cities],
        )


class StatisticsController(Controller):
    @get("/statistics")
    async def statistics(
        self,
        request: StrictRequest,
        sales: NamedDependency[SalesService],
        since: SinceDay = "",
        until: UntilDay = "",
    ) -> SalesOut:
        """
        See what the store has sold in some days, at most 366; else the last thirty.

        Days are those of the store's clock, both ends are included, and none is left out.
        """
        return SalesOut.of(await sales.report(request.user, since, until))


def _amount(minor: int, currency: str) -> Amount:
    # A sum may be larger than any amount.
    return Amount(decimal(minor, currency))
