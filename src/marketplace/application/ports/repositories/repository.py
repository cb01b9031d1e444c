"""What all collections have in common."""

from typing import Protocol, TypeVar
from uuid import UUID

from marketplace.domain.events import Event

Key = TypeVar("Key", contravariant=True)


Entity = TypeVar("Entity")


class Versioned(Protocol):
    """What a repository saves: ``version`` counts the changes that were stored."""

    version: int

    @property
    def id(self) -> UUID: ...


class Repository(Protocol[Key, Entity]):
    """
    A collection of one kind of entity, inside one unit of work.

    An entity and the events it caused are stored together or not at all.
    """

    async def get(self, key: Key, /) -> Entity:
        """A fresh copy, or the entity's ``NotFound``."""
        ...

    async def hold(self, key: Key, /) -> Entity:
        """Like ``get``, and nobody else changes it until this unit of work ends."""
        ...

    async def add(self, entity: Entity, /, *happened: Event) -> None:
        """Store an entity for the first time; what no rule refuses may be sent later."""
        ...

    async def save(self, entity: Entity, /, *happened: Event) -> None:
        """Store a change, or ``ChangedMeanwhile`` if somebody else stored one since ``get``."""
        ...
