"""Telephone numbers: in any form people write them, kept in one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.errors import BadValue
from marketplace.domain.money import parse_currency
from marketplace.domain.phones import (
    COUNTRIES,
    BadPhone,
    PhoneNumber,
    UnknownCountry,
    country_of,
    masked,
    parse_country,
    parse_phone,
    sought_digits,
)


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("0501234567", "SA", "+966501234567"),
        ("501234567", "SA", "+966501234567"),
        ("050 123 4567", "SA", "+966501234567"),
        ("050-123-4567", "SA", "+966501234567"),
        ("(050) 123.4567", "SA", "+966501234567"),
        ("050\u00a0123\u20114567", "SA", "+966501234567"),
        ("٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567"),
        ("۰۵۰۱۲۳۴۵۶۷", "SA", "+966501234567"),
        ("٠50۱234567", "SA", "+966501234567"),
        ("0112345678", "SA", "+966112345678"),
        ("920012345", "SA", "+966920012345"),
        ("55512345", "KW", "+96555512345"),
        ("96512345", "KW", "+96596512345"),
        ("٥٥٥١٢٣٤٥", "KW", "+96555512345"),
        ("01001234567", "EG", "+201001234567"),
        ("1001234567", "EG", "+201001234567"),
        ("02 12345678", "EG", "+20212345678"),
        ("050 123 4567", "AE", "+971501234567"),
        ("04 123 4567", "AE", "+97141234567"),
        ("0791234567", "JO", "+962791234567"),
        ("07901234567", "IQ", "+9647901234567"),
        ("03 123 456", "LB", "+9613123456"),
        ("70 123 456", "LB", "+96170123456"),
        ("0612345678", "MA", "+212612345678"),
        ("0532 123 45 67", "TR", "+905321234567"),
        ("777123456", "YE", "+967777123456"),
        ("7712345", "KM", "+2697712345"),
    ],
)
def test_a_local_number_is_completed_by_its_country(typed: str, country: str, number: str) -> None:
    assert parse_phone(typed, country) == number


def test_a_mobile_number_of_every_country_is_understood() -> None:
    mobiles = """
        AE 501234567 BH 36001234 DJ 77831001 DZ 551234567 EG 1001234567 IQ 7912345678 JO 790123456
        KM 3212345 KW 50012345 LB 71123456 LY 912345678 MA 650123456 MR 22123456 OM 92123456
        PS 599123456 QA 33123456 SA 512345678 SD 911231234 SO 612345678 SY 944567890 TN 20123456
        TR 5012345678 YE 712345678
    """.split()
    numbers = dict(zip(mobiles[::2], mobiles[1::2], strict=True))

    assert set(numbers) == set(COUNTRIES)
    for country, mobile in numbers.items():
        for typed in (mobile, f"0{mobile}", f"+{COUNTRIES[country].calling_code}{mobile}"):
            assert parse_phone(typed, country) == f"+{COUNTRIES[country].calling_code}{mobile}"
        with pytest.raises(BadPhone):
            parse_phone(f"+{COUNTRIES[country].calling_code}{mobile}0", country)


@pytest.mark.parametrize(
    "typed",
    [
        "+966501234567",
        "00966501234567",
        "966501234567",
        "+966 50 123 4567",
        "00 966 50 123 4567",
        "+966-50-123-4567",
        "+٩٦٦٥٠١٢٣٤٥٦٧",
        "٠٠٩٦٦٥٠١٢٣٤٥٦٧",
        "٩٦٦٥٠١٢٣٤٥٦٧",
        "+۹۶۶۵۰۱۲۳۴۵۶۷",
        "\u200e+966 50 123 4567",
        " +966501234567 ",
    ],
)
def test_an_international_number_is_understood(typed: str) -> None:
    assert parse_phone(typed, "SA") == "+966501234567"


def test_an_international_number_is_the_same_in_every_country() -> None:
    for home in COUNTRIES:
        assert parse_phone("+966501234567", home) == "+966501234567"
        assert parse_phone("00201001234567", home) == "+201001234567"


@pytest.mark.parametrize(
    "typed",
    [
        "\u202a+966 50 123 4567\u202c",
        "\u2066+966501234567\u2069",
        "\u2068+966 50 123 4567\u2069",
        "\u200f٠٥٠١٢٣٤٥٦٧\u200f",
        "\u061c0501234567",
        "\ufeff0501234567",
        "050\u200b1234567",
        "050\u2060123\u00ad4567",
    ],
)
def test_a_number_copied_from_an_address_book_brings_its_invisible_marks(typed: str) -> None:
    """Contacts and WhatsApp wrap a number in embeddings, so that it is not turned round."""
    assert parse_phone(typed, "SA") == "+966501234567"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+9660501234567", "+966501234567"),
        ("+966 (0)50 123 4567", "+966501234567"),
        ("009660501234567", "+966501234567"),
        ("9660501234567", "+966501234567"),
        ("+20 (0)100 123 4567", "+201001234567"),
        ("+971 (0) 50 123 4567", "+971501234567"),
    ],
)
def test_a_trunk_zero_after_the_calling_code_is_not_meant(typed: str, number: str) -> None:
    assert parse_phone(typed, "SA") == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+49 30 901820", "+4930901820"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("+39 06 69812345", "+390669812345"),
        ("+12345678", "+12345678"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_a_number_of_another_country_stays_as_it_is(typed: str, number: str) -> None:
    assert parse_phone(typed, "SA") == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "+",
        "00",
        "0",
        "123",
        "05012345678",
        "05012345",
        "+96650123456789",
        "+966",
        "+9665012345",
        "++966501234567",
        "+00966501234567",
        "966+501234567",
        "+0501234567",
        "+1234567",
        "+1234567890123456",
        "call me",
        "0501234567 ext 5",
        "0501234567#",
        "0501234567\x00",
        "050123456७",
        "０５０１２３４５６７",
        "²01234567",
        "\ud800",
        "0" * 5_000,
        "1" * 5_000,
        "-" * 5_000,
    ],
)
def test_what_cannot_be_called_is_refused(typed: str) -> None:
    with pytest.raises(BadPhone) as refused:
        parse_phone(typed, "SA")

    assert refused.value.facts == {"country": "SA"}


@given(st.text(max_size=70), st.sampled_from(sorted(COUNTRIES)))
def test_whatever_is_typed_is_a_number_or_a_bad_one(typed: str, country: str) -> None:
    try:
        number = parse_phone(typed, country)
    except BadValue:
        return

    assert re.fullmatch(r"\+[1-9][0-9]{7,14}", number)


@given(st.sampled_from(sorted(COUNTRIES)), st.data())
def test_a_number_reads_back_as_itself_however_it_is_written(
    country: str, data: st.DataObject
) -> None:
    home = COUNTRIES[country]
    length = data.draw(st.sampled_from(home.lengths))
    national = data.draw(st.from_regex(rf"[1-9][0-9]{{{length - 1}}}", fullmatch=True))

    number = parse_phone(national, country)

    assert number == f"+{home.calling_code}{national}"
    assert parse_phone(f"0{national}", country) == number
    assert parse_phone(number, "SA") == number
    assert parse_phone(f"00{number[1:]}", "TR") == number
    assert country_of(number) == country


def test_a_country_sells_in_a_currency_there_is() -> None:
    for country in COUNTRIES.values():
        assert parse_currency(country.currency) == country.currency


def test_no_calling_code_begins_another() -> None:
    codes = [country.calling_code for country in COUNTRIES.values()]

    assert not [(a, b) for a in codes for b in codes if a != b and b.startswith(a)]
    assert len(set(codes)) == len(codes)


def test_a_number_tells_its_country() -> None:
    assert country_of(PhoneNumber("+201001234567")) == "EG"
    assert country_of(PhoneNumber("+96555512345")) == "KW"
    assert country_of(PhoneNumber("+4930901820")) is None


@pytest.mark.parametrize("typed", ["SA", "sa", " Sa\n"])
def test_a_country_is_known_by_its_code(typed: str) -> None:
    assert parse_country(typed) == "SA"


@pytest.mark.parametrize("typed", ["", "S", "SAU", "US", "XX", "السعودية", "\x00", "S" * 9999])
def test_a_country_we_do_not_sell_in_is_refused(typed: str) -> None:
    with pytest.raises(UnknownCountry):
        parse_country(typed)


def test_a_masked_number_can_be_recognised_and_not_called() -> None:
    assert masked(PhoneNumber("+966501234567")) == "+9665••••••67"
    assert masked(PhoneNumber("+96555512345")) == "+9655•••••45"


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_masking_keeps_the_length_and_hides_something(number: str) -> None:
    hidden = masked(PhoneNumber(number))

    assert len(hidden) == len(number)
    assert hidden.count("•") == len(number) - 7


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("050 123 4567", "501234567"),
        ("٠٥٠-١٢٣", "50123"),
        ("+966 (0)50 123 4567", "966501234567"),
        ("00966501234567", "966501234567"),
        ("+20 010 1234 5678", "201012345678"),
        ("4567", "4567"),
        ("00", ""),
        ("12", ""),
        ("", ""),
        ("+", ""),
        ("منى", ""),
        ("050x", ""),
        ("١²٣", ""),
    ],
)
def test_a_number_is_looked_for_in_any_form_and_in_part(said: str, digits: str) -> None:
    assert sought_digits(said) == digits
