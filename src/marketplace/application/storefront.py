"""What the public sees of a store."""

from dataclasses import dataclass
from datetime import datetime

from .merchants import leading_on, store_address
from .ports import Clock, Page, Paging, ProductView, StoreView, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePage:
    """A store and a stretch of what it sells. On holiday it sells nothing until ``reopens_at``."""

    store: StoreView
    products: Page[ProductView]
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
            store = await self.views.store(address)
        products = await self.views.on_sale(store.merchant.id, paging)
        open_now = store.merchant.accepts_orders(self.clock.now())
        return StorePage(
            store=store,
            products=products,
            accepting_orders=open_now,
            reopens_at=None if open_now else store.merchant.closed_until,
        )
