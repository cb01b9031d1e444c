"""One transaction on one connection."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from marketplace.application.ports import Bell, Ids
from marketplace.application.watching import StoreWatch

from .faults import translated
from .outbox import PostgresOutbox
from .pool import Pool
from .repositories import (
    PostgresAccounts,
    PostgresAnnouncements,
    PostgresAnswers,
    PostgresAuditBook,
    PostgresBlockedPhones,
    PostgresCategories,
    PostgresDeliveries,
    PostgresEndpoints,
    PostgresImages,
    PostgresImports,
    PostgresMerchants,
    PostgresNotifications,
    PostgresOneTimeTokens,
    PostgresOrders,
    PostgresPreferences,
    PostgresProducts,
    PostgresSessions,
    PostgresSubmissions,
    PostgresTicks,
)
from .transaction import Transaction

_log = logging.getLogger("marketplace.postgres")


class PostgresUnitOfWork:
    """Leaving the block commits; only then, and only if it went well, bell and watch are told."""

    def __init__(self, pool: Pool, ids: Ids, bell: Bell, watch: StoreWatch) -> None:
        self._pool = pool
        self._ids = ids
        self._bell = bell
        self._watch = watch

    async def __aenter__(self) -> Self:
        with translated():
            self._connection = await self._pool.getconn()
        self.transaction = transaction = Transaction(self._connection)
        self.outbox = outbox = PostgresOutbox(transaction, self._ids)
        self.accounts = PostgresAccounts(transaction, outbox)
        self.sessions = PostgresSessions(transaction, outbox)
        self.one_time_tokens = PostgresOneTimeTokens(transaction)
        self.merchants = PostgresMerchants(transaction, outbox)
        self.products = PostgresProducts(transaction, outbox)
        self.categories = PostgresCategories(transaction, outbox)
        self.submissions = PostgresSubmissions(transaction, outbox)
        self.images = PostgresImages(transaction, outbox)
        self.imports = PostgresImports(transaction, outbox)
        self.blocked_phones = PostgresBlockedPhones(transaction, outbox)
        self.orders = PostgresOrders(transaction, outbox)
        self.notifications = PostgresNotifications(transaction, outbox)
        self.announcements = PostgresAnnouncements(transaction, outbox)
        self.preferences = PostgresPreferences(transaction)
        self.endpoints = PostgresEndpoints(transaction, outbox)
        self.deliveries = PostgresDeliveries(transaction, outbox)
        self.audit = PostgresAuditBook(transaction)
        self.answers = PostgresAnswers(transaction)
        self.ticks = PostgresTicks(transaction, outbox)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """Whoever is cancelled meanwhile waits: nobody knows the outcome of half a commit."""
        ending = asyncio.create_task(self._end(error))
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await asyncio.wait([ending])
            if not ending.cancelled():
                ending.exception()
            raise

    async def _end(self, error: BaseException | None) -> None:
        try:
            with translated():
                if error is None:
                    await self.transaction.commit()
                else:
                    await self.transaction.roll_back()
        finally:
            await self._give_back()
            # After a commit that failed, too: its answer may be all that was lost.
            self._watch.changed(self.outbox.touched)
        if error is None:
            self._bell.ring(self.outbox.stored)

    async def _give_back(self) -> None:
        """Whatever comes of it, it comes after the end: what is stored must not look as if not."""
        try:
            await self._pool.putconn(self._connection)
        except Exception:
            _log.exception("a connection was not given back")
