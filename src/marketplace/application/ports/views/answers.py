"""Answers that are kept, without a transaction."""

from datetime import datetime
from typing import Protocol


class AnswerViews(Protocol):
    """What was answered before."""

    async def answer(self, name: bytes, after: datetime, /) -> bytes | None:
        """The sealed answer that was kept under this name since ``after``."""
        ...
