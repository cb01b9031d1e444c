"""The papers merchants hand in."""

from datetime import datetime
from typing import Protocol

from marketplace.domain.kyc import DocumentId, Submission, SubmissionId
from marketplace.domain.merchants import MerchantId

from .repository import Repository


class Submissions(Repository[SubmissionId, Submission], Protocol):
    """Every set of papers that was handed in."""

    async def waiting(self, merchant_id: MerchantId, /) -> Submission:
        """The papers of a merchant that wait for a decision, or ``SubmissionNotFound``."""
        ...

    async def of_merchant(self, merchant_id: MerchantId, /) -> list[Submission]:
        """All papers of a merchant, oldest first."""
        ...

    async def with_document(self, document_id: DocumentId, /) -> Submission:
        """The papers this document is of, or ``DocumentNotFound``."""
        ...

    async def forget(self, merchant_id: MerchantId, at: datetime, /) -> None:
        """Whatever tells of the person behind a merchant is gone, but for what is on the shelf."""
        ...
