"""Jobs, as an operator sees them."""

from typing import Protocol

from ..outbox import JobState, JobView
from .paging import Page, Paging


class JobViews(Protocol):
    """What waits, runs, or has failed for good."""

    async def jobs(
        self, paging: Paging, state: JobState | None = None, kind: str | None = None, /
    ) -> Page[JobView]:
        """Those of a state and a kind, or all."""
        ...
