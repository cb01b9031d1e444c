"""What the public sees of a store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from marketplace.domain.products import ProductId, ProductNotFound, ProductStatus
from marketplace.domain.slugs import Slug, slugged

from .finding import ANY, FindProducts, found
from .merchants import leading_on, store_address
from .ports import CategoryView, Clock, Page, Paging, ProductView, StoreView, Views


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

    async def page(self, username: str, paging: Paging, wanted: FindProducts = ANY) -> StorePage:
        """The store and what it sells of that, or ``StoreNotFound`` or ``StoreMoved``."""
        store = await self._store(username)
        merchant_id = store.merchant.id
        selection = replace(
            wanted.selection(store.merchant.currency, paging.after), status=ProductStatus.ACTIVE
        )
        products = await found(
            lambda chosen: self.views.on_sale(merchant_id, chosen, paging),
            selection,
            paging,
            self.views,
            merchant_id,
        )
        open_now = store.merchant.accepts_orders(self.clock.now())
        return StorePage(
            store=store,
            products=products,
            accepting_orders=open_now,
            reopens_at=None if open_now else store.merchant.closed_until,
        )

    async def product(self, username: str, called: str) -> ProductView:
        """One thing by its id or slug; raises what ``page`` does, or ``ProductNotFound``."""
        store = await self._store(username)
        return await self.views.product_on_sale(store.merchant.id, _called(called))

    async def categories(self, username: str) -> Sequence[CategoryView]:
        """All shelves in their order, empty ones too; raises what ``page`` does."""
        store = await self._store(username)
        return await self.views.categories_on_sale(store.merchant.id)

    async def _store(self, username: str) -> StoreView:
        address = store_address(username)
        async with leading_on(self.views, address):
            return await self.views.store(address)


def _called(said: str) -> ProductId | Slug:
    try:
        return ProductId(UUID(said))
    except ValueError:
        slug = slugged(said)
    if not slug:
        raise ProductNotFound
    return Slug(slug)
