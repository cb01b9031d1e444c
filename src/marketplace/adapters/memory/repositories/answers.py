"""The answers to requests that may come again."""

from datetime import datetime
from functools import partial

from marketplace.application import ports
from marketplace.application.ports import InProgress

from ..transaction import MemoryTransaction


class MemoryAnswers(ports.Answers):
    """A claim counts at once, as a lock would, until its transaction ends."""

    def __init__(self, transaction: MemoryTransaction) -> None:
        self._transaction = transaction
        self._store = transaction.store

    async def claim(self, name: bytes, after: datetime, /) -> None:
        claims = self._store.claims
        if name in claims or self._is_answered(name, after):
            raise InProgress(retry_after=1)
        claims.add(name)
        self._transaction.undo.append(lambda: claims.discard(name))
        self._transaction.later.append(lambda: claims.discard(name))

    async def keep(self, name: bytes, sealed: bytes, at: datetime, after: datetime, /) -> None:
        if self._is_answered(name, after):
            raise InProgress(retry_after=1)
        self._transaction.later.append(lambda: self._store.answers.update({name: (sealed, at)}))

    async def forget(self, before: datetime, limit: int, /) -> int:
        answers = self._store.answers
        old = [name for name, (_, at) in answers.items() if at <= before][:limit]
        self._transaction.later.extend(partial(answers.pop, name, None) for name in old)
        return len(old)

    def _is_answered(self, name: bytes, after: datetime) -> bool:
        _, at = self._store.answers.get(name, (b"", after))
        return at > after
