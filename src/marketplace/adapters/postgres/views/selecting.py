"""A list of products, put together from the parts that were asked for."""

import operator
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.visitors import replacement_traverse

from marketplace.application.ports import MOST_READ, Paging, Selection, Sort
from marketplace.domain.accounts import Username
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import ProductStatus

from .. import search
from ..rows import Row
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
_offered = sa.exists().where(variants.c.product_id == products.c.id, ~variants.c.retired)
_is_left = variants.c.on_hand > variants.c.reserved
_on_shelf = _offered.where(_is_left)

_CONDITIONS: Mapping[str, sa.ColumnElement[bool]] = {
    "statuses": one_of(products.c.status, "statuses"),
    "category": products.c.category == given("category", sa.Uuid),
    "slug": products.c.category == _called,
    "tag": given("tag", sa.Text) == sa.any_(products.c.tags),
    # No variant costs less than the cheapest.
    "max_price": products.c.price_from__minor <= given("max_price", sa.BigInteger),
    "in_stock": (~products.c.track_stock | _on_shelf) == given("in_stock", sa.Boolean),
    "query": _found_by.bool_op("@@")(search.asked(given("query", sa.Text))),
}
"""By the name of the value that has to be given for it."""
_BOUNDS = {"min_price": operator.ge, "max_price": operator.le}

_id = products.c.id
_KEYS: Mapping[Sort, sa.ColumnElement[Any] | None] = {
    Sort.NEWEST: None,
    Sort.PRICE_ASC: products.c.price_from__minor,
    Sort.PRICE_DESC: products.c.price_from__minor,
    Sort.TITLE: products.c.sorted_by,
    Sort.RELEVANCE: search.rank(_found_by, products.c.sorted_by),
}
_UPWARDS = {Sort.PRICE_ASC, Sort.TITLE}


_read = (
    sa.select(products.c.found_by, products.c.category)
    .where(products.c.merchant_id == given("merchant", sa.Uuid), _CONDITIONS["statuses"])
    .order_by(_id.desc())
    .limit(sa.literal_column(str(MOST_READ)))
    .cte("read")
)
_every_word = sa.union(
    sa.select(sa.func.unnest(sa.func.tsvector_to_array(_read.c.found_by)).label("word")),
    sa.select(sa.func.unnest(sa.func.tsvector_to_array(categories.c.found_by))).where(
        categories.c.id.in_(sa.select(_read.c.category))
    ),
)


def listing(
    shown: sa.Select[Any], merchant_id: MerchantId, selection: Selection, paging: Paging
) -> tuple[Statement, dict[str, object]]:
    """
    The statement that lists what was selected, and the values it has to be given.

    Each row has the ``words`` of what could be found as well, if somebody looked for something and
    nothing was found; then there is one row without a place.
    """
    asked, values = _asked(selection, paging)
    statement = _listing(shown, asked, selection.sort, paging.after is not None)
    return statement, {**values, "merchant": merchant_id}


def searching(
    store: sa.Select[*tuple[Any, ...]],
    card: sa.Select[Any],
    username: Username,
    selection: Selection,
    paging: Paging,
) -> tuple[Statement, dict[str, object]]:
    """
    The same of the store of this name, in no order; a row that is no product is the store.

    Of both, ``id`` and ``told`` are shown, and of a product ``available``.
    """
    asked, values = _asked(selection, paging)
    statement = _searching(store, card, asked, selection.sort, paging.after is not None)
    return statement, {**values, "username": username}


def in_order(rows: Iterable[Row], sort: Sort) -> list[Row]:
    """Sorted here, for no database promises an order of what it has united."""
    return sorted(rows, key=_place_of, reverse=sort not in _UPWARDS)


def _place_of(row: Row) -> tuple[int | str, UUID]:
    key = row["place"].get("key")
    return 0 if key is None else key, row["place"]["id"]


def there_of(rows: Iterable[Row]) -> list[Row]:
    """Those that are something that was found."""
    return [row for row in rows if row.get("place")]


def words_of(rows: Iterable[Row]) -> frozenset[str]:
    """All that could be found, of whatever row tells it."""
    return frozenset(word for row in rows for word in row.get("words") or ())


def _asked(selection: Selection, paging: Paging) -> tuple[frozenset[str], dict[str, object]]:
    """Which parts a statement has, and the values they have to be given."""
    values = _values(selection)
    asked = frozenset(values.keys() & (_CONDITIONS.keys() | _BOUNDS.keys()))
    if (after := paging.after) is not None:
        values |= {"after": after.id, "key": after.key}
    return asked, {**values, "limit": paging.limit + 1}


def everything(
    shown: sa.Select[Any], merchant_id: MerchantId, selection: Selection
) -> tuple[Statement, dict[str, object]]:
    """The same from the beginning, to be counted to its end."""
    asked, values = _asked(selection, Paging())
    del values["limit"]
    return _all(shown, asked, selection.sort), {**values, "merchant": merchant_id}


@cache
def _all(shown: sa.Select[Any], asked: frozenset[str], sort: Sort) -> Statement:
    # In no order: PostgreSQL would rank and sort what is only counted.
    return compiled(_listed(shown, asked, Sort.NEWEST, goes_on=False).order_by(None))


@cache
def _listing(shown: sa.Select[Any], asked: frozenset[str], sort: Sort, goes_on: bool) -> Statement:
    """Compiled once for whatever can be asked together."""
    listed = _listed(shown, asked, sort, goes_on)
    if "query" not in asked or goes_on:
        return compiled(listed)
    found = listed.cte("found")
    told = sa.select(_words_beside(found).label("words")).subquery("told")
    place = [found.c[name] for name in ("place__key", "place__id") if name in found.c]
    return compiled(
        sa.select(told.c.words, *found.c)
        .select_from(told.outerjoin(found, sa.true()))
        .order_by(*(place if sort in _UPWARDS else [each.desc() for each in place]))
    )


@cache
def _searching(
    store: sa.Select[*tuple[Any, ...]],
    card: sa.Select[Any],
    asked: frozenset[str],
    sort: Sort,
    goes_on: bool,
) -> Statement:
    opened = store.cte("store")
    merchant = sa.select(opened.c.id).scalar_subquery()
    found = _listed(card, asked, sort, goes_on).cte("found")
    words: sa.ColumnElement[Any] = sa.cast(sa.null(), sa.ARRAY(sa.Text))
    if "query" in asked and not goes_on:
        words = _words_beside(found)
    places = [found.c[name] for name in ("place__id", "place__key") if name in found.c]
    nowhere = [sa.cast(sa.null(), each.type).label(each.name) for each in places]
    none: list[sa.ColumnElement[Any]] = [sa.cast(sa.null(), sa.BigInteger).label("available")]
    united = sa.union_all(
        sa.select(
            sa.cast(sa.null(), sa.Text).label("id"),
            opened.c.told,
            *none,
            words.label("words"),
            *nowhere,
        ),
        sa.select(
            found.c.id,
            found.c.told,
            found.c.available,
            sa.cast(sa.null(), sa.ARRAY(sa.Text)),
            *places,
        ),
    )
    return compiled(_belonging_to(merchant, united))


def _belonging_to(
    merchant: sa.ColumnElement[Any], statement: sa.CompoundSelect[Any]
) -> sa.CompoundSelect[Any]:
    """The same, of a merchant that is looked up in the statement itself."""

    def exchanged(element: Any, **_: Any) -> sa.ColumnElement[Any] | None:
        is_given = isinstance(element, sa.BindParameter) and element.key == "merchant"
        return merchant if is_given else None

    # What comes back is of the kind that went in.
    return cast(sa.CompoundSelect[Any], replacement_traverse(statement, {}, exchanged))


def _words_beside(found: sa.CTE) -> sa.ColumnElement[Any]:
    """Not looked for unless nothing was found."""
    nothing = ~sa.exists(sa.select(sa.literal_column("1")).select_from(found))
    every = sa.func.array(_every_word.scalar_subquery(), type_=sa.ARRAY(sa.Text))
    return sa.case((nothing, every))


def _costs(asked: frozenset[str]) -> sa.ColumnElement[bool]:
    """
    Some variant that is offered has a price that was asked for.

    The cheapest is known without looking for it. Where only what is in stock was asked for, one
    that is has such a price.
    """

    def fits(price: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        bounds = sorted(asked & _BOUNDS.keys())
        return sa.and_(*(_BOUNDS[name](price, given(name, sa.BigInteger)) for name in bounds))

    one_of_them = _offered.where(fits(variants.c.price__minor))
    if "in_stock" not in asked:
        return sa.or_(fits(products.c.price_from__minor), one_of_them)
    whatever = ~given("in_stock", sa.Boolean)
    return one_of_them.where(sa.or_(whatever, ~products.c.track_stock, _is_left))


def _listed(
    shown: sa.Select[Any], asked: frozenset[str], sort: Sort, goes_on: bool
) -> sa.Select[Any]:
    """
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
    for name in sorted(asked & _CONDITIONS.keys()):
        listed = listed.where(_CONDITIONS[name])
    if asked & _BOUNDS.keys():
        listed = listed.where(_costs(asked))
    if goes_on:
        place: list[sa.ColumnElement[Any]] = [given("after", sa.Uuid)]
        if key is not None:
            place.insert(0, given("key", sa.Text if sort is Sort.TITLE else sa.BigInteger))
        here, there = sa.tuple_(*sorted_by), sa.tuple_(*place)
        listed = listed.where(here > there if sort in _UPWARDS else here < there)
    order = sorted_by if sort in _UPWARDS else [each.desc() for each in sorted_by]
    return listed.order_by(*order).limit(given("limit", sa.Integer))


def _values(selection: Selection) -> dict[str, object]:
    category = selection.category
    values: dict[str, object] = {
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
