"""Sheets of products that were handed in."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import Page, Paging
from marketplace.domain.imports import Import, ImportId, ImportNotFound
from marketplace.domain.merchants import MerchantId

from .reading import Reading, page_of


class MemoryImportViews(Reading, ports.ImportViews):
    async def product_import(self, merchant_id: MerchantId, import_id: ImportId, /) -> Import:
        found: Import | None = self._store.entities.get((Import, import_id))
        if found is None or found.merchant_id != merchant_id:
            raise ImportNotFound
        return deepcopy(found)

    async def product_imports(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Import]:
        own = (each for each in self._store.all_of(Import) if each.merchant_id == merchant_id)
        return page_of(own, paging, deepcopy)
