"""A product that is called otherwise is still found by the slug it had."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

# A row only where a slug is another one: orders, which count the stock of a product, do not pass
# here. What was left longest ago is forgotten, so that a product has ten at most.
REMEMBER = """
CREATE FUNCTION remember_slug() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM former_slugs
    WHERE merchant_id = NEW.merchant_id AND slug = NEW.slug AND product_id = NEW.id;
    INSERT INTO former_slugs AS known (merchant_id, slug, product_id)
    VALUES (OLD.merchant_id, OLD.slug, OLD.id)
    ON CONFLICT (merchant_id, slug) DO UPDATE
    SET product_id = excluded.product_id, number = DEFAULT;
    DELETE FROM former_slugs WHERE product_id = NEW.id AND number <= (
        SELECT number FROM former_slugs WHERE product_id = NEW.id
        ORDER BY number DESC OFFSET 10 LIMIT 1);
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "former_slugs",
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("product_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_former_slugs_product_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "slug", name="pk_former_slugs"),
    )
    op.create_index("ix_former_slugs_product_id_number", "former_slugs", ["product_id", "number"])
    op.execute(REMEMBER)
    op.execute(
        "CREATE TRIGGER remember_slug AFTER UPDATE OF slug ON products FOR EACH ROW"
        " WHEN (OLD.slug IS DISTINCT FROM NEW.slug) EXECUTE FUNCTION remember_slug()"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION remember_slug CASCADE")
    op.drop_table("former_slugs")
