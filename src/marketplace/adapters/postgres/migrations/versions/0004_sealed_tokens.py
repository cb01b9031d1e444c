"""Refresh tokens are recognised by a seal; a reset link is not older than the password."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("password_changed_at", Time))
    op.execute("UPDATE accounts SET password_changed_at = registered_at")
    op.alter_column("accounts", "password_changed_at", nullable=False)
    op.add_column("sessions", sa.Column("spent_hash", sa.LargeBinary))
    op.drop_column("sessions", "spent")
    op.execute("UPDATE sessions SET user_agent = '' WHERE ended_at IS NOT NULL")
    op.add_column("one_time_tokens", sa.Column("job", sa.Uuid))


def downgrade() -> None:
    op.drop_column("one_time_tokens", "job")
    op.add_column(
        "sessions",
        sa.Column("spent", ARRAY(sa.LargeBinary), nullable=False, server_default="{}"),
    )
    op.alter_column("sessions", "spent", server_default=None)
    op.drop_column("sessions", "spent_hash")
    op.drop_column("accounts", "password_changed_at")
