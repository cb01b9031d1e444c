"""The platform as a whole."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import AnnouncementView, Page, Paging, Statistics
from marketplace.domain.audit import AuditEntry
from marketplace.domain.notifications import Topic
from marketplace.domain.orders import EARNING
from marketplace.domain.products import ProductStatus

from ..rows import document, from_row
from ..statements import compiled, given, shown
from ..tables import (
    Time,
    announcements,
    audit_entries,
    merchants,
    notifications,
    orders,
    products,
)
from .reading import Reading, newest_first, tally


def _ranking(rows: sa.Select[*tuple[Any, ...]]) -> sa.ColumnElement[Any]:
    """The rows of an ordered query as a JSON list."""
    each = rows.subquery()
    ranking = sa.func.json_agg(document(each.c))
    return sa.select(sa.func.coalesce(ranking, sa.literal_column("'[]'"))).scalar_subquery()


_reached = (
    sa.select(
        sa.func.count().label("received"), sa.func.count(notifications.c.read_at).label("read")
    )
    .where(
        notifications.c.topic == sa.literal_column(f"'{Topic.ANNOUNCEMENT}'"),
        notifications.c.subject_id == announcements.c.id,
    )
    .lateral("reached")
)
_ANNOUNCEMENTS = compiled(
    newest_first(
        sa.select(*shown(announcements, "announcement__"), *_reached.c).join_from(
            announcements, _reached, sa.true()
        ),
        announcements,
    )
)

_AUDIT_ENTRIES = compiled(newest_first(sa.select(*shown(audit_entries)), audit_entries))

_EARNING: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{each}'") for each in sorted(EARNING)]
_collected = sa.case(
    (
        orders.c.payment_status.in_(_EARNING),
        orders.c.amount_collected__minor - orders.c.amount_refunded__minor,
    )
)
# Grouped by what has few values, so that all orders are counted as they are read.
_counted = (
    sa.select(
        orders.c.status,
        orders.c.currency,
        sa.func.count().label("orders"),
        sa.func.sum(_collected).label("revenue"),
    )
    .group_by(orders.c.status, orders.c.currency)
    .cte("counted")
    .prefix_with("MATERIALIZED")
)
_day = sa.cast(sa.func.timezone("UTC", orders.c.placed_at), sa.Date)
_lately = (
    sa.select(
        _day.label("day"),
        orders.c.currency,
        sa.func.count().label("orders"),
        sa.func.sum(_collected).label("revenue"),
    )
    .where(orders.c.placed_at >= given("since", Time))
    .group_by(_day, orders.c.currency)
    .cte("lately")
    .prefix_with("MATERIALIZED")
)
_every_day = sa.select(
    sa.cast(
        sa.func.generate_series(
            sa.cast(sa.func.timezone("UTC", given("since", Time)), sa.Date),
            sa.cast(sa.func.timezone("UTC", given("until", Time)), sa.Date),
            sa.literal_column("interval '1 day'"),
        ),
        sa.Date,
    ).label("day")
).subquery("every_day")
_on_day = (
    sa.select(sa.func.coalesce(sa.func.sum(_lately.c.orders), 0))
    .where(_lately.c.day == _every_day.c.day)
    .scalar_subquery()
)
_revenue_on_day = (
    sa.select(
        sa.func.coalesce(
            sa.func.json_object_agg(_lately.c.currency, _lately.c.revenue),
            sa.literal_column("'{}'"),
        )
    )
    .where(_lately.c.day == _every_day.c.day, _lately.c.revenue > 0)
    .scalar_subquery()
)
# A store numbers its orders without a gap, so its next number tells how many it has had.
_had = (merchants.c.next_order_number - sa.literal_column("1001")).label("orders")
_STATISTICS = compiled(
    sa.select(
        tally(merchants.c.status, sa.func.count()).label("merchants"),
        sa.select(sa.func.count())
        .where(products.c.status != ProductStatus.ARCHIVED)
        .select_from(products)
        .scalar_subquery()
        .label("products"),
        tally(_counted.c.status, sa.func.sum(_counted.c.orders)).label("orders"),
        tally(
            sa.case((_counted.c.revenue.is_not(None), _counted.c.currency)),
            sa.func.sum(_counted.c.revenue),
        ).label("revenue"),
        _ranking(
            sa.select(
                _every_day.c.day, _on_day.label("orders"), _revenue_on_day.label("revenue")
            ).order_by(_every_day.c.day)
        ).label("by_day"),
        _ranking(
            sa.select(
                merchants.c.id.label("merchant_id"), merchants.c.username, merchants.c.name, _had
            )
            .where(_had > 0)
            .order_by(_had.desc(), merchants.c.id)
            .limit(10)
        ).label("top_stores"),
    )
)


class PostgresAdminViews(Reading, ports.AdminViews):
    async def announcements(self, paging: Paging, /) -> Page[AnnouncementView]:
        return await self._page(_ANNOUNCEMENTS, AnnouncementView, paging)

    async def audit_entries(self, paging: Paging, /) -> Page[AuditEntry]:
        return await self._page(_AUDIT_ENTRIES, AuditEntry, paging)

    async def statistics(self, since: datetime, until: datetime, /) -> Statistics:
        [row] = await self._rows(_STATISTICS, since=since, until=until)
        return from_row(row, Statistics)
