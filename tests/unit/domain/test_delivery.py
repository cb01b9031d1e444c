"""Delivery: which city is meant, and what it costs to send something there."""

import pytest

from marketplace.domain.accounts import Locale
from marketplace.domain.delivery import (
    CityMissing,
    CityNotServed,
    DeliveryTerms,
    Fee,
    FeeCode,
    Zone,
    city_key,
    total_with,
)
from marketplace.domain.money import Money


def sar(amount: str) -> Money:
    return Money.parse(amount, "SAR")


TERMS = DeliveryTerms(
    zones=(
        Zone(name="الوسطى", cities=("الرياض", "Riyadh"), fee=sar("15"), free_from=sar("200")),
        Zone(name="مكة", cities=("مكة المكرمة", "مكة", "جدة"), fee=sar("20")),
    ),
    default_fee=sar("25"),
    free_from=sar("500"),
    not_served=("شرورة",),
    cod_fee=sar("10"),
)


def charged(
    subtotal: str, city: str, terms: DeliveryTerms = TERMS, *, pays_at_door: bool = True
) -> dict[FeeCode, str]:
    fees = terms.fees(sar(subtotal), city, Locale.ARABIC, pays_at_door=pays_at_door)
    return {fee.code: fee.amount.amount for fee in fees}


@pytest.mark.parametrize(
    "typed",
    [
        "الرياض",
        " الرياض ",
        "رياض",
        "الرِّيَاض",
        "الرياض‎",
        "RIYADH",
        "riyadh",
        "Al Riyadh",
        "الرياض، حي الياسمين",
        "حي الياسمين - الرياض",
        "Riyadh, Saudi Arabia",
        "السعودية / الرياض",
    ],
)
def test_a_city_is_known_however_it_is_typed(typed: str) -> None:
    zone = TERMS.zone_of(typed)

    assert zone is not None
    assert zone.name == "الوسطى"


@pytest.mark.parametrize("typed", ["", "-", "الدمام", "رياض الخبراء", "شارع الرياض", "🙂", "،،"])
def test_what_is_no_city_of_a_zone_is_in_none(typed: str) -> None:
    assert TERMS.zone_of(typed) is None


def test_spellings_of_one_city_are_one() -> None:
    for one, other in (
        ("مكة", "مكه"),
        ("الأحساء", "الاحساء"),
        ("Zürich", "zurich"),
        ("ابها", "أبها"),
        ("Riyadh", "Ar-Riyadh"),
        ("Ad Dammam", "dammam"),
        ("أبو ظبي", "ابوظبي"),
        ("Abu Dhabi", "abudhabi"),
        ("مكة المكرمة", "مكه مكرمة"),
        ("Ras Al-Khaimah", "Ras el Khaimah"),
    ):
        assert city_key(one) == city_key(other)
    assert city_key("جدة") != city_key("جازان")
    assert (city_key("ال"), city_key("Al"), city_key("!؟")) == ("ال", "al", "")


@pytest.mark.parametrize(
    ("subtotal", "city", "delivery"),
    [
        ("199.99", "الرياض", "15.00"),
        ("200", "الرياض", None),
        ("499.99", "جدة", "20.00"),
        ("500", "جدة", None),
        ("499.99", "الدمام", "25.00"),
        ("500", "الدمام", None),
        ("100", "", "25.00"),
    ],
)
def test_delivery_costs_what_the_city_costs_until_it_is_free(
    subtotal: str, city: str, delivery: str | None
) -> None:
    told = charged(subtotal, city)

    assert told.get(FeeCode.DELIVERY) == delivery
    assert told[FeeCode.CASH_ON_DELIVERY] == "10.00"


def test_whoever_does_not_pay_at_the_door_pays_no_fee_for_it() -> None:
    assert charged("100", "الرياض", pays_at_door=False) == {FeeCode.DELIVERY: "15.00"}


@pytest.mark.parametrize("typed", ["شرورة", "شروره", "نجران، شرورة"])
def test_a_city_that_is_not_served_is_refused_by_name(typed: str) -> None:
    with pytest.raises(CityNotServed) as refusal:
        charged("100", typed)

    assert refusal.value.facts == {"city": typed}


def test_without_a_fee_for_others_the_zones_alone_are_served() -> None:
    terms = DeliveryTerms(zones=TERMS.zones, default_fee=None, cod_fee=sar("0"))

    assert charged("100", "جدة", terms) == {FeeCode.DELIVERY: "20.00"}
    with pytest.raises(CityNotServed):
        charged("100", "الدمام", terms)
    with pytest.raises(CityMissing):
        charged("100", "", terms)


def test_what_costs_nothing_is_no_fee() -> None:
    assert charged("1", "الرياض", DeliveryTerms.free("SAR")) == {}


@pytest.mark.parametrize(("locale", "name"), [("ar", "رسوم التوصيل"), ("en", "Delivery")])
def test_a_fee_is_called_in_the_language_of_the_store(locale: str, name: str) -> None:
    delivery, _ = TERMS.fees(sar("1"), "", Locale(locale))

    assert delivery.name == name


def test_a_total_is_the_goods_and_every_fee() -> None:
    fees = [Fee(code=code, name="", amount=sar("1.50")) for code in FeeCode]

    assert total_with(sar("10"), fees) == sar("13")
    assert total_with(sar("10"), []) == sar("10")
