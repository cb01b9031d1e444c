"""More than one link may lead to an order."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "order_links",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_order_links"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_links_order_id"),
    )
    op.create_index("ix_order_links_order_id", "order_links", ["order_id"])


def downgrade() -> None:
    op.drop_table("order_links")
