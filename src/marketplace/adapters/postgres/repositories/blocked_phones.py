"""Every phone a store has blocked, and those it has blocked once."""

from marketplace.application import ports
from marketplace.domain.blocked_phones import BlockedPhone, BlockedPhoneId, BlockedPhoneNotFound

from .. import tables
from ..repository import PostgresRepository


class PostgresBlockedPhones(PostgresRepository[BlockedPhoneId, BlockedPhone], ports.BlockedPhones):
    table, entity, missing = tables.blocked_phones, BlockedPhone, BlockedPhoneNotFound
