"""
The history of the tables, and how a database is brought up to date.

Alembic takes half a second to import, so that only a database that needs it waits for it.
"""

from importlib.resources import files
from typing import Any

import psycopg
from psycopg.errors import UndefinedTable

ONE_AT_A_TIME = 0x6D61726B6574
"""The advisory lock that migrators agree on: "market" in ASCII."""


def configuration(dsn: str) -> Any:
    """What Alembic has to know: where the history lies, and which database is meant."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "marketplace.adapters.postgres:migrations")
    config.attributes["dsn"] = dsn
    return config


def migrate(dsn: str) -> None:
    """
    Bring a database up to date; a second process that wants the same waits, and finds it done.

    All or nothing, in one transaction. ``dsn`` is a connection string of libpq, of either form.
    """
    if _revision(dsn) == newest():
        return
    from alembic import command

    command.upgrade(configuration(dsn), "head")


def newest() -> str:
    """The last revision there is: the modules are named by theirs, in order."""
    steps = (each.name for each in (files(__name__) / "versions").iterdir())
    return max(name.partition("_")[0] for name in steps if name[0].isdigit())


def _revision(dsn: str) -> str | None:
    with psycopg.connect(dsn) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except UndefinedTable:
            return None
    return row[0] if row else None
