"""A statement can say by itself that somebody was quicker, so that nobody has to wait for it."""

from alembic import op

revision = "0012"
down_revision = "0011"


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


def downgrade() -> None:
    op.execute("DROP FUNCTION changed_meanwhile")
