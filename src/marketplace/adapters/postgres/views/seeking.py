"""A list of orders, put together from the parts that were asked for."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from marketplace.application.ports import OrderSelection, OrderSort, Paging, moment_of
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import CITY, OrderStatus, PaymentStatus, Sought

from .. import search
from ..statements import Statement, compiled, given, one_of
from ..tables import Time, merchants, orders

_owner = given("merchant", sa.Uuid)
zone = (
    sa.select(merchants.c.time_zone)
    .where(merchants.c.id == given("merchant", sa.Uuid))
    .scalar_subquery()
)
"""The clock of the store that is asked about."""

_AN_HOUR: sa.ColumnElement[Any] = sa.literal_column("interval '1 hour'")
A_DAY: sa.ColumnElement[Any] = sa.literal_column("interval '1 day'")


def local(zone: sa.ColumnElement[Any], at: sa.ColumnElement[Any]) -> sa.ColumnElement[datetime]:
    """What a clock shows at a moment."""
    return sa.func.timezone(zone, at, type_=sa.DateTime)


def begun(zone: sa.ColumnElement[Any], day: sa.ColumnElement[Any]) -> sa.ColumnElement[datetime]:
    """
    The moment a day begins by a clock.

    Of a midnight that comes twice PostgreSQL takes the second, and of one that does not come at all
    the moment it is skipped.
    """
    midnight: sa.ColumnElement[Any] = sa.func.timezone(zone, sa.cast(day, sa.DateTime), type_=Time)
    earlier = midnight - _AN_HOUR
    is_same_day = sa.cast(local(zone, earlier), sa.Date) == sa.cast(day, sa.Date)
    return sa.case((is_same_day, earlier), else_=midnight)


_words: sa.ColumnElement[Any] = sa.func.order_words(
    orders.c.merchant_id,
    orders.c.keywords,
    orders.c.customer__name,
    orders.c.customer__city,
    orders.c.customer__phone,
)


def _met(name: str) -> sa.ColumnElement[bool]:
    return _words.bool_op("@@")(sa.cast(given(name, sa.Text), TSQUERY))


_day_after = sa.cast(given("until_day", sa.Date), sa.DateTime) + A_DAY
_CONDITIONS: Mapping[str, sa.ColumnElement[bool]] = {
    "number": orders.c.number == given("number", sa.Integer),
    "words": _met("words"),
    "either": sa.or_(orders.c.number == given("number", sa.Integer), _met("words")),
    "city": _met("city"),
    "since": orders.c.placed_at >= given("since", Time),
    "since_day": orders.c.placed_at >= begun(zone, given("since_day", sa.Date)),
    "until": orders.c.placed_at < given("until", Time),
    "until_day": orders.c.placed_at < begun(zone, _day_after),
}
_STATUS, _PAYMENT = "statuses", "payment_statuses"
_LOOKED_FOR = {"number", "words", "either", "city"}
"""What an index of its own answers, in no order; the others are met along the way."""


def listing(
    shown: sa.Select[Any], merchant_id: MerchantId, selection: OrderSelection, paging: Paging
) -> tuple[Statement, dict[str, object]]:
    """The statement that lists what was selected, and the values it has to be given."""
    asked, values = _asked(merchant_id, selection)
    upwards = selection.sort is OrderSort.OLDEST
    statement = _listing(shown, asked, upwards, paging.after is not None)
    if (after := paging.after) is not None:
        values |= {"after": after.id, "at": moment_of(after)}
    return statement, values | {"limit": paging.limit + 1}


def counting(
    merchant_id: MerchantId, selection: OrderSelection
) -> tuple[Statement, dict[str, object]]:
    """The statement that counts what was selected, and the values it has to be given."""
    asked, values = _asked(merchant_id, selection)
    return _counting(asked), values


@cache
def _listing(
    shown: sa.Select[Any], asked: frozenset[str], upwards: bool, goes_on: bool
) -> Statement:
    """
    Compiled once for whatever can be asked together.

    First the ids, so that nothing is read of an order that is not shown. Of several statuses each
    is read for itself, newest first, because an index has its orders in this order and no other.
    """
    by = orders.c.placed_at, orders.c.id
    found = sa.select(*by).where(*_where(asked)).limit(given("limit", sa.Integer))
    if goes_on:
        here = sa.tuple_(*by)
        there = sa.tuple_(given("at", Time), given("after", sa.Uuid))
        found = found.where(here > there if upwards else here < there)
    found = found.order_by(*_in_order(by, upwards))
    if asked & {_STATUS, _PAYMENT} and not asked & _LOOKED_FOR:
        found = _each_status(found, upwards)
    picked = found.subquery("picked")
    listed = shown.join(picked, picked.c.id == orders.c.id).order_by(*_in_order(by, upwards))
    return compiled(listed, prepare=_prepared(asked))


def _each_status(found: sa.Select[*tuple[Any, ...]], upwards: bool) -> sa.Select[*tuple[Any, ...]]:
    status, payment = (
        sa.func.unnest(given(name, sa.ARRAY(sa.Text)))
        .table_valued(sa.column("word", sa.Text), name=f"each_{name}")
        .render_derived()
        for name in (_STATUS, _PAYMENT)
    )
    one = found.where(
        orders.c.status == status.c.word, orders.c.payment_status == payment.c.word
    ).lateral("found")
    joined = status.join(payment, sa.true()).join(one, sa.true())
    by = one.c.placed_at, one.c.id
    return (
        sa.select(*by)
        .select_from(joined)
        .order_by(*_in_order(by, upwards))
        .limit(given("limit", sa.Integer))
    )


@cache
def _counting(asked: frozenset[str]) -> Statement:
    where = _where(asked - {_STATUS, _PAYMENT})
    where += [one_of(orders.c[name], every) for name, every in _OF.items() if every in asked]
    return compiled(sa.select(sa.func.count().label("total")).where(*where), prepare=False)


_OF = {"status": _STATUS, "payment_status": _PAYMENT}


def _where(asked: frozenset[str]) -> list[sa.ColumnElement[bool]]:
    where = [orders.c.merchant_id == _owner]
    where += [_CONDITIONS[name] for name in sorted(asked & _CONDITIONS.keys())]
    if asked & _LOOKED_FOR:
        where += [one_of(orders.c[name], every) for name, every in _OF.items() if every in asked]
    return where


def _prepared(asked: frozenset[str]) -> bool | None:
    return False if asked & _LOOKED_FOR else None


def _in_order(by: tuple[sa.ColumnElement[Any], ...], upwards: bool) -> list[sa.ColumnElement[Any]]:
    return [each.asc() if upwards else each.desc() for each in by]


def _asked(
    merchant_id: MerchantId, selection: OrderSelection
) -> tuple[frozenset[str], dict[str, object]]:
    """Which parts a statement has, and the values they have to be given."""
    before = str(merchant_id)[-8:]
    values: dict[str, object] = {"merchant": merchant_id}
    asked = set[str]()
    if selection.statuses or selection.payment_statuses:
        values[_STATUS] = list(selection.statuses or OrderStatus)
        values[_PAYMENT] = list(selection.payment_statuses or PaymentStatus)
        asked |= {_STATUS, _PAYMENT}
    if selection.sought:
        said = _sought(selection.sought, before)
        asked.add("either" if len(said) > 1 else next(iter(said)))
        values |= said
    if selection.city:
        spelt = (search.lexeme(f"{before}{CITY}{each}") for each in selection.city)
        values["city"] = " | ".join(spelt)
        asked.add("city")
    for name, bound in (("since", selection.since), ("until", selection.until)):
        if bound is not None:
            name = name if isinstance(bound, datetime) else f"{name}_day"
            values[name] = bound
            asked.add(name)
    return frozenset(asked), values


def _sought(sought: Sought, before: str) -> dict[str, object]:
    if sought.name:
        return {"words": search.tsquery(sought.name, before)}
    said: dict[str, object] = {}
    if sought.digits:
        said["words"] = f"{search.lexeme(f'{before}#{sought.digits[::-1]}')}:*"
    if sought.number is not None or not said:
        said["number"] = sought.number
    return said
