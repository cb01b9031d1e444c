"""A list of products, put together from the parts that were asked for."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace.application.ports import Paging, Selection, Sort
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import ProductStatus

from .. import search
from ..statements import Statement, compiled, given, one_of
from ..tables import categories, products, variants

KEPT = [each for each in ProductStatus if each is not ProductStatus.ARCHIVED]

_shelf = categories.alias("shelf")
# Where the name of the shelf has nothing to do with the query it is not joined, and what is NULL is
# not put together: of ten thousand products that takes twice as long as to look at them.
_found_by = sa.func.coalesce(
    products.c.found_by.op("||")(_shelf.c.found_by),
    products.c.found_by,
    type_=products.c.found_by.type,
)
_its_shelf = sa.and_(
    _shelf.c.id == products.c.category,
    _shelf.c.merchant_id == given("merchant", sa.Uuid),
    _shelf.c.found_by.bool_op("@@")(search.asked(given("touching", sa.Text))),
)
_called = (
    sa.select(categories.c.id)
    .where(
        categories.c.merchant_id == given("merchant", sa.Uuid),
        categories.c.slug == given("slug", sa.Text),
    )
    .scalar_subquery()
)
_on_shelf = sa.exists().where(
    variants.c.product_id == products.c.id,
    ~variants.c.retired,
    variants.c.on_hand > variants.c.reserved,
)

_CONDITIONS: Mapping[str, sa.ColumnElement[bool]] = {
    "statuses": one_of(products.c.status, "statuses"),
    "category": products.c.category == given("category", sa.Uuid),
    "slug": products.c.category == _called,
    "tag": given("tag", sa.Text) == sa.any_(products.c.tags),
    "min_price": products.c.price_from__minor >= given("min_price", sa.BigInteger),
    "max_price": products.c.price_from__minor <= given("max_price", sa.BigInteger),
    "in_stock": (~products.c.track_stock | _on_shelf) == given("in_stock", sa.Boolean),
    "query": _found_by.bool_op("@@")(search.asked(given("query", sa.Text))),
}
"""By the name of the value that has to be given for it."""

_id = products.c.id
_KEYS: Mapping[Sort, sa.ColumnElement[Any] | None] = {
    Sort.NEWEST: None,
    Sort.PRICE_ASC: products.c.price_from__minor,
    Sort.PRICE_DESC: products.c.price_from__minor,
    Sort.TITLE: products.c.sorted_by,
    Sort.RELEVANCE: search.rank(_found_by, products.c.sorted_by),
}
_UPWARDS = {Sort.PRICE_ASC, Sort.TITLE}


def listing(
    shown: sa.Select[Any], merchant_id: MerchantId, selection: Selection, paging: Paging
) -> tuple[Statement, dict[str, object]]:
    """The statement that lists what was selected, and the values it has to be given."""
    values = _values(selection)
    asked = frozenset(values.keys() & _CONDITIONS.keys())
    statement = _listing(shown, asked, selection.sort, paging.after is not None)
    if (after := paging.after) is not None:
        values |= {"after": after.id, "key": after.key}
    return statement, {**values, "merchant": merchant_id, "limit": paging.limit + 1}


@cache
def _listing(shown: sa.Select[Any], asked: frozenset[str], sort: Sort, goes_on: bool) -> Statement:
    """
    Compiled once for whatever can be asked together.

    Whoever looks for words reads all the store has, through an index that begins with the store:
    one over the words alone would be read to the end of what all stores have of a common one.
    """
    key = _KEYS[sort]
    sorted_by = [_id] if key is None else [key, _id]
    listed = shown.add_columns(_id.label("place__id"))
    if key is not None:
        listed = listed.add_columns(key.label("place__key"))
    if "query" in asked:
        listed = listed.outerjoin(_shelf, _its_shelf)
    for name in sorted(asked):
        listed = listed.where(_CONDITIONS[name])
    if goes_on:
        place: list[sa.ColumnElement[Any]] = [given("after", sa.Uuid)]
        if key is not None:
            place.insert(0, given("key", sa.Text if sort is Sort.TITLE else sa.BigInteger))
        here, there = sa.tuple_(*sorted_by), sa.tuple_(*place)
        listed = listed.where(here > there if sort in _UPWARDS else here < there)
    order = sorted_by if sort in _UPWARDS else [each.desc() for each in sorted_by]
    return compiled(listed.order_by(*order).limit(given("limit", sa.Integer)))


def _values(selection: Selection) -> dict[str, object]:
    category = selection.category
    values = {
        "statuses": [selection.status] if selection.status else KEPT,
        "category": category if isinstance(category, UUID) else None,
        "slug": None if isinstance(category, UUID) else category,
        "tag": selection.tag,
        "min_price": selection.min_price and selection.min_price.minor,
        "max_price": selection.max_price and selection.max_price.minor,
        "in_stock": selection.in_stock,
    }
    if selection.query:
        values["query"] = search.tsquery(selection.query)
        values["touching"] = search.touching(selection.query)
    if selection.query and selection.sort is Sort.RELEVANCE:
        values |= search.ranked(selection.query)
    return {name: value for name, value in values.items() if value is not None}
