"""The shelves of one's own store, over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from marketplace.application.categories import AddCategory, CategoryService, EditCategory
from marketplace.domain.accounts import Actor
from marketplace.domain.categories import (
    CategoryId,
    CategoryNotFound,
    CategoryTaken,
    TooManyCategories,
)
from marketplace.domain.errors import StaleVersion
from marketplace.domain.slugs import SlugTaken

from .shapes import Change, Include, Input, Listed, Maybe, Output, StrictRequest, tagged


class CategoryIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"name": "عباءات", "position": 0}

    name: str
    slug: str | None = None
    position: int | None = None

    def wanted(self, acting: Actor) -> AddCategory:
        return AddCategory(**self.said(), acting=acting)


class CategoryChange(Change, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"name": "عباءات مطرزة"}

    name: Maybe[str] = UNSET
    slug: Maybe[str] = UNSET
    position: Maybe[int] = UNSET

    def wanted(self, acting: Actor, id: UUID, seen: frozenset[int] | None) -> EditCategory:
        return EditCategory(**self.said(), acting=acting, category_id=CategoryId(id), seen=seen)


class CategoryOut(Output, frozen=True, kw_only=True):
    """``position`` sorts the categories of a store, lowest first."""

    id: UUID
    name: str
    slug: str
    position: int
    version: int


class CategoryController(Controller):
    path = "/categories"

    @get()
    async def of_merchant(
        self,
        request: StrictRequest,
        categories: NamedDependency[CategoryService],
        include: Include = "",
    ) -> Listed[CategoryOut]:
        """List all categories, in their order."""
        mine = await categories.of_merchant(request.user)
        return Listed.whole([CategoryOut.told(each) for each in mine], include)

    @post(problems=(CategoryTaken, SlugTaken, TooManyCategories))
    async def add(
        self,
        request: StrictRequest,
        data: JSONBody[CategoryIn],
        categories: NamedDependency[CategoryService],
    ) -> Response[CategoryOut]:
        """Put up a category."""
        return tagged(CategoryOut.told(await categories.add(data.wanted(request.user))))

    @put("/{id:uuid}", problems=(CategoryNotFound, CategoryTaken, SlugTaken, StaleVersion))
    async def edit(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[CategoryChange],
        categories: NamedDependency[CategoryService],
    ) -> Response[CategoryOut]:
        """Change a category; what is left out stays."""
        wanted = data.wanted(request.user, id, request.seen)
        return tagged(CategoryOut.told(await categories.edit(wanted)))

    @delete("/{id:uuid}", problems=(CategoryNotFound, StaleVersion))
    async def remove(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        categories: NamedDependency[CategoryService],
    ) -> None:
        """Take a category away; its products stay, in none."""
        await categories.remove(request.user, CategoryId(id), request.seen)
