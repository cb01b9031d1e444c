"""Every phone a store has blocked, and those it has blocked once."""

from marketplace.application import ports
from marketplace.domain.blocked_phones import BlockedPhone, BlockedPhoneId, BlockedPhoneNotFound

from ..repository import MemoryRepository


class MemoryBlockedPhones(MemoryRepository[BlockedPhoneId, BlockedPhone], ports.BlockedPhones):
    entity, missing = BlockedPhone, BlockedPhoneNotFound
