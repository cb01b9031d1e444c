"""Products with the images they show."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace.application import ports
from marketplace.application.ports import Page, Paging, ProductView
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import ProductId, ProductNotFound, ProductStatus

from ..rows import document, kept
from ..statements import compiled, given, shown
from ..tables import images, products
from .reading import Reading, newest_first

_id = given("id", sa.Uuid)
_owner = given("merchant", sa.Uuid)
_place = sa.func.array_position(products.c.images, images.c.id)
_images = (
    sa.select(
        sa.func.coalesce(
            sa.func.json_agg(aggregate_order_by(document(kept(images)), _place)),
            sa.literal_column("'[]'"),
        )
    )
    .where(images.c.id == sa.any_(products.c.images))
    .scalar_subquery()
).label("images")

a_product = sa.select(*shown(products, "product__"), _images).where(
    products.c.merchant_id == _owner
)
_PRODUCT = compiled(a_product.where(products.c.id == _id))
_PRODUCTS = compiled(
    newest_first(a_product.where(products.c.status != ProductStatus.ARCHIVED), products)
)


class PostgresProductViews(Reading, ports.ProductViews):
    async def product(self, merchant_id: MerchantId, product_id: ProductId, /) -> ProductView:
        return await self._one(
            _PRODUCT, ProductView, ProductNotFound, merchant=merchant_id, id=product_id
        )

    async def products(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        return await self._page(_PRODUCTS, ProductView, paging, merchant=merchant_id)
