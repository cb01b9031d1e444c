"""Entities to rows and back, as the names of the columns say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from psycopg import AsyncCursor
from psycopg.pq.abc import PGresult
from psycopg.rows import RowMaker
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

Row = dict[str, Any]
Kind = TypeVar("Kind")


def kept(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns an entity fills; the others are the database's own."""
    return [column for column in table.c if column.server_default is None]


def read(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns an entity is made of again."""
    return [column for column in kept(table) if not column.info.get("derived")]


def to_row(thing: object, table: sa.Table, **given: object) -> Row:
    """One value per column: ``price__minor`` is ``thing.price.minor``, or None without a price."""
    return _plan(table, False, tuple(given))(thing, **given)


def to_listed(thing: object, table: sa.Table, **given: object) -> Row:
    """The same for a row among many, which all go as one JSON parameter."""
    return _plan(table, True, tuple(given))(thing, **given)


def to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_Writer = Callable[[Any], object]

_WRITTEN: Mapping[type, _Writer] = {JSONB: to_json, ARRAY: list}
"""What psycopg has to be given for a column of this type; for others, the value itself."""
_LISTED: Mapping[type, _Writer] = {
    sa.LargeBinary: lambda value: None if value is None else f"\\x{value.hex()}"
}
"""The same for a value inside JSON: PostgreSQL's own way to write bytes down."""


def from_row(row: object, kind: type[Kind]) -> Kind:
    """The entity again, its values rebuilt and its invariants checked."""
    return msgspec.convert(row, kind)


def nested_row(cursor: AsyncCursor[Any]) -> RowMaker[Row]:
    """What psycopg is given to make rows."""
    result = cursor.pgresult
    assert result is not None
    return row_maker(result)


def row_maker(result: PGresult) -> RowMaker[Row]:
    """
    Return ``price__minor`` as ``{"price": {"minor": …}}``.

    Inside, NULL is left out, for the default of the field: without any column a value is None.
    """
    return _maker(tuple(result.fname(index) or b"" for index in range(result.nfields)))


@cache
def _maker(names: tuple[bytes, ...]) -> RowMaker[Row]:
    columns = [(name.decode().split("__"), place) for place, name in enumerate(names)]
    return _making(columns, is_inside=False)


def _making(columns: Sequence[tuple[list[str], int]], *, is_inside: bool) -> RowMaker[Row]:
    """Columns by their steps, and where each is among the values."""
    plain = {steps[0]: place for steps, place in columns if len(steps) == 1}
    further: dict[str, list[tuple[list[str], int]]] = {}
    for (first, *rest), place in columns:
        if rest:
            further.setdefault(first, []).append((rest, place))
    parts = [(name, _making(each, is_inside=True)) for name, each in further.items()]
    # Of a single place it would be no tuple.
    names, picked = list(plain), itemgetter(*plain.values(), *(0, 0) if len(plain) < 2 else ())

    def make(values: Sequence[Any]) -> Row:
        found = zip(names, picked(values), strict=False)
        if is_inside:
            row = {name: value for name, value in found if value is not None}
        else:
            row = dict(found)
        for name, part in parts:
            made = part(values)
            if made:
                row[name] = made
        return row

    return make


def document(columns: Iterable[sa.ColumnElement[Any]]) -> sa.ColumnElement[Any]:
    """The same nesting inside the database: one JSON object of these columns."""
    tree: dict[str, Any] = {}
    for column in columns:
        *steps, leaf = str(column.key).split("__")
        place = tree
        for step in steps:
            place = place.setdefault(step, {})
        place[leaf] = column
    return _object(tree)


def _object(tree: Mapping[str, Any]) -> sa.ColumnElement[Any]:
    fields: list[sa.ColumnElement[Any]] = []
    for name, value in tree.items():
        fields.append(sa.literal_column(f"'{name}'"))
        fields.append(_value(value) if isinstance(value, dict) else value)
    return sa.func.json_build_object(*fields)


def _value(tree: Mapping[str, Any]) -> sa.ColumnElement[Any]:
    """NULL where the value is absent as a whole, and could be."""
    first = next(iter(tree.values()))
    if not getattr(first, "nullable", False):
        return _object(tree)
    return sa.case((first.is_not(None), _object(tree)))


@cache
def _plan(table: sa.Table, listed: bool, given: Sequence[str]) -> Callable[..., Row]:
    """
    ``lambda thing, *, position: {'position': position, 'quantity': thing.quantity, …}``.

    Written out and evaluated: an order has a hundred columns, and whatever loops over them and
    their steps takes four times as long.
    """
    known: dict[str, object] = {}
    values = []
    for column in kept(table):
        name = column.name
        value = name if name in given else _followed(name.split("__"))
        way = (_LISTED if listed else _WRITTEN).get(type(column.type))
        if way is not None:
            known[f"{name}_written"] = way
            value = f"{name}_written({value})"
        values.append(f"{name!r}: {value}")
    words = f"thing{', *, ' if given else ''}{', '.join(given)}"
    plan: Callable[..., Row] = eval(f"lambda {words}: {{{', '.join(values)}}}", known)  # noqa: S307
    return plan


def _followed(steps: Sequence[str], thing: str = "thing") -> str:
    """The value at the end of the way, or None where it ends before."""
    first, *rest = steps
    if not rest:
        return f"{thing}.{first}"
    it = f"{thing.removeprefix('thing')}_{first}".strip("_")
    return f"None if ({it}_ := {thing}.{first}) is None else {_followed(rest, f'{it}_')}"
