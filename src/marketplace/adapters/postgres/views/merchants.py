"""Who sells here, with the account behind it and the logo."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import MerchantView, Page, Paging
from marketplace.domain.merchants import MerchantId, MerchantNotFound, MerchantStatus

from ..rows import document, kept
from ..statements import compiled, given, one_of, shown
from ..tables import accounts, images, merchants
from .reading import Reading, newest_first

_id = given("id", sa.Uuid)
_logo = (
    sa.select(document(kept(images))).where(images.c.id == merchants.c.logo).scalar_subquery()
).label("logo")

a_store = sa.select(*shown(merchants, "merchant__"), _logo)
_a_merchant = a_store.add_columns(accounts.c.email, accounts.c.phone).join(accounts)
_MERCHANT = compiled(_a_merchant.where(merchants.c.id == _id))
_MERCHANTS = compiled(
    newest_first(_a_merchant.where(one_of(merchants.c.status, "statuses")), merchants)
)


class PostgresMerchantViews(Reading, ports.MerchantViews):
    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        return await self._one(_MERCHANT, MerchantView, MerchantNotFound, id=merchant_id)

    async def merchants(
        self, paging: Paging, status: MerchantStatus | None = None, /
    ) -> Page[MerchantView]:
        statuses = [status] if status else list(MerchantStatus)
        return await self._page(_MERCHANTS, MerchantView, paging, statuses=statuses)
