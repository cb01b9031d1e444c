"""Every phone a store has blocked, and those it has blocked once."""

from marketplace.application import ports
from marketplace.domain.blocked_phones import BlockedPhone, BlockedPhoneId, BlockedPhoneNotFound
from marketplace.domain.merchants import MerchantId
from marketplace.domain.phones import PhoneNumber

from ..repository import MemoryRepository


class MemoryBlockedPhones(MemoryRepository[BlockedPhoneId, BlockedPhone], ports.BlockedPhones):
    entity, missing = BlockedPhone, BlockedPhoneNotFound

    async def is_blocked(self, merchant_id: MerchantId, phone: PhoneNumber, /) -> bool:
        return any(
            each.is_in_force and (each.merchant_id, each.phone) == (merchant_id, phone)
            for each in self._transaction.all_of(BlockedPhone)
        )
