"""Orders by hand: where they came from, what is noted of them, their edits and their refunds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"

_NEW = {
    "orders": {"source": "'storefront'", "merchant_note": "''", "refunds": "'[]'"},
    "order_timeline": {"event": "'moved'", "changes": "'[]'"},
}
_LISTS = ("refunds", "changes")


def upgrade() -> None:
    for table, columns in _NEW.items():
        for name, meant in columns.items():
            kind = JSONB if name in _LISTS else sa.Text
            # A constant default touches no row that is there.
            column = sa.Column(name, kind, nullable=False, server_default=sa.text(meant))
            op.add_column(table, column)
            op.alter_column(table, name, server_default=None)
    op.add_column("orders", sa.Column("discount__minor", sa.BigInteger))
    op.add_column("orders", sa.Column("discount__currency", sa.String(3)))
    op.add_column("orders", sa.Column("amount_refunded__minor", sa.BigInteger))
    op.execute(
        "UPDATE orders SET amount_refunded__minor = 0 WHERE amount_collected__minor IS NOT NULL"
    )
    # Until now all of it was given back when a paid order came back, and nothing else ever was.
    op.execute(
        """
        UPDATE orders SET amount_refunded__minor = amount_collected__minor,
            refunds = jsonb_build_array(jsonb_build_object(
                'at', to_char(came_back.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                'amount', jsonb_build_object(
                    'minor', amount_collected__minor, 'currency', amount_collected__currency
                ),
                'reason', 'returned', 'note', '', 'by', came_back.by
            ))
        FROM (
            SELECT DISTINCT ON (order_id) order_id, at, by FROM order_timeline
            WHERE status = 'returned' ORDER BY order_id, position DESC
        ) AS came_back
        WHERE came_back.order_id = orders.id AND payment_status = 'refunded'
        """
    )


def downgrade() -> None:
    for name in ("amount_refunded__minor", "discount__currency", "discount__minor"):
        op.drop_column("orders", name)
    for table, columns in _NEW.items():
        for name in columns:
            op.drop_column(table, name)
