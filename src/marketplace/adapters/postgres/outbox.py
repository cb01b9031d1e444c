"""The outbox: every reaction that is still to be carried out, in the transaction of its cause."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import Ids, Job, JobId
from marketplace.application.reactions import reactions_to
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId

from .rows import Row, kept, to_json
from .statements import Statement, compiled, given, listed
from .tables import Time, jobs
from .transaction import Transaction

JOBS = listed("jobs", *kept(jobs))
"""What ``PostgresOutbox.written`` makes, inside a statement."""

_READABLE = 2000
"""Characters that are kept of a failure."""


def _claim(*which: sa.ColumnElement[bool]) -> Statement:
    """
    Take what is due, and have it be due again when the lease ends: by then its worker is dead.

    The locks last only as long as this statement's transaction; the attempt number does the rest.
    """
    at = given("at", Time)
    due = (
        sa.select(jobs.c.id, jobs.c.due_at)
        .where(jobs.c.state == sa.literal_column("'queued'"), jobs.c.due_at <= at, *which)
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(given("limit", sa.Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = (
        sa.update(jobs)
        .where(jobs.c.id == due.c.id)
        .values(attempt=jobs.c.attempt + 1, due_at=given("leased_until", Time))
        .returning(jobs, due.c.due_at.label("was_due_at"))
        .cte("claimed")
    )
    return compiled(sa.select(claimed).order_by(claimed.c.was_due_at, claimed.c.id))


def _mine(change: sa.Update | sa.Delete) -> Statement:
    """Only whoever claimed last may change a job: the attempt number is the fencing token."""
    mine = (
        jobs.c.id == given("id", sa.Uuid),
        jobs.c.attempt == given("claim", sa.Integer),
        jobs.c.state == "queued",
    )
    return compiled(change.where(*mine).returning(jobs.c.id))


_ADD = compiled(sa.insert(jobs).from_select(kept(jobs), sa.select(*JOBS.c)).returning(jobs.c.id))
_CLAIM_DUE = _claim()
_CLAIM_ONE = _claim(jobs.c.id == given("only", sa.Uuid))
_FINISH = _mine(sa.delete(jobs))
_POSTPONE = _mine(
    sa.update(jobs).values(due_at=given("until", Time), last_error=given("why", sa.Text))
)
_PARK = _mine(sa.update(jobs).values(state="dead", last_error=given("why", sa.Text)))


class PostgresOutbox(ports.Outbox):
    """
    Jobs as rows. ``stored`` are those of this unit of work, for the bell.

    ``touched`` are the stores that will look different, for the watch.
    """

    def __init__(self, connection: Transaction, ids: Ids) -> None:
        self._connection = connection
        self.new_id = ids.new
        self.stored: list[JobId] = []
        self.touched: set[MerchantId] = set()

    def written(self, happened: Sequence[Event]) -> list[Row]:
        """One row for each reaction to what happened; whoever stores the cause stores them too."""
        rows: list[Row] = []
        for event in happened:
            for reaction in reactions_to(event):
                id = JobId(self.new_id())
                self.stored.append(id)
                rows.append(
                    {
                        "id": id,
                        "reaction": reaction,
                        "event": type(event).__name__,
                        "payload": event,
                        "due_at": event.at,
                        "created_at": event.at,
                    }
                )
        return rows

    async def add(self, *happened: Event) -> None:
        _ADD.tell(self._connection, jobs=to_json(self.written(happened)))

    async def claim(
        self, at: datetime, lease: timedelta, limit: int, only: JobId | None = None, /
    ) -> list[Job]:
        claim = _CLAIM_DUE if only is None else _CLAIM_ONE
        rows = await claim.run(
            self._connection, at=at, leased_until=at + lease, limit=limit, only=only
        )
        return [
            Job(id=row["id"], reaction=row["reaction"], event=_event(row), attempt=row["attempt"])
            for row in rows
        ]

    async def finish(self, job: Job, /) -> bool:
        return await self._was_mine(_FINISH, job)

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        return await self._was_mine(_POSTPONE, job, until=until, why=_legible(why))

    async def park(self, job: Job, why: str, /) -> bool:
        return await self._was_mine(_PARK, job, why=_legible(why))

    async def _was_mine(self, change: Statement, job: Job, **given: object) -> bool:
        return bool(await change.run(self._connection, id=job.id, claim=job.attempt, **given))


def _event(row: Row) -> Event | None:
    """None if another version of the marketplace wrote it, and this one cannot read it."""
    kind = Event.kinds.get(row["event"])
    try:
        return msgspec.convert(row["payload"], kind) if kind else None
    except msgspec.ValidationError:
        return None


def _legible(why: str) -> str:
    """What a text column takes: a failure must not fail to be written down."""
    return why[:_READABLE].replace("\0", "").encode(errors="replace").decode()
