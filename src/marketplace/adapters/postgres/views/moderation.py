"""Products as admins see them, whoever sells them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from marketplace.application import ports
from marketplace.application.ports import Page, Paging, ProductSearch, WatchedProduct
from marketplace.domain.products import ProductId, ProductNotFound

from .. import search as searching
from ..statements import Statement, compiled, given
from ..tables import merchants, products
from .products import any_product
from .reading import Reading, newest_first

_watched = any_product.join_from(
    products, merchants, merchants.c.id == products.c.merchant_id
).add_columns(
    *(merchants.c[each].label(f"store__{each}") for each in "id username name status".split())
)
_WATCHED = compiled(_watched.where(products.c.id == given("id", sa.Uuid)))

_is_down = products.c.takedown__at.is_not(None)
_CONDITIONS: Mapping[str, sa.ColumnElement[bool]] = {
    "query": sa.or_(
        products.c.found_by.bool_op("@@")(sa.cast(given("query", sa.Text), TSQUERY)),
        products.c.slug == given("slug", sa.Text),
    ),
    "merchant": products.c.merchant_id == given("merchant", sa.Uuid),
    "down": _is_down,
    "not down": ~_is_down,
}


class PostgresModerationViews(Reading, ports.ModerationViews):
    async def watched_product(self, product_id: ProductId, /) -> WatchedProduct:
        return await self._one(_WATCHED, WatchedProduct, ProductNotFound, id=product_id)

    async def watched_products(
        self, search: ProductSearch, paging: Paging, /
    ) -> Page[WatchedProduct]:
        values: dict[str, object] = {}
        asked = set()
        if search.query is not None:
            values |= {"query": searching.tsquery(search.query), "slug": search.slug}
            asked.add("query")
        if search.merchant_id is not None:
            values["merchant"] = search.merchant_id
            asked.add("merchant")
        if search.taken_down is not None:
            asked.add("down" if search.taken_down else "not down")
        return await self._page(_listing(frozenset(asked)), WatchedProduct, paging, **values)


@cache
def _listing(asked: frozenset[str]) -> Statement:
    """Compiled once for whatever can be asked together."""
    conditions: list[Any] = [_CONDITIONS[each] for each in sorted(asked)]
    return compiled(newest_first(_watched.where(*conditions), products))
