"""The papers that were handed in."""

from typing import Protocol

from marketplace.domain.kyc import Submission
from marketplace.domain.merchants import MerchantId

from .paging import Page, Paging


class KycViews(Protocol):
    """What a merchant has handed in."""

    async def submissions(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Submission]: ...
