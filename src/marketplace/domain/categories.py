"""Categories: the shelves of a store, in the order its merchant likes."""

from dataclasses import dataclass
from typing import NewType
from uuid import UUID

from .errors import BadValue, Conflict, NotFound, RuleBroken
from .events import Event
from .merchants import MerchantId
from .slugs import Slug

CategoryId = NewType("CategoryId", UUID)

MOST_CATEGORIES = 200
"""That one store has."""
MOST_POSITION = 1_000_000


@dataclass(slots=True, kw_only=True)
class Category:
    """A shelf of a store; ``position`` sorts them, lowest first."""

    id: CategoryId
    merchant_id: MerchantId
    name: str
    slug: Slug
    position: int
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoriesChanged(Event):
    """A shelf was put up, named otherwise, moved, or taken away."""

    merchant_id: MerchantId


class CategoryNotFound(NotFound):
    """The store has no such category."""


class CategoryTaken(Conflict):
    """The store has a category of this name."""


class TooManyCategories(RuleBroken):
    """A store has at most ``at_most``."""


class BadPosition(BadValue):
    """A position is a whole number from 0 to ``at_most``."""


def parse_position(place: int) -> int:
    if not 0 <= place <= MOST_POSITION:
        raise BadPosition(at_least=0, at_most=MOST_POSITION)
    return place
