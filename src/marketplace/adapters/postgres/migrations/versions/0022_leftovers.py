"""It is noted since when nothing shows an image."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("images", sa.Column("unused_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("images", "unused_since")
