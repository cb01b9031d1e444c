"""Where the stock is not what the books say."""

from typing import Any

import sqlalchemy as sa

from marketplace.domain.orders import PROMISED

from .tables import order_lines, orders, stock_movements, variants


def _sum(column: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(sa.func.coalesce(sa.func.sum(column), sa.literal_column("0"))).where(*where)


def drifting(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The variants, of those that are meant, whose columns, ledger and orders do not agree."""
    mine = stock_movements.c.variant_id == variants.c.id
    statuses = sa.literal_column("'{" + ",".join(sorted(PROMISED)) + "}'", sa.ARRAY(sa.Text))
    books = sa.select(
        variants.c.product_id,
        variants.c.id.label("variant_id"),
        variants.c.on_hand,
        variants.c.reserved,
        _sum(stock_movements.c.on_hand, mine).scalar_subquery().label("ledger_on_hand"),
        _sum(stock_movements.c.reserved, mine).scalar_subquery().label("ledger_reserved"),
        _sum(
            order_lines.c.quantity,
            order_lines.c.variant_id == variants.c.id,
            order_lines.c.tracked,
            order_lines.c.order_id == orders.c.id,
            orders.c.status == sa.any_(statuses),
        )
        .scalar_subquery()
        .label("promised"),
    ).where(*which)
    seen = books.subquery()
    return (
        sa.select(seen)
        .where(
            sa.or_(
                seen.c.on_hand != seen.c.ledger_on_hand,
                seen.c.reserved != seen.c.ledger_reserved,
                seen.c.reserved != seen.c.promised,
            )
        )
        .order_by(seen.c.product_id, seen.c.variant_id)
    )
