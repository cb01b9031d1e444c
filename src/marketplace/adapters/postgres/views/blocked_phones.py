"""Whom a store takes no orders from."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import Page, Paging
from marketplace.domain.blocked_phones import BlockedPhone
from marketplace.domain.merchants import MerchantId

from ..statements import compiled, given, shown
from ..tables import blocked_phones
from .reading import Reading, newest_first

_BLOCKED = compiled(
    newest_first(
        sa.select(*shown(blocked_phones)).where(
            blocked_phones.c.merchant_id == given("merchant", sa.Uuid),
            blocked_phones.c.lifted_at.is_(None),
        ),
        blocked_phones,
    )
)


class PostgresBlockedPhoneViews(Reading, ports.BlockedPhoneViews):
    async def blocked_phones(
        self, merchant_id: MerchantId, paging: Paging, /
    ) -> Page[BlockedPhone]:
        return await self._page(_BLOCKED, BlockedPhone, paging, merchant=merchant_id)
