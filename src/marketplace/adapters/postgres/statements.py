"""What SQLAlchemy says, in the bytes psycopg runs. Each statement is compiled once, at import."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from psycopg import AsyncConnection
from psycopg.rows import tuple_row
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by

from .faults import translated
from .rows import Row, document, read
from .tables import PARTS

Connection = AsyncConnection[Row]

_DIALECT = registry.load("postgresql.psycopg")()


@dataclass(frozen=True, slots=True)
class Statement:
    """One round trip. Every statement returns rows, be it the ids of what it changed."""

    text: bytes
    fixed: Mapping[str, object]
    # False: planned anew each time, for what is looked for decides where to look for it.
    prepare: bool | None = None

    async def run(self, connection: Connection, **given: object) -> list[Row]:
        with translated():
            values = {**self.fixed, **given}
            cursor = await connection.execute(self.text, values, prepare=self.prepare)
            return await cursor.fetchall()

    async def tuples(self, connection: Connection, **given: object) -> list[tuple[Any, ...]]:
        """
        The rows as they come: for whoever names every column, and has no time for more.

        It raises what PostgreSQL does: whoever asks for it translates, as for the connection.
        """
        cursor = connection.cursor(row_factory=tuple_row)
        await cursor.execute(self.text, {**self.fixed, **given})
        return await cursor.fetchall()

    async def first(self, connection: Connection, **given: object) -> Row | None:
        rows = await self.run(connection, **given)
        return rows[0] if rows else None


def compiled(statement: sa.ClauseElement, *, prepare: bool | None = None) -> Statement:
    said = statement.compile(dialect=_DIALECT)
    return Statement(text=str(said).encode(), fixed=said.params or {}, prepare=prepare)


def given(name: str, type_: Any) -> sa.BindParameter[Any]:
    """A value that comes with every run."""
    return sa.bindparam(name, type_=type_)


def one_of(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """The column has one of the given values: one parameter, however many there are."""
    return column == sa.any_(given(name, sa.ARRAY(column.type)))


def listed(name: str, *columns: sa.Column[Any]) -> sa.TableValuedAlias:
    """The rows of a JSON parameter: no statement depends on how many lines it writes."""
    shape = [sa.column(column.name, column.type) for column in columns]
    rows = sa.func.json_to_recordset(given(name, JSON))
    return rows.table_valued(*shape).render_derived(name=f"given_{name}", with_types=True)


def shown(table: sa.Table, prefix: str = "") -> list[sa.ColumnElement[Any]]:
    """Everything an entity is made of, what has rows of its own as JSON, in one SELECT."""
    columns: list[sa.ColumnElement[Any]] = [
        column.label(prefix + column.name) for column in read(table)
    ]
    for field, part in PARTS.get(table, {}).items():
        in_order = aggregate_order_by(document(part.own), part.table.c.position)
        rows = sa.select(sa.func.json_agg(in_order)).where(part.owner == table.c.id)
        columns.append(rows.scalar_subquery().label(prefix + field))
    return columns
