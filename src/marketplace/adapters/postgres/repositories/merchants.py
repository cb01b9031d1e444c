"""Every merchant, and the names their stores had."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.accounts import Username, UsernameTaken
from marketplace.domain.merchants import (
    Merchant,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    StoreNotFound,
)

from .. import tables
from ..repository import PostgresRepository, values_of
from ..rows import from_row
from ..statements import compiled, given, shown


class PostgresMerchants(PostgresRepository[MerchantId, Merchant], ports.Merchants):
    table, entity, missing = tables.merchants, Merchant, MerchantNotFound

    _is_open = table.c.status == MerchantStatus.ACTIVE
    _of_store = compiled(
        sa.select(*shown(table)).where(table.c.username == given("username", sa.Text), _is_open)
    )
    _former = tables.former_usernames
    _name = _former.c.username == given("username", sa.Text)
    _owner = given("merchant", sa.Uuid)
    _claimed = compiled(
        sa.select(_former.c.merchant_id)
        .where(_name, _former.c.merchant_id.is_distinct_from(_owner))
        .add_cte(sa.delete(_former).where(_name, _former.c.merchant_id == _owner).cte("back"))
    )
    _left = compiled(insert(_former).values(values_of(_former)).returning(_former.c.username))
    _forgotten = compiled(
        sa.delete(_former).where(_former.c.merchant_id == _owner).returning(_former.c.username)
    )
    _numbered = compiled(
        sa.update(table)
        .where(table.c.id == given("id", sa.Uuid), _is_open)
        .values(next_order_number=table.c.next_order_number + 1)
        .returning((table.c.next_order_number - 1).label("number"))
    )

    # What refers to the row locks its key: this one lets all pass but them.
    _row = sa.select(*shown(table)).where(table.c.id == given("id", sa.Uuid))
    _steady = compiled(_row.with_for_update(read=True, key_share=True))
    _unsteady = compiled(_row.with_for_update())

    async def of_store(self, username: Username, /) -> Merchant:
        row = await self._of_store.first(self._connection, username=username)
        if row is None:
            raise StoreNotFound
        return from_row(row, Merchant)

    async def claim(self, username: Username, merchant_id: MerchantId | None = None, /) -> None:
        """Asked after storing: who leaves a name holds it until their commit, and that is seen."""
        said = {"username": username, "merchant": merchant_id}
        if await self._claimed.run(self._connection, **said):
            raise UsernameTaken

    async def leave(self, username: Username, merchant_id: MerchantId, at: datetime, /) -> None:
        await self._left.run(self._connection, username=username, merchant_id=merchant_id, since=at)

    async def forget_former(self, merchant_id: MerchantId, /) -> None:
        await self._forgotten.run(self._connection, merchant=merchant_id)

    async def steady(self, merchant_id: MerchantId, /) -> Merchant:
        return self._found(await self._steady.first(self._connection, id=merchant_id))

    async def unsteady(self, merchant_id: MerchantId, /) -> None:
        await self._unsteady.run(self._connection, id=merchant_id)

    async def next_order_number(self, merchant_id: MerchantId, /) -> int:
        """Looks again whether the store is open: an admin may have been quicker than a guest."""
        row = await self._numbered.first(self._connection, id=merchant_id)
        if row is None:
            raise StoreNotFound
        return int(row["number"])
