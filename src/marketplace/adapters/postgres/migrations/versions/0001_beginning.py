"""The marketplace as it began."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("is_verified", sa.Boolean, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("registered_at", Time, nullable=False),
        sa.Column("closed_at", Time),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
        sa.UniqueConstraint("username", name="uq_accounts_username"),
    )
    op.create_index(
        "uq_accounts_phone",
        "accounts",
        ["phone"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("actor_role", sa.Text),
        sa.Column("subject_type", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("reaction", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("state", sa.Text, server_default="queued", nullable=False),
        sa.Column("attempt", sa.Integer, server_default="0", nullable=False),
        sa.Column("last_error", sa.Text, server_default="", nullable=False),
        sa.CheckConstraint("state IN ('queued', 'dead')", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index(
        "ix_jobs_due", "jobs", ["due_at", "id"], postgresql_where=sa.text("state = 'queued'")
    )
    op.create_table(
        "merchants",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("logo", sa.Uuid),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("status_reason", sa.Text, nullable=False),
        sa.Column("kyc_status", sa.Text, nullable=False),
        sa.Column("payment_preference", sa.Text, nullable=False),
        sa.Column("whatsapp_link", sa.Text, nullable=False),
        sa.Column("instagram_link", sa.Text, nullable=False),
        sa.Column("facebook_link", sa.Text, nullable=False),
        sa.Column("whatsapp_phone", sa.Text, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("closed_until", Time),
        sa.Column("min_order_total__minor", sa.BigInteger, nullable=False),
        sa.Column("min_order_total__currency", sa.String(3), nullable=False),
        sa.Column("confirm_within_hours", sa.Integer, nullable=False),
        sa.Column("registered_at", Time, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("next_order_number", sa.Integer, server_default="1001", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_merchants_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_merchants"),
        sa.UniqueConstraint("account_id", name="uq_merchants_account_id"),
        sa.UniqueConstraint("username", name="uq_merchants_username"),
    )
    op.create_table(
        "one_time_tokens",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_one_time_tokens_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "purpose", name="pk_one_time_tokens"),
        sa.UniqueConstraint("hash", name="uq_one_time_tokens_hash"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("refresh_hash", sa.LargeBinary, nullable=False),
        sa.Column("spent", ARRAY(sa.LargeBinary), nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("last_used_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("ended_at", Time),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sessions_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_table(
        "announcements",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("target_type", sa.Text, nullable=False),
        sa.Column("target_id", sa.Uuid),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name="fk_announcements_created_by"
        ),
        sa.ForeignKeyConstraint(["target_id"], ["merchants.id"], name="fk_announcements_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
    )
    op.create_table(
        "images",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("alt", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("original_key", sa.Text, nullable=False),
        sa.Column("preview", JSONB, nullable=False),
        sa.Column("renditions", JSONB, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("received_at", Time, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_images_merchant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_images"),
    )
    op.create_index("ix_images_merchant_id", "images", ["merchant_id"])
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("read_at", Time),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_notifications_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint(
            "merchant_id",
            "topic",
            "subject_id",
            name="uq_notifications_merchant_id_topic_subject_id",
        ),
    )
    op.create_index("ix_notifications_merchant_id_id", "notifications", ["merchant_id", "id"])
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["merchant_id"],
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("payment_status", sa.Text, nullable=False),
        sa.Column("confirmation__method", sa.Text, nullable=False),
        sa.Column("confirmation__state", sa.Text, nullable=False),
        sa.Column("customer__name", sa.Text, nullable=False),
        sa.Column("customer__phone", sa.Text, nullable=False),
        sa.Column("customer__address", sa.Text, nullable=False),
        sa.Column("customer__city", sa.Text, nullable=False),
        sa.Column("customer__email", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("total__minor", sa.BigInteger, nullable=False),
        sa.Column("tracking_hash", sa.LargeBinary, nullable=False),
        sa.Column("tracking_number", sa.Text, nullable=False),
        sa.Column("courier", sa.Text, nullable=False),
        sa.Column("amount_collected__minor", sa.BigInteger),
        sa.Column("amount_collected__currency", sa.String(3)),
        sa.Column("retries", sa.Integer, nullable=False),
        sa.Column("placed_at", Time, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_orders_merchant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("merchant_id", "number", name="uq_orders_merchant_id_number"),
        sa.UniqueConstraint("tracking_hash", name="uq_orders_tracking_hash"),
    )
    op.create_index("ix_orders_merchant_id_id", "orders", ["merchant_id", "id"])
    op.create_index("ix_orders_merchant_id_status_id", "orders", ["merchant_id", "status", "id"])
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("images", ARRAY(sa.Uuid), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_products_merchant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
    )
    op.create_index("ix_products_merchant_id_id", "products", ["merchant_id", "id"])
    op.create_table(
        "order_timeline",
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_timeline_order_id"),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_order_timeline"),
    )
    op.create_table(
        "variants",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("product_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("price__minor", sa.BigInteger, nullable=False),
        sa.Column("price__currency", sa.String(3), nullable=False),
        sa.Column("on_hand", sa.Integer, nullable=False),
        sa.Column("reserved", sa.Integer, nullable=False),
        sa.CheckConstraint("0 <= reserved AND reserved <= on_hand", name=op.f("ck_variants_stock")),
        sa.CheckConstraint("price__minor >= 0", name=op.f("ck_variants_price")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_variants_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_variants"),
    )
    op.create_index("ix_variants_product_id", "variants", ["product_id"])
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Uuid, nullable=False),
        sa.Column("variant_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("unit_price__minor", sa.BigInteger, nullable=False),
        sa.Column("unit_price__currency", sa.String(3), nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_lines_order_id"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_order_lines_product_id"),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_order_lines_variant_id"),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_order_lines"),
    )
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'nothing in % is ever changed', TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
    )


def downgrade() -> None:
    op.drop_table("order_lines")
    op.drop_table("variants")
    op.drop_table("order_timeline")
    op.drop_table("products")
    op.drop_table("orders")
    op.drop_table("notifications")
    op.drop_table("images")
    op.drop_table("announcements")
    op.drop_table("sessions")
    op.drop_table("one_time_tokens")
    op.drop_table("merchants")
    op.drop_table("jobs")
    op.drop_table("audit_entries")
    op.drop_table("accounts")
    op.execute("DROP FUNCTION refuse_change")
