"""Writing products into a sheet that Excel opens right, in Arabic too."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from uuid import UUID

from ..accounts import Locale
from ..categories import CategoryId
from ..products import Product
from .cells import FLAG, STATUS, defused, joined
from .columns import HEADINGS, OPTIONS, Column

MARK = "\ufeff"
"""Without it Excel takes UTF-8 for whatever its country used to write."""


def heading(locale: Locale) -> str:
    """The first row."""
    return MARK + _lines([[HEADINGS[column][locale] for column in Column]])


def written(
    products: Iterable[Product],
    categories: Mapping[CategoryId, str],
    locale: Locale,
    export: UUID,
) -> str:
    """
    A row for each variant, in the order of the merchant.

    Each says what the stock is now and in which ``export``, beside the stock that may be changed.

    Id and slug are in each of them, so that rows can be sorted; the rest that is the product's is
    in the first one alone, so that it can be changed in one place.
    """
    return _lines(row for product in products for row in _rows(product, categories, locale, export))


def _rows(
    product: Product, categories: Mapping[CategoryId, str], locale: Locale, export: UUID
) -> Iterable[list[str]]:
    known = {
        Column.ID: str(product.id),
        Column.SLUG: product.slug,
        Column.EXPORT: str(export),
    }
    first: dict[Column, str] = {
        Column.TITLE: product.title,
        Column.DESCRIPTION: product.description,
        Column.STATUS: STATUS[product.status][locale],
        Column.CATEGORY: categories.get(product.category, "") if product.category else "",
        Column.TAGS: joined(product.tags),
        Column.TRACK_STOCK: FLAG[product.track_stock][locale],
        Column.LOW_STOCK_AT: "" if product.low_stock_at is None else str(product.low_stock_at),
    }
    for variant in product.offered:
        row = known | first
        for (name, value), option, said in zip(
            OPTIONS, product.options, variant.options, strict=False
        ):
            row |= {name: option.name, value: said}
        row[Column.SKU] = variant.sku
        row[Column.PRICE] = variant.price.amount
        if variant.compare_at_price is not None:
            row[Column.COMPARE_AT_PRICE] = variant.compare_at_price.amount
        row[Column.STOCK] = row[Column.STOCK_WAS] = str(variant.available)
        yield [defused(row.get(column, "")) for column in Column]
        first = {}


def _lines(rows: Iterable[list[str]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
