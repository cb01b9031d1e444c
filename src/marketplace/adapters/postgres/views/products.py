"""Products with the images they show."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace.application import ports
from marketplace.application.ports import MOST_READ, Page, Paging, ProductView, Selection
from marketplace.domain.categories import Category
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductId, ProductNotFound, ProductStatus
from marketplace.domain.variants import Drift, StockMovement

from ..rows import document, from_row, kept
from ..statements import compiled, given, one_of, shown
from ..stock import drifting
from ..tables import categories, images, products, stock_movements, variants
from .reading import Reading, newest_first, page_of
from .selecting import KEPT, everything, listing

_id = given("id", sa.Uuid)
_owner = given("merchant", sa.Uuid)
_shown_of_images = [
    images.c[name]
    for name in ("id", "status", "alt", "width", "height", "preview", "renditions", "placeholder")
]
_place = sa.func.array_position(products.c.images, images.c.id)
_images = (
    sa.select(
        sa.func.coalesce(
            sa.func.json_agg(aggregate_order_by(document(_shown_of_images), _place)),
            sa.literal_column("'[]'"),
        )
    )
    .where(images.c.id == sa.any_(products.c.images))
    .scalar_subquery()
).label("images")

_category = (
    sa.select(document(kept(categories)))
    .where(categories.c.id == products.c.category)
    .scalar_subquery()
).label("category")

any_product = sa.select(*shown(products, "product__"), _category, _images)
a_product = any_product.where(products.c.merchant_id == _owner)
_PRODUCT = compiled(a_product.where(products.c.id == _id))

_read = (
    sa.select(products.c.found_by, products.c.category)
    .where(products.c.merchant_id == _owner, one_of(products.c.status, "statuses"))
    .order_by(products.c.id.desc())
    .limit(sa.literal_column(str(MOST_READ)))
    .cte("read")
)
_VOCABULARY = compiled(
    sa.union(
        sa.select(sa.func.unnest(sa.func.tsvector_to_array(_read.c.found_by)).label("word")),
        sa.select(sa.func.unnest(sa.func.tsvector_to_array(categories.c.found_by))).where(
            categories.c.id.in_(sa.select(_read.c.category))
        ),
    )
)

_CATALOGUE = compiled(
    sa.select(*shown(products))
    .where(
        products.c.merchant_id == _owner,
        products.c.status != ProductStatus.ARCHIVED,
        products.c.id > given("after", sa.Uuid),
    )
    .order_by(products.c.id)
    .limit(given("limit", sa.Integer))
)
_CATEGORIES = compiled(
    sa.select(*shown(categories))
    .where(categories.c.merchant_id == _owner)
    .order_by(categories.c.position, categories.c.id)
)
_STOCK_MOVEMENTS = compiled(
    newest_first(
        sa.select(*shown(stock_movements))
        .join_from(stock_movements, variants, variants.c.id == stock_movements.c.variant_id)
        .where(variants.c.merchant_id == _owner, variants.c.product_id == _id),
        stock_movements,
    )
)

_DRIFTS = compiled(drifting(one_of(variants.c.merchant_id, "merchants")))


class PostgresProductViews(Reading, ports.ProductViews):
    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        return await self._one(
            _PRODUCT, ProductView, ProductNotFound, merchant=merchant_id, id=product_id
        )

    async def products(
        self, merchant_id: MerchantId, selection: Selection, paging: Paging, /
    ) -> Page[ProductView]:
        statement, values = listing(a_product, merchant_id, selection, paging)
        page = page_of(await self._rows(statement, **values), ProductView, paging)
        if not paging.counted:
            return page
        statement, values = everything(a_product, merchant_id, selection)
        return replace(page, total=await self._count(statement, **values))

    async def vocabulary(
        self, merchant_id: MerchantId, status: ProductStatus | None, /
    ) -> frozenset[str]:
        statuses = [status] if status else KEPT
        rows = await self._rows(_VOCABULARY, merchant=merchant_id, statuses=statuses)
        return frozenset(row["word"] for row in rows)

    async def catalogue(
        self, merchant_id: MerchantId, limit: int, after: ProductId | None = None, /
    ) -> tuple[Product, ...]:
        rows = await self._rows(
            _CATALOGUE, merchant=merchant_id, limit=limit, after=after or UUID(int=0)
        )
        return tuple(from_row(row, Product) for row in rows)

    async def categories(self, merchant_id: MerchantId, /) -> tuple[Category, ...]:
        rows = await self._rows(_CATEGORIES, merchant=merchant_id)
        return tuple(from_row(row, Category) for row in rows)

    async def stock_movements(
        self, merchant_id: MerchantId, product_id: ProductId, paging: Paging, /
    ) -> Page[StockMovement]:
        return await self._page(
            _STOCK_MOVEMENTS, StockMovement, paging, merchant=merchant_id, id=product_id
        )

    async def drifts(self, merchant_ids: Sequence[MerchantId], /) -> tuple[Drift, ...]:
        rows = await self._rows(_DRIFTS, merchants=list(merchant_ids))
        return tuple(from_row(row, Drift) for row in rows)
