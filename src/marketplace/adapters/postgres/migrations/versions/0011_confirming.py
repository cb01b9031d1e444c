"""Every attempt to confirm an order is written down, and what nobody confirms expires."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("orders", sa.Column("confirmation__attempts", JSONB, server_default="[]"))
    op.add_column("orders", sa.Column("confirm_by", Time))
    # Whatever waits gets its whole time once more: nobody was told that it ran.
    op.execute(
        """
        UPDATE orders SET confirm_by = greatest(placed_at, now())
            + merchants.confirm_within_hours * interval '1 hour'
        FROM merchants WHERE merchants.id = orders.merchant_id
        """
    )
    for name in ("confirmation__attempts", "confirm_by"):
        op.alter_column("orders", name, nullable=False, server_default=None)
    op.create_index(
        "ix_orders_overdue",
        "orders",
        ["confirm_by"],
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index("ix_orders_overdue", "orders")
    op.drop_column("orders", "confirm_by")
    op.drop_column("orders", "confirmation__attempts")
