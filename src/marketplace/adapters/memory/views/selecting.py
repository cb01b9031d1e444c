"""A list of products: those that meet a selection, in its order."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from marketplace.application.ports import (
    MOST_READ,
    Found,
    Page,
    Paging,
    Place,
    Selection,
    Sort,
)
from marketplace.domain.categories import Category
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductStatus
from marketplace.domain.search import (
    LONGEST_SORTED,
    Query,
    fit,
    fold,
    forms,
    indexed,
    matches,
)

from .reading import Reading

Shown = TypeVar("Shown")


class Selecting(Reading):
    """Lists what was selected."""

    def _listed(
        self,
        merchant_id: MerchantId,
        selection: Selection,
        paging: Paging,
        shown: Callable[[Product], Shown],
    ) -> Found[Shown]:
        own = self._products_of(merchant_id)
        chosen = [each for each in own if _selected(each, self._category(each), selection)]
        page = _in_order(chosen, selection, paging, shown)
        words = frozenset[str]()
        if selection.query and paging.after is None and not page.items:
            kept = (each for each in own if _is_kept(each, selection.status))
            newest = sorted(kept, key=lambda each: each.id, reverse=True)[:MOST_READ]
            words = words.union(*(document(each, self._category(each)) for each in newest))
        return Found(items=page.items, next=page.next, total=page.total, words=words)


def document(product: Product, category: Category | None) -> set[str]:
    """What a product can be found by."""
    shelf = forms(category.name) if category else set()
    return indexed(product.title, product.keywords, product.description) | shelf


def _selected(product: Product, category: Category | None, selection: Selection) -> bool:
    """Whether a product meets all of a selection."""
    least, most, tag = selection.min_price, selection.max_price, selection.tag
    wanted = selection.category
    return (
        _is_kept(product, selection.status)
        and (wanted is None or (category is not None and wanted in (category.id, category.slug)))
        and (tag is None or tag in product.tags)
        and any(
            (least is None or each.price.minor >= least.minor)
            and (most is None or each.price.minor <= most.minor)
            and (not selection.in_stock or not product.track_stock or each.available > 0)
            for each in product.offered
        )
        and selection.in_stock in (None, product.in_stock)
        and (selection.query is None or matches(selection.query, document(product, category)))
    )


def _is_kept(product: Product, status: ProductStatus | None) -> bool:
    return product.status is status if status else not product.is_archived


_KEYS: Mapping[Sort, Callable[[Product, Query], int | str | None]] = {
    Sort.NEWEST: lambda *_: None,
    Sort.PRICE_ASC: lambda product, _: product.price_from.minor,
    Sort.PRICE_DESC: lambda product, _: product.price_from.minor,
    Sort.TITLE: lambda product, _: fold(product.title)[:LONGEST_SORTED],
    # What fits as well as another thing by its title may be told by other tenants of the port.
    Sort.RELEVANCE: lambda product, query: int(fit(query, product.title)),
}


def _in_order(
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
    total = len(ordered) if paging.counted else None
    if (after := paging.after) is not None:
        here = _comparable(after)
        ordered = [
            each
            for each in ordered
            if (_comparable(place(each)) > here if upwards else _comparable(place(each)) < here)
        ]
    stretch = ordered[: paging.limit]
    more = len(ordered) > paging.limit
    return Page(
        items=tuple(map(shown, stretch)), next=place(stretch[-1]) if more else None, total=total
    )


def _comparable(place: Place) -> tuple[int | str, int]:
    return 0 if place.key is None else place.key, place.id.int
