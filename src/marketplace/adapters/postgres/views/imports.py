"""Sheets of products that were handed in."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import Page, Paging
from marketplace.domain.imports import Import, ImportId, ImportNotFound
from marketplace.domain.merchants import MerchantId

from ..statements import compiled, given, shown
from ..tables import imports
from .reading import Reading, newest_first

_owned = sa.select(*shown(imports)).where(imports.c.merchant_id == given("merchant", sa.Uuid))
_IMPORT = compiled(_owned.where(imports.c.id == given("id", sa.Uuid)))
_IMPORTS = compiled(newest_first(_owned, imports))


class PostgresImportViews(Reading, ports.ImportViews):
    async def product_import(self, merchant_id: MerchantId, import_id: ImportId, /) -> Import:
        return await self._one(_IMPORT, Import, ImportNotFound, merchant=merchant_id, id=import_id)

    async def product_imports(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Import]:
        return await self._page(_IMPORTS, Import, paging, merchant=merchant_id)
