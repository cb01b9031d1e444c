"""Merchants hand in papers; merchants and announcements are found faster."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "kyc_submissions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("legal_name", sa.Text, nullable=False),
        sa.Column("registration_number", sa.Text, nullable=False),
        sa.Column("submitted_at", Time, nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", Time),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("forgotten_at", Time),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_kyc_submissions_merchant_id"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name="fk_kyc_submissions_decided_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kyc_submissions"),
    )
    op.create_index("ix_kyc_submissions_merchant_id_id", "kyc_submissions", ["merchant_id", "id"])
    op.create_table(
        "kyc_documents",
        sa.Column("submission_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["kyc_submissions.id"], name="fk_kyc_documents_submission_id"
        ),
        sa.PrimaryKeyConstraint("submission_id", "position", name="pk_kyc_documents"),
        sa.UniqueConstraint("id", name="uq_kyc_documents_id"),
    )
    op.create_index(
        "ix_merchants_kyc_pending",
        "merchants",
        ["id"],
        postgresql_where=sa.text("kyc_status = 'pending'"),
    )
    op.create_index(
        "ix_notifications_announced",
        "notifications",
        ["subject_id"],
        postgresql_where=sa.text("topic = 'announcement'"),
    )


def downgrade() -> None:
    op.drop_index("ix_notifications_announced", "notifications")
    op.drop_index("ix_merchants_kyc_pending", "merchants")
    op.drop_table("kyc_documents")
    op.drop_table("kyc_submissions")
