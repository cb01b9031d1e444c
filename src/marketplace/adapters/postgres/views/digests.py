"""How a day was, by the clock of the store: PostgreSQL knows them all."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import Digest, Morning
from marketplace.domain.merchants import MerchantId, MerchantNotFound, MerchantStatus
from marketplace.domain.orders import OrderStatus
from marketplace.domain.products import ProductStatus

from ..rows import from_row
from ..statements import compiled, given
from ..tables import Time, merchants, orders, products, variants
from .reading import Reading

_here = sa.func.timezone(merchants.c.time_zone, given("at", Time))
_MORNINGS = compiled(
    sa.select(
        merchants.c.id.label("merchant_id"),
        (sa.cast(_here, sa.Date) - sa.literal_column("1")).label("day"),
    )
    .where(
        merchants.c.status == MerchantStatus.ACTIVE,
        sa.extract("hour", _here) == given("hour", sa.Integer),
    )
    .order_by(merchants.c.id)
)

_day = given("day", sa.Date)


def _midnight(days: str) -> sa.ColumnElement[Any]:
    """When the day begins, or the next one, in time that is the same everywhere."""
    begins = sa.cast(_day, sa.DateTime) + sa.literal_column(f"interval '{days} day'")
    return sa.func.timezone(merchants.c.time_zone, begins)


_placed = (
    orders.c.merchant_id == merchants.c.id,
    orders.c.placed_at >= _midnight("0"),
    orders.c.placed_at < _midnight("1"),
)
_stands = sa.and_(
    *(
        orders.c.status != fallen
        for fallen in (OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.RETURNED)
    ),
    orders.c.currency == merchants.c.currency,
)
_low = (
    sa.select(
        sa.case(
            (
                sa.func.cardinality(variants.c.options) > 0,
                sa.func.concat(
                    products.c.title,
                    " (",
                    sa.func.array_to_string(variants.c.options, " / "),
                    ")",
                ),
            ),
            else_=products.c.title,
        ).label("name")
    )
    .join_from(products, variants, variants.c.product_id == products.c.id)
    .where(
        products.c.merchant_id == merchants.c.id,
        products.c.track_stock,
        products.c.status != ProductStatus.ARCHIVED,
        ~variants.c.retired,
        variants.c.on_hand - variants.c.reserved <= products.c.low_stock_at,
    )
    .order_by(products.c.id, variants.c.position)
    .correlate(merchants)
)
_all_low = _low.lateral("all_low")
_counted = sa.select(sa.func.count()).select_from(_all_low).scalar_subquery()
_some_low = _low.limit(10).lateral("some_low")
_named = sa.select(
    sa.func.coalesce(sa.func.json_agg(_some_low.c.name), sa.literal_column("'[]'"))
).scalar_subquery()
_DIGEST = compiled(
    sa.select(
        _day.label("day"),
        sa.select(sa.func.count())
        .select_from(orders)
        .where(*_placed)
        .correlate(merchants)
        .scalar_subquery()
        .label("orders"),
        sa.select(sa.func.coalesce(sa.func.sum(orders.c.total__minor), 0))
        .where(*_placed, _stands)
        .correlate(merchants)
        .scalar_subquery()
        .cast(sa.BigInteger)
        .label("worth"),
        sa.select(sa.func.count())
        .select_from(orders)
        .where(orders.c.merchant_id == merchants.c.id, orders.c.status == OrderStatus.PENDING)
        .correlate(merchants)
        .scalar_subquery()
        .label("to_confirm"),
        _counted.label("low"),
        _named.label("running_low"),
    ).where(merchants.c.id == given("merchant", sa.Uuid))
)


class PostgresDigestViews(Reading, ports.DigestViews):
    async def mornings(self, at: datetime, hour: int, /) -> tuple[Morning, ...]:
        rows = await self._rows(_MORNINGS, at=at, hour=hour)
        return tuple(from_row(row, Morning) for row in rows)

    async def digest(self, merchant_id: MerchantId, day: date, /) -> Digest:
        return await self._one(_DIGEST, Digest, MerchantNotFound, merchant=merchant_id, day=day)
