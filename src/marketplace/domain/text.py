"""Text people type: made canonical, and refused where it could deceive or break something."""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from .errors import BadValue

Word = TypeVar("Word", bound=StrEnum)

_DIGITS = {ord(digit): str(unicodedata.digit(digit)) for digit in "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"}
_DECEIVING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional embeddings, overrides and isolates: they can make text read as what it is not."""
_MEANT_BY_NOBODY = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Soft hyphens and spaces of no width, which come along when text is copied from a page."""
_MOST_MARKS = 3
"""Characters of one letter that are told: nobody writes more of them on it for a reader."""
_MARKS_OF_DIRECTION = frozenset("\u061c\u200e\u200f")
_PLAIN = re.compile("[ -~،؛؟\u0621-\u063a\u0641-\u064a\u0660-\u0669]*")
"""What most people write, letters without marks: it is canonical, and as it looks."""
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs, for Unicode, that leave no ink."""


class Missing(BadValue):
    """Nothing was said."""


class TooLong(BadValue):
    """More characters than ``at_most``."""


class TooShort(BadValue):
    """Fewer characters than ``at_least``."""


class BadCharacters(BadValue):
    """NUL, a lone surrogate, a control character or a bidirectional override."""


class NotOneOf(BadValue):
    """None of the words in ``allowed``."""


def ascii_digits(text: str) -> str:
    """Arabic-Indic and Persian digits as ASCII ones; everything else as it was."""
    return text.translate(_DIGITS)


def clean(text: str, *, at_most: int, at_least: int = 0, lines: bool = False) -> str:
    """
    The text in NFC, trimmed, and empty if nothing of it can be seen.

    Lengths are in characters; ``lines`` allows line breaks and tabs.

    Raises :class:`BadCharacters`, :class:`Missing`, :class:`TooShort` or :class:`TooLong`.
    """
    # The longest NFC form is three times its source: nobody makes us normalise megabytes.
    if len(text) > 4 * at_most + 64:
        raise TooLong(at_most=at_most)
    kept = text.strip() if _PLAIN.fullmatch(text) else _canonical(text, lines=lines)
    if at_least and not kept:
        raise Missing
    if len(kept) < at_least:
        raise TooShort(at_least=at_least)
    if len(kept) > at_most:
        raise TooLong(at_most=at_most)
    return kept


def _canonical(text: str, *, lines: bool) -> str:
    said = text.translate(_MEANT_BY_NOBODY)
    kept = unicodedata.normalize("NFC", said.replace("\r\n", "\n") if lines else said).strip()
    shows = False
    for character in kept:
        category = unicodedata.category(character)
        if category == "Cc" and not (lines and character in "\n\t"):
            raise BadCharacters
        if category in ("Cs", "Zl", "Zp") or character in _DECEIVING:
            raise BadCharacters
        shows |= category not in ("Cc", "Cf", "Mn", "Me", "Zs") and character not in _BLANK
    return kept if shows else ""


def beginning(text: str, at_most: int) -> str:
    """As much of a text as fits on one line of so many characters, cut between two words."""
    told = " ".join(text.split())
    if len(told) <= at_most:
        return told
    cut, _, _ = told[:at_most].rpartition(" ")
    return (cut or told[: at_most - 1]).rstrip(" ،,.؛;:-") + "…"


def masked_name(name: str) -> str:
    """
    Enough to recognise one's own name by: the first letter of each word, ``ن••• ا•••``.

    A letter keeps its marks. Of what does not begin with a letter, such as a picture, nothing is
    shown; one letter alone looks like any other word.
    """
    return " ".join(map(_first_letter, name.split()))


def _first_letter(word: str) -> str:
    seen = ""
    for character in word:
        kind = unicodedata.category(character)[0]
        if seen and (kind != "M" or len(seen) == _MOST_MARKS):
            break
        if kind == "L" or seen:
            seen += character
        elif kind != "M" and character not in _MARKS_OF_DIRECTION:
            break
    return f"{seen}•••"


def line(at_most: int, at_least: int = 1) -> Callable[[str], str]:
    """A parser of one line of text, for a :class:`~marketplace.domain.errors.Form`."""
    return lambda text: clean(text, at_most=at_most, at_least=at_least)


def prose(at_most: int, at_least: int = 0) -> Callable[[str], str]:
    """A parser of text that may have several lines."""
    return lambda text: clean(text, at_most=at_most, at_least=at_least, lines=True)


def word(kind: type[Word]) -> Callable[[str], Word]:
    """A parser of one of a fixed list of words; others are :class:`NotOneOf` them."""

    def parse(text: str) -> Word:
        try:
            return kind(text)
        except ValueError:
            raise NotOneOf(allowed=list(kind)) from None

    return parse
