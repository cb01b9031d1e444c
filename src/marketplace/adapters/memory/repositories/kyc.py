"""Every set of papers that was handed in."""

from copy import deepcopy
from datetime import datetime

from marketplace.application import ports
from marketplace.domain.kyc import (
    DocumentId,
    DocumentNotFound,
    Submission,
    SubmissionId,
    SubmissionNotFound,
)
from marketplace.domain.merchants import MerchantId

from ..repository import MemoryRepository


class MemorySubmissions(MemoryRepository[SubmissionId, Submission], ports.Submissions):
    entity, missing = Submission, SubmissionNotFound

    async def waiting(self, merchant_id: MerchantId, /) -> Submission:
        for each in await self.of_merchant(merchant_id):
            if each.decision is None and each.forgotten_at is None:
                return each
        raise SubmissionNotFound

    async def of_merchant(self, merchant_id: MerchantId, /) -> list[Submission]:
        everybodys = self._transaction.all_of(Submission)
        theirs = [deepcopy(each) for each in everybodys if each.merchant_id == merchant_id]
        return sorted(theirs, key=lambda each: each.id)

    async def with_document(self, document_id: DocumentId, /) -> Submission:
        for each in self._transaction.all_of(Submission):
            if any(document.id == document_id for document in each.documents):
                return deepcopy(each)
        raise DocumentNotFound

    async def forget(self, merchant_id: MerchantId, at: datetime, /) -> None:
        for each in await self.of_merchant(merchant_id):
            if each.forgotten_at is None:
                each.legal_name = each.registration_number = each.reason = ""
                each.forgotten_at = at
                await self.save(each)
