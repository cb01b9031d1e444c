"""Every sheet that was handed in, and the batches of it that wait."""

from collections.abc import Iterable, Sequence
from copy import deepcopy

from marketplace.application import ports
from marketplace.domain.imports import Import, ImportId, ImportNotFound
from marketplace.domain.merchants import MerchantId
from marketplace.domain.sheets import Entry

from ..repository import MemoryRepository
from ..transaction import MemoryTransaction


class MemoryImports(MemoryRepository[ImportId, Import], ports.Imports):
    entity, missing = Import, ImportNotFound

    def __init__(self, transaction: MemoryTransaction) -> None:
        super().__init__(transaction)
        self._laid_up: dict[tuple[ImportId, int], Sequence[Entry]] = {}

    async def unfinished(self, merchant_id: MerchantId, /) -> Import | None:
        for each in self._transaction.all_of(Import):
            if each.merchant_id == merchant_id and not each.is_over:
                return deepcopy(each)
        return None

    async def lay_up(self, import_id: ImportId, batches: Iterable[Sequence[Entry]], /) -> None:
        kept = {(import_id, number): each for number, each in enumerate(batches)}
        self._laid_up |= kept
        self._transaction.later.append(lambda: self._transaction.store.batches.update(kept))

    async def batch(self, import_id: ImportId, number: int, /) -> Sequence[Entry]:
        there = self._transaction.store.batches | self._laid_up
        return there.get((import_id, number), ())

    async def clear(self, import_id: ImportId, before: int | None = None, /) -> None:
        def forget() -> None:
            batches = self._transaction.store.batches
            for id, number in list(batches):
                if id == import_id and (before is None or number < before):
                    del batches[id, number]

        self._transaction.later.append(forget)
