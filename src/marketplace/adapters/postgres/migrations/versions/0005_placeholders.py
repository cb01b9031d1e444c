"""Every image has a colour to be shown while it is loaded."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # White for those that are there already; of new ones it is known.
    op.add_column(
        "images", sa.Column("placeholder", sa.Text, nullable=False, server_default="#ffffff")
    )
    op.alter_column("images", "placeholder", server_default=None)
    op.create_index(
        "ix_images_unfinished",
        "images",
        ["received_at"],
        postgresql_where=sa.text("status <> 'ready'"),
    )


def downgrade() -> None:
    op.drop_index("ix_images_unfinished", "images")
    op.drop_column("images", "placeholder")
