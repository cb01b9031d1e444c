"""Products as their merchant sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self, TypeVar

from marketplace.domain.categories import Category, CategoryId
from marketplace.domain.images import Image, ImageId, ImageStatus, Rendition
from marketplace.domain.merchants import MerchantId
from marketplace.domain.money import Money
from marketplace.domain.products import Product, ProductId, ProductStatus
from marketplace.domain.search import Query
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import Drift, StockMovement

from .paging import Page, Paging

Shown = TypeVar("Shown")

MOST_READ = 1000
"""Products whose words are compared with one that was not found."""


class Sort(StrEnum):
    NEWEST = "newest"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    TITLE = "title"
    RELEVANCE = "relevance"


SORT_KEYS: Mapping[Sort, type[int | str] | None] = {
    Sort.NEWEST: None,
    Sort.PRICE_ASC: int,
    Sort.PRICE_DESC: int,
    Sort.TITLE: str,
    Sort.RELEVANCE: int,
}
"""What the key of a :class:`Place` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    Which products of a store, and in which order; what is None plays no part.

    A price is asked of any variant that is offered and, where ``in_stock`` is asked for, in stock;
    sorted by, it is that of the cheapest. Without ``status`` it is whatever is not archived.
    Products that are sorted alike come by their id, and :attr:`Sort.RELEVANCE` needs a ``query``.
    """

    query: Query | None = None
    category: CategoryId | Slug | None = None
    tag: str | None = None
    status: ProductStatus | None = None
    min_price: Money | None = None
    max_price: Money | None = None
    in_stock: bool | None = None
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Page[Shown]):
    """
    A stretch of what was selected.

    Where somebody looked for something that there is not, ``words`` are everything that products of
    the status can be found by: those of :data:`MOST_READ` products, the newest.
    """

    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageView:
    """What is shown of an image."""

    id: ImageId
    status: ImageStatus
    alt: str
    width: int
    height: int
    preview: Rendition
    renditions: tuple[Rendition, ...]
    placeholder: str

    @classmethod
    def of(cls, image: Image) -> Self:
        return cls(
            id=image.id,
            status=image.status,
            alt=image.alt,
            width=image.width,
            height=image.height,
            preview=image.preview,
            renditions=image.renditions,
            placeholder=image.placeholder,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """A product with its category and the images it shows, in their order."""

    product: Product
    category: Category | None
    images: tuple[ImageView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    """A category, and how many of its products are on sale."""

    category: Category
    product_count: int


class ProductViews(Protocol):
    """What a merchant sells."""

    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        """A merchant's own product, or ``ProductNotFound``."""
        ...

    async def products(
        self, merchant_id: MerchantId, selection: Selection, paging: Paging, /
    ) -> Found[ProductView]: ...

    async def catalogue(
        self, merchant_id: MerchantId, limit: int, after: ProductId | None = None, /
    ) -> tuple[Product, ...]:
        """So many products that are not archived, oldest first, younger than ``after``."""
        ...

    async def categories(self, merchant_id: MerchantId, /) -> tuple[Category, ...]:
        """All of a merchant, in their order."""
        ...

    async def stock_movements(
        self, merchant_id: MerchantId, product_id: ProductId, paging: Paging, /
    ) -> Page[StockMovement]:
        """The ledger of one of the merchant's products."""
        ...

    async def drifts(self, merchant_ids: Sequence[MerchantId], /) -> tuple[Drift, ...]:
        """The variants of these stores whose stock is not what the books say."""
        ...
