"""It is noted since when nothing shows an image, and merchants have their images listed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("images", sa.Column("unused_since", sa.DateTime(timezone=True)))
    op.create_index("ix_images_merchant_id_id", "images", ["merchant_id", "id"])
    op.drop_index("ix_images_merchant_id", "images")


def downgrade() -> None:
    op.create_index("ix_images_merchant_id", "images", ["merchant_id"])
    op.drop_index("ix_images_merchant_id_id", "images")
    op.drop_column("images", "unused_since")
