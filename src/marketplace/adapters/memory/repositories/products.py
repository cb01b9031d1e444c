"""Every product, with the stock of its variants."""

from collections.abc import Sequence
from copy import deepcopy

from marketplace.application import ports
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.products import Product, ProductId, ProductNotFound

from ..repository import MemoryRepository


class MemoryProducts(MemoryRepository[ProductId, Product], ports.Products):
    entity, missing = Product, ProductNotFound

    async def hold_all(self, keys: Sequence[ProductId], /) -> dict[ProductId, Product]:
        found = ((key, self._transaction.see(Product, key)) for key in sorted(keys))
        return {key: deepcopy(product) for key, product in found if product is not None}

    async def save_stock(self, products: Sequence[Product], /) -> None:
        for product in products:
            stored = deepcopy(self._transaction.see(Product, product.id))
            if stored.version != product.version:
                raise ChangedMeanwhile(kind="Product", id=product.id)
            for variant in stored.variants:
                counted = product.variant(variant.id)
                variant.on_hand, variant.reserved = counted.on_hand, counted.reserved
            await self.save(stored)
            product.version = stored.version
