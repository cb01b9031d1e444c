"""Jobs by kind, the moments of the schedule, and the seals of the audit book."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0014"
down_revision = "0013"

Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Workers of the version before know the states they knew, and see no job of the new ones.
    op.execute("ALTER TABLE jobs DROP CONSTRAINT ck_jobs_state")
    op.execute(
        "ALTER TABLE jobs ADD CONSTRAINT ck_jobs_state"
        " CHECK (state IN ('queued', 'running', 'unknown', 'dead')) NOT VALID"
    )
    op.execute("ALTER TABLE jobs VALIDATE CONSTRAINT ck_jobs_state")
    op.add_column("jobs", sa.Column("forgiven", sa.Integer, server_default="0", nullable=False))
    # What is done is deleted: these are built over what waits at this moment.
    op.create_index(
        "ix_jobs_open",
        "jobs",
        ["reaction", "due_at", "id"],
        postgresql_where=sa.text("state <> 'dead'"),
    )
    op.create_index(
        "ix_jobs_parked",
        "jobs",
        ["id"],
        postgresql_where=sa.text("state IN ('unknown', 'dead')"),
    )
    op.drop_index("ix_jobs_due", "jobs")
    # Every row is written three times and deleted within a second.
    op.execute(
        "ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0,"
        " autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0)"
    )
    op.create_table(
        "ticks",
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("task", "at", name="pk_ticks"),
    )
    op.create_index("ix_ticks_at", "ticks", ["at"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("ids", ARRAY(sa.Uuid), nullable=False),
        sa.Column("digests", ARRAY(sa.LargeBinary), nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_seals"),
    )
    op.execute(
        """
        CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
    )


def downgrade() -> None:
    op.drop_table("audit_seals")
    op.drop_index("ix_audit_entries_at", "audit_entries")
    op.drop_table("ticks")
    op.execute("UPDATE jobs SET state = 'queued' WHERE state IN ('running', 'unknown')")
    op.create_index(
        "ix_jobs_due", "jobs", ["due_at", "id"], postgresql_where=sa.text("state = 'queued'")
    )
    op.drop_index("ix_jobs_parked", "jobs")
    op.drop_index("ix_jobs_open", "jobs")
    op.drop_column("jobs", "forgiven")
    op.execute("ALTER TABLE jobs DROP CONSTRAINT ck_jobs_state")
    op.create_check_constraint(op.f("ck_jobs_state"), "jobs", "state IN ('queued', 'dead')")
    op.execute(
        "ALTER TABLE jobs RESET (autovacuum_vacuum_scale_factor,"
        " autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay)"
    )
