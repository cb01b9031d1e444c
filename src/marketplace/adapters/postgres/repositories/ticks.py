"""Which moments of which schedules have come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.application.ports import Tick

from .. import tables
from ..outbox import JOBS, PostgresOutbox
from ..rows import Row, kept, to_json
from ..statements import Statement, compiled, forgetting, given, listed
from ..transaction import Transaction


def _coming(new: sa.CTE, rows: sa.Select[Any]) -> Statement:
    jobs = sa.insert(tables.jobs).from_select(kept(tables.jobs), rows).cte("its_jobs")
    return compiled(sa.select(new.c.task, new.c.at).add_cte(jobs))


class PostgresTicks(ports.Ticks):
    """
    The primary key decides which of many schedulers a moment comes to; its jobs are stored in the
    same statement.
    """

    table = tables.ticks

    _last = compiled(
        sa.select(table.c.at)
        .where(table.c.task == given("task", sa.Text))
        .order_by(table.c.at.desc())
        .limit(1)
    )
    _told = listed("ticks", table.c.task, table.c.at, sa.Column("job", sa.Uuid))
    _new = (
        insert(table)
        .from_select(["task", "at"], sa.select(_told.c.task, _told.c.at).distinct())
        .on_conflict_do_nothing()
        .returning(table.c.task, table.c.at)
        .cte("new")
    )
    _busy = (
        sa.exists()
        .where(
            tables.jobs.c.reaction == JOBS.c.reaction,
            tables.jobs.c.state != sa.literal_column("'dead'"),
        )
        .correlate(JOBS)
    )
    _its_jobs = (
        sa.select(*JOBS.c)
        .join_from(JOBS, _told, JOBS.c.id == _told.c.job)
        .join(_new, sa.and_(_new.c.task == _told.c.task, _new.c.at == _told.c.at))
    )
    _come = _coming(_new, _its_jobs)
    _come_unless_busy = _coming(_new, _its_jobs.where(~_busy))
    _forgotten = forgetting(table, table.c.at < given("before", tables.Time))

    def __init__(self, connection: Transaction, outbox: PostgresOutbox) -> None:
        self._connection = connection
        self._outbox = outbox

    async def last(self, task: str, /) -> datetime | None:
        row = await self._last.first(self._connection, task=task)
        return row["at"] if row else None

    async def come(self, ticks: Sequence[Tick], *, unless_busy: bool = False) -> list[Tick]:
        told: list[Row] = []
        jobs: list[Row] = []
        for each in ticks:
            written = self._outbox.written([each.event] if each.event else [])
            jobs += written
            its_jobs = [row["id"] for row in written] or [None]
            told += [{"task": each.task, "at": each.at, "job": job} for job in its_jobs]
        statement = self._come_unless_busy if unless_busy else self._come
        rows = await statement.run(self._connection, ticks=to_json(told), jobs=to_json(jobs))
        new = {(row["task"], row["at"]) for row in rows}
        return [each for each in ticks if (each.task, each.at) in new]

    async def forget(self, before: datetime, limit: int, /) -> int:
        return len(await self._forgotten.run(self._connection, before=before, limit=limit))
