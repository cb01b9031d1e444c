"""What came with the sheet of an export is found by it, so that it comes once."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    # No line has both yet: it is built over nothing, and takes part in no line of an order.
    op.create_index(
        "ix_stock_movements_imported",
        "stock_movements",
        ["variant_id", "reference"],
        postgresql_where=sa.text("reason = 'imported' AND reference IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_stock_movements_imported", "stock_movements")
