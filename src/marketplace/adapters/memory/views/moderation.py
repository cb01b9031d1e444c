"""Products as admins see them, whoever sells them."""

from marketplace.application import ports
from marketplace.application.ports import Page, Paging, ProductSearch, StoreName, WatchedProduct
from marketplace.domain.merchants import Merchant
from marketplace.domain.products import Product, ProductId, ProductNotFound
from marketplace.domain.search import matches

from .reading import Reading, page_of
from .selecting import document


class MemoryModerationViews(Reading, ports.ModerationViews):
    async def watched_product(self, product_id: ProductId, /) -> WatchedProduct:
        product = self._store.entities.get((Product, product_id))
        if product is None:
            raise ProductNotFound
        return self._watched(product)

    async def watched_products(
        self, search: ProductSearch, paging: Paging, /
    ) -> Page[WatchedProduct]:
        every = self._store.all_of(Product)
        return page_of((each for each in every if _is_meant(each, search)), paging, self._watched)

    def _watched(self, product: Product) -> WatchedProduct:
        view, store = self._product(product), self._store.entities[Merchant, product.merchant_id]
        return WatchedProduct(
            product=view.product,
            category=view.category,
            images=view.images,
            store=StoreName(
                id=store.id, username=store.username, name=store.name, status=store.status
            ),
        )


def _is_meant(product: Product, search: ProductSearch) -> bool:
    return (
        (search.merchant_id in (None, product.merchant_id))
        and (search.taken_down in (None, product.takedown is not None))
        and (
            search.query is None
            or product.slug == search.slug
            or matches(search.query, document(product, None))
        )
    )
