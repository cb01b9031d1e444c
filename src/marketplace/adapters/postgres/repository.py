"""What all collections have in common: an entity, its parts and its jobs go in one statement."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application.ports import Versioned
from marketplace.domain.errors import ChangedMeanwhile, MarketplaceError
from marketplace.domain.events import Event

from . import tables
from .faults import CONSTRAINTS
from .outbox import JOBS, WANTED, PostgresOutbox
from .rows import Row, from_row, kept, to_json, to_listed, to_row
from .statements import Statement, compiled, given, listed, shown
from .tables import PARTS, PUBLIC
from .transaction import Told, Transaction

Key = TypeVar("Key", bound=UUID)
Entity = TypeVar("Entity", bound=Versioned)


def values_of(table: sa.Table) -> dict[sa.Column[Any], sa.ColumnElement[Any]]:
    """What ``to_row`` has, as values of an INSERT or UPDATE."""
    return {column: given(column.name, column.type) for column in kept(table)}


def changes_of(table: sa.Table, rows: sa.TableValuedAlias) -> dict[Any, Any]:
    """Whatever of an entity can change, as rows that were given as JSON have it."""
    return {each: rows.c[each.name] for each in kept(table) if each.name not in ("id", "version")}


def with_jobs(
    stored: sa.CTE,
    *others: sa.CTE,
    when: sa.ColumnElement[bool] | None = None,
    all_of: sa.ColumnElement[int] | None = None,
) -> Statement:
    """
    Store the jobs too, and tell the ids of what was stored; only of what was, those ``when`` says.

    With ``all_of`` it fails unless so many were: nobody has to wait for the answer to know that.
    """
    rows = sa.select(*JOBS.c).where(WANTED)
    if when is not None:
        rows = rows.join_from(JOBS, stored, when)
    written = sa.insert(tables.jobs).from_select(kept(tables.jobs), rows).cte("its_jobs")
    if all_of is None:
        return compiled(sa.select(stored.c.id).add_cte(*others, written))
    found = sa.select(sa.func.count()).select_from(stored).scalar_subquery()
    # Not called where all are there: a function of its own takes as long as all the rest of it.
    refused = sa.case((found != all_of, sa.func.changed_meanwhile()))
    return compiled(sa.select(refused.label("refused")).add_cte(*others, written))


def noted(stored: sa.CTE) -> sa.CTE:
    """Have every process hear that the ``store`` of what was stored looks different now."""
    rows = sa.select(stored.c.store).distinct()
    changes = tables.store_changes
    return sa.insert(changes).from_select([changes.c.merchant_id], rows).cte("noted")


def storing(change: Any, table: sa.Table) -> Statement:
    """
    An entity, its parts and its jobs in one statement, or nothing of it if ``change`` finds no row.

    A part known by its ``position`` is written once; one that has an ``id`` may change. None is
    ever taken away.
    """
    owner = PUBLIC.get(table)
    told = (table.c.id,) if owner is None else (table.c.id, owner.label("store"))
    stored = change.returning(*told).cte("stored")
    parts = [] if owner is None else [noted(stored)]
    for field, part in PARTS.get(table, {}).items():
        rows = listed(field, *part.table.c)
        written = insert(part.table).from_select(
            list(part.table.c), sa.select(*rows.c).join_from(rows, stored, sa.true())
        )
        if "position" in part.table.primary_key.columns:
            written = written.on_conflict_do_nothing()
        else:
            changed = {each.name: each for each in written.excluded if each.name != "id"}
            written = written.on_conflict_do_update(index_elements=["id"], set_=changed)
        parts.append(written.cte(f"its_{field}"))
    return with_jobs(stored, *parts, when=sa.true())


def parts_of(table: sa.Table, entities: Sequence[Any]) -> dict[str, str]:
    """What has rows of its own, as a JSON parameter for each field that does."""
    return {field: part_of(table, field, entities) for field in PARTS.get(table, {})}


def part_of(table: sa.Table, field: str, entities: Sequence[Any]) -> str:
    part = PARTS[table][field]
    return to_json(
        [
            to_listed(each, part.table, position=position, **part.known(entity))
            for entity in entities
            for position, each in enumerate(getattr(entity, field))
        ]
    )


def may_be_refused(*tables: sa.Table) -> bool:
    """Whether to store something new can run into a constraint that means something."""
    rules: Iterator[sa.Constraint | sa.Index] = chain.from_iterable(
        chain(table.constraints, table.indexes) for table in tables
    )
    return any(each.name in CONSTRAINTS for each in rules)


_ALONE = compiled(
    sa.select(
        sa.func.pg_advisory_xact_lock(
            sa.func.hashtextextended(
                sa.cast(given("merchant", sa.Uuid), sa.Text), sa.literal_column("0")
            )
        )
    )
)


async def alone(connection: Transaction, merchant_id: UUID) -> None:
    """Whoever else wants to be alone with what this merchant has waits for our end."""
    await _ALONE.run(connection, merchant=merchant_id)


class PostgresRepository(Generic[Key, Entity]):
    """Says its statements once, when a collection states its table."""

    table: ClassVar[sa.Table]
    entity: type[Entity]
    missing: ClassVar[type[MarketplaceError]]

    _one: ClassVar[Statement]
    _held: ClassVar[Statement]
    _added: ClassVar[Statement]
    _saved: ClassVar[Statement]
    _may_be_refused: ClassVar[bool]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        table, values = cls.table, values_of(cls.table)
        cls._may_be_refused = may_be_refused(
            table, *(each.table for each in PARTS.get(table, {}).values())
        )
        one = sa.select(*shown(table)).where(table.c.id == given("id", sa.Uuid))
        cls._one = compiled(one)
        # A key share is left to others: they may not change the row, but may add what refers to it.
        cls._held = compiled(one.with_for_update(key_share=True))
        cls._added = storing(insert(table).values(values), table)
        same = [each == values.pop(each) for each in (table.c.id, table.c.version)]
        values[table.c.version] = table.c.version + 1
        cls._saved = storing(sa.update(table).where(*same).values(values), table)

    def __init__(self, connection: Transaction, outbox: PostgresOutbox) -> None:
        self._connection = connection
        self._outbox = outbox

    async def get(self, key: Key, /) -> Entity:
        return self._found(await self._one.first(self._connection, id=key))

    async def hold(self, key: Key, /) -> Entity:
        return self._found(await self._held.first(self._connection, id=key))

    def _found(self, row: Row | None) -> Entity:
        if row is None:
            raise self.missing
        return from_row(row, self.entity)

    async def add(self, entity: Entity, /, *happened: Event) -> None:
        added = self._tell(self._added, entity, happened)
        if self._may_be_refused:
            await self._connection.hear(added)

    async def save(self, entity: Entity, /, *happened: Event) -> None:
        if not await self._store(self._saved, entity, happened):
            raise ChangedMeanwhile(kind=self.entity.__name__, id=entity.id)
        entity.version += 1

    async def _store(self, statement: Statement, entity: Entity, happened: Sequence[Event]) -> bool:
        return bool(await self._connection.hear(self._tell(statement, entity, happened)))

    def _tell(self, statement: Statement, entity: Entity, happened: Sequence[Event]) -> Told:
        """Not waited for: what cannot be refused goes with what is asked next."""
        row = to_row(entity, self.table)
        parts = parts_of(self.table, [entity])
        jobs = to_json(self._outbox.written(happened))
        if self.table in PUBLIC:
            self._outbox.touched.add(row[PUBLIC[self.table].name])
        return statement.tell(self._connection, **row, **parts, jobs=jobs)
