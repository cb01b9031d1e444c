"""How far sheets of products have come."""

from typing import Protocol

from marketplace.domain.imports import Import, ImportId
from marketplace.domain.merchants import MerchantId

from .paging import Page, Paging


class ImportViews(Protocol):
    """Sheets of products that were handed in."""

    async def product_import(self, merchant_id: MerchantId, import_id: ImportId, /) -> Import:
        """A merchant's own, or ``ImportNotFound``."""
        ...

    async def product_imports(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Import]:
        """All of a merchant."""
        ...
