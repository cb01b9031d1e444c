"""Products with the images they show."""

from collections.abc import Sequence
from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import Found, Page, Paging, ProductView, Selection
from marketplace.domain.categories import Category
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import Order
from marketplace.domain.products import Product, ProductId, ProductNotFound
from marketplace.domain.variants import Drift, StockMovement

from ..stock import drifting
from .reading import page_of
from .selecting import Selecting


class MemoryProductViews(Selecting, ports.ProductViews):
    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        product = self._store.entities.get((Product, product_id))
        if product is None or product.merchant_id != merchant_id:
            raise ProductNotFound
        return self._product(product)

    async def products(
        self, merchant_id: MerchantId, selection: Selection, paging: Paging, /
    ) -> Found[ProductView]:
        return self._listed(merchant_id, selection, paging, self._product)

    async def catalogue(
        self, merchant_id: MerchantId, limit: int, after: ProductId | None = None, /
    ) -> tuple[Product, ...]:
        kept = [
            each
            for each in self._products_of(merchant_id)
            if not each.is_archived and (after is None or each.id > after)
        ]
        return tuple(map(deepcopy, sorted(kept, key=lambda each: each.id)[:limit]))

    async def categories(self, merchant_id: MerchantId, /) -> tuple[Category, ...]:
        every = self._store.all_of(Category)
        own = [deepcopy(each) for each in every if each.merchant_id == merchant_id]
        return tuple(sorted(own, key=lambda each: (each.position, each.id)))

    async def stock_movements(
        self, merchant_id: MerchantId, product_id: ProductId, paging: Paging, /
    ) -> Page[StockMovement]:
        product = self._store.entities.get((Product, product_id))
        if product is None or product.merchant_id != merchant_id:
            return Page(items=())
        variants = {each.id for each in product.variants}
        ledger = (each for each in self._store.stock_movements if each.variant_id in variants)
        return page_of(ledger, paging, lambda each: each)

    async def drifts(self, merchant_ids: Sequence[MerchantId], /) -> tuple[Drift, ...]:
        meant = [each for each in self._store.all_of(Product) if each.merchant_id in merchant_ids]
        return tuple(drifting(meant, self._store.stock_movements, self._store.all_of(Order)))
