"""Every merchant, and the names their stores had."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON, insert

from marketplace.application import ports
from marketplace.domain.accounts import AccountId, Username, UsernameTaken
from marketplace.domain.merchants import (
    Merchant,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    StoreNotFound,
)

from .. import tables
from ..repository import PostgresRepository, values_of
from ..rows import from_row, to_json
from ..statements import compiled, given, one_of_any_number, shown


class PostgresMerchants(PostgresRepository[MerchantId, Merchant], ports.Merchants):
    table, entity, missing = tables.merchants, Merchant, MerchantNotFound

    _is_open = table.c.status == MerchantStatus.ACTIVE
    _suspended = compiled(
        sa.select(table.c.id).where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.status == MerchantStatus.SUSPENDED,
        )
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
    _moves = compiled(sa.select(_former.c.since).where(_former.c.merchant_id == _owner))
    _oldest = (
        sa.select(_former.c.username)
        .where(_former.c.merchant_id == _owner)
        .order_by(_former.c.since.desc(), _former.c.username.desc())
        .offset(given("kept", sa.Integer))
    )
    _forgotten = compiled(
        sa.delete(_former).where(_former.c.username.in_(_oldest)).returning(_former.c.username)
    )
    _counted = sa.update(table).values(next_order_number=table.c.next_order_number + 1)
    _number = (table.c.next_order_number - 1).label("number")
    _numbered = compiled(
        _counted.where(table.c.id == given("id", sa.Uuid), _is_open).returning(_number)
    )
    _blocked = tables.blocked_phones
    _blocks_phones = (
        sa.select(_blocked.c.id)
        .where(_blocked.c.merchant_id == table.c.id, _blocked.c.lifted_at.is_(None))
        .correlate(table)
        .exists()
    )
    _serving = (
        sa.select(
            *shown(table),
            table.c.next_order_number.label("number"),
            _blocks_phones.label("blocks_phones"),
        )
        .where(one_of_any_number(table.c.username, "usernames"), _is_open)
        .order_by(table.c.id)
    )
    _stores_held = compiled(_serving.with_for_update(key_share=True))
    _free_stores_held = compiled(_serving.with_for_update(key_share=True, skip_locked=True))
    # Joined with what is given, all stores would be read for the few that are meant.
    _many = given("orders", JSON)[sa.cast(table.c.id, sa.Text)].astext
    _orders_counted = compiled(
        sa.update(table)
        .where(one_of_any_number(table.c.id, "ids"))
        .values(next_order_number=table.c.next_order_number + sa.cast(_many, sa.Integer))
        .returning(table.c.id)
    )

    # What refers to the row locks its key: this one lets all pass but them.
    _row = sa.select(*shown(table)).where(table.c.id == given("id", sa.Uuid))
    _steady = compiled(_row.with_for_update(read=True, key_share=True))
    _unsteady = compiled(_row.with_for_update())

    async def hold_stores(
        self, usernames: Collection[Username], /, *, waiting: bool = True
    ) -> dict[Username, ports.Served]:
        holding = self._stores_held if waiting else self._free_stores_held
        rows = await holding.run(self._connection, usernames=list(usernames))
        return {
            row["username"]: ports.Served(
                number=row.pop("number"),
                blocks_phones=row.pop("blocks_phones"),
                store=from_row(row, Merchant),
            )
            for row in rows
        }

    async def count_orders(self, orders: Mapping[MerchantId, int], /) -> None:
        self._orders_counted.tell(self._connection, ids=list(orders), orders=to_json(orders))

    async def is_suspended(self, account_id: AccountId, /) -> bool:
        return await self._suspended.first(self._connection, account=account_id) is not None

    async def claim(self, username: Username, merchant_id: MerchantId | None = None, /) -> None:
        """Asked after storing: who leaves a name holds it until their commit, and that is seen."""
        said = {"username": username, "merchant": merchant_id}
        if await self._claimed.run(self._connection, **said):
            raise UsernameTaken

    async def leave(self, username: Username, merchant_id: MerchantId, at: datetime, /) -> None:
        await self._left.run(self._connection, username=username, merchant_id=merchant_id, since=at)

    async def moves(self, merchant_id: MerchantId, /) -> list[datetime]:
        rows = await self._moves.run(self._connection, merchant=merchant_id)
        return [row["since"] for row in rows]

    async def forget_former(self, merchant_id: MerchantId, kept: int = 0, /) -> None:
        await self._forgotten.run(self._connection, merchant=merchant_id, kept=kept)

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
