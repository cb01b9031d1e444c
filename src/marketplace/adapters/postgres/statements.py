"""What SQLAlchemy says, in the bytes psycopg runs. Each statement is compiled once, at import."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from psycopg.rows import tuple_row
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by

from .faults import translated
from .rows import Row, document, read
from .tables import PARTS
from .transaction import Connection, Question, Told, Transaction

_DIALECT = registry.load("postgresql.psycopg")()
_GIVEN = re.compile(rb"%\((\w+)\)s|%%")


@dataclass(frozen=True, slots=True)
class Statement:
    """A round trip, or a part of one. All return rows, be it the ids of what was changed."""

    text: bytes
    fixed: Mapping[str, object]
    question: Question
    # False: planned anew each time, for what is looked for decides where to look for it.
    prepare: bool | None = None

    async def run(self, connection: Connection | Transaction, **given: object) -> list[Row]:
        if isinstance(connection, Transaction):
            return await connection.hear(self.tell(connection, **given))
        with translated():
            values = {**self.fixed, **given}
            cursor = await connection.execute(self.text, values, prepare=self.prepare)
            return await cursor.fetchall()

    def tell(self, transaction: Transaction, **given: object) -> Told:
        """Not waited for: it goes with whatever is asked next, or with the COMMIT."""
        given = {**self.fixed, **given}
        return transaction.tell(self.question, [given[name] for name in self.question.wanted])

    async def tuples(self, connection: Connection, **given: object) -> list[tuple[Any, ...]]:
        """
        The rows as they come: for whoever names every column, and has no time for more.

        It raises what PostgreSQL does: whoever asks for it translates, as for the connection.
        """
        cursor = connection.cursor(row_factory=tuple_row)
        await cursor.execute(self.text, {**self.fixed, **given})
        return await cursor.fetchall()

    async def first(self, connection: Connection | Transaction, **given: object) -> Row | None:
        rows = await self.run(connection, **given)
        return rows[0] if rows else None


def compiled(statement: sa.ClauseElement, *, prepare: bool | None = None) -> Statement:
    said = statement.compile(dialect=_DIALECT)
    text = str(said).encode()
    return Statement(text=text, fixed=said.params or {}, question=_question(text), prepare=prepare)


def _question(text: bytes) -> Question:
    """The same with numbers for names, as the server wants it."""
    numbers: dict[str, int] = {}

    def number(match: re.Match[bytes]) -> bytes:
        if match[1] is None:
            return b"%"
        return b"$%d" % numbers.setdefault(match[1].decode(), len(numbers) + 1)

    numbered = _GIVEN.sub(number, text)
    return Question(b"m" + sha256(text).hexdigest()[:16].encode(), numbered, tuple(numbers))


_COUNTING: dict[bytes, Statement] = {}


def counting(listing: Statement) -> Statement:
    """
    How many rows a listing has without its limit; of what it shows of them nothing is made.

    PostgreSQL leaves out whatever of a subquery nobody looks at.
    """
    if listing.text not in _COUNTING:
        text = b"SELECT count(*) AS total FROM (%s) AS listing" % listing.text
        _COUNTING[listing.text] = replace(listing, text=text, question=_question(text))
    return _COUNTING[listing.text]


def given(name: str, type_: Any) -> sa.BindParameter[Any]:
    """A value that comes with every run."""
    return sa.bindparam(name, type_=type_)


def forgetting(
    table: sa.Table, is_old: sa.ColumnElement[bool], *first: sa.ColumnElement[Any]
) -> Statement:
    """
    Delete at most ``limit`` rows that are old, and that nobody else is at; one row for each.

    They are looked for first, and so once: inside of IN it may be done again for every row.
    """
    key = list(table.primary_key.columns)
    old = (
        sa.select(*key)
        .where(is_old)
        .order_by(*first)
        .limit(given("limit", sa.Integer))
        .with_for_update(skip_locked=True)
        .cte("old")
    )
    same = [each == old.c[each.name] for each in key]
    return compiled(sa.delete(table).where(*same).returning(*key))


def one_of(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """The column has one of the given values: one parameter, however many there are."""
    return column == sa.any_(given(name, sa.ARRAY(column.type)))


def one_of_any_number(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """
    The same with one plan for any number of them.

    In a subquery an array has no length, for which PostgreSQL would make a plan anew each time.
    """
    kind = sa.ARRAY(column.type)
    return column == sa.any_(sa.cast(sa.select(given(name, kind)).scalar_subquery(), kind))


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
