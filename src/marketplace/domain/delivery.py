"""Delivery: where a store sends parcels, and what that costs beside the goods."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, reduce
from operator import add

from .accounts import Locale
from .errors import BadValue, RuleBroken
from .money import Money
from .search import words

MOST_ZONES = 100
MOST_CITIES = 500
"""Of all zones together: the terms are read with every order."""

ARTICLE = "ال"
LATIN_ARTICLES = ("al", "el", "ad", "an", "ar", "as", "ash", "at", "az")
"""As they are written and, before some letters, heard: Ar-Riyadh, Ad Dammam, At Taif."""


class FeeCode(StrEnum):
    DELIVERY = "delivery"
    CASH_ON_DELIVERY = "cash_on_delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """Something that is paid beside the goods; ``name`` is in the language of the store."""

    code: FeeCode
    name: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """
    Cities to which delivery costs the same, each under every name it is known by.

    From a subtotal of ``free_from`` it costs nothing; None leaves that to the store.
    """

    name: str
    cities: tuple[str, ...]
    fee: Money
    free_from: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTerms:
    """
    The terms of a store.

    A city of no zone costs ``default_fee``; without one the store delivers to its zones alone, and
    to those ``not_served`` in no case. ``cod_fee`` is for paying at the door.
    """

    zones: tuple[Zone, ...] = ()
    default_fee: Money | None
    free_from: Money | None = None
    not_served: tuple[str, ...] = ()
    cod_fee: Money

    @classmethod
    def free(cls, currency: str) -> "DeliveryTerms":
        """Everywhere, for nothing: what a store does that has said nothing of it."""
        return cls(default_fee=Money.zero(currency), cod_fee=Money.zero(currency))

    def fees(
        self, subtotal: Money, city: str, locale: Locale, *, pays_at_door: bool = True
    ) -> tuple[Fee, ...]:
        """
        What an order of goods for ``subtotal`` costs beside them; what is free is no fee.

        A city that was not named is one of no zone. Raises :class:`CityNotServed`, or
        :class:`CityMissing` where there is no fee for others.
        """
        zone = self.zone_of(city)
        if zone is None and self.default_fee is None:
            raise CityNotServed(city=city) if city else CityMissing
        fee = self.default_fee if zone is None else zone.fee
        free_from = self.free_from if zone is None or zone.free_from is None else zone.free_from
        is_free = free_from is not None and not subtotal < free_from
        charged = (
            (FeeCode.DELIVERY, None if is_free else fee),
            (FeeCode.CASH_ON_DELIVERY, self.cod_fee if pays_at_door else None),
        )
        return tuple(
            Fee(code=code, name=fee_name(code, locale), amount=amount)
            for code, amount in charged
            if amount is not None and amount.minor
        )

    def zone_of(self, city: str) -> Zone | None:
        """The zone of a city, or None if it is of none. Raises :class:`CityNotServed`."""
        zones = {key: zone for zone in self.zones for key in map(city_key, zone.cities)}
        shut = set(map(city_key, self.not_served))
        for key in _keys(city):
            if key in shut:
                raise CityNotServed(city=city)
            if key in zones:
                return zones[key]
        return None


class CityNotServed(RuleBroken):
    """The store does not deliver to ``city``."""


class CityMissing(RuleBroken):
    """The store delivers to some cities alone, and has to know to which."""


class CityTwice(BadValue):
    """The ``city`` is named twice, maybe spelled another way."""


class TooManyZones(BadValue):
    """A store has at most ``at_most``."""


class TooManyCities(BadValue):
    """A store names at most ``at_most`` in all."""


def total_with(subtotal: Money, fees: Sequence[Fee]) -> Money:
    """What there is to pay."""
    return reduce(add, (fee.amount for fee in fees), subtotal)


def fee_name(code: FeeCode, locale: Locale) -> str:
    """What a fee is called."""
    return _NAMES[code, locale]


@lru_cache(10_000)
def city_key(text: str) -> str:
    """
    A city whatever way it is spelled: without articles, spaces, marks, accents and capitals.

    Of what has no letters, nothing.
    """
    return "".join(bare_words(text))


def bare_words(city: str) -> list[str]:
    """The words of its name without the article of each."""
    said = words(city)
    kept = [word for word in said[:-1] if word not in LATIN_ARTICLES] + said[-1:]
    return [word.removeprefix(ARTICLE) or word for word in kept]


def _keys(city: str) -> Iterator[str]:
    """The city as it was typed, and then each part of it: people add a district or the country."""
    yield city_key(city)
    for part in _BETWEEN_PARTS.split(city):
        if key := city_key(part):
            yield key


_BETWEEN_PARTS = re.compile(r"[,،؛;/|()\n]|\s[-–—]\s")
_NAMES: Mapping[tuple[FeeCode, Locale], str] = {
    (FeeCode.DELIVERY, Locale.ARABIC): "رسوم التوصيل",
    (FeeCode.DELIVERY, Locale.ENGLISH): "Delivery",
    (FeeCode.CASH_ON_DELIVERY, Locale.ARABIC): "رسوم الدفع عند الاستلام",
    (FeeCode.CASH_ON_DELIVERY, Locale.ENGLISH): "Cash on delivery",
}
