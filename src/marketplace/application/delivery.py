"""The terms of delivery, as a merchant says them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from marketplace.domain.delivery import (
    MOST_CITIES,
    MOST_ZONES,
    CityTwice,
    DeliveryTerms,
    TooManyCities,
    TooManyZones,
    Zone,
    city_key,
)
from marketplace.domain.errors import Form
from marketplace.domain.money import Money
from marketplace.domain.text import Missing, line


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidZone:
    """Cities with one fee; where none are named, ``name`` is the city."""

    name: str = ""
    cities: Sequence[str] = ()
    fee: str
    free_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidDelivery:
    """
    What a merchant wants of the terms changed; None stays as it is, "" takes away.

    Amounts are decimals of the store's currency.
    """

    zones: Sequence[SaidZone] | None = None
    default_fee: str | None = None
    free_from: str | None = None
    not_served: Sequence[str] | None = None
    cod_fee: str | None = None


def read_delivery(
    form: Form, said: SaidDelivery | str, terms: DeliveryTerms, currency: str
) -> DeliveryTerms | None:
    """The terms as they are now; None where they were taken away. Mistakes are the form's."""
    if isinstance(said, str):
        return None
    changed: dict[str, Any] = {}
    for name in ("default_fee", "free_from", "cod_fee"):
        amount = getattr(said, name)
        if amount is not None:
            changed[name] = _amount(form, f"delivery.{name}", amount, currency)
    if said.cod_fee == "":
        changed["cod_fee"] = Money.zero(currency)
    if said.zones is not None:
        if len(said.zones) > MOST_ZONES:
            form.refuse("delivery.zones", TooManyZones(at_most=MOST_ZONES))
        changed["zones"] = tuple(
            _zone(form, f"delivery.zones[{position}]", zone, currency)
            for position, zone in enumerate(said.zones[:MOST_ZONES])
        )
    if said.not_served is not None:
        changed["not_served"] = _cities(form, "delivery.not_served", said.not_served)
    if not form.problems:
        terms = replace(terms, **changed)
        _must_be_told_apart(form, terms)
    return terms


def _zone(form: Form, field: str, said: SaidZone, currency: str) -> Zone:
    name = form.read(f"{field}.name", line(100, at_least=0), said.name)
    cities = _cities(form, f"{field}.cities", said.cities or [name or ""])
    return Zone(
        name=name or (cities[0] if cities else ""),
        cities=cities,
        fee=form.read(f"{field}.fee", lambda text: Money.parse(text, currency), said.fee),
        free_from=_amount(form, f"{field}.free_from", said.free_from, currency),
    )


def _cities(form: Form, field: str, said: Sequence[str]) -> tuple[str, ...]:
    """Each spelling once: whatever else is read as the same city is the same."""
    cities: dict[str, str] = {}
    if len(said) > MOST_CITIES:
        form.refuse(field, TooManyCities(at_most=MOST_CITIES))
    for city in said[:MOST_CITIES]:
        name = form.read(field, line(100), city)
        if name and not city_key(name):
            form.refuse(field, Missing())
        if name:
            cities.setdefault(city_key(name), name)
    return tuple(cities.values())


def _amount(form: Form, field: str, said: str, currency: str) -> Money | None:
    if said == "":
        return None
    return form.read(field, lambda text: Money.parse(text, currency), said)


def _must_be_told_apart(form: Form, terms: DeliveryTerms) -> None:
    lists = [zone.cities for zone in terms.zones] + [terms.not_served]
    if sum(map(len, lists)) > MOST_CITIES:
        form.refuse("delivery.zones", TooManyCities(at_most=MOST_CITIES))
    seen: set[str] = set()
    for position, cities in enumerate(lists):
        is_zone = position < len(terms.zones)
        field = f"delivery.zones[{position}].cities" if is_zone else "delivery.not_served"
        for city in cities:
            if city_key(city) in seen:
                form.refuse(field, CityTwice(city=city))
            seen.add(city_key(city))
