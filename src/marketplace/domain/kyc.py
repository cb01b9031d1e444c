"""Papers: what a merchant hands in to show who they are, and what became of it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from .accounts import AccountId
from .errors import BadValue, NotFound
from .events import Event
from .merchants import KycStatus, Merchant, MerchantId
from .text import ascii_digits, clean, word

SubmissionId = NewType("SubmissionId", UUID)
DocumentId = NewType("DocumentId", UUID)

MOST_DOCUMENTS = 3
MOST_DOCUMENT_BYTES = 10 * 1024 * 1024

_NUMBER = re.compile(r"[^\W_](?:[^\W_]|-){2,39}")
"""Letters and digits of any script, hyphens inside."""


class DocumentType(StrEnum):
    """What a document can be, as its media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"


_BEGINNINGS = (
    (re.compile(rb"\xff\xd8\xff"), DocumentType.JPEG),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), DocumentType.PNG),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), DocumentType.WEBP),
    (re.compile(rb"%PDF-[12]\."), DocumentType.PDF),
)
"""Content decides what a document is; what the sender calls it says nothing."""


class Decision(StrEnum):
    """What an admin can say to papers."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of ``size`` bytes; below ``key`` nobody but an admin gets at it."""

    id: DocumentId
    key: str
    media_type: DocumentType
    size: int


@dataclass(slots=True, kw_only=True)
class Submission:
    """
    One set of papers. Until it has a ``decision`` it waits for one.

    ``registration_number`` is that of a commercial register or of a person. Of a merchant who has
    left, ``forgotten_at`` some time, neither the numbers and names nor the files are kept.
    """

    id: SubmissionId
    merchant_id: MerchantId
    legal_name: str
    registration_number: str
    documents: tuple[Document, ...]
    submitted_at: datetime
    decision: Decision | None = None
    decided_by: AccountId | None = None
    decided_at: datetime | None = None
    reason: str = ""
    forgotten_at: datetime | None = None
    version: int = 0

    @classmethod
    def hand_in(
        cls,
        merchant: Merchant,
        *,
        id: SubmissionId,
        legal_name: str,
        registration_number: str,
        documents: Sequence[Document],
        at: datetime,
    ) -> "tuple[Submission, KycSubmitted]":
        """Raises ``WrongKycStatus`` while papers wait, or once they are approved."""
        merchant.hand_in_papers()
        submission = cls(
            id=id,
            merchant_id=merchant.id,
            legal_name=legal_name,
            registration_number=registration_number,
            documents=tuple(documents),
            submitted_at=at,
        )
        return submission, KycSubmitted(at=at, merchant_id=merchant.id, submission_id=id)

    @property
    def kyc_status(self) -> KycStatus:
        """What these papers make of the merchant."""
        return KycStatus.PENDING if self.decision is None else KycStatus(self.decision)

    def decide(
        self, merchant: Merchant, decision: Decision, reason: str, by: AccountId, at: datetime
    ) -> "KycDecided":
        """Raises ``WrongKycStatus`` unless the merchant's papers wait for a decision."""
        merchant.papers_judged(KycStatus(decision))
        self.decision, self.reason = decision, reason
        self.decided_by, self.decided_at = by, at
        return KycDecided(at=at, merchant_id=self.merchant_id, submission_id=self.id)

    def document(self, document_id: DocumentId) -> Document:
        """One of the files, or ``DocumentNotFound``, as for all files of who has left."""
        for each in self.documents:
            if each.id == document_id and self.forgotten_at is None:
                return each
        raise DocumentNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class KycSubmitted(Event):
    merchant_id: MerchantId
    submission_id: SubmissionId


@dataclass(frozen=True, slots=True, kw_only=True)
class KycDecided(Event):
    merchant_id: MerchantId
    submission_id: SubmissionId


class SubmissionNotFound(NotFound):
    """No such papers."""


class DocumentNotFound(NotFound):
    """No such document, or one that is kept no more."""


class BadRegistrationNumber(BadValue):
    """Not 3 to 40 letters, digits and hyphens."""


class BadDocument(BadValue):
    """The bytes are not those of a JPEG, PNG, WebP or PDF."""


class DocumentTooLarge(BadValue):
    """More than ``at_most`` bytes."""


class WrongNumberOfDocuments(BadValue):
    """Not ``at_least`` to ``at_most`` of them."""


parse_decision = word(Decision)


def parse_registration_number(text: str) -> str:
    """A number as it stands on paper, spaces left out, in ASCII digits."""
    number = "".join(ascii_digits(clean(text, at_most=80, at_least=1)).split())
    if not _NUMBER.fullmatch(number) or number.endswith("-"):
        raise BadRegistrationNumber(at_least=3, at_most=40)
    return number


def parse_document(content: bytes) -> DocumentType:
    if len(content) > MOST_DOCUMENT_BYTES:
        raise DocumentTooLarge(at_most=MOST_DOCUMENT_BYTES)
    for beginning, kind in _BEGINNINGS:
        if beginning.match(content):
            return kind
    raise BadDocument


def parse_documents(contents: Collection[bytes]) -> Collection[bytes]:
    if not 1 <= len(contents) <= MOST_DOCUMENTS:
        raise WrongNumberOfDocuments(at_least=1, at_most=MOST_DOCUMENTS)
    return contents
