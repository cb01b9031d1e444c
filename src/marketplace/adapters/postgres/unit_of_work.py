"""One transaction on one connection."""

import asyncio
from contextlib import AsyncExitStack
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


class PostgresUnitOfWork:
    """Leaving the block commits; only then, and only if it went well, bell and watch are told."""

    def __init__(self, pool: Pool, ids: Ids, bell: Bell, watch: StoreWatch) -> None:
        self._pool = pool
        self._ids = ids
        self._bell = bell
        self._watch = watch

    async def __aenter__(self) -> Self:
        with translated():
            async with AsyncExitStack() as stack:
                connection = await stack.enter_async_context(self._pool.connection())
                await stack.enter_async_context(connection.transaction())
                self._stack = stack.pop_all()
        self.outbox = outbox = PostgresOutbox(connection, self._ids)
        self.accounts = PostgresAccounts(connection, outbox)
        self.sessions = PostgresSessions(connection, outbox)
        self.one_time_tokens = PostgresOneTimeTokens(connection)
        self.merchants = PostgresMerchants(connection, outbox)
        self.products = PostgresProducts(connection, outbox)
        self.categories = PostgresCategories(connection, outbox)
        self.submissions = PostgresSubmissions(connection, outbox)
        self.images = PostgresImages(connection, outbox)
        self.imports = PostgresImports(connection, outbox)
        self.blocked_phones = PostgresBlockedPhones(connection, outbox)
        self.orders = PostgresOrders(connection, outbox)
        self.notifications = PostgresNotifications(connection, outbox)
        self.announcements = PostgresAnnouncements(connection, outbox)
        self.preferences = PostgresPreferences(connection)
        self.endpoints = PostgresEndpoints(connection, outbox)
        self.deliveries = PostgresDeliveries(connection, outbox)
        self.audit = PostgresAuditBook(connection)
        self.answers = PostgresAnswers(connection)
        self.ticks = PostgresTicks(connection, outbox)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """Whoever is cancelled meanwhile waits: nobody knows the outcome of half a commit."""
        ending = asyncio.create_task(self._end(kind, error, trace))
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await asyncio.wait([ending])
            if not ending.cancelled():
                ending.exception()
            raise

    async def _end(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with translated():
                await self._stack.__aexit__(kind, error, trace)
        finally:
            # After a commit that failed, too: its answer may be all that was lost.
            self._watch.changed(self.outbox.touched)
        if error is None:
            self._bell.ring(self.outbox.stored)
