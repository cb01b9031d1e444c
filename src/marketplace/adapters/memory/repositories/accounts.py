"""Everybody who can sign in, their sessions, and what was sent to prove who they are."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from functools import partial

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

from ..repository import MemoryRepository
from ..transaction import MemoryTransaction


class MemoryAccounts(MemoryRepository[AccountId, Account], ports.Accounts):
    entity, missing = Account, AccountNotFound

    async def called(self, names: Sequence[EmailAddress | PhoneNumber], /) -> list[Account]:
        return [
            deepcopy(each)
            for each in self._transaction.all_of(Account)
            if each.closed_at is None and (each.email in names or each.phone in names)
        ]


class MemorySessions(MemoryRepository[SessionId, Session], ports.Sessions):
    entity, missing = Session, SessionNotFound

    async def end_all(
        self, account_id: AccountId, at: datetime, but: SessionId | None = None, /
    ) -> None:
        for session in self._transaction.all_of(Session):
            if session.account_id != account_id or session.id == but:
                continue
            if session.ended_at is None:
                await self._end(session, at)

    async def end_oldest(self, account_id: AccountId, most: int, at: datetime, /) -> None:
        theirs = [
            each
            for each in self._transaction.all_of(Session)
            if each.account_id == account_id and each.in_force(at)
        ]
        theirs.sort(key=lambda each: (each.last_used_at, each.id), reverse=True)
        for session in theirs[most:]:
            await self._end(session, at)

    async def forget(self, before: datetime, limit: int, /) -> int:
        old = [
            each
            for each in self._transaction.all_of(Session)
            if min(each.ended_at or each.expires_at, each.expires_at) < before
        ][:limit]
        for each in old:
            self._transaction.erase(each, ())
        return len(old)

    async def _end(self, session: Session, at: datetime) -> None:
        ended = deepcopy(session)
        ended.end(at)
        await self.save(ended)


class MemoryOneTimeTokens(ports.OneTimeTokens):
    def __init__(self, transaction: MemoryTransaction) -> None:
        self._transaction = transaction

    async def add(self, token: OneTimeToken, /) -> None:
        def keep() -> None:
            self._forget(token.account_id, token.purpose)
            self._transaction.store.one_time_tokens[token.hash] = token

        self._transaction.later.append(keep)

    async def void(self, account_id: AccountId, purpose: Purpose, /) -> None:
        self._transaction.later.append(lambda: self._forget(account_id, purpose))

    async def of(self, account_id: AccountId, purpose: Purpose, /) -> OneTimeToken | None:
        for token in self._transaction.store.one_time_tokens.values():
            if (token.account_id, token.purpose) == (account_id, purpose):
                return token
        return None

    async def owner(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        return self._good(hash, purpose, at).account_id

    async def redeem(self, hash: bytes, purpose: Purpose, at: datetime, /) -> AccountId:
        token, tokens = self._good(hash, purpose, at), self._transaction.store.one_time_tokens
        del tokens[hash]
        self._transaction.undo.append(lambda: tokens.setdefault(hash, token))
        return token.account_id

    async def forget(self, before: datetime, limit: int, /) -> int:
        tokens = self._transaction.store.one_time_tokens
        old = [hash for hash, token in tokens.items() if token.expires_at < before][:limit]
        self._transaction.later.extend(partial(tokens.pop, hash, None) for hash in old)
        return len(old)

    def _good(self, hash: bytes, purpose: Purpose, at: datetime) -> OneTimeToken:
        token = self._transaction.store.one_time_tokens.get(hash)
        if token is None or token.purpose is not purpose or at >= token.expires_at:
            raise LinkExpired
        return token

    def _forget(self, account_id: AccountId, purpose: Purpose) -> None:
        tokens = self._transaction.store.one_time_tokens
        for hash, other in list(tokens.items()):
            if (other.account_id, other.purpose) == (account_id, purpose):
                del tokens[hash]
