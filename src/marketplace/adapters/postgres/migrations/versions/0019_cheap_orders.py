"""An order is stored with less work, and nothing of it is promised less."""

from alembic import op

revision = "0019"
down_revision = "0018"

# What is written together with what it refers to, or while that is locked, refers to something that
# is there; a key that looks again looks thirteen times an order. What it refers to must stay.
KEYS = (
    ("order_lines", "order_id", "orders"),
    ("order_lines", "product_id", "products"),
    ("order_lines", "variant_id", "variants"),
    ("order_timeline", "order_id", "orders"),
    ("stock_movements", "variant_id", "variants"),
)
KEPT = ("orders", "products", "variants")

# Stock is counted in place as long as there is room on the page; without, every index gets a new
# entry.
ROOMY = ("merchants", "products", "variants")


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION changed_meanwhile() RETURNS integer LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = 'serialization_failure';
        END
        $$
        """
    )
    for table, column, _ in KEYS:
        op.drop_constraint(f"fk_{table}_{column}", table)
    for table in KEPT:
        op.execute(
            f"""
            CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """
        )
    for table in ROOMY:
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 90)")


def downgrade() -> None:
    for table in ROOMY:
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
    for table in KEPT:
        op.execute(f"DROP TRIGGER refuse_removal ON {table}")
    for table, column, parent in KEYS:
        op.create_foreign_key(f"fk_{table}_{column}", table, parent, [column], ["id"])
    op.execute("DROP FUNCTION changed_meanwhile")
