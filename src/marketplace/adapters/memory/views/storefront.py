"""What the public sees."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import Page, Paging, ProductView, StoreView
from marketplace.domain.accounts import Username
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus, StoreNotFound

from .reading import Reading, page_of


class MemoryStoreViews(Reading, ports.StoreViews):
    async def store(self, username: Username, /) -> StoreView:
        for merchant in self._store.all_of(Merchant):
            if merchant.username == username and merchant.status is MerchantStatus.ACTIVE:
                return StoreView(merchant=deepcopy(merchant), logo=self._logo(merchant))
        raise StoreNotFound

    async def moved_to(self, username: Username, /) -> Username | None:
        owner, _ = self._store.former_usernames.get(username, (None, None))
        for merchant in self._store.all_of(Merchant):
            if merchant.id == owner and merchant.status is MerchantStatus.ACTIVE:
                return merchant.username
        return None

    async def on_sale(self, merchant_id: MerchantId, paging: Paging, /) -> Page[ProductView]:
        products = self._products_of(merchant_id)
        return page_of((each for each in products if each.is_on_sale), paging, self._product)
