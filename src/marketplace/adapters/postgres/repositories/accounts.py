"""Everybody who can sign in, their sessions, and what was sent to prove who they are."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.accounts import (
    Account,
    AccountId,
    AccountNotFound,
    EmailAddress,
    LinkExpired,
    OneTimeToken,
    Purpose,
    Session,
    SessionId,
    SessionNotFound,
)
from marketplace.domain.phones import PhoneNumber

from .. import tables
from ..repository import PostgresRepository, values_of
from ..rows import from_row, to_row
from ..statements import Statement, compiled, forgetting, given, one_of, shown
from ..transaction import Transaction


class PostgresAccounts(PostgresRepository[AccountId, Account], ports.Accounts):
    table, entity, missing = tables.accounts, Account, AccountNotFound

    _called = compiled(
        sa.select(*shown(table)).where(
            one_of(table.c.email, "names") | one_of(table.c.phone, "names"),
            table.c.closed_at.is_(None),
        )
    )

    async def called(self, names: Sequence[EmailAddress | PhoneNumber], /) -> list[Account]:
        rows = await self._called.run(self._connection, names=list(names))
        return [from_row(row, Account) for row in rows]


class PostgresSessions(PostgresRepository[SessionId, Session], ports.Sessions):
    table, entity, missing = tables.sessions, Session, SessionNotFound

    _end_all = compiled(
        sa.update(table)
        .where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.id.is_distinct_from(given("but", sa.Uuid)),
            table.c.ended_at.is_(None),
        )
        .values(ended_at=given("at", tables.Time), user_agent="", version=table.c.version + 1)
        .returning(table.c.id)
    )
    _oldest = (
        sa.select(table.c.id)
        .where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.ended_at.is_(None),
            table.c.expires_at > given("at", tables.Time),
        )
        .order_by(table.c.last_used_at.desc(), table.c.id.desc())
        .offset(given("most", sa.Integer))
    )
    _end_oldest = compiled(
        sa.update(table)
        .where(table.c.id.in_(_oldest), table.c.ended_at.is_(None))
        .values(ended_at=given("at", tables.Time), user_agent="", version=table.c.version + 1)
        .returning(table.c.id)
    )
    _forgotten = forgetting(
        table,
        sa.func.least(table.c.ended_at, table.c.expires_at) < given("before", tables.Time),
    )

    async def end_all(
        self, account_id: AccountId, at: datetime, but: SessionId | None = None, /
    ) -> None:
        await self._end_all.run(self._connection, account=account_id, at=at, but=but)

    async def end_oldest(self, account_id: AccountId, most: int, at: datetime, /) -> None:
        await self._end_oldest.run(self._connection, account=account_id, most=most, at=at)

    async def forget(self, before: datetime, limit: int, /) -> int:
        return len(await self._forgotten.run(self._connection, before=before, limit=limit))


class PostgresOneTimeTokens(ports.OneTimeTokens):
    table = tables.one_time_tokens

    _added = compiled(
        insert(table)
        .values(values_of(table))
        .on_conflict_do_update(
            index_elements=[table.c.account_id, table.c.purpose],
            set_={
                each: given(each.name, each.type)
                for each in (table.c.hash, table.c.expires_at, table.c.job)
            },
        )
        .returning(table.c.account_id)
    )
    _voided = compiled(
        sa.delete(table)
        .where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.purpose == given("purpose", sa.Text),
        )
        .returning(table.c.account_id)
    )
    _of = compiled(
        sa.select(*shown(table)).where(
            table.c.account_id == given("account", sa.Uuid),
            table.c.purpose == given("purpose", sa.Text),
        )
    )
    _good = (
        table.c.hash == given("hash", sa.LargeBinary),
        table.c.purpose == given("purpose", sa.Text),
        table.c.expires_at > given("at", tables.Time),
    )
    _owner = compiled(sa.select(table.c.account_id).where(*_good))
    _redeemed = compiled(sa.delete(table).where(*_good).returning(table.c.account_id))
    _forgotten = forgetting(table, table.c.expires_at < given("before", tables.Time))

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection

    async def add(self, token: OneTimeToken, /) -> None:
        await self._added.run(self._connection, **to_row(token, self.table))

    async def void(self, account_id: AccountId, purpose: Purpose, /) -> None:
        await self._voided.run(self._connection, account=account_id, purpose=purpose)

    async def of(self, account_id: AccountId, purpose: Purpose, /) -> OneTimeToken | None:
        row = await self._of.first(self._connection, account=account_id, purpose=purpose)
        return from_row(row, OneTimeToken) if row else None

    async def owner(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        return await self._told(self._owner, hash=hash, purpose=purpose, at=at)

    async def redeem(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        return await self._told(self._redeemed, hash=hash, purpose=purpose, at=at)

    async def forget(self, before: datetime, limit: int, /) -> int:
        return len(await self._forgotten.run(self._connection, before=before, limit=limit))

    async def _told(self, statement: Statement, **token: object) -> AccountId:
        row = await statement.first(self._connection, **token)
        if row is None:
            raise LinkExpired
        return AccountId(row["account_id"])
