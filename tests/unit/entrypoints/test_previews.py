"""Every letter can be looked at before it is sent."""

from pathlib import Path

from marketplace.application.ports import LetterKind
from marketplace.domain.accounts import Locale
from marketplace.entrypoints.previews import FACTS, preview


def test_every_kind_of_letter_has_facts_to_show_it_with() -> None:
    assert set(FACTS) == set(LetterKind)


def test_every_letter_is_written_in_both_languages_as_html_and_text(tmp_path: Path) -> None:
    written = set(preview(tmp_path))

    assert written == {
        tmp_path / f"{kind}.{locale}.{suffix}"
        for kind in LetterKind
        for locale in Locale
        for suffix in ("html", "txt")
    }
    arabic = (tmp_path / "new_order.ar.html").read_text("utf-8")
    assert 'dir="rtl"' in arabic
    assert "1042" in arabic
    assert "New order" in (tmp_path / "new_order.en.txt").read_text("utf-8")


def test_one_language_is_enough(tmp_path: Path) -> None:
    assert {each.name.split(".")[1] for each in preview(tmp_path, (Locale.ENGLISH,))} == {"en"}
