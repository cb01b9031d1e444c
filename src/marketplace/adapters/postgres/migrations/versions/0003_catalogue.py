"""Products come in variants and stand on shelves, and every unit that moves is written down."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_categories_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("merchant_id", "slug", name="uq_categories_merchant_id_slug"),
    )
    op.create_index(
        "uq_categories_name", "categories", ["merchant_id", sa.text("lower(name)")], unique=True
    )
    _products()
    _variants()
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("variant_id", sa.Uuid, nullable=False),
        sa.Column("on_hand", sa.Integer, nullable=False),
        sa.Column("reserved", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reference", sa.Uuid),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.Uuid),
        sa.Column("at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name="fk_stock_movements_variant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stock_movements"),
    )
    op.create_index("ix_stock_movements_variant_id_id", "stock_movements", ["variant_id", "id"])
    op.execute(
        """
        INSERT INTO stock_movements (id, variant_id, on_hand, reserved, reason, note, at)
        SELECT uuidv7(), id, on_hand, reserved, 'initial', '', now() FROM variants
        WHERE on_hand <> 0 OR reserved <> 0
        """
    )
    op.execute(
        """
        CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_movements
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
    )
    op.add_column("order_lines", sa.Column("variant", sa.Text, nullable=False, server_default=""))
    op.add_column(
        "order_lines", sa.Column("tracked", sa.Boolean, nullable=False, server_default="true")
    )
    op.alter_column("order_lines", "variant", server_default=None)
    op.alter_column("order_lines", "tracked", server_default=None)


def _products() -> None:
    op.add_column("products", sa.Column("slug", sa.Text))
    op.add_column("products", sa.Column("category", sa.Uuid))
    op.add_column("products", sa.Column("tags", ARRAY(sa.Text), server_default="{}"))
    op.add_column("products", sa.Column("options", JSONB, server_default="[]"))
    op.add_column("products", sa.Column("track_stock", sa.Boolean, server_default="true"))
    op.add_column("products", sa.Column("low_stock_at", sa.Integer))
    op.add_column("products", sa.Column("price_from__minor", sa.BigInteger))
    op.execute(
        """
        UPDATE products SET
            slug = btrim(
                left(btrim(regexp_replace(lower(title), '[^[:alnum:]]+', '-', 'g'), '-'), 60)
                || '-' || right(id::text, 8), '-'
            ),
            price_from__minor = (
                SELECT min(price__minor) FROM variants WHERE product_id = products.id
            )
        """
    )
    for name in ("slug", "tags", "options", "track_stock", "price_from__minor"):
        op.alter_column("products", name, nullable=False, server_default=None)
    op.create_foreign_key("fk_products_category", "products", "categories", ["category"], ["id"])
    op.create_index("ix_products_category", "products", ["category"])
    op.create_index(
        "ix_products_merchant_id_price_from__minor_id",
        "products",
        ["merchant_id", "price_from__minor", "id"],
    )
    op.create_index(
        "uq_products_slug",
        "products",
        ["merchant_id", "slug"],
        unique=True,
        postgresql_where=sa.text("status <> 'archived'"),
    )


def _variants() -> None:
    op.add_column("variants", sa.Column("merchant_id", sa.Uuid))
    op.add_column("variants", sa.Column("is_archived", sa.Boolean))
    op.add_column("variants", sa.Column("options", ARRAY(sa.Text), server_default="{}"))
    op.add_column("variants", sa.Column("compare_at_price__minor", sa.BigInteger))
    op.add_column("variants", sa.Column("compare_at_price__currency", sa.String(3)))
    op.add_column("variants", sa.Column("retired", sa.Boolean, server_default="false"))
    # Nobody was kept from using a SKU twice: the first one keeps it.
    op.execute(
        """
        UPDATE variants SET
            merchant_id = products.merchant_id,
            is_archived = products.status = 'archived',
            sku = CASE WHEN EXISTS (
                SELECT FROM variants AS other JOIN products AS its ON its.id = other.product_id
                WHERE its.merchant_id = products.merchant_id AND its.status <> 'archived'
                AND lower(other.sku) = lower(variants.sku) AND other.id < variants.id
            ) THEN '' ELSE sku END
        FROM products WHERE products.id = variants.product_id
        """
    )
    for name in ("merchant_id", "is_archived", "options", "retired"):
        op.alter_column("variants", name, nullable=False, server_default=None)
    op.create_foreign_key(
        "fk_variants_merchant_id", "variants", "merchants", ["merchant_id"], ["id"]
    )
    op.create_index(
        "uq_variants_sku",
        "variants",
        ["merchant_id", sa.text("lower(sku)")],
        unique=True,
        postgresql_where=sa.text("sku <> '' AND NOT retired AND NOT is_archived"),
    )


def downgrade() -> None:
    op.drop_column("order_lines", "tracked")
    op.drop_column("order_lines", "variant")
    op.drop_table("stock_movements")
    op.drop_index("uq_variants_sku", "variants")
    for name in (
        "retired",
        "compare_at_price__currency",
        "compare_at_price__minor",
        "options",
        "is_archived",
        "merchant_id",
    ):
        op.drop_column("variants", name)
    op.drop_index("uq_products_slug", "products")
    op.drop_index("ix_products_merchant_id_price_from__minor_id", "products")
    for name in (
        "price_from__minor",
        "low_stock_at",
        "track_stock",
        "options",
        "tags",
        "category",
        "slug",
    ):
        op.drop_column("products", name)
    op.drop_table("categories")
