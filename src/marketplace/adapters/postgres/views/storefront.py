"""What the public sees."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.gathering import Gathering
from marketplace.application.ports import (
    CategoryView,
    Found,
    Page,
    Paging,
    ProductCard,
    ProductView,
    Selection,
    StoreCard,
    StoreView,
)
from marketplace.domain.accounts import Username
from marketplace.domain.merchants import MerchantId, MerchantStatus, StoreNotFound
from marketplace.domain.products import Product, ProductId, ProductNotFound, ProductStatus
from marketplace.domain.slugs import Slug

from ..faults import translated
from ..pool import Pool, lent
from ..rows import Row, from_row
from ..statements import compiled, given, one_of, shown
from ..tables import categories, former_slugs, former_usernames, merchants, products
from .front import FRONTS, a_card, fronts_of, store_of
from .front import a_store as told_store
from .merchants import a_store
from .products import a_product
from .reading import Reading, place_after, stretch
from .selecting import everything, in_order, listing, searching, there_of, words_of

_FIRST = Paging()
"""What whoever opens a store is shown."""

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

_is_on_sale = products.c.status == ProductStatus.ACTIVE
_owner = given("merchant", sa.Uuid)
_BY_ID = compiled(a_product.where(products.c.id == given("id", sa.Uuid), _is_on_sale))
_BY_SLUG = compiled(a_product.where(products.c.slug == given("slug", sa.Text), _is_on_sale))
_PRODUCT_MOVED_TO = compiled(
    sa.select(products.c.slug)
    .join_from(former_slugs, products, former_slugs.c.product_id == products.c.id)
    .where(
        former_slugs.c.merchant_id == _owner,
        former_slugs.c.slug == given("slug", sa.Text),
        _is_on_sale,
    )
)
_NAMED = compiled(
    sa.select(*shown(products)).where(
        products.c.merchant_id == _owner, one_of(products.c.id, "ids"), _is_on_sale
    )
)
_counted = (
    sa.select(products.c.category, sa.func.count().label("products"))
    .where(products.c.merchant_id == _owner, _is_on_sale)
    .group_by(products.c.category)
    .subquery("counted")
)
_CATEGORIES = compiled(
    sa.select(
        *shown(categories, "category__"),
        sa.func.coalesce(_counted.c.products, sa.literal_column("0")).label("product_count"),
    )
    .outerjoin_from(categories, _counted, _counted.c.category == categories.c.id)
    .where(categories.c.merchant_id == _owner)
    .order_by(categories.c.position, categories.c.id)
)


class PostgresStoreViews(Reading, ports.StoreViews):
    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self._together = Gathering(self._fronts, lanes=2)

    async def store(self, username: Username, /) -> StoreView:
        return await self._one(_STORE, StoreView, StoreNotFound, username=username)

    async def front(
        self, username: Username, paging: Paging, /
    ) -> tuple[StoreCard, Page[ProductCard]]:
        if paging == _FIRST:
            front = await self._together.ask(username)
        else:
            [front] = await self._fronts([username], paging)
        if front is None:
            raise StoreNotFound
        return front

    async def _fronts(
        self, usernames: Sequence[Username], paging: Paging = _FIRST
    ) -> list[tuple[StoreCard, Page[ProductCard]] | None]:
        """Many are asked for at the same time, and to ask for one takes as long as for many."""
        with translated():
            async with lent(self._pool) as connection:
                rows = await FRONTS.tuples(connection, usernames=list(usernames), **stretch(paging))
        return fronts_of(rows, len(usernames), paging)

    async def moved_to(self, username: Username, /) -> Username | None:
        rows = await self._rows(_MOVED_TO, username=username)
        return Username(rows[0]["username"]) if rows else None

    async def searched(
        self, username: Username, selection: Selection, paging: Paging, /
    ) -> tuple[StoreCard, Found[ProductCard]]:
        selection = replace(selection, status=ProductStatus.ACTIVE)
        statement, values = searching(told_store, a_card, username, selection, paging)
        rows = await self._rows(statement, **values)
        stores = [row for row in rows if row["id"] is None]
        if not stores:
            raise StoreNotFound
        products = in_order((row for row in rows if row["id"] is not None), selection.sort)
        store = store_of(stores[0]["told"])
        found = _found(products, paging, words_of(stores))
        return store, await self._counted(found, store.id, selection, paging)

    async def on_sale(
        self, merchant_id: MerchantId, selection: Selection, paging: Paging, /
    ) -> Found[ProductCard]:
        selection = replace(selection, status=ProductStatus.ACTIVE)
        statement, values = listing(a_card, merchant_id, selection, paging)
        rows = await self._rows(statement, **values)
        found = _found(there_of(rows), paging, words_of(rows))
        return await self._counted(found, merchant_id, selection, paging)

    async def _counted(
        self,
        found: Found[ProductCard],
        merchant_id: MerchantId,
        selection: Selection,
        paging: Paging,
    ) -> Found[ProductCard]:
        if not paging.counted:
            return found
        statement, values = everything(a_card, merchant_id, selection)
        return replace(found, total=await self._count(statement, **values))

    async def product_on_sale(
        self, merchant_id: MerchantId, called: ProductId | Slug, /
    ) -> ProductView:
        if isinstance(called, UUID):
            return await self._one(
                _BY_ID, ProductView, ProductNotFound, merchant=merchant_id, id=called
            )
        return await self._one(
            _BY_SLUG, ProductView, ProductNotFound, merchant=merchant_id, slug=called
        )

    async def product_moved_to(self, merchant_id: MerchantId, slug: Slug, /) -> Slug | None:
        rows = await self._rows(_PRODUCT_MOVED_TO, merchant=merchant_id, slug=slug)
        return Slug(rows[0]["slug"]) if rows else None

    async def products_on_sale(
        self, merchant_id: MerchantId, ids: Sequence[ProductId], /
    ) -> Mapping[ProductId, Product]:
        rows = await self._rows(_NAMED, merchant=merchant_id, ids=list(ids))
        found = [from_row(row, Product) for row in rows]
        return {each.id: each for each in found}

    async def categories_on_sale(self, merchant_id: MerchantId, /) -> tuple[CategoryView, ...]:
        rows = await self._rows(_CATEGORIES, merchant=merchant_id)
        return tuple(from_row(row, CategoryView) for row in rows)


def _found(rows: Sequence[Row], paging: Paging, words: frozenset[str]) -> Found[ProductCard]:
    cards = [ProductCard(row["id"], row["told"], row["available"]) for row in rows[: paging.limit]]
    return Found(items=tuple(cards), next=place_after(rows, paging), words=words)
