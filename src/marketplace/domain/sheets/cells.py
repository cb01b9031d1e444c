"""What is written into a cell, and what is read out of it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from ..accounts import Locale
from ..errors import BadValue
from ..products import ProductStatus
from ..text import NotOneOf, ascii_digits
from ..variants import MOST_STOCK, BadStock

_STARTS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(f"'*[{_STARTS}]")
"""What a spreadsheet would take for a formula, or would if an apostrophe were taken away."""
_DEFUSED = re.compile(f"'+[{_STARTS}]")

_GROUPED = re.compile(r"-?[0-9]{1,3}(?:(?P<sign>[,٬'\u00a0\u202f ])[0-9]{3})(?:(?P=sign)[0-9]{3})*")
_WHOLE = re.compile(r"(?P<whole>-?[0-9]{1,16})(?:\.0{1,4})?")
_BETWEEN_TAGS = re.compile(r"[,،;؛|]")

STATUS: Mapping[ProductStatus, Mapping[Locale, str]] = {
    ProductStatus.DRAFT: {Locale.ARABIC: "مسودة", Locale.ENGLISH: "draft"},
    ProductStatus.ACTIVE: {Locale.ARABIC: "نشط", Locale.ENGLISH: "active"},
    ProductStatus.ARCHIVED: {Locale.ARABIC: "مؤرشف", Locale.ENGLISH: "archived"},
}
FLAG: Mapping[bool, Mapping[Locale, str]] = {
    True: {Locale.ARABIC: "نعم", Locale.ENGLISH: "yes"},
    False: {Locale.ARABIC: "لا", Locale.ENGLISH: "no"},
}
_STATUSES = {said: status for status, told in STATUS.items() for said in told.values()} | {
    "نشطة": ProductStatus.ACTIVE,
    "منشور": ProductStatus.ACTIVE,
    "published": ProductStatus.ACTIVE,
    "مسوّدة": ProductStatus.DRAFT,
    "مؤرشفة": ProductStatus.ARCHIVED,
}
_FLAGS = {said: flag for flag, told in FLAG.items() for said in told.values()} | {
    "true": True,
    "1": True,
    "صح": True,
    "false": False,
    "0": False,
    "خطأ": False,
}


class AmbiguousAmount(BadValue):
    """
    What is behind the comma may be thousands or decimals.

    The facts are the ways to write it that leave no doubt.
    """


class BadFlag(BadValue):
    """Neither yes nor no."""


def defused(text: str) -> str:
    """The text as no spreadsheet calculates it; ``undone`` has it as it was."""
    return f"'{text}" if _FORMULA.match(text) else text


def undone(cell: str) -> str:
    return cell[1:] if _DEFUSED.match(cell) else cell


def joined(tags: Sequence[str]) -> str:
    """One cell of many tags: a line for each where a sign between them could be misread."""
    if any(_BETWEEN_TAGS.search(tag) for tag in tags):
        return "".join(f"{tag}\n" for tag in tags)
    return ", ".join(tags)


def parse_joined(cell: str) -> list[str]:
    """The tags of a cell."""
    said = cell.splitlines() if "\n" in cell else _BETWEEN_TAGS.split(cell)
    return [each for each in said if each.strip()]


def parse_decimal(cell: str, digits: int = 2) -> str:
    """
    A number the way spreadsheets of any country write it, as ``Money.parse`` reads it.

    ``١٬٢٣٤٫٥٠``, ``1,234.50`` and ``1234,5`` are. ``1,234`` could be either where an amount has
    decimals, ``digits`` of them: :class:`AmbiguousAmount`. Where it has none it is a thousand.
    """
    text = "".join(each for each in cell if unicodedata.category(each) != "Cf")
    said = ascii_digits(text.strip()).replace("٫", ".")
    whole, dot, part = said.partition(".")
    if grouped := _GROUPED.fullmatch(whole):
        if digits and grouped["sign"] == "," and not dot and whole.count(",") == 1:
            raise AmbiguousAmount(
                as_thousands=whole.replace(",", ""), as_decimals=whole.replace(",", ".")
            )
        return re.sub(r"[^0-9-]", "", whole) + dot + part
    if not dot and said.count(",") == 1:
        return said.replace(",", ".")
    return said


def parse_whole(cell: str) -> int:
    """A number of units, or :class:`BadStock`."""
    text = "".join(each for each in cell if unicodedata.category(each) != "Cf")
    said = ascii_digits(text.strip()).replace("٫", ".")
    whole, dot, part = said.partition(".")
    if _GROUPED.fullmatch(whole):
        said = re.sub(r"[^0-9-]", "", whole) + dot + part
    match = _WHOLE.fullmatch(said)
    if match is None:
        raise BadStock(at_least=0, at_most=MOST_STOCK)
    return int(match["whole"])


def parse_status(cell: str) -> str:
    """The word of the domain for a status, in whichever language it was said."""
    said = cell.strip().casefold()
    if said not in _STATUSES:
        raise NotOneOf(allowed=list(ProductStatus))
    return _STATUSES[said]


def parse_flag(cell: str) -> bool:
    """Yes or no."""
    said = cell.strip().casefold()
    if said not in _FLAGS:
        raise BadFlag
    return _FLAGS[said]
