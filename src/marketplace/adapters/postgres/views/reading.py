"""What all views have in common: one thing, a list of them, or a stretch of a list."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from marketplace.application.ports import Page, Paging, Place
from marketplace.domain.errors import NotFound

from ..faults import translated
from ..pool import Pool, lent
from ..rows import Row, from_row
from ..statements import Statement, counting, given

Item = TypeVar("Item")

_NEWEST = UUID(int=2**128 - 1)
"""What the first page comes after: no id is greater."""


def newest_first(listing: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
    """One stretch of a list, by keyset: what is skipped costs nothing."""
    return (
        listing.add_columns(table.c.id.label("place__id"))
        .where(table.c.id < given("after", sa.Uuid))
        .order_by(table.c.id.desc())
        .limit(given("limit", sa.Integer))
    )


def tally(
    word: sa.ColumnElement[Any], number: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]
) -> sa.ColumnElement[Any]:
    """A JSON object: each word there is, and the number that belongs to it."""
    each = sa.select(word.label("word"), number.label("number"))
    rows = each.where(word.is_not(None), *where).group_by(word).subquery()
    tally = sa.func.json_object_agg(rows.c.word, rows.c.number)
    return sa.select(sa.func.coalesce(tally, sa.literal_column("'{}'"))).scalar_subquery()


class Reading:
    """Each answer is one statement, in a connection that is in no transaction."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def _one(
        self,
        statement: Statement,
        kind: type[Item],
        missing: type[NotFound],
        **given: object,
    ) -> Item:
        rows = await self._rows(statement, **given)
        if not rows:
            raise missing
        return from_row(rows[0], kind)

    async def _page(
        self, statement: Statement, kind: type[Item], paging: Paging, **given: object
    ) -> Page[Item]:
        page = page_of(await self._rows(statement, **given, **stretch(paging)), kind, paging)
        if not paging.counted:
            return page
        return replace(page, total=await self._count(statement, **given, after=_NEWEST))

    async def _count(self, listing: Statement, **given: object) -> int:
        """How many a listing has in all, if what comes ``after`` is everything."""
        [row] = await self._rows(counting(listing), **given, limit=None)
        return int(row["total"])

    async def _rows(self, statement: Statement, **given: object) -> list[Row]:
        with translated():
            async with lent(self._pool) as connection:
                return await statement.run(connection, **given)


def stretch(paging: Paging) -> dict[str, object]:
    """One more than is shown: it tells whether there are more."""
    return {"limit": paging.limit + 1, "after": paging.after.id if paging.after else _NEWEST}


def page_of(rows: Sequence[Row], kind: type[Item], paging: Paging) -> Page[Item]:
    items = tuple(from_row(row, kind) for row in rows[: paging.limit])
    return Page(items=items, next=place_after(rows, paging))


def place_after(rows: Sequence[Row], paging: Paging) -> Place | None:
    """Where the following stretch begins; None where there is none."""
    return from_row(rows[paging.limit - 1]["place"], Place) if len(rows) > paging.limit else None
