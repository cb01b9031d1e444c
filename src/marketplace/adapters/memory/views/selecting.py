"""A list of products: those that meet a selection, in its order."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from marketplace.application.ports import Page, Paging, Place, Selection, Sort
from marketplace.domain.categories import Category
from marketplace.domain.products import Product
from marketplace.domain.search import (
    LONGEST_SORTED,
    Query,
    fit,
    fold,
    forms,
    indexed,
    matches,
)

Shown = TypeVar("Shown")


def document(product: Product, category: Category | None) -> set[str]:
    """What a product can be found by."""
    shelf = forms(category.name) if category else set()
    return indexed(product.title, product.keywords, product.description) | shelf


def selected(product: Product, category: Category | None, selection: Selection) -> bool:
    """Whether a product meets all of a selection."""
    least, most, tag = selection.min_price, selection.max_price, selection.tag
    wanted = selection.category
    return (
        (product.status is selection.status if selection.status else not product.is_archived)
        and (wanted is None or (category is not None and wanted in (category.id, category.slug)))
        and (tag is None or tag in product.tags)
        and (least is None or product.price_from.minor >= least.minor)
        and (most is None or product.price_from.minor <= most.minor)
        and selection.in_stock in (None, product.in_stock)
        and (selection.query is None or matches(selection.query, document(product, category)))
    )


_KEYS: Mapping[Sort, Callable[[Product, Query], int | str | None]] = {
    Sort.NEWEST: lambda *_: None,
    Sort.PRICE_ASC: lambda product, _: product.price_from.minor,
    Sort.PRICE_DESC: lambda product, _: product.price_from.minor,
    Sort.TITLE: lambda product, _: fold(product.title)[:LONGEST_SORTED],
    # What fits as well as another thing by its title may be told by other tenants of the port.
    Sort.RELEVANCE: lambda product, query: int(fit(query, product.title)),
}


def in_order(
    products: Iterable[Product],
    selection: Selection,
    paging: Paging,
    shown: Callable[[Product], Shown],
) -> Page[Shown]:
    """One stretch of the products, by keyset."""
    sort, query = selection.sort, selection.query or Query(())
    upwards, key = sort in (Sort.PRICE_ASC, Sort.TITLE), _KEYS[sort]

    def place(each: Product) -> Place:
        return Place(id=each.id, key=key(each, query))

    ordered = sorted(products, key=lambda each: _comparable(place(each)), reverse=not upwards)
    if (after := paging.after) is not None:
        here = _comparable(after)
        ordered = [
            each
            for each in ordered
            if (_comparable(place(each)) > here if upwards else _comparable(place(each)) < here)
        ]
    stretch = ordered[: paging.limit]
    more = len(ordered) > paging.limit
    return Page(items=tuple(map(shown, stretch)), next=place(stretch[-1]) if more else None)


def _comparable(place: Place) -> tuple[int | str, int]:
    return 0 if place.key is None else place.key, place.id.int
