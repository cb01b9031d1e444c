"""
The front of a store, read in one statement and as lean as it gets.

It is what the public asks for more often than for everything else together. So only what is shown
is read; ids stay text, as they are told; a row is a tuple, of a variant with its product and its
store; nothing is rebuilt that has invariants. Whoever needs an entity asks for a view of it.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from marketplace.application.ports import (
    CategoryCard,
    ImageCard,
    Page,
    Paging,
    Place,
    ProductCard,
    StoreCard,
    VariantCard,
)
from marketplace.domain.accounts import Locale
from marketplace.domain.images import ImageStatus, Rendition
from marketplace.domain.merchants import PaymentPreference
from marketplace.domain.money import Money
from marketplace.domain.products import Option, ProductStatus

from ..statements import compiled, given
from ..tables import categories, images, merchants, products, variants

Row = tuple[Any, ...]


def _text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.cast(column, sa.Text)


def _card(image: Any) -> sa.ColumnElement[Any]:
    """An image as a list of texts: it costs PostgreSQL half of what JSON does."""
    return array(
        [
            _text(image.c.id),
            image.c.preview[sa.literal_column("'key'")].astext,
            image.c.alt,
            image.c.status,
            _text(image.c.width),
            _text(image.c.height),
            _text(image.c.renditions),
            image.c.placeholder,
        ]
    )


# OFFSET 0 has it worked out once, and not for every product.
_logo = (
    sa.select(_card(images).label("card"))
    .where(images.c.id == merchants.c.logo)
    .offset(sa.literal_column("0"))
    .lateral("logo")
)
_shown = (
    sa.select(products)
    .where(
        products.c.merchant_id == merchants.c.id,
        products.c.status == sa.literal_column("'active'"),
        products.c.id < given("after", sa.Uuid),
    )
    .order_by(products.c.id.desc())
    .limit(given("limit", sa.Integer))
    .lateral("shown")
)
_images = (
    sa.select(sa.func.array_agg(_card(images)))
    .where(images.c.id == sa.any_(_shown.c.images))
    .scalar_subquery()
)

_STORE: Sequence[sa.ColumnElement[Any]] = (
    merchants.c.id,
    merchants.c.username,
    merchants.c.name,
    merchants.c.description,
    merchants.c.currency,
    merchants.c.country,
    merchants.c.locale,
    merchants.c.payment_preference,
    merchants.c.whatsapp_link,
    merchants.c.instagram_link,
    merchants.c.facebook_link,
    merchants.c.closed_until,
    merchants.c.min_order_total__minor,
    _logo.c.card,
)
_PRODUCT: Sequence[sa.ColumnElement[Any]] = (
    _text(_shown.c.id),
    _shown.c.slug,
    _shown.c.title,
    _shown.c.description,
    _shown.c.tags,
    _shown.c.options,
    _shown.c.track_stock,
    _shown.c.created_at,
    _shown.c.updated_at,
    sa.cast(_shown.c.images, sa.ARRAY(sa.Text)),
    _images,
    _text(categories.c.id),
    categories.c.name,
    categories.c.slug,
)
_VARIANT: Sequence[sa.ColumnElement[Any]] = (
    variants.c.position,
    _text(variants.c.id),
    variants.c.options,
    variants.c.sku,
    variants.c.price__minor,
    variants.c.compare_at_price__minor,
    variants.c.on_hand - variants.c.reserved,
    variants.c.price__currency,
)
_of_store = slice(0, len(_STORE))
_of_product = slice(_of_store.stop, _of_store.stop + len(_PRODUCT))
_of_variant = slice(_of_product.stop, _of_product.stop + len(_VARIANT))
_id, _position = itemgetter(_of_product.start), itemgetter(_of_variant.start)

FRONT = compiled(
    sa.select(
        *(each.label(f"c{place}") for place, each in enumerate((*_STORE, *_PRODUCT, *_VARIANT)))
    )
    .select_from(
        merchants.outerjoin(_logo, sa.true())
        .outerjoin(_shown, sa.true())
        .outerjoin(variants, sa.and_(variants.c.product_id == _shown.c.id, ~variants.c.retired))
        .outerjoin(categories, categories.c.id == _shown.c.category)
    )
    .where(
        merchants.c.username == given("username", sa.Text),
        merchants.c.status == sa.literal_column("'active'"),
    )
)


def store_of(row: Row) -> StoreCard:
    (
        id,
        username,
        name,
        description,
        currency,
        country,
        locale,
        payment_preference,
        whatsapp_link,
        instagram_link,
        facebook_link,
        closed_until,
        least,
        logo,
    ) = row[_of_store]
    return StoreCard(
        id=id,
        username=username,
        name=name,
        description=description,
        logo=None if logo is None else _image(logo),
        currency=currency,
        country=country,
        locale=Locale(locale),
        payment_preference=PaymentPreference(payment_preference),
        whatsapp_link=whatsapp_link,
        instagram_link=instagram_link,
        facebook_link=facebook_link,
        closed_until=closed_until,
        min_order_total=Money(least, currency),
    )


def page_of_cards(rows: Sequence[Row], paging: Paging) -> Page[ProductCard]:
    """Sorted here, where it costs nothing: the ids as text in the order of the ids."""
    ordered = sorted((row for row in rows if _id(row) is not None), key=_position)
    ordered.sort(key=_id, reverse=True)
    cards = [_product(list(each)) for _, each in groupby(ordered, _id)]
    shown = tuple(cards[: paging.limit])
    return Page(
        items=shown, next=Place(id=UUID(shown[-1].id)) if len(cards) > paging.limit else None
    )


def _product(rows: Sequence[Row]) -> ProductCard:
    (
        id,
        slug,
        title,
        description,
        tags,
        options,
        track_stock,
        created_at,
        updated_at,
        order,
        found,
        category_id,
        category,
        category_slug,
    ) = rows[0][_of_product]
    images: Mapping[str, Sequence[str]] = {each[0]: each for each in found or ()}
    return ProductCard(
        id=id,
        slug=slug,
        title=title,
        description=description,
        status=ProductStatus.ACTIVE,
        category=category_id and CategoryCard(category_id, category, category_slug),
        tags=tags,
        images=tuple([_image(images[each]) for each in order if each in images]),
        options=tuple(
            [Option(name=each["name"], values=tuple(each["values"])) for each in options]
        ),
        offered=tuple([_variant(*row[_of_variant]) for row in rows]),
        track_stock=track_stock,
        created_at=created_at,
        updated_at=updated_at,
    )


def _variant(
    position: int,
    id: str,
    options: Sequence[str],
    sku: str,
    price: int,
    compare_at_price: int | None,
    available: int,
    currency: str,
) -> VariantCard:
    was = None if compare_at_price is None else Money(compare_at_price, currency)
    return VariantCard(id, options, sku, Money(price, currency), was, available)


def _image(card: Sequence[str]) -> ImageCard:
    id, preview_key, alt, status, width, height, renditions, placeholder = card
    sizes = _RENDITIONS.decode(renditions) if renditions != "[]" else ()
    return ImageCard(
        id, preview_key, alt, ImageStatus(status), int(width), int(height), sizes, placeholder
    )


_RENDITIONS = msgspec.json.Decoder(tuple[Rendition, ...])
