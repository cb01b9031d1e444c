"""Who sells here, with the account behind it and the logo."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import MerchantView, Page, Paging
from marketplace.domain.accounts import Account
from marketplace.domain.merchants import Merchant, MerchantId, MerchantNotFound, MerchantStatus

from .reading import Reading, page_of


class MemoryMerchantViews(Reading, ports.MerchantViews):
    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        merchant = self._store.entities.get((Merchant, merchant_id))
        if merchant is None:
            raise MerchantNotFound
        return self._merchant(merchant)

    async def merchants(
        self, paging: Paging, status: MerchantStatus | None = None, /
    ) -> Page[MerchantView]:
        found = self._store.all_of(Merchant)
        return page_of(
            (each for each in found if status in (None, each.status)), paging, self._merchant
        )

    def _merchant(self, merchant: Merchant) -> MerchantView:
        account: Account = self._store.entities[Account, merchant.account_id]
        return MerchantView(
            merchant=deepcopy(merchant),
            email=account.email,
            phone=account.phone,
            logo=self._logo(merchant),
        )
