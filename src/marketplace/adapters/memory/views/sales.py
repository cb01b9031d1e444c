"""What a store has sold."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from marketplace.application import ports
from marketplace.application.ports import MOST_DAYS, CitySales, DaySales, ProductSales, Sales
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.orders import Order, OrderSource, OrderStatus, PaymentStatus
from marketplace.domain.products import ProductId
from marketplace.domain.sales import coarse_minutes, earned

from .clocks import shown_at
from .reading import Reading

_S = OrderStatus
_SINCE_CONFIRMED = {
    _S.CONFIRMED,
    _S.PREPARING,
    _S.SHIPPED,
    _S.DELIVERED,
    _S.DELIVERY_FAILED,
    _S.RETURNED,
}
_SINCE_SHIPPED = {_S.SHIPPED, _S.DELIVERED, _S.DELIVERY_FAILED, _S.RETURNED}


class MemorySalesViews(Reading, ports.SalesViews):
    async def sales(
        self,
        merchant_id: MerchantId,
        first: date | None,
        last: date | None,
        days: int,
        now: datetime,
        /,
    ) -> Sales:
        store: Merchant = self._store.entities[Merchant, merchant_id]
        last = last or shown_at(now, store.time_zone).date()
        first = first or last - timedelta(days=days - 1)
        length = (last - first).days + 1
        by_day: dict[date, list[Order]] = {}
        for each in self._store.all_of(Order) if 1 <= length <= MOST_DAYS else ():
            day = shown_at(each.placed_at, store.time_zone).date()
            if each.merchant_id == merchant_id and -length <= (day - first).days < length:
                by_day.setdefault(day, []).append(each)
        return Sales(
            first=first,
            last=last,
            currency=store.currency,
            time_zone=store.time_zone,
            days={day: _of_day(orders, store.currency) for day, orders in by_day.items()},
        )

    async def titles(
        self, merchant_id: MerchantId, product_ids: Sequence[ProductId], /
    ) -> Mapping[ProductId, str]:
        own = self._products_of(merchant_id)
        return {each.id: each.title for each in own if each.id in product_ids}


def _of_day(orders: Iterable[Order], currency: str) -> DaySales:
    day, minutes = dict[str, int](), dict[str, int]()
    cities, products = dict[str, dict[str, int]](), dict[str, dict[str, int]]()
    for order in orders:
        reached = {each.status for each in order.timeline}
        counts = order.currency == currency
        fate: dict[str, int] = {
            "orders": 1,
            "shipped": bool(reached & _SINCE_SHIPPED),
            "delivered": _S.DELIVERED in reached,
            "refused": order.was_refused,
        }
        collected = order.amount_left.minor
        kept = order.payment_status in (PaymentStatus.COLLECTED, PaymentStatus.PARTIALLY_REFUNDED)
        _add(
            day,
            **fate,
            placed=counts and order.total.minor,
            revenue=counts and kept and collected,
            confirmed=bool(reached & _SINCE_CONFIRMED),
            cancelled=order.status is _S.CANCELLED,
            expired=order.status is _S.EXPIRED,
            returned=order.status is _S.RETURNED,
        )
        _add(cities.setdefault(order.customer.city, {}), **fate)
        for product_id in {line.product_id for line in order.lines}:
            lines = [line for line in order.lines if line.product_id == product_id]
            units = sum(line.quantity for line in lines)
            cost = sum(line.total.minor for line in lines) if counts else 0
            has = order.status is _S.DELIVERED
            _add(
                products.setdefault(str(product_id), {}),
                **fate,
                units=units,
                placed=cost,
                delivered_units=has and units,
                revenue=has
                and earned(
                    collected if counts and kept else 0,
                    sum(line.total.minor for line in lines),
                    goods=order.subtotal.minor,
                    discount=order.discount.minor if order.discount else 0,
                    total=order.total.minor,
                ),
            )
        asked = [each.at for each in order.timeline if each.status is _S.CONFIRMED]
        # What was confirmed as it was written down has never waited.
        if asked and (order.source is OrderSource.STOREFRONT or asked[0] > order.placed_at):
            _add(minutes, **{str(coarse_minutes(asked[0] - order.placed_at)): 1})
    return DaySales(
        **day,
        cities={city: CitySales(**each) for city, each in cities.items()},
        products={product: ProductSales(**each) for product, each in products.items()},
        minutes=minutes,
    )


def _add(to: dict[str, int], **more: int) -> None:
    for name, number in more.items():
        to[name] = to.get(name, 0) + int(number)
