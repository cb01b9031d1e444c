"""The history of the tables, and how a database is brought up to date."""

from alembic import command
from alembic.config import Config

ONE_AT_A_TIME = 0x6D61726B6574
"""The advisory lock that migrators agree on: "market" in ASCII."""


def configuration(dsn: str) -> Config:
    """What Alembic has to know: where the history lies, and which database is meant."""
    config = Config()
    config.set_main_option("script_location", "marketplace.adapters.postgres:migrations")
    config.attributes["dsn"] = dsn
    return config


def migrate(dsn: str, revision: str = "head") -> None:
    """
    Bring a database up to date; a second process that wants the same waits, and finds it done.

    All or nothing, in one transaction. ``dsn`` is a connection string of libpq, of either form.
    """
    command.upgrade(configuration(dsn), revision)
