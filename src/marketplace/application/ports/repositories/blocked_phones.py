"""Whom a merchant takes no orders from."""

from typing import Protocol

from marketplace.domain.blocked_phones import BlockedPhone, BlockedPhoneId
from marketplace.domain.merchants import MerchantId
from marketplace.domain.phones import PhoneNumber

from .repository import Repository


class BlockedPhones(Repository[BlockedPhoneId, BlockedPhone], Protocol):
    """Every phone a store has ever blocked. Adding one that is may raise ``AlreadyBlocked``."""

    async def is_blocked(self, merchant_id: MerchantId, phone: PhoneNumber, /) -> bool:
        """Whether this store takes no order from this phone now."""
        ...
