"""What a merchant can do with the shelves of the own store."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from marketplace.domain.accounts import Actor
from marketplace.domain.categories import (
    MOST_CATEGORIES,
    CategoriesChanged,
    Category,
    CategoryId,
    CategoryNotFound,
    TooManyCategories,
    parse_position,
)
from marketplace.domain.errors import Form, must_be_seen
from marketplace.domain.merchants import MerchantId
from marketplace.domain.slugs import Slug, numbered, parse_slug, slug_of
from marketplace.domain.text import line

from .merchants import selling
from .ports import BeginUnitOfWork, Clock, Ids, UnitOfWork, Views

parse_name = line(80)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCategory:
    """A new shelf, at the end where no ``position`` is said."""

    acting: Actor
    name: str
    slug: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCategory:
    """What is to change; None stays as it is."""

    acting: Actor
    category_id: CategoryId
    seen: Collection[int] | None = None
    name: str | None = None
    slug: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryService:
    """The shelves of a store, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def of_merchant(self, acting: Actor) -> Sequence[Category]:
        """All of them, in their order."""
        return await self.views.categories(selling(acting))

    async def add(self, wanted: AddCategory) -> Category:
        """Put up a shelf; raises ``CategoryTaken`` or ``TooManyCategories``."""
        merchant_id = selling(wanted.acting)
        async with self.begin() as market:
            there = await market.categories.hold_all(merchant_id)
            if len(there) >= MOST_CATEGORIES:
                raise TooManyCategories(at_most=MOST_CATEGORIES)
            category_id = CategoryId(self.ids.new())
            with Form() as form:
                name = form.read("name", parse_name, wanted.name)
                slug = form.read("slug", parse_slug, wanted.slug) if wanted.slug else None
                position = form.read("position", parse_position, wanted.position or 0)
            if wanted.position is None:
                position = max((each.position for each in there), default=-1) + 1
            category = Category(
                id=category_id,
                merchant_id=merchant_id,
                name=name,
                slug=slug or _free(slug_of(name, category_id.hex), there),
                position=position,
            )
            await market.categories.add(category, self._changed(merchant_id))
        return category

    async def edit(self, wanted: EditCategory) -> Category:
        """Name a shelf otherwise, or move it."""
        merchant_id = selling(wanted.acting)
        async with self.begin() as market:
            category = await _own(market, merchant_id, wanted.category_id)
            must_be_seen(category.version, wanted.seen)
            before = replace(category)
            with Form() as form:
                if wanted.name is not None:
                    category.name = form.read("name", parse_name, wanted.name)
                if wanted.slug is not None:
                    category.slug = form.read("slug", parse_slug, wanted.slug)
                if wanted.position is not None:
                    category.position = form.read("position", parse_position, wanted.position)
            if category != before:
                await market.categories.save(category, self._changed(merchant_id))
        return category

    async def remove(
        self, acting: Actor, category_id: CategoryId, seen: Collection[int] | None = None
    ) -> None:
        """Take a shelf away; what stood on it stands on none."""
        merchant_id = selling(acting)
        async with self.begin() as market:
            category = await market.categories.get(category_id)
            if category.merchant_id != merchant_id:
                raise CategoryNotFound(category_id=category_id)
            must_be_seen(category.version, seen)
            await market.categories.remove(category, self._changed(merchant_id))

    def _changed(self, merchant_id: MerchantId) -> CategoriesChanged:
        return CategoriesChanged(at=self.clock.now(), merchant_id=merchant_id)


def _free(wanted: Slug, there: Iterable[Category]) -> Slug:
    """The slug, or with a number what no other shelf has: there are fewer of them than numbers."""
    taken = {each.slug for each in there}
    return next((each for each in numbered(wanted) if each not in taken), wanted)


async def _own(market: UnitOfWork, merchant_id: MerchantId, category_id: CategoryId) -> Category:
    for each in await market.categories.hold_all(merchant_id):
        if each.id == category_id:
            return each
    raise CategoryNotFound(category_id=category_id)
