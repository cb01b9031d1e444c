"""Finding orders: by the number, by a telephone or by a name, in whatever way somebody types it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from ..delivery import ARTICLE, LATIN_ARTICLES, bare_words
from ..phones import last_digits
from ..search import LONGEST_QUERY, MOST_TERMS, Query, Term, fold, words
from ..text import TooLong, ascii_digits

CITY = "@"
"""What stands before the city among the keywords; no folded word has it."""
_NUMBER = re.compile(r"[#№＃\u200e\u200f\u2066-\u2069\s]*(?P<number>[0-9]{1,10})\s*")
_SIGN = re.compile(r"[\u200e\u200f\u2066-\u2069\s]*[#№＃]")
_MOST = 2**31 - 1
_FIRST_HALVES = ("عبد", "ابو", "ابا", "ابي", "ابن", "بن", "ام")
"""What many write together with the name that follows: عبدالله, أبوبكر."""


def keywords(name: str, city: str) -> str:
    """What an order is found by beside its number and its telephone: plain words."""
    return f"{fold(name)} {CITY}{city_word(city)}"


def city_word(city: str) -> str:
    """What stands behind :data:`CITY` among the keywords: as it was typed, articles and all."""
    return fold(city).replace(" ", "")


def city_words(city: str) -> tuple[str, ...]:
    """
    That word of every order that goes to a city, whichever article whoever ordered gave it.

    Of what names no city there is none.
    """
    bare = bare_words(city)
    if not bare:
        return ()
    articles = LATIN_ARTICLES if bare[0].isascii() else (ARTICLE,)
    # Further words have the commonest ones, or none: Ras al Khaimah, مكة المكرمة.
    rests = ["".join(f"{article}{word}" for word in bare[1:]) for article in ("", *articles[:2])]
    typed = city_word(city)
    rests.append(typed.partition(bare[0])[2])
    spelt = [f"{article}{bare[0]}{rest}" for article in ("", *articles) for rest in rests]
    return tuple(dict.fromkeys([typed, *spelt]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """
    What somebody looks for: the order of this ``number`` or those whose telephone ends like this,
    or else those of a ``name``.
    """

    number: int | None = None
    digits: str = ""
    name: Query | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What was typed, understood; None if that is nothing. Raises :class:`TooLong`."""
        if len(text) > LONGEST_QUERY:
            raise TooLong(at_most=LONGEST_QUERY)
        plain = ascii_digits(text)
        match = _NUMBER.fullmatch(plain)
        number = int(match["number"]) if match else None
        digits = "" if _SIGN.match(plain) else last_digits(text)
        if number is not None or digits:
            return cls(number=number if (number or 0) <= _MOST else None, digits=digits)
        name = Query(tuple(_terms(words(text)[:MOST_TERMS])))
        return cls(name=name) if name else None


def _terms(said: list[str]) -> Iterator[Term]:
    """A name has every word: as its beginning, with or without its article, or in two halves."""
    together: dict[str, list[str]] = {}
    for one, other in pairwise(said):
        for each in (one, other):
            together.setdefault(each, []).append(one + other)
    for word in dict.fromkeys(said):
        bare = word.removeprefix(ARTICLE)
        other = f"{ARTICLE}{word}" if bare == word else bare
        starts = [word, *([other] if len(bare) > 2 else []), *together.get(word, [])]
        yield Term(said=word, equal=frozenset(), starts=tuple(starts), parts=_halves(word))


def _halves(word: str) -> tuple[Term, ...]:
    for first in _FIRST_HALVES:
        rest = word.removeprefix(first)
        if len(rest) > 2 and rest != word:
            return (
                Term(said=first, equal=frozenset([first])),
                Term(said=rest, equal=frozenset(), starts=(rest,)),
            )
    return ()
