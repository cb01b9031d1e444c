"""Whom a merchant takes no orders from."""

from typing import Protocol

from marketplace.domain.blocked_phones import BlockedPhone
from marketplace.domain.merchants import MerchantId

from .paging import Page, Paging


class BlockedPhoneViews(Protocol):
    """Whom a merchant takes no orders from."""

    async def blocked_phones(
        self, merchant_id: MerchantId, paging: Paging, /
    ) -> Page[BlockedPhone]:
        """Those in force."""
        ...
