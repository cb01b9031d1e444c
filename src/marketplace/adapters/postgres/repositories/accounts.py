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
from ..statements import Connection, compiled, given, one_of, shown


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
        .values(ended_at=given("at", tables.Time), version=table.c.version + 1)
        .returning(table.c.id)
    )

    async def end_all(
        self, account_id: AccountId, at: datetime, but: SessionId | None = None, /
    ) -> None:
        await self._end_all.run(self._connection, account=account_id, at=at, but=but)


class PostgresOneTimeTokens(ports.OneTimeTokens):
    table = tables.one_time_tokens

    _added = compiled(
        insert(table)
        .values(values_of(table))
        .on_conflict_do_update(
            index_elements=[table.c.account_id, table.c.purpose],
            set_={each: given(each.name, each.type) for each in (table.c.hash, table.c.expires_at)},
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
    _redeemed = compiled(
        sa.delete(table)
        .where(
            table.c.hash == given("hash", sa.LargeBinary),
            table.c.purpose == given("purpose", sa.Text),
            table.c.expires_at > given("at", tables.Time),
        )
        .returning(table.c.account_id)
    )

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, token: OneTimeToken, /) -> None:
        await self._added.run(self._connection, **to_row(token, self.table))

    async def void(self, account_id: AccountId, purpose: Purpose, /) -> None:
        await self._voided.run(self._connection, account=account_id, purpose=purpose)

    async def redeem(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        row = await self._redeemed.first(self._connection, hash=hash, purpose=purpose, at=at)
        if row is None:
            raise LinkExpired
        return AccountId(row["account_id"])
