"""
How an answer is told: which of its fields comes from where, worked out once for each combination.

A plan calls constructors and nothing else. Nobody checks a second time what the domain, whose
values these are, has checked before.
"""

from collections.abc import Callable, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Self, TypeAlias, Union, get_args, get_origin

import msgspec

from marketplace.domain.money import Money

Plan: TypeAlias = Callable[..., Any]
Way: TypeAlias = Callable[[Any], Any]
"""From a value of the domain to what is told of it."""


class Amount(str):
    """Money as we tell it: a decimal with the digits of its currency, which stands beside it."""

    __slots__ = ()


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What we answer. ``EXAMPLE``, where there is one, is shown in the documentation."""

    EXAMPLE: ClassVar[dict[str, Any]] = {}

    @classmethod
    def told(cls, *sources: object, **more: object) -> Self:
        """Each field as ``more`` has it, or else as the first of the sources that knows it."""
        told: Self = _plan(cls, tuple(map(type, sources)), tuple(more))(*sources, **more)
        return told


@cache
def _plan(shape: type[Output], kinds: Sequence[type], more: Sequence[str]) -> Plan:
    """
    ``lambda source_0, *, stock: shape(id=source_0.id, stock=stock, price=price_told(…))``.

    Written out and evaluated, as ``dataclasses`` does: a page has a hundred parts with ten fields
    each, and whatever loops over fields takes three times as long.
    """
    known: dict[str, object] = {"shape": shape}
    fields = []
    for field in msgspec.structs.fields(shape):
        name = field.name
        knowing = (place for place, kind in enumerate(kinds) if hasattr(kind, name))
        if name in more:
            value = name
        elif (place := next(knowing, None)) is not None:
            value = f"source_{place}.{name}"
        elif field.required:
            raise TypeError(f"nobody knows the {name} of {shape.__name__}")
        else:
            continue
        if (way := _way(field.type)) is not None:
            known[f"{name}_told"] = way
            value = f"None if (it := {value}) is None else {name}_told(it)"
        fields.append(f"{name}=({value})")
    sources = ", ".join(f"source_{place}" for place in range(len(kinds)))
    words = f"{sources}{', *, ' if more else ''}{', '.join(more)}"
    plan: Plan = eval(f"lambda {words}: shape({', '.join(fields)})", known)  # noqa: S307
    return plan


def _way(kind: Any) -> Way | None:
    """How a value that is there becomes one of this kind; None where it is one already."""
    if get_origin(kind) in (Annotated, Union, UnionType):
        ways = [way for each in get_args(kind) if (way := _way(each)) is not None]
        return ways[0] if ways else None
    if kind is Amount:
        return _amount
    if isinstance(kind, type) and issubclass(kind, Output):
        return lambda value: value if isinstance(value, kind) else kind.told(value)
    if get_origin(kind) in (list, tuple):
        return _all(_way(get_args(kind)[0]))
    if get_origin(kind) is dict:
        return _by_name(_way(get_args(kind)[1]))
    return None


def _all(way: Way | None) -> Way:
    return list if way is None else lambda values: [way(each) for each in values]


def _by_name(way: Way | None) -> Way | None:
    return way and (lambda values: {name: way(each) for name, each in values.items()})


def _amount(value: Money | str) -> str:
    """Plain text: for an ``Amount`` the encoder would have to ask what it is."""
    return value.amount if isinstance(value, Money) else str(value)
