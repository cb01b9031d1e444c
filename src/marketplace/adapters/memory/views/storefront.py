"""What the public sees."""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from marketplace.application import ports
from marketplace.application.ports import (
    CategoryView,
    Found,
    Page,
    Paging,
    ProductCard,
    ProductView,
    Selection,
    StoreCard,
    StoreView,
)
from marketplace.domain.accounts import Username
from marketplace.domain.categories import Category
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus, StoreNotFound
from marketplace.domain.products import Product, ProductId, ProductNotFound, ProductStatus
from marketplace.domain.slugs import Slug

from .selecting import Selecting


class MemoryStoreViews(Selecting, ports.StoreViews):
    async def store(self, username: Username, /) -> StoreView:
        for merchant in self._store.all_of(Merchant):
            if merchant.username == username and merchant.status is MerchantStatus.ACTIVE:
                return StoreView(merchant=deepcopy(merchant), logo=self._logo(merchant))
        raise StoreNotFound

    async def front(
        self, username: Username, paging: Paging, /
    ) -> tuple[StoreCard, Page[ProductCard]]:
        store = await self.store(username)
        return StoreCard.of(store), await self.on_sale(store.merchant.id, Selection(), paging)

    async def moved_to(self, username: Username, /) -> Username | None:
        owner, _ = self._store.former_usernames.get(username, (None, None))
        for merchant in self._store.all_of(Merchant):
            if merchant.id == owner and merchant.status is MerchantStatus.ACTIVE:
                return merchant.username
        return None

    async def searched(
        self, username: Username, selection: Selection, paging: Paging, /
    ) -> tuple[StoreCard, Found[ProductCard]]:
        store = await self.store(username)
        return StoreCard.of(store), await self.on_sale(store.merchant.id, selection, paging)

    async def on_sale(
        self, merchant_id: MerchantId, selection: Selection, paging: Paging, /
    ) -> Found[ProductCard]:
        wanted = replace(selection, status=ProductStatus.ACTIVE)
        return self._listed(
            merchant_id, wanted, paging, lambda each: ProductCard.of(self._product(each))
        )

    async def product_on_sale(
        self, merchant_id: MerchantId, called: ProductId | Slug, /
    ) -> ProductView:
        for product in self._sold(merchant_id):
            if called in (product.id, product.slug):
                return self._product(product)
        raise ProductNotFound

    async def product_moved_to(self, merchant_id: MerchantId, slug: Slug, /) -> Slug | None:
        moved = self._store.former_slugs.get((merchant_id, slug))
        return next((each.slug for each in self._sold(merchant_id) if each.id == moved), None)

    async def products_on_sale(
        self, merchant_id: MerchantId, ids: Sequence[ProductId], /
    ) -> Mapping[ProductId, Product]:
        return {each.id: deepcopy(each) for each in self._sold(merchant_id) if each.id in ids}

    async def categories_on_sale(self, merchant_id: MerchantId, /) -> tuple[CategoryView, ...]:
        counted = Counter(each.category for each in self._sold(merchant_id))
        every = self._store.all_of(Category)
        own = sorted(
            (each for each in every if each.merchant_id == merchant_id),
            key=lambda each: (each.position, each.id),
        )
        return tuple(
            CategoryView(category=deepcopy(each), product_count=counted[each.id]) for each in own
        )

    def _sold(self, merchant_id: MerchantId) -> list[Product]:
        return [each for each in self._products_of(merchant_id) if each.is_on_sale]
