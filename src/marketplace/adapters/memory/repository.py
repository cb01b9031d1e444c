"""What all collections have in common."""

from copy import deepcopy
from typing import ClassVar, Generic, TypeVar, cast
from uuid import UUID

from marketplace.application.ports import Versioned
from marketplace.domain.errors import ChangedMeanwhile, MarketplaceError, NotFound
from marketplace.domain.events import Event

from .transaction import MemoryTransaction

Key = TypeVar("Key", bound=UUID)
Entity = TypeVar("Entity", bound=Versioned)


class MemoryRepository(Generic[Key, Entity]):
    entity: type[Entity]
    missing: ClassVar[type[MarketplaceError]] = NotFound

    def __init__(self, transaction: MemoryTransaction) -> None:
        self._transaction = transaction

    async def get(self, key: Key, /) -> Entity:
        found = self._transaction.see(self.entity, key)
        if found is None:
            raise self.missing()
        return cast(Entity, deepcopy(found))

    async def hold(self, key: Key, /) -> Entity:
        return await self.get(key)

    async def add(self, entity: Entity, /, *happened: Event) -> None:
        self._transaction.write(entity, happened)

    async def save(self, entity: Entity, /, *happened: Event) -> None:
        seen = self._transaction.see(self.entity, entity.id)
        if seen is None or seen.version != entity.version:
            raise ChangedMeanwhile(kind=self.entity.__name__, id=entity.id)
        entity.version += 1
        self._transaction.write(entity, happened)
