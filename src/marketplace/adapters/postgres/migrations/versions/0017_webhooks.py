"""Merchants' own programs are called; inboxes are numbered, and mail is chosen."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0017"
down_revision = "0016"

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("events", ARRAY(sa.Text), nullable=False),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        sa.Column("disabled_because", sa.Text),
        sa.Column("failing_since", Time),
        sa.Column("secrets", JSONB, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_webhook_endpoints_merchant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index(
        "ix_webhook_endpoints_merchant_id_id", "webhook_endpoints", ["merchant_id", "id"]
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("endpoint_id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_at", Time),
        sa.Column("tries", JSONB, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("ended_at", Time),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoints.id"],
            name="fk_webhook_deliveries_endpoint_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint(
            "endpoint_id", "event_id", name="uq_webhook_deliveries_endpoint_id_event_id"
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_endpoint_id_id", "webhook_deliveries", ["endpoint_id", "id"]
    )
    op.create_index(
        "ix_webhook_deliveries_failed",
        "webhook_deliveries",
        ["endpoint_id", "id"],
        postgresql_where=sa.text("status = 'failed'"),
    )
    op.create_index("ix_webhook_deliveries_ended_at", "webhook_deliveries", ["ended_at"])
    op.create_table(
        "inboxes",
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_inboxes_merchant_id"),
        sa.PrimaryKeyConstraint("merchant_id", name="pk_inboxes"),
    )
    # What was told before has no number, and is not replayed: whoever opens a stream comes later.
    op.add_column(
        "notifications", sa.Column("number", sa.BigInteger, nullable=False, server_default="0")
    )
    op.create_index(
        "uq_notifications_number",
        "notifications",
        ["merchant_id", "number"],
        unique=True,
        postgresql_where=sa.text("number > 0"),
    )
    op.create_table(
        "mail_choices",
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("mailed", ARRAY(sa.Text), nullable=False),
        sa.Column("daily_digest", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_mail_choices_merchant_id"
        ),
        sa.PrimaryKeyConstraint("merchant_id", name="pk_mail_choices"),
    )


def downgrade() -> None:
    op.drop_table("mail_choices")
    op.drop_index("uq_notifications_number", "notifications")
    op.drop_column("notifications", "number")
    op.drop_table("inboxes")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_endpoints")
