"""Chores: what the clock brings, each as a job like any other."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from marketplace.domain.schedule import (
    BackupDue,
    ExpiryDue,
    PurgeDue,
    ReconcileDue,
    SealDue,
    SweepDue,
)

from .auditing import AuditService
from .delivering import Dispatch
from .images import ImageService
from .leftovers import LeftoverService
from .once import Once
from .orders import ConfirmingService
from .ports import Backups, BeginUnitOfWork, Clock, JobId
from .stock import StockService
from .uploads import UploadService

USELESS = timedelta(days=7)
"""After it has run out, a one-time token is kept for so long."""
FORGOTTEN = timedelta(days=30)
"""After it has ended, a session is."""
BOOKKEEPING = timedelta(days=3)
"""So long the moments of the schedule are kept that have come."""
BATCH = 1000

_log = logging.getLogger("marketplace.chores")


@dataclass(frozen=True, slots=True)
class Chores:
    """One method per task of the schedule. Each may run twice."""

    begin: BeginUnitOfWork
    clock: Clock
    confirming: ConfirmingService
    once: Once
    images: ImageService
    leftovers: LeftoverService
    uploads: UploadService
    stock: StockService
    auditing: AuditService
    dispatch: Dispatch
    backups: Backups

    async def expire_orders(self, event: ExpiryDue, job: JobId) -> None:
        """Give up what nobody has confirmed in time."""
        await self.confirming.expire_due()

    async def seal_audit(self, event: SealDue, job: JobId) -> None:
        """Put what was written since under seal."""
        await self.auditing.seal()

    async def purge(self, event: PurgeDue, job: JobId) -> None:
        """Throw away tokens, sessions, answers, uploads and bookkeeping of no use any more."""
        now = self.clock.now()
        await self.once.forget()
        await self.dispatch.forget()

        async def tokens() -> int:
            async with self.begin() as market:
                return await market.one_time_tokens.forget(now - USELESS, BATCH)

        async def sessions() -> int:
            async with self.begin() as market:
                return await market.sessions.forget(now - FORGOTTEN, BATCH)

        async def ticks() -> int:
            async with self.begin() as market:
                return await market.ticks.forget(now - BOOKKEEPING, BATCH)

        for some in (tokens, sessions, ticks):
            await _all_of(some)
        # Last, because a bucket that is away keeps nothing else from being done.
        await self.uploads.clear()

    async def reconcile_stock(self, event: ReconcileDue, job: JobId) -> None:
        """Find stock that is not what the books say, put it right, and say so."""
        for each in await self.stock.reconcile(repair=True):
            _log.warning(
                "variant %s had drifted and was put right: %s on hand, %s reserved; "
                "the ledger says %s and %s, open orders %s",
                each.variant_id,
                each.on_hand,
                each.reserved,
                each.ledger_on_hand,
                each.ledger_reserved,
                each.promised,
            )

    async def sweep_storage(self, event: SweepDue, job: JobId) -> None:
        """Remove images that nothing shows, files of nobody, and name those that are missing."""
        cleared = await self.leftovers.clear()
        if cleared:
            _log.info("%d images were removed that nothing has shown for long", len(cleared))
        swept = await self.images.sweep()
        for lost in swept.missing:
            _log.warning("the file %s of image %s is missing", lost.key, lost.image_id)

    async def back_up(self, event: BackupDue, job: JobId) -> None:
        """Make a copy of everything, where copies are kept."""
        await self.backups.make(self.clock.now())


async def _all_of(forget_some: Callable[[], Awaitable[int]]) -> None:
    """Batch by batch: no transaction is long."""
    while await forget_some() == BATCH:
        continue
