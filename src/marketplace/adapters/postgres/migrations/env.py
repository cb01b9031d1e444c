"""Runs migrations on one connection, in one transaction, one migrator at a time."""

import psycopg
import sqlalchemy as sa
from alembic import context

from marketplace.adapters.postgres.migrations import ONE_AT_A_TIME
from marketplace.adapters.postgres.tables import metadata


def run() -> None:
    dsn = context.config.attributes["dsn"]
    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
            # Better to fail than to queue every request behind a lock that somebody holds.
            connection.execute(sa.text("SET LOCAL lock_timeout = '4s'"))
            context.run_migrations()


run()
