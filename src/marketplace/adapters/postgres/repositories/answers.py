"""The answers to requests that may come again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.application.ports import InProgress

from .. import tables
from ..statements import compiled, forgetting, given
from ..transaction import Transaction

_name, _after = given("name", sa.LargeBinary), given("after", tables.Time)


class PostgresAnswers(ports.Answers):
    """
    Names are locked, not rows: a lock that is taken says so at once, where a row would be waited
    for by everybody who sends the same request, each with a connection.

    What a claim sees is older than its lock: an answer may have been committed between the two.
    Then the primary key refuses to keep another one.
    """

    table = tables.idempotency_keys

    _claimed = compiled(
        sa.select(
            sa.func.pg_try_advisory_xact_lock(given("lock", sa.BigInteger)).label("is_mine"),
            sa.exists().where(table.c.name == _name, table.c.kept_at > _after).label("is_answered"),
        )
    )
    _kept = compiled(
        insert(table)
        .values(
            {each: given(each.name, each.type) for each in (table.c.name, table.c.sealed)}
            | {table.c.kept_at: given("at", tables.Time)}
        )
        .on_conflict_do_update(
            index_elements=[table.c.name],
            set_={"sealed": given("sealed", sa.LargeBinary), "kept_at": given("at", tables.Time)},
            where=table.c.kept_at <= _after,
        )
        .returning(table.c.kept_at)
    )
    _forgotten = forgetting(table, table.c.kept_at <= given("before", tables.Time), table.c.kept_at)

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection

    async def claim(self, name: bytes, after: datetime, /) -> None:
        lock = int.from_bytes(name[:8], "big", signed=True)
        row = await self._claimed.first(self._connection, lock=lock, name=name, after=after)
        if row is None or not row["is_mine"] or row["is_answered"]:
            raise InProgress(retry_after=1)

    async def keep(self, name: bytes, sealed: bytes, at: datetime, after: datetime, /) -> None:
        if not await self._kept.run(self._connection, name=name, sealed=sealed, at=at, after=after):
            raise InProgress(retry_after=1)

    async def forget(self, before: datetime, limit: int, /) -> int:
        return len(await self._forgotten.run(self._connection, before=before, limit=limit))
