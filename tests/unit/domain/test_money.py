"""Money: exact amounts, in whichever digits they were typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.errors import BadValue
from marketplace.domain.money import (
    MOST,
    AmountTooLarge,
    BadAmount,
    Money,
    NegativeAmount,
    TooManyDecimals,
    UnknownCurrency,
    minor_digits,
    parse_currency,
)

CURRENCIES = st.sampled_from(["SAR", "KWD", "JPY", "EGP", "DJF", "BHD"])


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("129", "SAR", 12_900),
        ("129.00", "SAR", 12_900),
        ("129.5", "SAR", 12_950),
        ("  129.50\n", "SAR", 12_950),
        ("0.05", "SAR", 5),
        ("000129.50", "SAR", 12_950),
        ("4.750", "KWD", 4_750),
        ("4.7", "KWD", 4_700),
        ("1290", "JPY", 1_290),
        ("0", "SAR", 0),
        ("-0.00", "SAR", 0),
        ("١٢٩٫٥٠", "SAR", 12_950),
        ("١٢٩.٥", "SAR", 12_950),
        ("۱۲۹٫۵۰", "SAR", 12_950),
        ("٤٫٧٥٠", "KWD", 4_750),
        ("1٢۹", "JPY", 129),
    ],
)
def test_an_amount_is_understood_in_any_digits(typed: str, currency: str, minor: int) -> None:
    assert Money.parse(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        ".",
        ".5",
        "5.",
        "٫٥",
        "NaN",
        "nan",
        "sNaN",
        "Infinity",
        "-Infinity",
        "inf",
        "1e3",
        "1E3",
        "1e-3",
        "1,000",
        "1,000.50",
        "1٬000",
        "1_000",
        "1 000",
        "1\u00a0000",
        "+5",
        "--5",
        "−5",
        "1.2.3",
        "0x10",
        "1/2",
        "5 SAR",
        "$5",
        "½",
        "²",
        "１２",
        "१२",
        "5\x00",
        "\ud800",
        "٥‮٠",
    ],
)
def test_what_is_not_a_plain_decimal_is_refused(typed: str) -> None:
    with pytest.raises(BadAmount):
        Money.parse(typed, "SAR")


@pytest.mark.parametrize(
    "typed", ["9" * 5_000, "٩" * 5_000, "0." + "0" * 5_000, "0" * 5_000, "-" * 5_000]
)
def test_five_thousand_digits_are_refused_and_not_counted(typed: str) -> None:
    with pytest.raises(BadAmount):
        Money.parse(typed, "SAR")


@pytest.mark.parametrize(
    ("typed", "currency", "digits"),
    [
        ("1.005", "SAR", 2),
        ("1.0005", "KWD", 3),
        ("1.5", "JPY", 0),
        ("0.001", "SAR", 2),
        ("٠٫٠٠١", "SAR", 2),
    ],
)
def test_finer_than_the_currency_is_refused(typed: str, currency: str, digits: int) -> None:
    with pytest.raises(TooManyDecimals) as refused:
        Money.parse(typed, currency)

    assert refused.value.facts == {"digits": digits, "currency": currency}


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("1.000", "SAR"),
        ("10.000", "DJF"),
        ("٢٫٠٠٠", "EGP"),
        ("999.000", "JPY"),
        ("1.500", "SAR"),
        ("١٢٫٧٥٠", "SAR"),
        ("1.250", "JPY"),
    ],
)
def test_a_dot_between_thousands_is_not_taken_for_a_decimal_point(
    typed: str, currency: str
) -> None:
    """Half of the world writes a thousand as 1.000: a price must not shrink a thousandfold."""
    with pytest.raises(TooManyDecimals):
        Money.parse(typed, currency)


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("100.0", "JPY", 100),
        ("100.00", "JPY", 100),
        ("1.0000", "KWD", 1000),
        ("1.5000", "SAR", 150),
        ("0.000", "SAR", 0),
        ("1000.000", "SAR", 100_000),
    ],
)
def test_zeros_are_no_finer_than_the_currency(typed: str, currency: str, minor: int) -> None:
    assert Money.parse(typed, currency) == Money(minor, currency)


def test_a_json_number_without_a_fraction_is_an_amount_of_any_currency() -> None:
    assert Money.parse(str(1290.0), "JPY") == Money(1290, "JPY")
    assert Money.parse(str(1290.0), "SAR") == Money(129_000, "SAR")


@pytest.mark.parametrize(
    ("typed", "currency"), [("10000000000", "SAR"), ("1000000000", "KWD"), ("1000000000000", "JPY")]
)
def test_a_million_million_minor_units_are_the_most_there_is(typed: str, currency: str) -> None:
    assert Money.parse(typed, currency).minor == MOST

    with pytest.raises(AmountTooLarge):
        Money.parse(f"{int(typed) + 1}", currency)


@pytest.mark.parametrize("typed", ["-1", "-0.01", "-٥", "-9999999999999999"])
def test_an_amount_below_zero_is_refused(typed: str) -> None:
    with pytest.raises(NegativeAmount):
        Money.parse(typed, "SAR")


def test_no_way_leads_to_an_amount_outside_the_bounds() -> None:
    with pytest.raises(NegativeAmount):
        Money(-1, "SAR")
    with pytest.raises(AmountTooLarge):
        Money(MOST + 1, "SAR")
    with pytest.raises(AmountTooLarge):
        assert Money(MOST, "SAR") + Money(1, "SAR")
    with pytest.raises(AmountTooLarge):
        assert Money(MOST, "SAR") * 2


@pytest.mark.parametrize(
    ("minor", "currency", "amount"),
    [
        (12_900, "SAR", "129.00"),
        (5, "SAR", "0.05"),
        (0, "SAR", "0.00"),
        (4_750, "KWD", "4.750"),
        (7, "KWD", "0.007"),
        (1_290, "JPY", "1290"),
        (MOST, "SAR", "10000000000.00"),
    ],
)
def test_an_amount_is_told_with_exactly_the_digits_of_its_currency(
    minor: int, currency: str, amount: str
) -> None:
    assert Money(minor, currency).amount == amount
    assert str(Money(minor, currency)) == f"{amount} {currency}"


@given(st.integers(0, MOST), CURRENCIES)
def test_an_amount_that_was_told_reads_back_as_itself(minor: int, currency: str) -> None:
    money = Money(minor, currency)

    assert Money.parse(money.amount, currency) == money


@given(st.integers(0, MOST), CURRENCIES, st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]))
def test_digits_say_the_same_in_arabic_and_persian(minor: int, currency: str, digits: str) -> None:
    money = Money(minor, currency)
    written = money.amount.translate(dict(zip(map(ord, "0123456789."), digits + "٫", strict=True)))

    assert Money.parse(written, currency) == money


@given(st.text(max_size=40), CURRENCIES)
def test_whatever_is_typed_is_an_amount_or_a_bad_value(typed: str, currency: str) -> None:
    try:
        money = Money.parse(typed, currency)
    except BadValue:
        return

    assert 0 <= money.minor <= MOST


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 100))
def test_sums_are_exact(one: int, other: int, times: int) -> None:
    total = Money(one, "SAR") * times + Money(other, "SAR")

    assert total == Money(one * times + other, "SAR")


def test_two_currencies_never_mix() -> None:
    riyals, dinars = Money(100, "SAR"), Money(100, "KWD")

    assert riyals != dinars
    with pytest.raises(ValueError, match="do not mix"):
        assert riyals + dinars
    with pytest.raises(ValueError, match="do not mix"):
        assert riyals < dinars


def test_less_is_less() -> None:
    assert Money(1, "SAR") < Money(2, "SAR")
    assert not Money(2, "SAR") < Money(2, "SAR")
    assert Money.zero("SAR") < Money(1, "SAR")


@pytest.mark.parametrize("typed", ["SAR", "sar", " Sar "])
def test_a_currency_is_known_by_its_code(typed: str) -> None:
    assert parse_currency(typed) == "SAR"


@pytest.mark.parametrize(
    "typed", ["", "SA", "SARR", "XXX", "XAU", "BTC", "ر.س", "ﬀ", "\x00", "S" * 9999]
)
def test_what_does_not_circulate_is_no_currency(typed: str) -> None:
    with pytest.raises(UnknownCurrency):
        parse_currency(typed)


@pytest.mark.parametrize(
    ("currencies", "digits"),
    [
        ("SAR AED EGP QAR MAD DZD LBP SYP YER SDG USD EUR TRY ILS", 2),
        ("KWD BHD OMR JOD IQD TND LYD", 3),
        ("JPY KRW DJF KMF XOF", 0),
    ],
)
def test_every_currency_has_the_decimals_of_the_standard(currencies: str, digits: int) -> None:
    assert {minor_digits(parse_currency(each)) for each in currencies.split()} == {digits}
