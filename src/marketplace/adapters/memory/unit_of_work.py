"""One transaction as a block, with everything that is in it."""

from types import TracebackType
from typing import Self

from marketplace.application.ports import Bell, Ids
from marketplace.application.watching import StoreWatch

from .outbox import MemoryOutbox
from .repositories import (
    MemoryAccounts,
    MemoryAnnouncements,
    MemoryAnswers,
    MemoryAuditBook,
    MemoryBlockedPhones,
    MemoryCategories,
    MemoryDeliveries,
    MemoryEndpoints,
    MemoryImages,
    MemoryImports,
    MemoryMerchants,
    MemoryNotifications,
    MemoryOneTimeTokens,
    MemoryOrders,
    MemoryPreferences,
    MemoryProducts,
    MemorySessions,
    MemorySubmissions,
    MemoryTicks,
)
from .store import MemoryStore
from .transaction import MemoryTransaction


class MemoryUnitOfWork:
    """Leaving the block commits; only then, and only if it went well, bell and watch are told."""

    def __init__(self, store: MemoryStore, ids: Ids, bell: Bell, watch: StoreWatch) -> None:
        self._store = store
        self._ids = ids
        self._bell = bell
        self._watch = watch

    async def __aenter__(self) -> Self:
        self.transaction = transaction = MemoryTransaction(self._store, self._ids)
        self.accounts = MemoryAccounts(transaction)
        self.sessions = MemorySessions(transaction)
        self.one_time_tokens = MemoryOneTimeTokens(transaction)
        self.merchants = MemoryMerchants(transaction)
        self.products = MemoryProducts(transaction)
        self.categories = MemoryCategories(transaction)
        self.submissions = MemorySubmissions(transaction)
        self.images = MemoryImages(transaction)
        self.imports = MemoryImports(transaction)
        self.blocked_phones = MemoryBlockedPhones(transaction)
        self.orders = MemoryOrders(transaction)
        self.notifications = MemoryNotifications(transaction)
        self.announcements = MemoryAnnouncements(transaction)
        self.preferences = MemoryPreferences(transaction)
        self.endpoints = MemoryEndpoints(transaction)
        self.deliveries = MemoryDeliveries(transaction)
        self.audit = MemoryAuditBook(transaction)
        self.answers = MemoryAnswers(transaction)
        self.ticks = MemoryTicks(transaction)
        self.outbox = MemoryOutbox(transaction)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        if error is not None:
            self.transaction.roll_back()
            return
        self.transaction.commit()
        self._watch.changed(self.transaction.touched)
        self._bell.ring([*self.transaction.jobs, *self.transaction.called])
