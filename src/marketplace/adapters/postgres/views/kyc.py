"""What a merchant has handed in."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import Page, Paging
from marketplace.domain.kyc import Submission
from marketplace.domain.merchants import MerchantId

from ..statements import compiled, given, shown
from ..tables import kyc_submissions
from .reading import Reading, newest_first

_SUBMISSIONS = compiled(
    newest_first(
        sa.select(*shown(kyc_submissions)).where(
            kyc_submissions.c.merchant_id == given("merchant", sa.Uuid)
        ),
        kyc_submissions,
    )
)


class PostgresKycViews(Reading, ports.KycViews):
    async def submissions(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Submission]:
        return await self._page(_SUBMISSIONS, Submission, paging, merchant=merchant_id)
