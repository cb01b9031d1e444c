"""
What a store has on sale, read from the cards that are kept of its products.

The front of a store is what the public asks for more often than for everything else together. It is
one statement for as many stores as are asked for, in which a row that is no product is a store.
What is told of a product is ready, and only what orders change is looked up.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from marketplace.application.ports import Page, Paging, Place, ProductCard, StoreCard

from ..rows import document
from ..statements import compiled, given
from ..tables import images, merchants, product_cards, products, variants

Row = tuple[Any, ...]

_STORE = (
    "id username name description currency country locale payment_preference whatsapp_link"
    " instagram_link facebook_link closed_until min_order_total__minor min_order_total__currency"
).split()
_LOGO = "id status alt width height preview renditions placeholder".split()

_id = sa.cast(product_cards.c.product_id, sa.Text)
_left = (
    sa.select(sa.func.sum(variants.c.on_hand - variants.c.reserved))
    .where(variants.c.product_id == product_cards.c.product_id, ~variants.c.retired)
    .scalar_subquery()
)
_available = sa.case((product_cards.c.counted, sa.cast(_left, sa.BigInteger)))

_CARD: list[sa.ColumnElement[Any]] = [
    _id.label("id"),
    product_cards.c.told,
    _available.label("available"),
]

a_card = (
    sa.select(*_CARD)
    .join_from(
        products,
        product_cards,
        sa.and_(
            product_cards.c.merchant_id == products.c.merchant_id,
            product_cards.c.product_id == products.c.id,
        ),
    )
    .where(products.c.merchant_id == given("merchant", sa.Uuid))
)

_logo = (
    sa.select(document([images.c[name] for name in _LOGO]))
    .where(images.c.id == merchants.c.logo)
    .scalar_subquery()
    .label("logo")
)
_open = sa.select(
    merchants.c.id,
    sa.cast(document([*(merchants.c[name] for name in _STORE), _logo]), sa.Text).label("told"),
).where(merchants.c.status == sa.literal_column("'active'"))
a_store = _open.where(merchants.c.username == given("username", sa.Text))
_asked = (
    sa.func.unnest(given("usernames", sa.ARRAY(sa.Text)))
    .table_valued("username", with_ordinality="place")
    .render_derived(name="asked")
)
# With a LIMIT it is looked up for each that is asked for, and not joined with all there are.
_named = (
    _open.where(merchants.c.username == _asked.c.username)
    .limit(sa.literal_column("1"))
    .lateral("named")
)
_store = (
    sa.select(sa.cast(_asked.c.place, sa.Integer).label("place"), _named.c.id, _named.c.told)
    .join_from(_asked, _named, sa.true())
    .cte("store")
)
_newest = (
    sa.select(*_CARD)
    .where(
        product_cards.c.merchant_id == _store.c.id,
        product_cards.c.product_id < given("after", sa.Uuid),
    )
    .order_by(product_cards.c.product_id.desc())
    .limit(given("limit", sa.Integer))
    .lateral("newest")
)
FRONTS = compiled(
    sa.union_all(
        sa.select(
            _store.c.place,
            sa.cast(sa.null(), sa.Text),
            _store.c.told,
            sa.cast(sa.null(), sa.BigInteger),
        ),
        sa.select(_store.c.place, _newest.c.id, _newest.c.told, _newest.c.available).select_from(
            _store.join(_newest, sa.true())
        ),
    )
)
"""The stores of these names and so many of their cards; by place, from 1, and in no order."""


def fronts_of(
    rows: Iterable[Row], asked: int, paging: Paging
) -> list[tuple[StoreCard, Page[ProductCard]] | None]:
    """Each store that was asked for, with its stretch of cards; None where there is no such one."""
    stores: list[StoreCard | None] = [None] * asked
    cards: list[list[Row]] = [[] for _ in range(asked)]
    for place, id, told, available in rows:
        if id is None:
            stores[place - 1] = store_of(told)
        else:
            cards[place - 1].append((id, told, available))
    return [
        None if store is None else (store, _page_of(found, paging))
        for store, found in zip(stores, cards, strict=True)
    ]


def store_of(told: str) -> StoreCard:
    return _STORES.decode(told)


def _page_of(found: list[Row], paging: Paging) -> Page[ProductCard]:
    """Sorted here, where it costs nothing: no database promises an order of what it has united."""
    found.sort(reverse=True)
    cards = tuple([ProductCard(*row) for row in found[: paging.limit]])
    more = len(found) > paging.limit
    return Page(items=cards, next=Place(id=UUID(cards[-1].id)) if more else None)


_STORES = msgspec.json.Decoder(StoreCard)
