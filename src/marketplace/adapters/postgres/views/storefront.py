"""What the public sees."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import (
    Page,
    Paging,
    ProductCard,
    ProductView,
    StoreCard,
    StoreView,
)
from marketplace.domain.accounts import Username
from marketplace.domain.merchants import MerchantId, MerchantStatus, StoreNotFound
from marketplace.domain.products import ProductStatus

from ..faults import translated
from ..statements import compiled, given
from ..tables import former_usernames, merchants, products
from .front import FRONT, page_of_cards, store_of
from .merchants import a_store
from .products import a_product
from .reading import Reading, newest_first, stretch

_STORE = compiled(
    a_store.where(
        merchants.c.username == given("username", sa.Text),
        merchants.c.status == MerchantStatus.ACTIVE,
    )
)

_MOVED_TO = compiled(
    sa.select(merchants.c.username)
    .join_from(former_usernames, merchants)
    .where(
        former_usernames.c.username == given("username", sa.Text),
        merchants.c.status == MerchantStatus.ACTIVE,
    )
)

_ON_SALE = compiled(
    newest_first(a_product.where(products.c.status == ProductStatus.ACTIVE), products)
)


class PostgresStoreViews(Reading, ports.StoreViews):
    async def store(self, username: Username, /) -> StoreView:
        return await self._one(_STORE, StoreView, StoreNotFound, username=username)

    async def front(
        self, username: Username, paging: Paging, /
    ) -> tuple[StoreCard, Page[ProductCard]]:
        with translated():
            async with self._pool.connection() as connection:
                rows = await FRONT.tuples(connection, username=username, **stretch(paging))
        if not rows:
            raise StoreNotFound
        return store_of(rows[0]), page_of_cards(rows, paging)

    async def moved_to(self, username: Username, /) -> Username | None:
        rows = await self._rows(_MOVED_TO, username=username)
        return Username(rows[0]["username"]) if rows else None

    async def on_sale(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        return await self._page(_ON_SALE, ProductView, paging, merchant=merchant_id)
