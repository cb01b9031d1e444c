"""Papers: what a number and a document are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.errors import BadValue
from marketplace.domain.kyc import (
    MOST_DOCUMENT_BYTES,
    BadDocument,
    BadRegistrationNumber,
    DocumentTooLarge,
    DocumentType,
    WrongNumberOfDocuments,
    parse_document,
    parse_documents,
    parse_registration_number,
)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("1010123456", "1010123456"),
        ("١٠١٠-١٢٣", "1010-123"),
        (" 1010 123 456 ", "1010123456"),
        ("CR-A1", "CR-A1"),
        ("س ت 123", "ست123"),
        ("7" * 40, "7" * 40),
    ],
)
def test_a_number_is_read_as_it_stands_on_paper(said: str, number: str) -> None:
    assert parse_registration_number(said) == number


@pytest.mark.parametrize("said", ["12", "7" * 41, "-12", "123-", "10/10", "a_b", "1.2.3", "<b>"])
def test_a_number_is_letters_digits_and_hyphens(said: str) -> None:
    with pytest.raises(BadRegistrationNumber):
        parse_registration_number(said)


@given(st.text(max_size=100))
def test_every_number_is_read_or_refused(said: str) -> None:
    try:
        number = parse_registration_number(said)
    except BadValue:
        return

    assert 3 <= len(number) <= 40
    assert parse_registration_number(number) == number


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", DocumentType.JPEG),
        (b"\x89PNG\r\n\x1a\n", DocumentType.PNG),
        (b"RIFF\n\0\0\0WEBPVP8 ", DocumentType.WEBP),
        (b"%PDF-1.4", DocumentType.PDF),
        (b"%PDF-2.0\n<script>", DocumentType.PDF),
    ],
)
def test_a_document_is_what_it_begins_like(content: bytes, kind: DocumentType) -> None:
    assert parse_document(content) is kind


@pytest.mark.parametrize(
    "content", [b"", b"<svg>", b"GIF89a", b"PK\x03\x04", b"RIFF....AVI ", b" %PDF-1.4", b"%PDF-"]
)
def test_nothing_else_is_a_document(content: bytes) -> None:
    with pytest.raises(BadDocument):
        parse_document(content)


def test_a_document_has_a_size() -> None:
    pdf = b"%PDF-1.4".ljust(MOST_DOCUMENT_BYTES, b" ")

    assert parse_document(pdf) is DocumentType.PDF
    with pytest.raises(DocumentTooLarge):
        parse_document(pdf + b" ")


@pytest.mark.parametrize("count", [0, 4])
def test_papers_are_one_to_three_documents(count: int) -> None:
    with pytest.raises(WrongNumberOfDocuments):
        parse_documents([b"x"] * count)
