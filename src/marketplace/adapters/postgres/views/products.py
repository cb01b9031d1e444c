"""Products with the images they show."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace.application import ports
from marketplace.application.ports import Found, Page, Paging, ProductView, Selection
from marketplace.domain.categories import Category
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductId, ProductNotFound, ProductStatus
from marketplace.domain.variants import Drift, StockMovement

from ..rows import document, from_row, kept
from ..statements import compiled, given, one_of, shown
from ..stock import drifting
from ..tables import categories, images, products, stock_movements, variants
from .reading import Reading, newest_first, page_of
from .selecting import everything, listing, there_of, words_of

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
    ) -> Found[ProductView]:
        statement, values = listing(a_product, merchant_id, selection, paging)
        rows = await self._rows(statement, **values)
        page = page_of(there_of(rows), ProductView, paging)
        total = None
        if paging.counted:
            statement, values = everything(a_product, merchant_id, selection)
            total = await self._count(statement, **values)
        return Found(items=page.items, next=page.next, total=total, words=words_of(rows))

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
