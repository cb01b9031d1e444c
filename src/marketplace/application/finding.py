"""Finding products: what somebody typed, as a selection, and their slips forgiven."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar
from uuid import UUID

from marketplace.domain.categories import CategoryId
from marketplace.domain.errors import Form
from marketplace.domain.money import Money
from marketplace.domain.products import ProductStatus
from marketplace.domain.search import Query
from marketplace.domain.slugs import Slug, parse_slug
from marketplace.domain.text import line, word

from .ports import (
    SORT_KEYS,
    BadCursor,
    Found,
    Page,
    Place,
    Selection,
    Sort,
)

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindProducts:
    """
    Which products somebody looks for, in their own words; nothing said plays no part.

    ``q`` is met by titles, descriptions, tags, SKUs, options and the names of categories, in any
    spelling. ``category`` is an id or a slug. Prices are decimals of the store's currency, and met
    by any variant; with ``in_stock``, by one that is. What was asked for comes by its relevance,
    everything else newest first, unless a ``sort`` is said.
    """

    q: str = ""
    category: str = ""
    tag: str = ""
    status: str = ""
    min_price: str = ""
    max_price: str = ""
    in_stock: bool | None = None
    sort: str = ""

    def selection(self, currency: str, after: Place | None) -> Selection:
        """All of it understood, or ``InvalidFields``; also of the place it is to go on after."""
        price = partial(Money.parse, currency=currency)
        with Form() as form:
            query = form.read("q", Query.parse, self.q) or None
            usual = Sort.RELEVANCE if query else Sort.NEWEST
            sort = form.read("sort", word(Sort), self.sort or usual)
            if sort is Sort.RELEVANCE and not query:
                sort = Sort.NEWEST
            selection = Selection(
                query=query,
                category=form.read("category", _category, self.category) if self.category else None,
                tag=form.read("tag", line(50), self.tag) if self.tag else None,
                status=form.read("status", word(ProductStatus), self.status)
                if self.status
                else None,
                min_price=form.read("min_price", price, self.min_price) if self.min_price else None,
                max_price=form.read("max_price", price, self.max_price) if self.max_price else None,
                in_stock=self.in_stock,
                sort=sort,
            )
            if after and sort and not _goes_on(after, query, sort):
                form.refuse("cursor", BadCursor())
        return selection


ANY = FindProducts()


async def found(
    show: Callable[[Selection], Awaitable[Found[Shown]]], selection: Selection, after: Place | None
) -> Page[Shown]:
    """What is met by a selection; if nothing is, what would be but for a slip of the pen."""
    chosen = gone_on(selection, after)
    return await forgiven(await show(chosen), show, chosen, after)


def gone_on(selection: Selection, after: Place | None) -> Selection:
    """
    The selection of a list that goes on after a place.

    One that began loosely goes on like that, with the words it began with, and no other does: or
    else its end would not be the end.
    """
    if selection.query is None or after is None or not after.loosely:
        return selection
    return replace(selection, query=selection.query.loosened(after.loosely))


async def forgiven(
    page: Found[Shown],
    show: Callable[[Selection], Awaitable[Found[Shown]]],
    selection: Selection,
    after: Place | None,
) -> Page[Shown]:
    """The page of a selection, or what is shown of one that forgives a slip of the pen."""
    loosely = after.loosely if after else ()
    if selection.query and after is None and not page.items:
        # Thousands of words are compared: others have their turn meanwhile.
        loosely = await asyncio.to_thread(selection.query.nearest, page.words)
        if any(loosely):
            page = await show(replace(selection, query=selection.query.loosened(loosely)))
    return replace(page, next=page.next and replace(page.next, loosely=loosely))


def _goes_on(after: Place, query: Query | None, sort: Sort) -> bool:
    """Whether a list like this can have come to this place."""
    is_key = isinstance(after.key, SORT_KEYS[sort] or type(None))
    return is_key and (not after.loosely or (query is not None and query.takes(after.loosely)))


def _category(said: str) -> CategoryId | Slug:
    try:
        return CategoryId(UUID(said))
    except ValueError:
        return parse_slug(said)
