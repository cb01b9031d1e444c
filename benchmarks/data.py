"""The databases of the contestants: filled once, and kept for the next run."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from marketplace.adapters.postgres.migrations import migrate, newest

ROLE = "marketplace"
"""Whom every contestant comes as; the role of our embedded PostgreSQL."""

_SEED = Path(__file__).with_name("marketplace.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """
    How much there is: ``orders`` for each store, and ``crowd`` for one store after the last.

    Each photo has so many ``sizes`` besides its preview, which is all the baseline knows.
    """

    stores: int
    products: int
    orders: int
    crowd: int
    sizes: int

    def __str__(self) -> str:
        return (
            f"{self.stores:,} stores x {self.products:,} products and {self.orders:,} orders, "
            f"one store with {self.crowd:,} orders, photos in {self.sizes} sizes"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The PostgreSQL all of them share: its head process, and the folder of its socket."""

    process: int
    sockets: Path

    def url(self, database: str, role: str = ROLE) -> str:
        """For libpq; ``postgres`` is the role that may do everything."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='')}"

    def prepared(self, name: str, content: bytes, fill: Callable[[str], None]) -> str:
        """
        A database with what ``fill`` puts into it; the answer is its URL.

        It is kept, and filled anew when the ``content`` it was made from is another.
        """
        seal = hashlib.sha256(content).hexdigest()
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname=%s"
            if connection.execute(asked, [name]).fetchone() != (seal,):
                database = Identifier(name)
                connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(database))
                made = SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
                connection.execute(made.format(database, Identifier(ROLE)))
                fill(name)
                sealed = SQL("COMMENT ON DATABASE {} IS {}").format(database, Literal(seal))
                connection.execute(sealed)
            connection.execute("CHECKPOINT")
        return self.url(name)

    def marketplace(self, size: Size) -> str:
        """Ours, at the newest schema."""

        def fill(name: str) -> None:
            migrate(self.url(name))
            with psycopg.connect(
                self.url(name, "postgres"), cursor_factory=psycopg.ClientCursor
            ) as connection:
                sizes = {name: getattr(size, name) for name in size.__slots__}
                connection.execute(_SEED.read_bytes(), sizes)
            with psycopg.connect(self.url(name, "postgres"), autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")

        content = f"{size} {newest()} {_SEED.read_text()}"
        return self.prepared("bench_marketplace", content.encode(), fill)


def id_of(number: int) -> UUID:
    """The id of the n-th store, product or session, as ``marketplace.sql`` makes it."""
    return UUID(f"01900000-0000-7000-8000-{number:012x}")
