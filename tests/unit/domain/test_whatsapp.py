"""WhatsApp: a message that is ready to be sent, in either language and either direction."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from marketplace.domain import whatsapp
from marketplace.domain.accounts import AccountId, Locale, Username
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    ConfirmationMethod,
    Customer,
    Move,
    Order,
    OrderId,
    OrderLine,
    OrderStatus,
    Party,
)
from marketplace.domain.phones import COUNTRIES, PhoneNumber, parse_phone
from marketplace.domain.products import ProductId
from marketplace.domain.variants import VariantId

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def a_store(locale: Locale = Locale.ARABIC, name: str = "متجر منى") -> Merchant:
    store, _ = Merchant.register(
        id=MerchantId(UUID(int=1)),
        account_id=AccountId(UUID(int=2)),
        username=Username("mona"),
        name=name,
        phone=PhoneNumber("+966501234567"),
        country="SA",
        currency="SAR",
        locale=locale,
        at=NOW,
    )
    return store


def an_order(title: str = "عسل سدر", address: str = "حي النخيل", city: str = "الرياض") -> Order:
    line = OrderLine(
        product_id=ProductId(UUID(int=3)),
        variant_id=VariantId(UUID(int=4)),
        title=title,
        sku="",
        unit_price=Money(6_450, "SAR"),
        quantity=2,
    )
    order, _ = Order.place(
        id=OrderId(UUID(int=5)),
        merchant_id=MerchantId(UUID(int=1)),
        number=1001,
        customer=Customer(
            name="سارة", phone=PhoneNumber("+201001234567"), address=address, city=city
        ),
        method=ConfirmationMethod.WHATSAPP,
        note="",
        lines=[line, replace(line, variant_id=VariantId(UUID(int=6)), title="Lamp", quantity=1)],
        confirm_within=timedelta(hours=48),
        tracking_hash=b"",
        at=NOW,
    )
    return order


def said(url: str) -> str:
    [text] = parse_qs(urlsplit(url).query, strict_parsing=True)["text"]
    return text


def bare(url: str) -> str:
    """The message as one reads it, without the marks of direction."""
    return re.sub("[\u2066-\u2069]", "", said(url))


def test_the_guest_writes_to_the_store_and_the_store_to_the_guest() -> None:
    assert whatsapp.to_store(an_order(), a_store()).startswith("https://wa.me/966501234567?text=")
    assert whatsapp.to_customer(an_order(), a_store()).startswith(
        "https://wa.me/201001234567?text="
    )


@pytest.mark.parametrize(
    ("phone", "digits"),
    [("+966501234567", "966501234567"), ("+4930901820", "4930901820"), ("+00000000", "")],
)
def test_a_link_has_digits_without_plus_and_without_leading_zeros(phone: str, digits: str) -> None:
    assert whatsapp.link(PhoneNumber(phone), "x") == f"https://wa.me/{digits}?text=x"


def test_the_guest_confirms_in_arabic() -> None:
    assert bare(whatsapp.to_store(an_order(), a_store())) == (
        "مرحبًا متجر منى، أؤكد طلبي رقم 1001:\n"
        "• عسل سدر × 2\n"
        "• Lamp × 1\n"
        "الإجمالي: 193.50 SAR\n"
        "الاسم: سارة\n"
        "العنوان: حي النخيل، الرياض"
    )


def test_the_guest_confirms_in_english() -> None:
    store = a_store(Locale.ENGLISH, "Mona's")
    order = an_order("Sidr honey", "12 Palm St", "Riyadh")

    assert bare(whatsapp.to_store(order, store)) == (
        "Hello Mona's, I confirm my order 1001:\n"
        "• Sidr honey × 2\n"
        "• Lamp × 1\n"
        "Total: 193.50 SAR\n"
        "Name: سارة\n"
        "Address: 12 Palm St, Riyadh"
    )


def test_the_store_asks_in_arabic() -> None:
    assert bare(whatsapp.to_customer(an_order(), a_store())) == (
        "مرحبًا سارة، معك متجر منى بخصوص طلبك رقم 1001:\n"
        "• عسل سدر × 2\n"
        "• Lamp × 1\n"
        "الإجمالي عند الاستلام: 193.50 SAR\n"
        "العنوان: حي النخيل، الرياض\n"
        "هل تؤكد الطلب؟"
    )


def test_the_store_asks_in_english() -> None:
    store = a_store(Locale.ENGLISH, "Mona's")
    order = an_order("Sidr honey", "12 Palm St", "")

    assert bare(whatsapp.to_customer(order, store)) == (
        "Hello سارة, this is Mona's about your order 1001:\n"
        "• Sidr honey × 2\n"
        "• Lamp × 1\n"
        "Total on delivery: 193.50 SAR\n"
        "Address: 12 Palm St\n"
        "Do you confirm it?"
    )


@pytest.mark.parametrize("locale", list(Locale))
def test_numbers_stand_the_right_way_round_inside_arabic(locale: Locale) -> None:
    for tell in (whatsapp.to_store, whatsapp.to_customer):
        text = said(tell(an_order(), a_store(locale)))

        for number in ("1001", "193.50 SAR", "2", "1"):
            assert f"\u2066{number}\u2069" in text
        assert text.count("\u2066") == 4
        comma = "،" if locale is Locale.ARABIC else ","
        for written in ("سارة", "عسل سدر", "Lamp", f"حي النخيل{comma} الرياض", "متجر منى"):
            assert f"\u2068{written}\u2069" in text
        assert text.count("\u2066") + text.count("\u2068") == text.count("\u2069")


@pytest.mark.parametrize(
    "hostile",
    [
        "50% off & more",
        "a&text=b#c?d=e+f",
        "{total} {0.__class__} {store!r}",
        "%s %d %00 %41",
        "https://evil.com/?a=b",
        'quote" <b>',
        "😀 ــ ء",
    ],
)
def test_what_people_write_arrives_as_they_wrote_it(hostile: str) -> None:
    url = whatsapp.to_store(an_order(hostile, hostile, ""), a_store(name=hostile))
    query = urlsplit(url).query

    assert url.isascii()
    assert set(query) <= set("=%._-~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    assert query.count("=") == 1
    assert f"• {hostile} × 2" in bare(url)
    assert f"العنوان: {hostile}" in bare(url)


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_local_number_of_every_country_becomes_digits_that_whatsapp_knows(code: str) -> None:
    country = COUNTRIES[code]
    for length in country.lengths:
        national = "7" * length
        for typed in (national, f"0{national}", f"00{country.calling_code}{national}"):
            url = whatsapp.link(parse_phone(typed, code), "x")

            assert url == f"https://wa.me/{country.calling_code}{national}?text=x"


@pytest.mark.parametrize("locale", list(Locale))
def test_the_longest_order_fits_into_a_link_and_says_how_much_more_there_is(
    locale: Locale,
) -> None:
    order = an_order("ع" * 200, "ش" * 500, "م" * 100)
    line = order.lines[0]
    order.lines = tuple(
        replace(line, variant_id=VariantId(UUID(int=each)), variant="🙂" * 60)
        for each in range(100)
    )
    order.customer = replace(order.customer, name="🙂" * 120)
    store = a_store(locale, "🙂" * 100)

    for url in (
        whatsapp.to_store(order, store, "https://souq.example/t/" + "x" * 43),
        whatsapp.to_customer(order, store, "https://souq.example/t/" + "x" * 43),
    ):
        assert len(url) <= whatsapp.LONGEST
        shown = bare(url).count("× 2")
        assert str(100 - shown) in bare(url)
        assert str(order.total) in bare(url)
        assert bare(url).endswith("x" * 43)


def test_an_address_in_lines_cannot_pass_for_lines_of_the_message() -> None:
    order = an_order(address="شارع 1\nالإجمالي: 0.00 SAR", city="")

    lines = bare(whatsapp.to_store(order, a_store())).split("\n")

    assert [each for each in lines if each.startswith("الإجمالي")] == ["الإجمالي: 193.50 SAR"]


def test_who_has_confirmed_is_asked_no_more_and_a_discount_is_a_line_of_its_own() -> None:
    order = an_order()
    order.discount = Money(350, "SAR")
    asked = bare(whatsapp.to_customer(order, a_store()))
    order.move(Move(to=OrderStatus.CONFIRMED, by=Party.MERCHANT), NOW)
    told = bare(whatsapp.to_customer(order, a_store(), "https://souq.example/t/x"))

    assert "الخصم: 3.50 SAR\nالإجمالي عند الاستلام: 190.00 SAR" in asked
    assert asked.endswith("هل تؤكد الطلب؟")
    assert "هل تؤكد" not in told
    assert told.endswith("متابعة الطلب: https://souq.example/t/x")
