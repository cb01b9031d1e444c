"""A store that is called otherwise is still found by the name it had."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "former_usernames",
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("since", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_former_usernames_merchant_id"
        ),
        sa.PrimaryKeyConstraint("username", name="pk_former_usernames"),
    )
    op.create_index("ix_former_usernames_merchant_id", "former_usernames", ["merchant_id"])


def downgrade() -> None:
    op.drop_table("former_usernames")
