"""What waits, runs, or has failed for good."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import JobState, JobView, Page, Paging

from ..outbox import SHOWN
from ..statements import compiled, given
from ..tables import jobs
from .reading import Reading, newest_first

_state, _kind = given("state", sa.Text), given("of_kind", sa.Text)
_listed = newest_first(
    sa.select(*SHOWN).where(sa.or_(_kind.is_(None), jobs.c.reaction == _kind)), jobs
)
_ALL = compiled(_listed)
_OF_STATE = compiled(_listed.where(jobs.c.state == _state))
_PARKED = compiled(
    # Said once more as the index says it: the others may be a hundred thousand.
    _listed.where(jobs.c.state == _state, jobs.c.state.in_(sa.text("'unknown', 'dead'")))
)


class PostgresJobViews(Reading, ports.JobViews):
    async def jobs(
        self, paging: Paging, state: JobState | None = None, kind: str | None = None, /
    ) -> Page[JobView]:
        if state is None:
            return await self._page(_ALL, JobView, paging, of_kind=kind)
        parked = state in (JobState.UNKNOWN, JobState.DEAD)
        statement = _PARKED if parked else _OF_STATE
        return await self._page(statement, JobView, paging, of_kind=kind, state=state)
