"""What waits, runs, or has failed for good."""

from marketplace.application import ports
from marketplace.application.ports import JobState, JobView, Page, Paging

from .reading import Reading, page_of


class MemoryJobViews(Reading, ports.JobViews):
    async def jobs(
        self, paging: Paging, state: JobState | None = None, kind: str | None = None, /
    ) -> Page[JobView]:
        shown = [
            job.shown(id)
            for id, job in self._store.jobs.items()
            if state in (None, job.state) and kind in (None, job.reaction)
        ]
        return page_of(shown, paging, lambda each: each)
