"""Products as admins see them, whoever sells them."""

from dataclasses import dataclass
from typing import Protocol

from marketplace.domain.accounts import Username
from marketplace.domain.merchants import MerchantId, MerchantStatus
from marketplace.domain.products import ProductId
from marketplace.domain.search import Query

from .paging import Page, Paging
from .products import ProductView


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSearch:
    """
    Which products of all stores; what is None plays no part.

    A product is met by the ``query``, whatever its category is called, or has this ``slug``.
    """

    query: Query | None = None
    slug: str = ""
    merchant_id: MerchantId | None = None
    taken_down: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreName:
    """Whose a product is."""

    id: MerchantId
    username: Username
    name: str
    status: MerchantStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedProduct(ProductView):
    """A product with all that is shown of it, and its store."""

    store: StoreName


class ModerationViews(Protocol):
    """What all merchants sell."""

    async def watched_product(self, product_id: ProductId, /) -> WatchedProduct:
        """Whoever's product it is, or ``ProductNotFound``."""
        ...

    async def watched_products(
        self, search: ProductSearch, paging: Paging, /
    ) -> Page[WatchedProduct]:
        """Newest first, whatever their status."""
        ...
