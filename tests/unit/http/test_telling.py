"""An answer has every field of its shape, each from whoever knows it first."""

from dataclasses import dataclass

import msgspec
import pytest

from marketplace.domain.money import Money
from marketplace.entrypoints.http.telling import Amount, Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Wick:
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    name: str
    price: Money
    was: Money | None = None
    wicks: tuple[Wick, ...] = ()


class WickOut(Output, frozen=True, kw_only=True):
    length: int


class LampOut(Output, frozen=True, kw_only=True):
    name: str
    price: Amount
    was: Amount | None
    wicks: list[WickOut]
    colour: str = "brass"
    by_currency: dict[str, Amount] = msgspec.field(default_factory=dict)


LAMP = Lamp(name="مصباح", price=Money(4750, "KWD"), wicks=(Wick(length=3),))


def test_values_of_the_domain_are_told_as_the_shape_says() -> None:
    told = LampOut.told(LAMP, by_currency={"SAR": Money(100, "SAR"), "JPY": Amount("7")})

    assert msgspec.to_builtins(told) == {
        "name": "مصباح",
        "price": "4.750",
        "was": None,
        "wicks": [{"length": 3}],
        "colour": "brass",
        "by_currency": {"SAR": "1.00", "JPY": "7"},
    }


def test_what_is_said_beside_it_comes_first_and_then_the_first_who_knows() -> None:
    other = Lamp(name="other", price=Money(1, "SAR"), was=Money(2, "SAR"))

    assert LampOut.told(LAMP, other).name == "مصباح"
    assert LampOut.told(LAMP, other, name="said").name == "said"
    assert LampOut.told(Wick(length=1), other).was == "0.02"


def test_what_was_told_before_is_not_told_again() -> None:
    wick = WickOut(length=5)

    assert LampOut.told(LAMP, wicks=[wick]).wicks[0] is wick


def test_a_field_that_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="name of LampOut"):
        LampOut.told(Wick(length=1))
