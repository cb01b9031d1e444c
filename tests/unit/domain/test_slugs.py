"""Slugs: names in addresses that people can read, in their own letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.slugs import LONGEST, BadSlug, Slug, ending, numbered, parse_slug, slug_of
from marketplace.domain.text import BadCharacters


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("عباءةٌ سوداء! (M)", "عباءة-سوداء-m"),
        ("Black Abaya — 2XL", "black-abaya-2xl"),
        ("  a__b  --  c ", "a-b-c"),
        ("ﻋﺒﺎﺀﺓ", "عباءة"),
        ("عـــبـاءة", "عباءة"),
        ("٣ كتب", "٣-كتب"),
    ],
)
def test_a_slug_is_the_words_of_a_title(title: str, slug: str) -> None:
    assert slug_of(title, "otherwise") == slug


@pytest.mark.parametrize("title", ["!!!", "", "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f", "😀"])
def test_a_title_without_letters_has_another_slug(title: str) -> None:
    assert slug_of(title, "otherwise") == "otherwise"


@pytest.mark.parametrize("said", ["", "---", "x" * 81, "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f"])
def test_what_is_no_slug_is_refused(said: str) -> None:
    with pytest.raises(BadSlug):
        parse_slug(said)


@pytest.mark.parametrize("said", ["a\0b", "a\u202eb", "\u2066a\u2069", "a\tb", "a\nb", "a\ud800b"])
def test_what_is_refused_in_every_text_is_refused_in_a_slug(said: str) -> None:
    with pytest.raises(BadCharacters):
        parse_slug(said)


@given(st.text(max_size=LONGEST))
def test_a_slug_stays_itself_and_fits_into_an_address(said: str) -> None:
    try:
        slug = parse_slug(said)
    except (BadSlug, BadCharacters):
        return

    assert parse_slug(slug) == slug
    assert len(slug) <= LONGEST
    assert not set(slug) & set("/?#% .\\")


def test_slugs_that_are_alike_are_numbered() -> None:
    assert numbered(Slug("abaya"))[:3] == ["abaya", "abaya-2", "abaya-3"]


def test_a_long_slug_makes_room_for_what_comes_behind_it() -> None:
    assert ending(Slug("x" * LONGEST), "-42") == "x" * (LONGEST - 3) + "-42"
