"""Errors: each has a code that never changes, and a form hears of every mistake."""

import pickle
import re
from collections.abc import Iterator

import pytest

# Whatever the core may refuse has to be imported before it can be asked for.
import marketplace.application.marketplace
import marketplace.domain.whatsapp  # noqa: F401
from marketplace.domain.errors import (
    BadValue,
    ChangedMeanwhile,
    Conflict,
    FieldProblem,
    Forbidden,
    Form,
    InvalidFields,
    MarketplaceError,
    NotFound,
    RuleBroken,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from marketplace.domain.merchants import parse_hours
from marketplace.domain.money import Money, NegativeAmount
from marketplace.domain.orders import OrderNotFound, ReasonMissing, UnknownReason
from marketplace.domain.text import Missing, NotOneOf, TooLong, line
from marketplace.domain.variants import OutOfStock


def kinds_of(root: type[MarketplaceError]) -> Iterator[type[MarketplaceError]]:
    """The error and everything below it, of the core; tests and adapters may add their own."""
    if root.__module__.startswith(("marketplace.domain", "marketplace.application")):
        yield root
        for each in root.__subclasses__():
            yield from kinds_of(each)


ALL = sorted(set(kinds_of(MarketplaceError)), key=lambda kind: kind.code)


def test_a_code_is_the_name_of_the_fact() -> None:
    assert OutOfStock.code == "out-of-stock"
    assert OrderNotFound.code == "order-not-found"
    assert NotOneOf.code == "not-one-of"
    assert Conflict.code == "conflict"


def test_a_code_is_in_kebab_case() -> None:
    for kind in ALL:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
        assert kind.code.replace("-", "") == kind.__name__.lower()


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in ALL]

    assert len(codes) == len(set(codes))
    assert {MarketplaceError.codes.get(code) for code in codes} == {*ALL, None} - {MarketplaceError}


def test_an_error_is_told_in_a_docstring() -> None:
    assert [kind.__name__ for kind in ALL if not vars(kind).get("__doc__")] == []


def test_an_error_says_what_the_caller_can_do() -> None:
    """The post office's refusal is heard by a worker alone."""
    known = (
        NotFound,
        InvalidFields,
        BadValue,
        RuleBroken,
        Conflict,
        Stale,
        Forbidden,
        Unauthenticated,
        TooMany,
        Unavailable,
    )
    counted = {kind.__name__: sum(issubclass(kind, each) for each in known) for kind in ALL}

    assert {name for name, count in counted.items() if count != 1} == {
        "MarketplaceError",
        "MailRefused",
        "MessageRefused",
    }


def test_an_error_carries_facts() -> None:
    error = TooLong(at_most=5)

    assert error.facts == {"at_most": 5}
    assert str(error) == "at_most=5"


@pytest.mark.parametrize(
    "error",
    [
        ChangedMeanwhile(),
        TooLong(at_most=5),
        OutOfStock(lines=[{"wanted": 2, "available": 1}]),
        InvalidFields(FieldProblem("title", "missing", {})),
    ],
    ids=lambda error: error.code,
)
def test_an_error_survives_the_way_home_from_another_process(error: MarketplaceError) -> None:
    """Strangers' images are decoded in a child process: what it refuses must arrive as it was."""
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301

    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert arrived.facts == error.facts
    assert getattr(arrived, "problems", ()) == getattr(error, "problems", ())


def test_a_form_hears_of_every_mistake_at_once() -> None:
    with pytest.raises(InvalidFields) as refused, Form() as form:
        form.read("title", line(3), "much too long")
        form.read("note", line(9), "fine")
        form.read("price", lambda text: Money.parse(text, "SAR"), "-1")
        form.read("hours", parse_hours, 0)
        form.refuse("target_id", Missing())

    assert refused.value.problems == (
        FieldProblem("title", "too-long", {"at_most": 3}),
        FieldProblem("price", "negative-amount", {}),
        FieldProblem("hours", "bad-hours", {"at_least": 1, "at_most": 168}),
        FieldProblem("target_id", "missing", {}),
    )
    assert str(refused.value) == (
        "fields=title: too-long, price: negative-amount, hours: bad-hours, target_id: missing"
    )


def test_a_form_without_mistakes_gives_what_was_read() -> None:
    with Form() as form:
        title = form.read("title", line(9), " lamp ")
        price = form.read("price", lambda text: Money.parse(text, "SAR"), "٥")

    assert (title, price) == ("lamp", Money(500, "SAR"))


def test_what_is_no_mistake_of_a_field_leaves_the_form_as_it_is() -> None:
    with pytest.raises(OutOfStock), Form() as form:
        form.read("title", line(3), "much too long")
        raise OutOfStock(lines=[])


def test_a_special_mistake_is_still_of_its_general_kind() -> None:
    assert issubclass(ReasonMissing, Missing)
    assert issubclass(UnknownReason, NotOneOf)
    assert issubclass(NegativeAmount, BadValue)
