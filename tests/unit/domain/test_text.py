"""Text: one form of what was meant, and nothing that deceives or breaks."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import text as text_module
from marketplace.domain.errors import BadValue
from marketplace.domain.text import (
    BadCharacters,
    Missing,
    TooLong,
    TooShort,
    ascii_digits,
    clean,
    line,
    prose,
)

CONTROLS = [chr(each) for each in [*range(0x20), *range(0x7F, 0xA0)]]
BIDI_CONTROLS = list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)


def test_two_ways_of_typing_a_letter_become_one() -> None:
    assert clean("cafe\u0301", at_most=10) == "caf\u00e9"
    assert clean("\u0627\u0653", at_most=10) == "\u0622"


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0", "\u2003", "\u3000", "\r\n"])
def test_space_around_text_is_not_part_of_it(space: str) -> None:
    assert clean(f"{space}عسل سدر{space}", at_most=8) == "عسل سدر"


def test_a_control_character_has_no_place_in_a_line() -> None:
    for control in CONTROLS:
        with pytest.raises(BadCharacters):
            clean(f"a{control}b", at_most=10)


def test_prose_may_have_line_breaks_and_tabs_and_no_other_control() -> None:
    for control in set(CONTROLS) - {"\n", "\t"}:
        with pytest.raises(BadCharacters):
            clean(f"a{control}b", at_most=10, lines=True)


def test_lines_of_prose_end_alike() -> None:
    assert clean("one\r\n\ttwo\nthree\r\n", at_most=20, lines=True) == "one\n\ttwo\nthree"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029"])
def test_a_line_break_in_disguise_is_refused(separator: str) -> None:
    """JavaScript and logs take them for the end of a line."""
    with pytest.raises(BadCharacters):
        clean(f"a{separator}b", at_most=10, lines=True)


@pytest.mark.parametrize("surrogate", [0xD800, 0xD83D, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_a_character_is_refused(surrogate: int) -> None:
    with pytest.raises(BadCharacters):
        clean(f"a{chr(surrogate)}", at_most=10)


@pytest.mark.parametrize("lines", [False, True])
def test_text_that_reads_as_what_it_is_not_is_refused(lines: bool) -> None:
    for control in BIDI_CONTROLS:
        with pytest.raises(BadCharacters):
            clean(f"{control}txt.exe", at_most=20, lines=lines)


@pytest.mark.parametrize("hidden", ["\u200b", "\ufeff", "\u2060", "\u00ad"])
@pytest.mark.parametrize("text", ["{}عسل", "عسل{}", "ع{}سل", " {} عسل {} "])
def test_what_nobody_sees_and_nobody_means_is_dropped(hidden: str, text: str) -> None:
    """Or else two products, two tags, two names look alike and are not."""
    assert clean(text.format(hidden, hidden), at_most=10) == "عسل"


def test_a_hidden_character_does_not_keep_a_letter_in_two_parts() -> None:
    assert clean("e\u200b\u0301", at_most=5) == "é"


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "👩\u200d👧", "abc\u200f!", "\u200eabc", "क\u094d\u200dष"]
)
def test_joiners_and_marks_of_direction_are_meant(text: str) -> None:
    assert clean(text, at_most=20) == text


@pytest.mark.parametrize("text", ["", " ", "\n", "\u00a0\u2003"])
def test_nothing_is_missing_where_something_is_asked_for(text: str) -> None:
    with pytest.raises(Missing):
        clean(text, at_most=10, at_least=1)

    assert clean(text, at_most=10) == ""


@pytest.mark.parametrize(
    "text",
    [
        "\u200b",
        "\ufeff",
        "\u200c\u200d",
        "\u200e \u200f",
        "\u061c",
        "\u0301\u064b",
        "\u3164",
        "\u115f\u1160",
        "\uffa0",
        "\u2800",
        "\u200e\n\u200e",
        "\U000e0041",
    ],
)
def test_a_name_of_nothing_one_can_see_is_missing(text: str) -> None:
    with pytest.raises(Missing):
        clean(text, at_most=10, at_least=1, lines=True)


@pytest.mark.parametrize("text", ["ا", "a", "7", "-", "😀", "\U0001fae9", "中", "é", "£"])
def test_one_character_one_can_see_is_enough(text: str) -> None:
    assert clean(text, at_most=10, at_least=1) == text


def test_lengths_are_counted_in_characters_after_cleaning() -> None:
    assert clean(" e\u0301 ", at_most=1) == "é"
    assert clean("😀" * 5, at_most=5) == "😀" * 5
    with pytest.raises(TooLong) as too_long:
        clean("😀" * 6, at_most=5)
    with pytest.raises(TooShort) as too_short:
        clean("ab", at_most=5, at_least=3)

    assert too_long.value.facts == {"at_most": 5}
    assert too_short.value.facts == {"at_least": 3}


def test_megabytes_are_refused_before_anybody_looks_at_them() -> None:
    with pytest.raises(TooLong):
        clean("\u0344" * 10_000_000, at_most=200)


def test_a_line_must_say_something_and_prose_need_not() -> None:
    assert line(5)(" abc ") == "abc"
    assert prose(5)("") == ""
    with pytest.raises(Missing):
        line(5)("")
    with pytest.raises(BadCharacters):
        line(5)("a\nb")
    assert prose(5)("a\nb") == "a\nb"


@given(ANYTHING, st.booleans())
def test_clean_text_is_harmless_and_stays_as_it_is(text: str, lines: bool) -> None:
    try:
        cleaned = clean(text, at_most=20, at_least=1, lines=lines)
    except BadValue:
        return

    assert 1 <= len(cleaned) <= 20
    assert clean(cleaned, at_most=20, at_least=1, lines=lines) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert "\x00" not in cleaned
    assert cleaned.encode()


def test_digits_become_ascii_and_nothing_else_changes() -> None:
    assert ascii_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ 0123456789") == "0123456789 " * 2 + "0123456789"
    assert ascii_digits("رقم ٥، x٫²") == "رقم 5، x٫²"


PLAIN = [each for each in map(chr, range(0x10000)) if text_module._PLAIN.fullmatch(each)]


@given(st.text(alphabet=PLAIN, max_size=12))
def test_what_is_plain_is_what_it_would_be_if_it_were_looked_at(text: str) -> None:
    assert text_module._PLAIN.fullmatch(text)
    assert text_module._canonical(text, lines=False) == text.strip()
    assert text_module._canonical(text, lines=True) == text.strip()


def test_nothing_is_plain_that_combines_with_its_neighbours() -> None:
    assert len(PLAIN) > 130
    assert not [each for each in PLAIN if unicodedata.combining(each)]
    assert not [each for each in PLAIN if unicodedata.category(each)[0] not in "LNPSZ"]
