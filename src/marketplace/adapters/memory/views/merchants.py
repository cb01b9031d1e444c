"""Who sells here, with the account behind it and the logo."""

from collections import Counter
from copy import deepcopy
from typing import Any

from marketplace.application import ports
from marketplace.application.ports import (
    MerchantFile,
    MerchantSearch,
    MerchantSort,
    MerchantView,
    Page,
    Paging,
    Place,
)
from marketplace.domain.accounts import Account
from marketplace.domain.kyc import Submission
from marketplace.domain.merchants import Merchant, MerchantId, MerchantNotFound
from marketplace.domain.orders import Order

from .reading import Reading, page_of


class MemoryMerchantViews(Reading, ports.MerchantViews):
    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        merchant = self._store.entities.get((Merchant, merchant_id))
        if merchant is None:
            raise MerchantNotFound
        return self._merchant(merchant)

    async def merchant_file(self, merchant_id: MerchantId, /) -> MerchantFile:
        orders, papers = self._store.all_of(Order), self._store.all_of(Submission)
        theirs = [deepcopy(each) for each in papers if each.merchant_id == merchant_id]
        return MerchantFile(
            merchant=await self.merchant(merchant_id),
            products=Counter(each.status.value for each in self._products_of(merchant_id)),
            orders=Counter(each.status.value for each in orders if each.merchant_id == merchant_id),
            submissions=tuple(sorted(theirs, key=lambda each: each.id, reverse=True)),
        )

    async def merchant_ids(
        self, limit: int, after: MerchantId | None = None, /
    ) -> tuple[MerchantId, ...]:
        ids = sorted(each.id for each in self._store.all_of(Merchant))
        return tuple(each for each in ids if after is None or each > after)[:limit]

    async def merchants(self, paging: Paging, search: MerchantSearch, /) -> Page[MerchantView]:
        found = [each for each in self._store.all_of(Merchant) if self._is_sought(each, search)]
        if search.sort is MerchantSort.NEWEST:
            return page_of(found, paging, self._merchant)
        found.sort(key=lambda each: self._place(each, search.sort))
        total = len(found) if paging.counted else None
        if paging.after is not None:
            last = _behind(search.sort, paging.after)
            found = [each for each in found if self._place(each, search.sort) > last]
        shown = found[: paging.limit]
        items = tuple(self._merchant(each) for each in shown)
        if len(found) == len(shown):
            return Page(items=items, total=total)
        return Page(items=items, next=self._end(shown[-1], search.sort), total=total)

    def _is_sought(self, merchant: Merchant, search: MerchantSearch) -> bool:
        account: Account = self._store.entities[Account, merchant.account_id]
        text = search.text.lower()
        names = (merchant.name, merchant.username, account.email)
        phones = (account.phone, merchant.whatsapp_phone)
        return (
            search.status in (None, merchant.status)
            and search.kyc_status in (None, merchant.kyc_status)
            and (
                any(text in each.lower() for each in names)
                or bool(search.digits and any(search.digits in each for each in phones))
            )
        )

    def _end(self, merchant: Merchant, sort: MerchantSort) -> Place:
        keys: dict[MerchantSort, str | int] = {
            MerchantSort.NAME: merchant.name,
            MerchantSort.ORDERS: self._store.order_numbers.get(merchant.id, 1000) + 1,
        }
        return Place(id=merchant.id, key=keys.get(sort))

    def _place(self, merchant: Merchant, sort: MerchantSort) -> tuple[Any, int]:
        return _behind(sort, self._end(merchant, sort))

    def _merchant(self, merchant: Merchant) -> MerchantView:
        account: Account = self._store.entities[Account, merchant.account_id]
        return MerchantView(
            merchant=deepcopy(merchant),
            email=account.email,
            phone=account.phone,
            logo=self._logo(merchant),
        )


def _behind(sort: MerchantSort, place: Place) -> tuple[Any, int]:
    """What a merchant is sorted by, smallest first."""
    if sort is MerchantSort.ORDERS:
        return -int(place.key or 0), -int(place.id)
    return place.key or "", int(place.id)
