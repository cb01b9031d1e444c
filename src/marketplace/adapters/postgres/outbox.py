"""The outbox: every reaction that is still to be carried out, in the transaction of its cause."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON

from marketplace.application import ports
from marketplace.application.ports import Ids, Job, JobId, JobNotFound, JobView
from marketplace.application.reactions import ONLY_IF_HEARD, reactions_to
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId

from .rows import Row, from_row, kept, to_json
from .statements import Statement, compiled, given, listed
from .tables import Time, jobs, webhook_endpoints
from .transaction import Transaction

JOBS = listed("jobs", *kept(jobs))
"""What ``PostgresOutbox.written`` makes, inside a statement."""

_heard = sa.exists().where(
    webhook_endpoints.c.is_enabled,
    webhook_endpoints.c.merchant_id == JOBS.c.payload["merchant_id"].astext.cast(sa.Uuid),
)
WANTED = sa.or_(
    JOBS.c.reaction.not_in([sa.literal_column(f"'{each}'") for each in sorted(ONLY_IF_HEARD)]),
    _heard,
)
"""Which of those jobs are to be written at all."""

_READABLE = 2000
"""Characters that are kept of a failure."""


_OPEN = jobs.c.state != sa.literal_column("'dead'")
"""As the index says it."""
_CLAIMS = listed("claims", jobs.c.id, jobs.c.attempt)
_OURS = (
    jobs.c.id == _CLAIMS.c.id,
    jobs.c.attempt == _CLAIMS.c.attempt,
    jobs.c.state == "running",
)
_WHY, _AT, _UNTIL = given("why", sa.Text), given("at", Time), given("until", Time)


def _taken(due: sa.CTE) -> Statement:
    """
    Take what is due, and have it be due again when the lease ends: by then its worker is dead.

    The locks last only as long as this statement's transaction; the attempt number does the rest.
    """
    claimed = (
        sa.update(jobs)
        .where(jobs.c.id == due.c.id)
        .values(attempt=jobs.c.attempt + 1, due_at=given("leased_until", Time), state="running")
        .returning(jobs, due.c.due_at.label("was_due_at"))
        .cte("claimed")
    )
    return compiled(sa.select(claimed).order_by(claimed.c.was_due_at, claimed.c.id))


def _claim(*which: sa.ColumnElement[bool]) -> Statement:
    due = (
        sa.select(jobs.c.id, jobs.c.due_at)
        .where(_OPEN, jobs.c.due_at <= _AT, *which)
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(given("limit", sa.Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return _taken(due)


def _take() -> Statement:
    """Of each kind so many: what a kind has no room for is not even looked at."""
    room = sa.func.json_to_recordset(given("room", JSON)).table_valued(
        sa.column("reaction", sa.Text), sa.column("most", sa.Integer)
    )
    room = room.render_derived(name="room", with_types=True)
    first = (
        sa.select(jobs.c.id, jobs.c.due_at)
        .where(_OPEN, jobs.c.reaction == room.c.reaction, jobs.c.due_at <= _AT)
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(room.c.most)
        .with_for_update(skip_locked=True)
        .lateral("first")
    )
    due = (
        sa.select(first.c.id, first.c.due_at)
        .join_from(room, first, sa.true())
        .order_by(first.c.due_at, first.c.id)
        .limit(given("limit", sa.Integer))
        .cte("due")
    )
    return _taken(due)


def _mine(change: sa.Update | sa.Delete) -> Statement:
    """Only whoever claimed last may change a job: the attempt number is the fencing token."""
    mine = (
        jobs.c.id == given("id", sa.Uuid),
        jobs.c.attempt == given("claim", sa.Integer),
        jobs.c.state == "running",
    )
    return compiled(change.where(*mine).returning(jobs.c.id))


SHOWN: Sequence[sa.ColumnElement[Any]] = (
    jobs.c.id,
    jobs.c.reaction.label("kind"),
    jobs.c.event,
    jobs.c.state,
    (jobs.c.attempt - jobs.c.forgiven).label("attempts"),
    jobs.c.last_error,
    jobs.c.due_at,
    jobs.c.created_at,
)
"""A job for whoever looks at it."""

_IT = jobs.c.id == given("id", sa.Uuid)

_ADD = compiled(sa.insert(jobs).from_select(kept(jobs), sa.select(*JOBS.c)).returning(jobs.c.id))
_CLAIM_DUE = _claim()
_CLAIM_ONE = _claim(jobs.c.id == given("only", sa.Uuid))
_TAKE = _take()
_EXTEND = compiled(sa.update(jobs).where(*_OURS).values(due_at=_UNTIL).returning(jobs.c.id))
_RELEASE = compiled(
    sa.update(jobs).where(*_OURS).values(due_at=_AT, state="queued").returning(jobs.c.id)
)
_FINISH = _mine(sa.delete(jobs))
_FINISH_ALL = compiled(sa.delete(jobs).where(*_OURS).returning(jobs.c.id))
_POSTPONE = _mine(sa.update(jobs).values(state="queued", due_at=_UNTIL, last_error=_WHY))
_SET_ASIDE = _mine(sa.update(jobs).values(state="unknown", due_at=_UNTIL, last_error=_WHY))
_SET_ASIDE_OTHERS = compiled(
    sa.update(jobs)
    .where(
        jobs.c.id.in_(
            sa.select(jobs.c.id)
            .where(
                _OPEN,
                jobs.c.state != "unknown",
                jobs.c.reaction != sa.all_(given("known", sa.ARRAY(sa.Text))),
                jobs.c.due_at <= _AT,
            )
            .with_for_update(skip_locked=True)
        )
    )
    .values(state="unknown", last_error=_WHY)
    .returning(jobs.c.id)
)
_PARK = _mine(sa.update(jobs).values(state="dead", last_error=_WHY))
_LOOK_AT = compiled(sa.select(*SHOWN).where(_IT).with_for_update())
_RETRY = compiled(
    sa.update(jobs)
    .where(_IT)
    .values(state="queued", due_at=_AT, forgiven=jobs.c.attempt)
    .returning(*SHOWN)
)
_DISCARD = compiled(sa.delete(jobs).where(_IT).returning(jobs.c.id))


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
                if reaction not in ONLY_IF_HEARD:
                    # Others may not come to be; if they do, whoever sweeps finds them.
                    self.stored.append(id)
                rows.append(
                    {
                        "id": id,
                        "reaction": reaction,
                        "event": type(event).__name__,
                        "payload": event,
                        "due_at": event.due_at,
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
        return _jobs(
            await claim.run(
                self._connection, at=at, leased_until=at + lease, limit=limit, only=only
            )
        )

    async def take(
        self, at: datetime, lease: timedelta, limit: int, room: Mapping[str, int], /
    ) -> list[Job]:
        offered = [{"reaction": kind, "most": most} for kind, most in room.items() if most > 0]
        if not offered:
            return []
        return _jobs(
            await _TAKE.run(
                self._connection,
                at=at,
                leased_until=at + lease,
                limit=limit,
                room=to_json(offered),
            )
        )

    async def extend(self, jobs: Sequence[Job], until: datetime, /) -> set[JobId]:
        rows = await _EXTEND.run(self._connection, claims=_claims(jobs), until=until)
        return {JobId(row["id"]) for row in rows}

    async def release(self, jobs: Sequence[Job], at: datetime, /) -> None:
        await _RELEASE.run(self._connection, claims=_claims(jobs), at=at)

    async def finish(self, job: Job, /) -> bool:
        return await self._was_mine(_FINISH, job)

    async def finish_all(self, jobs: Sequence[Job], /) -> None:
        await _FINISH_ALL.run(self._connection, claims=_claims(jobs))

    async def postpone(self, job: Job, until: datetime, why: str, /) -> bool:
        return await self._was_mine(_POSTPONE, job, until=until, why=_legible(why))

    async def set_aside(self, job: Job, until: datetime, why: str, /) -> bool:
        return await self._was_mine(_SET_ASIDE, job, until=until, why=_legible(why))

    async def set_aside_others(self, known: Collection[str], at: datetime, why: str, /) -> int:
        rows = await _SET_ASIDE_OTHERS.run(self._connection, known=list(known), at=at, why=why)
        return len(rows)

    async def park(self, job: Job, why: str, /) -> bool:
        return await self._was_mine(_PARK, job, why=_legible(why))

    async def look_at(self, job_id: JobId, /) -> JobView:
        return _shown(await _LOOK_AT.first(self._connection, id=job_id))

    async def retry(self, job_id: JobId, at: datetime, /) -> JobView:
        shown = _shown(await _RETRY.first(self._connection, id=job_id, at=at))
        self.stored.append(job_id)
        return shown

    async def discard(self, job_id: JobId, /) -> None:
        if not await _DISCARD.run(self._connection, id=job_id):
            raise JobNotFound

    async def _was_mine(self, change: Statement, job: Job, **given: object) -> bool:
        return bool(await change.run(self._connection, id=job.id, claim=job.attempt, **given))


def _claims(jobs: Sequence[Job]) -> str:
    return to_json([{"id": job.id, "attempt": job.attempt} for job in jobs])


def _jobs(rows: Sequence[Row]) -> list[Job]:
    return [
        Job(
            id=row["id"],
            reaction=row["reaction"],
            event=_event(row),
            attempt=row["attempt"],
            forgiven=row["forgiven"],
        )
        for row in rows
    ]


def _shown(row: Row | None) -> JobView:
    if row is None:
        raise JobNotFound
    return from_row(row, JobView)


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
