"""Categories of products."""

from typing import Protocol

from marketplace.domain.categories import Category, CategoryId
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId

from .repository import Repository


class Categories(Repository[CategoryId, Category], Protocol):
    """The shelves of every store. Storing may raise ``CategoryTaken`` or ``SlugTaken``."""

    async def of(self, merchant_id: MerchantId, key: CategoryId, /) -> Category:
        """
        A category of this merchant, or ``CategoryNotFound``.

        Until this unit of work ends nobody takes it away.
        """
        ...

    async def hold_all(self, merchant_id: MerchantId, /) -> list[Category]:
        """Those of a merchant, in their order; until this unit of work ends nobody adds one."""
        ...

    async def remove(self, category: Category, /, *happened: Event) -> None:
        """Take it out of every product, and away; ``CategoryNotFound`` if it is gone already."""
        ...
