"""Products with the images they show."""

from marketplace.application import ports
from marketplace.application.ports import Page, Paging, ProductView
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductId, ProductNotFound, ProductStatus

from .reading import Reading, page_of


class MemoryProductViews(Reading, ports.ProductViews):
    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        product = self._store.entities.get((Product, product_id))
        if product is None or product.merchant_id != merchant_id:
            raise ProductNotFound
        return self._product(product)

    async def products(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        products = self._products_of(merchant_id)
        kept = (each for each in products if each.status is not ProductStatus.ARCHIVED)
        return page_of(kept, paging, self._product)
