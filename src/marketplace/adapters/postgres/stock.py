"""Where the stock is not what the books say."""

from typing import Any

import sqlalchemy as sa

from marketplace.domain.orders import PROMISED

from .tables import order_lines, orders, stock_movements, variants


def drifting(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """
    The variants, of those that are meant, whose columns, ledger and orders do not agree.

    The ledger is summed once for all of them. No index leads from a variant to its orders, so the
    open orders of each of their stores are read, once.
    """
    meant = (
        sa.select(
            variants.c.merchant_id,
            variants.c.product_id,
            variants.c.id,
            variants.c.on_hand,
            variants.c.reserved,
        )
        .where(*which)
        .cte("meant")
    )
    ledger = (
        sa.select(
            meant.c.id,
            sa.func.sum(stock_movements.c.on_hand).label("on_hand"),
            sa.func.sum(stock_movements.c.reserved).label("reserved"),
        )
        .join_from(meant, stock_movements, stock_movements.c.variant_id == meant.c.id)
        .group_by(meant.c.id)
        .cte("ledger")
    )
    statuses = sa.literal_column("'{" + ",".join(sorted(PROMISED)) + "}'", sa.ARRAY(sa.Text))
    stores = sa.select(meant.c.merchant_id).distinct().cte("stores")
    theirs = (
        sa.select(order_lines.c.variant_id, sa.func.sum(order_lines.c.quantity).label("units"))
        .join_from(orders, order_lines, order_lines.c.order_id == orders.c.id)
        .where(
            orders.c.merchant_id == stores.c.merchant_id,
            orders.c.status == sa.any_(statuses),
            order_lines.c.tracked,
        )
        .group_by(order_lines.c.variant_id)
        .lateral("theirs")
    )
    promised = sa.select(theirs).join_from(stores, theirs, sa.true()).cte("promised")
    none: sa.ColumnElement[int] = sa.literal_column("0")
    on_hand = sa.func.coalesce(ledger.c.on_hand, none)
    reserved = sa.func.coalesce(ledger.c.reserved, none)
    units = sa.func.coalesce(promised.c.units, none)
    told: list[sa.ColumnElement[Any]] = [
        meant.c.product_id,
        meant.c.id.label("variant_id"),
        meant.c.on_hand,
        meant.c.reserved,
        on_hand.label("ledger_on_hand"),
        reserved.label("ledger_reserved"),
        units.label("promised"),
    ]
    return (
        sa.select(*told)
        .select_from(meant)
        .outerjoin(ledger, ledger.c.id == meant.c.id)
        .outerjoin(promised, promised.c.variant_id == meant.c.id)
        .where(
            sa.or_(
                meant.c.on_hand != on_hand, meant.c.reserved != reserved, meant.c.reserved != units
            )
        )
        .order_by(meant.c.product_id, meant.c.id)
    )
