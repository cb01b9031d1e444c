"""Finding orders: what a merchant asks for, as a selection."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from marketplace.domain.errors import BadValue, Form
from marketplace.domain.orders import OrderStatus, PaymentStatus, Sought, city_words
from marketplace.domain.text import ascii_digits, clean, word

from ..ports import OrderSelection, OrderSort, Place, moment_of

Word = TypeVar("Word", bound=StrEnum)

_YEARS = range(1971, 3000)
A_DAY, A_MOMENT = "2026-03-01", "2026-03-01T08:00:00+03:00"
"""As they are written."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadDay(BadValue):
    """Nothing that is written ``like`` what is wanted: a day, and in some places a moment."""


class EndsBeforeItBegins(BadValue):
    """The last day comes before the first."""


class BeginsAfterToday(BadValue):
    """The first day is later than ``today``, on which a period ends that has no other end."""


class TooManyDays(BadValue):
    """A period of more than ``at_most`` days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOrders:
    """
    Which orders somebody looks for, in their own words; nothing said plays no part.

    ``q`` is a number, a telephone in any form or its last digits, or a name in any spelling.
    ``status`` and ``payment_status`` are words, each with others by commas. ``since`` and ``until``
    are days (``2026-03-01``), by the clock of the store and included, or moments (RFC 3339).
    """

    q: str = ""
    status: tuple[str, ...] = ()
    payment_status: tuple[str, ...] = ()
    city: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""

    def selection(self, after: Place | None = None) -> OrderSelection:
        """All of it understood, or ``InvalidFields``; also of the place it is to go on after."""
        with Form() as form:
            since = form.read("from", _bound, self.since) if self.since else None
            until = form.read("to", _bound, self.until) if self.until else None
            if since and until and _is_before(until, since):
                form.refuse("to", EndsBeforeItBegins())
            selection = OrderSelection(
                statuses=form.read("status", _words(OrderStatus), self.status),
                payment_statuses=form.read(
                    "payment_status", _words(PaymentStatus), self.payment_status
                ),
                sought=form.read("q", Sought.parse, self.q),
                city=form.read("city", _city, self.city),
                since=since,
                until=until,
                sort=form.read("sort", word(OrderSort), self.sort or OrderSort.NEWEST),
            )
            if after:
                form.read("cursor", moment_of, after)
        return selection


ANY = FindOrders()


def parse_day(text: str) -> date:
    """A whole day."""
    said = ascii_digits(text.strip())
    try:
        day = date.fromisoformat(said) if _DAY.fullmatch(said) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise BadDay(like=A_DAY)
    return day


def _bound(text: str) -> date | datetime:
    """A day, or a moment that says how far it is from UTC."""
    said = ascii_digits(text.strip())
    try:
        if _DAY.fullmatch(said):
            return parse_day(said)
        # A plus in an address that nobody has escaped is a space.
        moment = datetime.fromisoformat(said.replace(" ", "+"))
        if moment.utcoffset() is not None and moment.year in _YEARS:
            return moment
    except (BadDay, ValueError):
        pass
    raise BadDay(like=f"{A_DAY} / {A_MOMENT}")


def _is_before(until: date | datetime, since: date | datetime) -> bool:
    """As far as it can be told without the clock of the store."""
    if isinstance(until, datetime) and isinstance(since, datetime):
        return until < since
    if isinstance(until, datetime) or isinstance(since, datetime):
        return False
    return until < since


def _words(kind: type[Word]) -> Callable[[tuple[str, ...]], tuple[Word, ...]]:
    """Each of the words once, in the order of the list."""
    one = word(kind)

    def parse(said: tuple[str, ...]) -> tuple[Word, ...]:
        each = {one(part.strip()) for part in ",".join(said).split(",") if part.strip()}
        return tuple(known for known in kind if known in each)

    return parse


def _city(said: str) -> tuple[str, ...]:
    return city_words(clean(said, at_most=100))
