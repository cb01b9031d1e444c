"""The shelves of every store."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.domain.categories import Category, CategoryId, CategoryNotFound
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product

from ..repository import MemoryRepository


class MemoryCategories(MemoryRepository[CategoryId, Category], ports.Categories):
    entity, missing = Category, CategoryNotFound

    async def of(self, merchant_id: MerchantId, key: CategoryId, /) -> Category:
        category = await self.get(key)
        if category.merchant_id != merchant_id:
            raise CategoryNotFound
        return category

    async def hold_all(self, merchant_id: MerchantId, /) -> list[Category]:
        every = (each for each in self._transaction.all_of(Category))
        own = [deepcopy(each) for each in every if each.merchant_id == merchant_id]
        return sorted(own, key=lambda each: (each.position, each.id))

    async def remove(self, category: Category, /, *happened: Event) -> None:
        category = await self.get(category.id)
        for each in self._transaction.all_of(Product):
            if each.category == category.id:
                product = deepcopy(each)
                product.category = None
                product.version += 1
                self._transaction.write(product, ())
        self._transaction.erase(category, happened)
