"""Which moments of which schedules have come."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from marketplace.application import ports
from marketplace.application.ports import Tick
from marketplace.application.reactions import reactions_to

from ..transaction import MemoryTransaction


class MemoryTicks(ports.Ticks):
    def __init__(self, transaction: MemoryTransaction) -> None:
        self._transaction = transaction
        self._store = transaction.store

    async def last(self, task: str, /) -> datetime | None:
        return max((at for of, at in self._store.ticks if of == task), default=None)

    async def come(self, ticks: Sequence[Tick], *, unless_busy: bool = False) -> list[Tick]:
        new = [each for each in ticks if (each.task, each.at) not in self._store.ticks]
        for each in new:
            key = (each.task, each.at)
            self._store.ticks.add(key)
            self._transaction.undo.append(partial(self._store.ticks.discard, key))
        open_jobs = self._store.jobs.values()
        busy = {each.reaction for each in open_jobs if not each.is_dead} if unless_busy else set()
        for each in new:
            if each.event is not None and not busy & set(reactions_to(each.event)):
                self._transaction.tell([each.event])
        return new

    async def forget(self, before: datetime, limit: int, /) -> int:
        old = [key for key in self._store.ticks if key[1] < before][:limit]
        self._transaction.later.extend(partial(self._store.ticks.discard, key) for key in old)
        return len(old)
