"""Slugs: the name of a thing in an address, in Arabic or Latin letters."""

import re
import unicodedata
from collections.abc import Callable, Sequence, Set
from typing import NewType
from uuid import UUID

from .errors import BadValue, Conflict
from .text import clean

Slug = NewType("Slug", str)

LONGEST = 80
MOST_ALIKE = 50
"""Slugs of one store that differ in a number; further ones end in something random."""
_BETWEEN = re.compile(r"[^\w]+|_+")


class BadSlug(BadValue):
    """A slug has letters or digits, with single hyphens between them."""


class SlugTaken(Conflict):
    """Another product of the store is found by this slug."""


def slugged(text: str) -> str:
    """
    The letters and digits of a text, in lower case, with hyphens between the words.

    ``عباءةٌ سوداء! (M)`` is ``عباءة-سوداء-m``: marks, tatweel and signs are left out. A text of
    nothing else is "".
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("ـ", "")
    letters = "".join(
        each for each in plain if unicodedata.category(each) not in ("Mn", "Me", "Cf")
    )
    return _BETWEEN.sub("-", letters)[:LONGEST].strip("-")


def slug_of(title: str, otherwise: str) -> Slug:
    """The slug of a title; of one without letters it is ``otherwise``."""
    made = slugged(title)
    return Slug(otherwise if not made or _is_an_id(made) else made)


def parse_slug(text: str) -> Slug:
    """A slug somebody chose, made canonical, or :class:`BadSlug` or ``BadCharacters``."""
    if len(text) > 4 * LONGEST:
        raise BadSlug(at_most=LONGEST)
    said = clean(text, at_most=4 * LONGEST)
    made = slugged(said)
    if not made or len(said) > LONGEST or _is_an_id(made):
        raise BadSlug(at_most=LONGEST)
    return Slug(made)


def numbered(wanted: Slug) -> list[Slug]:
    """The slug itself, then ``abaya-2``, ``abaya-3``, ...: the first that is free will do."""
    ends = [f"-{number}" for number in range(2, MOST_ALIKE)]
    return [wanted, *(ending(wanted, end) for end in ends)]


def distinct(wanted: Sequence[Slug], taken: Set[str], new_id: Callable[[], UUID]) -> list[Slug]:
    """A slug for each that is wanted, none of them taken and no two the same."""
    gone, found = set(taken), []
    for each in wanted:
        slug = next((free for free in numbered(each) if free not in gone), None)
        found.append(slug or ending(each, f"-{new_id().hex[-12:]}"))
        gone.add(found[-1])
    return found


def ending(slug: Slug, end: str) -> Slug:
    """The slug with something behind it, and no longer than one may be."""
    return Slug(slug[: LONGEST - len(end)].rstrip("-") + end)


def _is_an_id(slug: str) -> bool:
    """It would be read as one, for a product is found by either."""
    try:
        UUID(slug)
    except ValueError:
        return False
    return True
