"""Our letters: every kind, both languages, and whatever people typed into them."""

import re
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.adapters.letters import TemplateLetters
from marketplace.application.ports import LetterKind
from marketplace.domain.accounts import Locale

LINK = "https://souq.example/reset-password#token=abc-DEF_123&x=1"
ORDER = {
    "store": "متجر آدا",
    "number": "1001",
    "link": "https://souq.example/api/orders/track/abc-DEF_123",
}
FACTS: dict[LetterKind, dict[str, str]] = {
    LetterKind.PASSWORD_RESET: {"username": "ada-store", "link": LINK},
    LetterKind.EMAIL_VERIFICATION: {"username": "ada-store", "link": LINK},
    LetterKind.NEW_ORDER: {
        "store": "متجر آدا",
        "number": "1001",
        "customer": "Grace Hopper",
        "phone": "+966501234567",
        "address": "شارع الملك فهد 12 الرياض",
        "lines": "2 × قميص أزرق\n1 × Lamp",
        "fees": "رسوم التوصيل: \u206615.00 SAR\u2069",
        "discount": "5.00 SAR",
        "total": "129.00 SAR",
        "note": "بعد العصر",
    },
    LetterKind.LOW_STOCK: {"product": "عباءة (M)", "sku": "ABY-M", "available": "2"},
    LetterKind.PASSWORD_CHANGED: {"username": "ada-store"},
    LetterKind.SESSION_STOLEN: {"username": "ada-store"},
    LetterKind.KYC_APPROVED: {"username": "ada-store", "store": "متجر آدا"},
    LetterKind.KYC_REJECTED: {
        "username": "ada-store",
        "store": "متجر آدا",
        "reason": "الصورة غير واضحة\nThe date cannot be read",
    },
    LetterKind.DAILY_DIGEST: {
        "store": "متجر آدا",
        "day": "2030-01-02",
        "orders": "12",
        "total": "1290.00 SAR",
        "to_confirm": "3",
        "lines": "قميص أزرق\nLamp (M)",
    },
    LetterKind.ORDER_LINK: ORDER,
    LetterKind.ORDER_PLACED: {
        **ORDER,
        "customer": "Grace Hopper",
        "lines": "2 × قميص أزرق\n1 × Lamp",
        "fees": "رسوم التوصيل: \u206615.00 SAR\u2069",
        "discount": "5.00 SAR",
        "total": "129.00 SAR",
    },
    LetterKind.ORDER_CONFIRMED: {**ORDER, "customer": "Grace Hopper", "total": "129.00 SAR"},
    LetterKind.ORDER_SHIPPED: {
        **ORDER,
        "customer": "Grace Hopper",
        "courier": "سمسا",
        "tracking_number": "SMSA-290131",
        "total": "129.00 SAR",
    },
    LetterKind.ORDER_CANCELLED: {**ORDER, "customer": "Grace Hopper"},
    LetterKind.ORDER_EXPIRED: {**ORDER, "customer": "Grace Hopper"},
    LetterKind.PRODUCT_TAKEN_DOWN: {"store": "متجر آدا", "product": "Lamp", "reason": "مقلّد"},
    LetterKind.PRODUCT_RESTORED: {"store": "متجر آدا", "product": "Lamp"},
    LetterKind.WEBHOOK_GONE: {"url": "https://erp.example/hooks"},
    LetterKind.WEBHOOK_FAILING: {"url": "https://erp.example/hooks"},
    LetterKind.ANNOUNCEMENT: {"title": "صيانة الليلة", "body": "من الثانية\nإلى الثالثة."},
}
EVERY = list(product(LetterKind, Locale))
LETTERS = TemplateLetters()


class Page(HTMLParser):
    """What a browser makes of a letter."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize(("kind", "locale"), EVERY)
class TestEveryLetter:
    def test_it_has_a_title_of_one_line_a_text_and_html(
        self, kind: LetterKind, locale: Locale
    ) -> None:
        wording = LETTERS.write(kind, locale, FACTS[kind])

        assert wording.title
        assert len(wording.title.splitlines()) == 1
        assert wording.text.endswith("\n")
        assert "$" not in wording.title + wording.text + wording.html

    def test_the_html_is_whole_and_says_its_language_and_direction(
        self, kind: LetterKind, locale: Locale
    ) -> None:
        page = Page(LETTERS.write(kind, locale, FACTS[kind]).html)

        assert page.open == []
        assert page.attributes.count(("lang", locale)) == 2
        directions = [value for name, value in page.attributes if name == "dir"]
        assert directions[:2] == (["rtl", "rtl"] if locale is Locale.ARABIC else ["ltr", "ltr"])

    def test_the_html_fetches_nothing(self, kind: LetterKind, locale: Locale) -> None:
        page = Page(LETTERS.write(kind, locale, FACTS[kind]).html)

        assert not {"img", "link", "script", "iframe", "style"} & set(page.tags)
        assert not {"src", "background", "srcset"} & {name for name, _ in page.attributes}
        assert "url(" not in LETTERS.write(kind, locale, FACTS[kind]).html

    def test_text_and_html_tell_the_same_facts(self, kind: LetterKind, locale: Locale) -> None:
        wording = LETTERS.write(kind, locale, FACTS[kind])

        for fact in FACTS[kind].values():
            for line in fact.splitlines():
                assert line in wording.title + wording.text
                assert line in Page(wording.html).words

    def test_what_people_typed_is_never_markup(self, kind: LetterKind, locale: Locale) -> None:
        honest = Page(LETTERS.write(kind, locale, FACTS[kind]).html)
        hostile = {
            name: fact + "\"'><script>alert(1)</script><img src=x onerror=y>&amp;$link ${x}"
            for name, fact in FACTS[kind].items()
        }

        page = Page(LETTERS.write(kind, locale, hostile).html)

        assert page.tags == honest.tags
        assert [name for name, _ in page.attributes] == [name for name, _ in honest.attributes]
        assert "<script>alert(1)</script>" in page.words

    def test_a_fact_that_is_missing_is_a_bug(self, kind: LetterKind, locale: Locale) -> None:
        for name in FACTS[kind]:
            rest = {each: fact for each, fact in FACTS[kind].items() if each != name}
            with pytest.raises(KeyError):
                LETTERS.write(kind, locale, rest)


@pytest.mark.parametrize("locale", Locale)
@given(st.text(max_size=40))
def test_no_title_ever_has_a_line_break(locale: Locale, said: str) -> None:
    wording = LETTERS.write(LetterKind.ANNOUNCEMENT, locale, {"title": said, "body": said})

    assert len(wording.title.splitlines()) <= 1


def test_an_arabic_letter_is_in_arabic_and_an_english_one_in_english() -> None:
    for kind in (LetterKind.PASSWORD_RESET, LetterKind.EMAIL_VERIFICATION):
        arabic = LETTERS.write(kind, Locale.ARABIC, {"username": "", "link": ""})
        english = LETTERS.write(kind, Locale.ENGLISH, {"username": "", "link": ""})

        assert not re.search("[a-zA-Z]", arabic.title + arabic.text)
        assert (english.title + english.text).isascii()


def test_a_reset_says_how_long_its_link_lasts_and_how_often_it_works() -> None:
    facts = FACTS[LetterKind.PASSWORD_RESET]
    arabic = LETTERS.write(LetterKind.PASSWORD_RESET, Locale.ARABIC, facts)
    english = LETTERS.write(LetterKind.PASSWORD_RESET, Locale.ENGLISH, facts)

    assert "لعشر دقائق" in arabic.text
    assert "مرة واحدة" in arabic.text
    assert "ten minutes and works once" in english.text


def test_a_verification_says_how_long_its_link_lasts() -> None:
    facts = FACTS[LetterKind.EMAIL_VERIFICATION]
    arabic = LETTERS.write(LetterKind.EMAIL_VERIFICATION, Locale.ARABIC, facts)
    english = LETTERS.write(LetterKind.EMAIL_VERIFICATION, Locale.ENGLISH, facts)

    assert "لسبعة أيام" in arabic.text
    assert "seven days" in english.text


@pytest.mark.parametrize("locale", Locale)
def test_a_link_stands_alone_on_its_line_and_is_the_target_of_the_button(locale: Locale) -> None:
    wording = LETTERS.write(LetterKind.PASSWORD_RESET, locale, FACTS[LetterKind.PASSWORD_RESET])

    assert LINK in wording.text.split("\n")
    assert ("href", LINK) in Page(wording.html).attributes


def test_numbers_phones_and_amounts_keep_their_direction_in_arabic() -> None:
    wording = LETTERS.write(LetterKind.NEW_ORDER, Locale.ARABIC, FACTS[LetterKind.NEW_ORDER])

    assert wording.title == "طلب جديد رقم \u20661001\u2069"
    for isolated in ("\u2066+966501234567\u2069", "\u2066129.00 SAR\u2069"):
        assert isolated in wording.text
        assert isolated in wording.html
    assert "\u2068Grace Hopper\u2069" in wording.text
    assert wording.text.count("\u2066") + wording.text.count("\u2068") == wording.text.count(
        "\u2069"
    )


def test_each_line_of_an_order_has_a_line_of_its_own() -> None:
    wording = LETTERS.write(LetterKind.NEW_ORDER, Locale.ENGLISH, FACTS[LetterKind.NEW_ORDER])

    assert (
        "Products:\n\u20682 × قميص أزرق\u2069\n\u20681 × Lamp\u2069\n"
        "Fees: \u2068رسوم التوصيل: \u206615.00 SAR\u2069\u2069\n"
        "Discount: 5.00 SAR\nTotal: 129.00 SAR\n" in wording.text
    )
    assert "\u2069<br>\u2068" in wording.html


@pytest.mark.parametrize("locale", Locale)
def test_what_an_order_has_not_is_no_row_of_its_letter(locale: Locale) -> None:
    placed = FACTS[LetterKind.ORDER_PLACED] | {"fees": "", "discount": ""}
    shipped = FACTS[LetterKind.ORDER_SHIPPED] | {"courier": "", "tracking_number": ""}

    for kind, facts, rows in (
        (LetterKind.ORDER_PLACED, placed, 3),
        (LetterKind.ORDER_SHIPPED, shipped, 2),
    ):
        wording = LETTERS.write(kind, locale, facts)
        assert wording.html.count("<tr>") == rows


@pytest.mark.parametrize(("locale", "name"), [(Locale.ARABIC, "ملاحظة"), (Locale.ENGLISH, "note")])
def test_a_customer_without_a_note_is_not_said_to_have_left_one(locale: Locale, name: str) -> None:
    facts = {**FACTS[LetterKind.NEW_ORDER], "note": ""}

    wording = LETTERS.write(LetterKind.NEW_ORDER, locale, facts)

    assert name not in wording.text + wording.html
