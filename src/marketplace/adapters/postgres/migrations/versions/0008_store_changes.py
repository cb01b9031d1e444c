"""Every process hears of it when a store looks different."""

import sqlalchemy as sa
from alembic import op

from marketplace.adapters.postgres.tables import Xid8

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "store_changes",
        sa.Column("txid", Xid8(), nullable=False, server_default=sa.text("pg_current_xact_id()")),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
    )
    op.create_index("ix_store_changes_txid", "store_changes", ["txid"])


def downgrade() -> None:
    op.drop_table("store_changes")
