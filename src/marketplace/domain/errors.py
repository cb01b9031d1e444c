"""
What can go wrong, sorted by what the caller can do about it.

    MarketplaceError
      NotFound         look elsewhere
      InvalidFields    correct the named fields
      BadValue         correct this one value (becomes InvalidFields inside a Form)
      RuleBroken       ask for something else
      Conflict         read again, then decide
      Stale            read again, for what was seen is no more
      Forbidden        ask as somebody else
      Unauthenticated  say who you are
      TooMany          wait, you ask too often
      Unavailable      wait, we cannot right now

An error is named for the fact and carries facts; it knows no status code and no language.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import ClassVar, Self, TypeVar, cast

Said = TypeVar("Said")
Value = TypeVar("Value")


class MarketplaceError(Exception):
    """The root of everything the marketplace refuses; raised bare it is a bug of ours."""

    code: ClassVar[str] = "marketplace-error"
    """The class name in kebab case: stable, in no language, part of the public promise."""

    codes: ClassVar[dict[str, type["MarketplaceError"]]] = {}

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        MarketplaceError.codes[cls.code] = cls

    def __init__(self, **facts: object) -> None:
        super().__init__(", ".join(f"{name}={fact}" for name, fact in facts.items()))
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are copied and sent between processes by their positional arguments.
        return partial(type(self), **self.facts), ()


class NotFound(MarketplaceError):
    """There is no such thing, or it is somebody else's."""


class RuleBroken(MarketplaceError):
    """Well formed, and still not allowed."""


class Conflict(MarketplaceError):
    """The thing has changed, or is taken, or is busy."""


class Stale(MarketplaceError):
    """The thing has another version than the one the caller has seen."""


class Forbidden(MarketplaceError):
    """Known, but not entitled."""


class Unauthenticated(MarketplaceError):
    """Nobody has said who is asking, or not convincingly."""


class TooMany(MarketplaceError):
    """Asked too often. The fact ``retry_after`` is in seconds."""


class Unavailable(MarketplaceError):
    """A neighbour does not answer. The fact ``retry_after`` is in seconds."""


class ChangedMeanwhile(Conflict):
    """Somebody else stored a newer version first."""


class StaleVersion(Stale):
    """What the caller has seen was another version; the fact ``version`` is the present one."""


class BadValue(MarketplaceError):
    """A value that cannot be what it claims to be."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field; ``code`` is that of the :class:`BadValue`."""

    field: str
    code: str
    facts: dict[str, object]


class InvalidFields(MarketplaceError):
    """One or more fields are wrong; ``problems`` names them all."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__(fields=", ".join(f"{each.field}: {each.code}" for each in problems))
        self.problems = problems
        self.facts = {}

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self.problems


def must_be_seen(version: int, seen: Collection[int] | None) -> None:
    """Raise :class:`StaleVersion` unless it is a version the caller has seen, if any were said."""
    if seen is not None and version not in seen:
        raise StaleVersion(version=version)


class Form:
    """
    Reads what somebody said, field by field, so that they hear of every mistake at once.

    Leaving the block raises :class:`InvalidFields` if any field was bad::

        with Form() as form:
            email = form.read("email", parse_email, said.email)
    """

    def __init__(self, problems: Iterable[FieldProblem] = ()) -> None:
        self.problems = list(problems)

    def read(self, name: str, parse: Callable[[Said], Value], said: Said) -> Value:
        """The parsed value. Of a bad one there is none, and the block will raise: do not use it."""
        try:
            return parse(said)
        except BadValue as bad:
            self.refuse(name, bad)
            return cast(Value, None)

    def refuse(self, name: str, bad: BadValue) -> None:
        """Note a mistake that was found another way."""
        self.problems.append(FieldProblem(name, bad.code, bad.facts))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        if error is None and self.problems:
            raise InvalidFields(*self.problems)
