"""Orders are found by number, phone and name, listed by time, and added up by day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"

# Inlined wherever it stands, because it is SQL and nothing but an expression. Orders of before have
# no keywords, nor have those of a server that is not yet this one: theirs are found here.
_WORDS = """
CREATE FUNCTION order_words(merchant uuid, keywords text, name text, city text, phone text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(string_to_array(
    right(merchant::text, 8) || replace(
        coalesce(keywords, search_fold(name) || ' @' || replace(search_fold(city), ' ', ''))
            || ' #' || reverse(substr(phone, 2)),
        ' ', ' ' || right(merchant::text, 8)),
    ' '))
"""


def upgrade() -> None:
    op.add_column("orders", sa.Column("keywords", sa.Text))
    op.execute(_WORDS)
    op.create_index(
        "ix_orders_words",
        "orders",
        [
            sa.text(
                "order_words(merchant_id, keywords, customer__name, customer__city,"
                " customer__phone)"
            )
        ],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_orders_merchant_id_placed_at_id",
        "orders",
        ["merchant_id", "placed_at", "id"],
        postgresql_include=["version"],
    )
    op.create_index(
        "ix_orders_merchant_id_status_payment_status_placed_at_id",
        "orders",
        ["merchant_id", "status", "payment_status", "placed_at", "id"],
    )
    op.drop_index("ix_orders_merchant_id_id", "orders")
    op.drop_index("ix_orders_merchant_id_status_id", "orders")
    op.create_table(
        "order_days",
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("orders", sa.BigInteger, nullable=False),
        sa.Column("versions", sa.BigInteger, nullable=False),
        sa.Column("sales", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "day", name="pk_order_days"),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_order_days_merchant_id"
        ),
    )


def downgrade() -> None:
    op.drop_table("order_days")
    op.create_index("ix_orders_merchant_id_status_id", "orders", ["merchant_id", "status", "id"])
    op.create_index("ix_orders_merchant_id_id", "orders", ["merchant_id", "id"])
    op.drop_index("ix_orders_merchant_id_status_payment_status_placed_at_id", "orders")
    op.drop_index("ix_orders_merchant_id_placed_at_id", "orders")
    op.drop_index("ix_orders_words", "orders")
    op.execute("DROP FUNCTION order_words(uuid, text, text, text, text)")
    op.drop_column("orders", "keywords")
