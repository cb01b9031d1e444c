"""An admin can take a product down, and none that is down is on sale."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("products", sa.Column("takedown__at", sa.DateTime(timezone=True)))
    op.add_column("products", sa.Column("takedown__reason", sa.Text))
    op.add_column("products", sa.Column("takedown__was_on_sale", sa.Boolean))
    # A server that is not yet this one is kept from putting back what is down. This and the index
    # look at every product there is, which takes a second or so for a million.
    op.create_check_constraint(
        op.f("ck_products_taken_down"),
        "products",
        "takedown__at IS NULL OR status <> 'active'",
    )
    op.create_index(
        "ix_products_taken_down",
        "products",
        ["id"],
        postgresql_where=sa.text("takedown__at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_products_taken_down", "products")
    op.drop_constraint("ck_products_taken_down", "products")
    for name in ("takedown__was_on_sale", "takedown__reason", "takedown__at"):
        op.drop_column("products", name)
