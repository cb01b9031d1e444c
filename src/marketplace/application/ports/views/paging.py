"""Stretches of a list."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from marketplace.domain.errors import BadValue
from marketplace.domain.search import Words

Item = TypeVar("Item")


class BadCursor(BadValue):
    """Not a cursor this list has given out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a stretch of a list ends: at this item, whatever is put before or taken away since.

    ``key`` is what the list is sorted by, if that is more than the id. ``loosely`` is what slips of
    the pen were taken for, if the list is of what was found only after forgiving some: it is that
    to the end, whatever words the store has by then.
    """

    id: UUID
    key: int | str | None = None
    loosely: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """
    A stretch of a list; ``next`` is where the following stretch begins after.

    ``total`` is how many there are in all, where that was asked for.
    """

    items: tuple[Item, ...]
    next: Place | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """
    Which stretch of a list: at most ``limit`` items (1 to 100) that come after a place.

    ``counted`` asks how many there are in all, which is another question to a database.
    """

    limit: int = 20
    after: Place | None = None
    counted: bool = False
