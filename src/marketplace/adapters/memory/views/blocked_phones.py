"""Whom a store takes no orders from."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import Page, Paging
from marketplace.domain.blocked_phones import BlockedPhone
from marketplace.domain.merchants import MerchantId

from .reading import Reading, page_of


class MemoryBlockedPhoneViews(Reading, ports.BlockedPhoneViews):
    async def blocked_phones(
        self, merchant_id: MerchantId, paging: Paging, /
    ) -> Page[BlockedPhone]:
        theirs = (
            each
            for each in self._store.all_of(BlockedPhone)
            if each.merchant_id == merchant_id and each.is_in_force
        )
        return page_of(theirs, paging, deepcopy)
