"""What the public sees of a store."""

from dataclasses import dataclass
from datetime import datetime

from .merchants import leading_on, store_address
from .ports import Clock, Page, Paging, ProductCard, StoreCard, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePage:
    """A store and a stretch of what it sells. On holiday it sells nothing until ``reopens_at``."""

    store: StoreCard
    products: Page[ProductCard]
    accepting_orders: bool
    reopens_at: datetime | None


@dataclass(frozen=True, slots=True)
class StorefrontService:
    """The public side of a store, one method per use case."""

    views: Views
    clock: Clock

    async def page(self, username: str, paging: Paging) -> StorePage:
        """The store and its newest products, or ``StoreNotFound`` or ``StoreMoved``."""
        address = store_address(username)
        async with leading_on(self.views, address):
            store, products = await self.views.front(address, paging)
        open_now = store.closed_until is None or store.closed_until <= self.clock.now()
        return StorePage(
            store=store,
            products=products,
            accepting_orders=open_now,
            reopens_at=None if open_now else store.closed_until,
        )
