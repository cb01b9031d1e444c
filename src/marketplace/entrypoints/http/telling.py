"""
How an answer is told: which of its fields comes from where, worked out once for each combination.

A plan calls constructors and nothing else. Nobody checks a second time what the domain, whose
values these are, has checked before.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Annotated, Any, Self, TypeAlias, Union, get_args, get_origin

import msgspec

from marketplace.domain.money import Money

Sources: TypeAlias = tuple[object, ...]
Plan: TypeAlias = Callable[[Sources, Mapping[str, object]], Any]
Way: TypeAlias = Callable[[Any], Any]
"""From a value of the domain to what is told of it."""


class Amount(str):
    """Money as we tell it: a decimal with the digits of its currency, which stands beside it."""

    __slots__ = ()


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What we answer."""

    @classmethod
    def told(cls, *sources: object, **more: object) -> Self:
        """Each field as ``more`` has it, or else as the first of the sources that knows it."""
        told: Self = _plan(cls, tuple(map(type, sources)), tuple(more))(sources, more)
        return told


@cache
def _plan(shape: type[Output], kinds: Sequence[type], more: Sequence[str]) -> Plan:
    known: list[list[str]] = [[] for _ in kinds]
    said: list[str] = []
    ways: dict[str, Way] = {}
    for field in msgspec.structs.fields(shape):
        knowing = (place for place, kind in enumerate(kinds) if hasattr(kind, field.name))
        if field.name in more:
            said.append(field.name)
        elif (place := next(knowing, None)) is not None:
            known[place].append(field.name)
        elif field.required:
            raise TypeError(f"nobody knows the {field.name} of {shape.__name__}")
        if (way := _way(field.type)) is not None:
            ways[field.name] = way
    asked = [(place, names, _getter(names)) for place, names in enumerate(known) if names]

    def plan(sources: Sources, more: Mapping[str, object]) -> Any:
        values = {name: more[name] for name in said}
        for place, names, getter in asked:
            values.update(zip(names, getter(sources[place]), strict=True))
        for name, way in ways.items():
            value = values.get(name)
            if value is not None:
                values[name] = way(value)
        return shape(**values)

    return plan


def _getter(names: Sequence[str]) -> Callable[[object], tuple[object, ...]]:
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda source: (get(source),)


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
        way = _way(get_args(kind)[0])
        return list if way is None else lambda values: list(map(way, values))
    if get_origin(kind) is dict:
        way = _way(get_args(kind)[1])
        return way and (lambda values: {name: way(each) for name, each in values.items()})
    return None


def _amount(value: Money | str) -> str:
    """Plain text: for an ``Amount`` the encoder would have to ask what it is."""
    return value.amount if isinstance(value, Money) else str(value)
