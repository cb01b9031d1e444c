"""What a merchant has handed in."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import Page, Paging
from marketplace.domain.kyc import Submission
from marketplace.domain.merchants import MerchantId

from .reading import Reading, page_of


class MemoryKycViews(Reading, ports.KycViews):
    async def submissions(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Submission]:
        everybodys = self._store.all_of(Submission)
        theirs = (each for each in everybodys if each.merchant_id == merchant_id)
        return page_of(theirs, paging, deepcopy)
