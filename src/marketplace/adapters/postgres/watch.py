"""What other processes have changed: asked for again and again."""

import asyncio
from contextlib import suppress
from time import monotonic

import psycopg
import sqlalchemy as sa

from marketplace.application.watching import StoreWatch
from marketplace.domain.errors import Unavailable

from .faults import translated
from .pool import Pool
from .statements import compiled, given
from .tables import store_changes

EVERY = 0.3
"""Seconds between two looks."""

KEPT_FOR = 120
"""Seconds until a change is thrown away; whoever did not look for half of that knows nothing."""

CLEANED_EVERY = 30
"""Seconds."""


class Snapshot(sa.types.UserDefinedType[str]):
    """Which transactions were over at a moment."""

    cache_ok = True

    def get_col_spec(self, **kw: object) -> str:
        return "pg_snapshot"


# A row has the id of its transaction, and ids are not in the order of commits: a transaction that
# began early may end late. So it is not asked for what is newer than the newest seen, but for what
# the snapshot of the last look could not see yet, whenever it was written. Nothing below the xmin
# of that snapshot was still open; that bounds what has to be searched.
_since = sa.cast(given("since", sa.Text), Snapshot)
_NEWS = compiled(
    sa.select(
        sa.cast(sa.func.pg_current_snapshot(), sa.Text).label("snapshot"),
        sa.func.array(
            sa.select(store_changes.c.merchant_id.distinct())
            .where(
                store_changes.c.txid >= sa.func.pg_snapshot_xmin(_since),
                ~sa.func.pg_visible_in_snapshot(store_changes.c.txid, _since),
            )
            .scalar_subquery()
        ).label("merchants"),
    )
)
_CLEANED = compiled(
    sa.delete(store_changes)
    .where(
        store_changes.c.at
        < sa.func.clock_timestamp() - sa.literal_column(f"interval '{KEPT_FOR} seconds'")
    )
    .returning(store_changes.c.merchant_id)
)


class PostgresLookout:
    """Tells a watch what the other processes do. While PostgreSQL is away, it tells nothing."""

    def __init__(self, pool: Pool, watch: StoreWatch) -> None:
        self._pool = pool
        self._watch = watch
        self._seen: str | None = None
        self._looked_at = self._cleaned_at = monotonic()

    async def keep_looking(self) -> None:
        """Until cancelled."""
        while True:
            # The watch runs out by itself; what was missed meanwhile is found by the next look.
            with suppress(Unavailable, psycopg.Error, TimeoutError):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """What was committed before this began is known to the watch when it is over."""
        at = monotonic()
        with translated():
            async with asyncio.timeout(2), self._pool.connection() as connection:
                [row] = await _NEWS.run(connection, since=self._seen)
                if at - self._cleaned_at > CLEANED_EVERY:
                    self._cleaned_at = at
                    await _CLEANED.run(connection)
        if self._seen is None or at - self._looked_at > KEPT_FOR / 2:
            self._watch.forget()
        self._seen, self._looked_at = row["snapshot"], at
        self._watch.changed(row["merchants"])
        self._watch.looked(at)
