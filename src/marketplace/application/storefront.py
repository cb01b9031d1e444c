"""What the public sees of a store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from marketplace.domain.errors import InvalidFields
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.products import ProductId, ProductMoved, ProductNotFound, ProductStatus
from marketplace.domain.slugs import Slug, slugged

from .finding import ANY, FindProducts, forgiven, gone_on
from .merchants import leading_on, store_address
from .ports import (
    CategoryView,
    Clock,
    Page,
    Paging,
    Place,
    ProductCard,
    ProductView,
    Selection,
    StoreCard,
    StoreView,
    Views,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePage:
    """A store and a stretch of what it sells. On holiday it sells nothing until ``reopens_at``."""

    store: StoreCard
    products: Page[ProductCard]
    accepting_orders: bool
    reopens_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """The categories of a store."""

    store_id: MerchantId
    items: Sequence[CategoryView]


@dataclass(frozen=True, slots=True)
class StorefrontService:
    """The public side of a store, one method per use case."""

    views: Views
    clock: Clock

    async def page(self, username: str, paging: Paging, wanted: FindProducts = ANY) -> StorePage:
        """The store and what it sells of that, or ``StoreNotFound`` or ``StoreMoved``."""
        is_plain = wanted == ANY and not paging.counted
        if is_plain and (paging.after is None or paging.after == Place(id=paging.after.id)):
            address = store_address(username)
            async with leading_on(self.views, address):
                store, products = await self.views.front(address, paging)
        else:
            store, products = await self._found(username, paging, wanted)
        open_now = store.closed_until is None or store.closed_until <= self.clock.now()
        return StorePage(
            store=store,
            products=products,
            accepting_orders=open_now,
            reopens_at=None if open_now else store.closed_until,
        )

    async def product(self, username: str, called: str) -> ProductView:
        """
        One thing by its id or slug.

        Raises what ``page`` does, ``ProductNotFound``, or ``ProductMoved`` for a slug of before.
        """
        store_id, name = (await self._store(username)).merchant.id, _called(called)
        try:
            return await self.views.product_on_sale(store_id, name)
        except ProductNotFound:
            if isinstance(name, UUID):
                raise
            current = await self.views.product_moved_to(store_id, name)
            if current is None:
                raise
            raise ProductMoved(product=current) from None

    async def categories(self, username: str) -> Shelves:
        """All shelves in their order, empty ones too; raises what ``page`` does."""
        store_id = (await self._store(username)).merchant.id
        return Shelves(store_id=store_id, items=await self.views.categories_on_sale(store_id))

    async def delivery(self, username: str) -> Merchant:
        """The store, whose terms are what delivery costs; raises what ``page`` does."""
        return (await self._store(username)).merchant

    async def _found(
        self, username: str, paging: Paging, wanted: FindProducts
    ) -> tuple[StoreCard, Page[ProductCard]]:
        """
        The store and what it sells are asked for at once.

        Not if a price is said, for what that is depends on the currency of the store.
        """
        address = store_address(username)
        async with leading_on(self.views, address):
            if wanted.min_price or wanted.max_price:
                store = StoreCard.of(await self.views.store(address))
                selection = self._selection(wanted, store.currency, paging)
                page = await self.views.on_sale(store.id, selection, paging)
            else:
                try:
                    selection = self._selection(wanted, "", paging)
                except InvalidFields:
                    await self.views.store(address)
                    raise
                store, page = await self.views.searched(address, selection, paging)
        return store, await forgiven(
            page,
            lambda chosen: self.views.on_sale(store.id, chosen, paging),
            selection,
            paging.after,
        )

    def _selection(self, wanted: FindProducts, currency: str, paging: Paging) -> Selection:
        selection = gone_on(wanted.selection(currency, paging.after), paging.after)
        return replace(selection, status=ProductStatus.ACTIVE)

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
