"""Every phone a store has blocked, and those it has blocked once."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.blocked_phones import BlockedPhone, BlockedPhoneId, BlockedPhoneNotFound
from marketplace.domain.merchants import MerchantId
from marketplace.domain.phones import PhoneNumber

from .. import tables
from ..repository import PostgresRepository
from ..statements import compiled, given


class PostgresBlockedPhones(PostgresRepository[BlockedPhoneId, BlockedPhone], ports.BlockedPhones):
    table, entity, missing = tables.blocked_phones, BlockedPhone, BlockedPhoneNotFound

    _in_force = compiled(
        sa.select(table.c.id).where(
            table.c.merchant_id == given("merchant", sa.Uuid),
            table.c.phone == given("phone", sa.Text),
            table.c.lifted_at.is_(None),
        )
    )

    async def is_blocked(self, merchant_id: MerchantId, phone: PhoneNumber, /) -> bool:
        said = {"merchant": merchant_id, "phone": phone}
        return await self._in_force.first(self._connection, **said) is not None
