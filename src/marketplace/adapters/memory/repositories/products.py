"""Every product, with the stock of its variants."""

from collections.abc import Sequence
from copy import deepcopy
from uuid import UUID

from marketplace.application import ports
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import Order
from marketplace.domain.products import Product, ProductId, ProductNotFound
from marketplace.domain.slugs import Slug, distinct
from marketplace.domain.variants import Brought, Drift, StockMovement, StockReason, VariantId

from ..repository import MemoryRepository
from ..stock import drifting


class MemoryProducts(MemoryRepository[ProductId, Product], ports.Products):
    entity, missing = Product, ProductNotFound

    def foresee(self, keys: Sequence[ProductId], /, *, waiting: bool = True) -> None:
        """Nothing has to be fetched from anywhere."""

    async def hold_all(
        self, keys: Sequence[ProductId], /, *, waiting: bool = True
    ) -> dict[ProductId, Product]:
        found = ((key, self._transaction.see(Product, key)) for key in sorted(keys))
        return {key: deepcopy(product) for key, product in found if product is not None}

    async def any_of(self, merchant_id: MerchantId, /) -> bool:
        products = self._transaction.all_of(Product)
        return any(each.merchant_id == merchant_id for each in products)

    async def save_stock(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        moved = {each.variant_id for each in movements}
        for product in products:
            stored = deepcopy(self._transaction.see(Product, product.id))
            if stored.version != product.version:
                raise ChangedMeanwhile(kind="Product", id=product.id)
            for variant in stored.variants:
                if variant.id in moved:
                    counted = product.variant(variant.id)
                    variant.on_hand, variant.reserved = counted.on_hand, counted.reserved
            await self.save(stored)
            product.version = stored.version
        self._note(movements, happened)

    async def named(
        self,
        merchant_id: MerchantId,
        ids: Sequence[ProductId],
        skus: Sequence[str],
        slugs: Sequence[str],
        /,
    ) -> ports.Named:
        every = self._transaction.all_of(Product)
        own = [each for each in every if each.merchant_id == merchant_id]
        sold = [each for each in own if not each.is_archived]
        by_sku = {
            variant.sku.lower(): each.id for each in sold for variant in each.offered if variant.sku
        }
        by_slug = {each.slug: each.id for each in sold}
        return ports.Named(
            ids=frozenset({each.id for each in own} & set(ids)),
            skus={sku: by_sku[sku.lower()] for sku in skus if sku.lower() in by_sku},
            slugs={slug: by_slug[Slug(slug)] for slug in slugs if slug in by_slug},
        )

    async def add_all(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        for product in products:
            await self.add(product)
        self._note(movements, happened)

    async def save_all(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        for product in products:
            await self.save(product)
        self._note(movements, happened)

    def _note(self, movements: Sequence[StockMovement], happened: Sequence[Event]) -> None:
        ledger = self._transaction.store.stock_movements
        self._transaction.later.append(lambda: ledger.extend(movements))
        self._transaction.tell(happened)

    async def drifts(self, key: ProductId, /) -> list[Drift]:
        ledger, orders = self._transaction.store.stock_movements, self._transaction.all_of(Order)
        return list(drifting([await self.get(key)], ledger, orders))

    async def brought(
        self, variants: Sequence[VariantId], exports: Sequence[UUID], /
    ) -> dict[UUID, dict[VariantId, Brought]]:
        return {
            export: {each: self._brought(each, export) for each in variants} for export in exports
        }

    def _brought(self, variant: VariantId, export: UUID) -> Brought:
        ledger = [
            each for each in self._transaction.store.stock_movements if each.variant_id == variant
        ]
        came = [each.reference == export and each.reason is StockReason.IMPORTED for each in ledger]
        units = sum(each.on_hand for each, is_its in zip(ledger, came, strict=True) if is_its)
        return Brought(units=units, was_there=bool(ledger) and not came[0])

    async def let_go_of_skus(self, variants: Sequence[VariantId], /) -> None:
        for product in self._transaction.all_of(Product):
            if any(each.id in variants for each in product.variants):
                without = deepcopy(product)
                for each in without.variants:
                    each.sku = "" if each.id in variants else each.sku
                self._transaction.write(without, ())

    async def free_slugs(self, merchant_id: MerchantId, wanted: Sequence[Slug], /) -> list[Slug]:
        taken = {
            each.slug
            for each in self._transaction.all_of(Product)
            if each.merchant_id == merchant_id and not each.is_archived
        }
        return distinct(wanted, taken, self._transaction.new_id)
