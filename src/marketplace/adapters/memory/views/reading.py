"""What views have in common: a stretch of a list, and things with their images."""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import TypeVar
from uuid import UUID

from marketplace.application.ports import ImageView, Page, Paging, Place, ProductView
from marketplace.domain.categories import Category
from marketplace.domain.images import Image, ImageId
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.products import Product

from ..store import MemoryStore

Item = TypeVar("Item")
Shown = TypeVar("Shown")


class Reading:
    """Reads what is committed, and nothing else."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def _products_of(self, merchant_id: MerchantId) -> list[Product]:
        return [each for each in self._store.all_of(Product) if each.merchant_id == merchant_id]

    def _category(self, product: Product) -> Category | None:
        found: Category | None = self._store.entities.get(
            (Category, product.category or product.id)
        )
        return found

    def _product(self, product: Product) -> ProductView:
        return ProductView(
            product=deepcopy(product),
            category=deepcopy(self._category(product)),
            images=tuple(map(ImageView.of, self._images(product.images))),
        )

    def _logo(self, merchant: Merchant) -> Image | None:
        return None if merchant.logo is None else self._images([ImageId(merchant.logo)])[0]

    def _images(self, keys: Sequence[ImageId]) -> tuple[Image, ...]:
        return tuple(deepcopy(self._store.entities[Image, key]) for key in keys)


def page_of(items: Iterable[Item], paging: Paging, shown: Callable[[Item], Shown]) -> Page[Shown]:
    """Newest first: ids of version 7 sort by the time they were made."""
    newest = sorted(items, key=_id, reverse=True)
    older = [each for each in newest if paging.after is None or _id(each) < paging.after.id]
    stretch = older[: paging.limit]
    more = len(older) > paging.limit
    return Page(
        items=tuple(shown(each) for each in stretch),
        next=Place(id=_id(stretch[-1])) if more else None,
        total=len(newest) if paging.counted else None,
    )


def _id(item: object) -> UUID:
    id: UUID = item.id  # type: ignore[attr-defined]
    return id
