"""Stores say what delivery costs and whom they take no orders from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("merchants", sa.Column("delivery", JSONB))
    op.add_column("merchants", sa.Column("blocked_phone_policy", sa.Text, server_default="refuse"))
    op.alter_column("merchants", "blocked_phone_policy", nullable=False, server_default=None)
    op.add_column("orders", sa.Column("fees", JSONB, server_default="[]"))
    op.alter_column("orders", "fees", nullable=False, server_default=None)
    # What was ordered before is the double of nothing.
    op.add_column("orders", sa.Column("basket", sa.LargeBinary))
    op.create_index(
        "ix_orders_merchant_id_customer__phone_id",
        "orders",
        ["merchant_id", "customer__phone", "id"],
    )
    op.create_table(
        "blocked_phones",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", Time, nullable=False),
        sa.Column("lifted_at", Time),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_blocked_phones_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_blocked_phones"),
    )
    op.create_index(
        "ix_blocked_phones_merchant_id_phone_id", "blocked_phones", ["merchant_id", "phone", "id"]
    )
    op.create_index(
        "ix_blocked_phones_in_force",
        "blocked_phones",
        ["merchant_id", "id"],
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index(
        "uq_blocked_phones_phone",
        "blocked_phones",
        ["merchant_id", "phone"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("blocked_phones")
    op.drop_index("ix_orders_merchant_id_customer__phone_id", "orders")
    op.drop_column("orders", "basket")
    op.drop_column("orders", "fees")
    op.drop_column("merchants", "blocked_phone_policy")
    op.drop_column("merchants", "delivery")
