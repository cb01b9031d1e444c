"""What goes on behind the answers, over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from marketplace.application.job_desk import JobDeskService, JobRunning
from marketplace.application.ports import JobId, JobNotFound, JobState, JobView

from .shapes import Cursor, Include, Limit, Listed, Moment, Output, StrictRequest, paging

# Litestar keeps the name `state` for itself.
State = Annotated[JobState | None, QueryParameter(name="state")]
Kind = Annotated[
    str | None,
    QueryParameter(
        min_length=1, max_length=100, description="What is to be done, as in `mail_new_order`"
    ),
]


class JobOut(Output, frozen=True, kw_only=True):
    """
    A job that is not done.

    `queued` waits, `running` is being done, `unknown` waits for a version of the marketplace that
    knows it, `dead` has failed for good. `due_at` is when it is done next.
    """

    id: UUID
    kind: str
    state: JobState
    attempts: int
    last_error: str
    due_at: Moment
    created_at: Moment

    @classmethod
    def of(cls, job: JobView) -> "JobOut":
        return cls.told(job)


class JobController(Controller):
    path = "/jobs"

    @get()
    async def jobs(
        self,
        request: StrictRequest,
        job_desk: NamedDependency[JobDeskService],
        in_state: State = None,
        kind: Kind = None,
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[JobOut]:
        """List what waits, runs, or has failed for good; what is done is gone."""
        of = request.list_of((in_state, kind))
        page = await job_desk.jobs(
            request.user, paging(limit, cursor, of, include), state=in_state, kind=kind
        )
        return Listed.of(page, JobOut.of, of)

    @post("/{id:uuid}/retry", status_code=200, problems=(JobNotFound, JobRunning))
    async def retry(
        self, request: StrictRequest, id: FromPath[UUID], job_desk: NamedDependency[JobDeskService]
    ) -> JobOut:
        """Have it done at once, with all its attempts before it."""
        return JobOut.of(await job_desk.retry(request.user, JobId(id)))

    @post("/{id:uuid}/discard", status_code=204, problems=(JobNotFound, JobRunning))
    async def discard(
        self, request: StrictRequest, id: FromPath[UUID], job_desk: NamedDependency[JobDeskService]
    ) -> None:
        """Throw it away; the audit book says who did."""
        await job_desk.discard(request.user, JobId(id))
