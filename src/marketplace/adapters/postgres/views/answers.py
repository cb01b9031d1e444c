"""What was answered before."""

from datetime import datetime

import sqlalchemy as sa

from marketplace.application import ports

from ..statements import compiled, given
from ..tables import Time, idempotency_keys
from .reading import Reading

_ANSWER = compiled(
    sa.select(idempotency_keys.c.sealed).where(
        idempotency_keys.c.name == given("name", sa.LargeBinary),
        idempotency_keys.c.kept_at > given("after", Time),
    )
)


class PostgresAnswerViews(Reading, ports.AnswerViews):
    async def answer(self, name: bytes, after: datetime, /) -> bytes | None:
        rows = await self._rows(_ANSWER, name=name, after=after)
        return rows[0]["sealed"] if rows else None
