"""
What a store has sold, added up by day.

What became of a day is kept once it was added up, with the number of its orders and of their
changes. Both only grow, so while they are the same nothing has changed: what was kept is exact, or
it is made anew.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from psycopg.rows import tuple_row

from marketplace.application import ports
from marketplace.application.ports import MOST_DAYS, DaySales, Sales
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import ProductId

from ..faults import translated
from ..statements import compiled, given, one_of
from ..tables import products
from .reading import Reading

_AT_ONCE = 20_000
"""Orders of days that are added up by one statement."""
_KIND = "2"
"""Of what is kept of a day; another one is not understood any more."""

# One statement, and too long for anything but itself. Bounds of days are worked out first, so that
# the orders of a day are a stretch of an index; nothing is read of those that are known.
_SALES = b"""
WITH clock AS MATERIALIZED (
    SELECT id, time_zone, currency, %(kind)s || ' ' || time_zone || ' ' || currency AS kind,
        coalesce(%(last)s::date, timezone(time_zone, %(now)s::timestamptz)::date) AS last
    FROM merchants WHERE id = %(merchant)s
), period AS MATERIALIZED (
    SELECT *, coalesce(%(first)s::date, last - (%(days)s::int - 1)) AS first FROM clock
), midnights AS (
    SELECT day::date, timezone(time_zone, day) AS midnight, time_zone
    FROM period, generate_series(
        (first - (last - first + 1))::timestamp, (last + 1)::timestamp, interval '1 day') AS day
    WHERE last - first BETWEEN 0 AND %(most)s::int - 1
), bounds AS (
    SELECT day, CASE WHEN timezone(time_zone, midnight - interval '1 hour')::date = day
        THEN midnight - interval '1 hour' ELSE midnight END AS begins
    FROM midnights
), days AS MATERIALIZED (
    SELECT day, begins, ends, counted.orders, counted.versions
    FROM (SELECT day, begins, lead(begins) OVER (ORDER BY day) AS ends FROM bounds) AS bounded,
    LATERAL (
        SELECT count(*) AS orders, coalesce(sum(version), 0)::bigint AS versions
        FROM orders
        WHERE merchant_id = %(merchant)s AND placed_at >= begins AND placed_at < ends
    ) AS counted
    WHERE ends IS NOT NULL AND counted.orders > 0
), known AS MATERIALIZED (
    SELECT days.*, kept.sales
    FROM days CROSS JOIN period LEFT JOIN order_days AS kept
        ON kept.merchant_id = period.id AND kept.day = days.day AND kept.kind = period.kind
        AND kept.orders = days.orders AND kept.versions = days.versions
), stale AS MATERIALIZED (
    SELECT * FROM (
        SELECT day, begins, ends, orders, versions,
            sum(orders) OVER (ORDER BY day) - orders AS before
        FROM known WHERE sales IS NULL) AS unknown
    WHERE before < %(at_once)s
), made AS MATERIALIZED (
    SELECT stale.day, stale.orders, stale.versions, summed.sales
    FROM stale CROSS JOIN period, LATERAL (
        WITH fates AS MATERIALIZED (
            SELECT orders.id, orders.status, orders.customer__city AS city, reached.*,
                reached.has_refused AND NOT reached.delivered AS refused,
                orders.currency = period.currency AS counts,
                orders.total__minor AS total,
                coalesce(orders.discount__minor, 0) AS discount,
                CASE WHEN orders.payment_status IN ('collected', 'partially_refunded')
                    THEN orders.amount_collected__minor
                        - coalesce(orders.amount_refunded__minor, 0) END AS collected,
                CASE WHEN reached.confirmed_at > orders.placed_at
                    OR reached.confirmed_at IS NOT NULL AND orders.source = 'storefront'
                    THEN greatest(floor(
                    extract(epoch FROM reached.confirmed_at - orders.placed_at) / 60), 0)::int END
                    AS minutes
            FROM orders, LATERAL (
                SELECT
                    bool_or(status IN ('confirmed', 'preparing', 'shipped', 'delivered',
                        'delivery_failed', 'returned')) AS confirmed,
                    bool_or(status IN ('shipped', 'delivered', 'delivery_failed', 'returned'))
                        AS shipped,
                    bool_or(status = 'delivered') AS delivered,
                    bool_or(status = 'delivery_failed' AND reason = 'refused') AS has_refused,
                    min(at) FILTER (WHERE status = 'confirmed') AS confirmed_at
                FROM order_timeline WHERE order_id = orders.id
            ) AS reached
            WHERE orders.merchant_id = %(merchant)s
                AND orders.placed_at >= stale.begins AND orders.placed_at < stale.ends
        ), sold AS (
            SELECT fates.*, line.product_id, line.units, line.cost,
                CASE WHEN counts AND status = 'delivered' THEN coalesce(div(
                    2 * collected * cost * (goods - discount) + goods * total,
                    nullif(2 * goods * total, 0)), 0) ELSE 0 END AS earned
            FROM fates, LATERAL (
                SELECT product_id, sum(quantity) AS units,
                    sum(quantity * unit_price__minor) AS cost,
                    sum(sum(quantity * unit_price__minor)) OVER () AS goods
                FROM order_lines WHERE order_id = fates.id GROUP BY product_id OFFSET 0
            ) AS line
        )
        SELECT jsonb_build_object(
            'orders', count(*),
            'placed', coalesce(sum(total) FILTER (WHERE counts), 0),
            'revenue', coalesce(sum(collected) FILTER (WHERE counts), 0),
            'confirmed', count(*) FILTER (WHERE confirmed),
            'shipped', count(*) FILTER (WHERE shipped),
            'delivered', count(*) FILTER (WHERE delivered),
            'refused', count(*) FILTER (WHERE refused),
            'cancelled', count(*) FILTER (WHERE status = 'cancelled'),
            'expired', count(*) FILTER (WHERE status = 'expired'),
            'returned', count(*) FILTER (WHERE status = 'returned'),
            'cities', (
                SELECT jsonb_object_agg(city, told) FROM (
                    SELECT city, jsonb_build_array(
                        count(*), count(*) FILTER (WHERE shipped),
                        count(*) FILTER (WHERE delivered), count(*) FILTER (WHERE refused)) AS told
                    FROM fates GROUP BY city) AS by_city),
            'products', (
                SELECT jsonb_object_agg(product_id, told) FROM (
                    SELECT product_id, jsonb_build_array(
                        count(*), count(*) FILTER (WHERE shipped),
                        count(*) FILTER (WHERE delivered), count(*) FILTER (WHERE refused),
                        sum(units), coalesce(sum(cost) FILTER (WHERE counts), 0),
                        coalesce(sum(units) FILTER (WHERE status = 'delivered'), 0),
                        sum(earned)
                    ) AS told
                    FROM sold GROUP BY product_id) AS by_product),
            'minutes', (
                SELECT coalesce(jsonb_object_agg(took, number), '{}') FROM (
                    SELECT minutes - minutes %% CASE WHEN minutes < 120 THEN 1
                        WHEN minutes < 1440 THEN 5 ELSE 30 END AS took, count(*) AS number
                    FROM fates WHERE minutes IS NOT NULL GROUP BY took) AS by_minutes)
        ) AS sales FROM fates
    ) AS summed
), stored AS (
    INSERT INTO order_days (merchant_id, day, kind, orders, versions, sales)
    SELECT period.id, day, kind, orders, versions, sales FROM made CROSS JOIN period ORDER BY day
    ON CONFLICT (merchant_id, day) DO UPDATE SET kind = excluded.kind,
        orders = excluded.orders, versions = excluded.versions, sales = excluded.sales
)
SELECT first, last, currency, time_zone,
    (SELECT count(*) FROM known WHERE sales IS NULL) - (SELECT count(*) FROM stale) AS missing,
    (SELECT coalesce(json_object_agg(day, sales), '{}')::text FROM (
        SELECT day, sales FROM known WHERE sales IS NOT NULL
        UNION ALL SELECT day, sales FROM made) AS every) AS days
FROM period
"""

_FIXED = {"kind": _KIND, "most": MOST_DAYS, "at_once": _AT_ONCE}
_TITLES = compiled(
    sa.select(products.c.id, products.c.title).where(
        products.c.merchant_id == given("merchant", sa.Uuid), one_of(products.c.id, "ids")
    )
)


_DAYS = msgspec.json.Decoder(dict[date, DaySales])


class PostgresSalesViews(Reading, ports.SalesViews):
    async def sales(
        self,
        merchant_id: MerchantId,
        first: date | None,
        last: date | None,
        days: int,
        now: datetime,
        /,
    ) -> Sales:
        asked = {"merchant": merchant_id, "first": first, "last": last, "days": days, "now": now}
        while True:
            first_day, last_day, currency, zone, missing, told = await self._told(asked)
            if not missing:
                return Sales(
                    first=first_day,
                    last=last_day,
                    currency=currency,
                    time_zone=zone,
                    days=_DAYS.decode(told),
                )

    async def _told(self, asked: Mapping[str, object]) -> tuple[Any, ...]:
        with translated():
            async with (
                self._pool.connection() as connection,
                connection.cursor(row_factory=tuple_row) as cursor,
            ):
                await cursor.execute(_SALES, {**_FIXED, **asked})
                [row] = await cursor.fetchall()
                return row

    async def titles(
        self, merchant_id: MerchantId, product_ids: Sequence[ProductId], /
    ) -> Mapping[ProductId, str]:
        rows = await self._rows(_TITLES, merchant=merchant_id, ids=list(product_ids))
        return {ProductId(row["id"]): row["title"] for row in rows}
