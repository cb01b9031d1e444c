"""One transaction on what is held in memory."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from marketplace.application.ports import Ids, JobId, Versioned
from marketplace.application.reactions import ONLY_IF_HEARD, reactions_to
from marketplace.domain.accounts import Account, EmailTaken, PhoneTaken, UsernameTaken
from marketplace.domain.blocked_phones import AlreadyBlocked, BlockedPhone
from marketplace.domain.categories import Category, CategoryTaken
from marketplace.domain.errors import ChangedMeanwhile, MarketplaceError
from marketplace.domain.events import Event
from marketplace.domain.images import Image
from marketplace.domain.imports import Import, ImportRunning
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.products import Product
from marketplace.domain.slugs import SlugTaken
from marketplace.domain.variants import SkuTaken
from marketplace.domain.webhooks import Endpoint

from .store import MemoryStore, StoredJob

Kind = TypeVar("Kind")

_UNIQUE: Mapping[type, Mapping[str, type[MarketplaceError]]] = {
    Account: {"email": EmailTaken, "username": UsernameTaken, "phone": PhoneTaken},
    Merchant: {"username": UsernameTaken},
}
"""What a database would have unique indexes for."""

_UNIQUE_IN_A_STORE: Mapping[
    type, Mapping[type[MarketplaceError], Callable[[Any], Sequence[str]]]
] = {
    BlockedPhone: {
        AlreadyBlocked: lambda blocked: [blocked.phone] if blocked.is_in_force else [],
    },
    Category: {
        CategoryTaken: lambda category: [category.name.lower()],
        SlugTaken: lambda category: [category.slug],
    },
    Import: {
        ImportRunning: lambda sheet: [] if sheet.is_over else ["unfinished"],
    },
    Product: {
        SlugTaken: lambda product: [] if product.is_archived else [product.slug],
        SkuTaken: lambda product: [
            each.sku.lower() for each in product.offered if each.sku and not product.is_archived
        ],
    },
}
"""The same, among what one merchant has."""


class MemoryTransaction:
    """
    Keeps its changes to itself until they are committed.

    Nothing here ever yields to another task, so ``hold`` has nobody to keep away; two that are open
    at once meet at the commit, where the later one is refused.
    """

    def __init__(self, store: MemoryStore, ids: Ids) -> None:
        self.store = store
        self.new_id = ids.new
        self.changed: dict[tuple[type, UUID], Any] = {}
        self.gone: dict[tuple[type, UUID], Any] = {}
        self.bases: dict[tuple[type, UUID], int] = {}
        self.needed: set[tuple[type, UUID]] = set()
        self.later: list[Callable[[], object]] = []
        self.undo: list[Callable[[], object]] = []
        self.jobs: dict[JobId, StoredJob] = {}
        self.called: list[JobId] = []

    def commit(self) -> None:
        try:
            self._check()
        except MarketplaceError:
            self.roll_back()
            raise
        for key, entity in self.changed.items():
            if entity is None:
                del self.store.entities[key]
            else:
                before = self.store.entities.get(key)
                self.store.entities[key] = entity
                if isinstance(before, Product) and before.slug != entity.slug:
                    self.store.call(entity, before.slug)
        for step in self.later:
            step()
        self.store.jobs.update(self.jobs)

    @property
    def touched(self) -> set[MerchantId]:
        """The stores that the public sees otherwise now."""
        stores: set[MerchantId] = set()
        for key, entity in self.changed.items():
            it = entity or self.gone[key]
            if isinstance(it, Merchant):
                stores.add(it.id)
            elif isinstance(it, Product | Image | Category):
                stores.add(it.merchant_id)
        return stores

    def roll_back(self) -> None:
        for step in reversed(self.undo):
            step()

    def see(self, kind: type, key: UUID) -> Any:
        return self.changed.get((kind, key), self.store.entities.get((kind, key)))

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        """As this unit of work sees them, oldest first."""
        seen = self.store.entities | self.changed
        return [each for (stored, _), each in seen.items() if stored is kind and each is not None]

    def erase(self, entity: Versioned, happened: Sequence[Event]) -> None:
        self.bases.setdefault((type(entity), entity.id), entity.version)
        self.changed[type(entity), entity.id] = None
        self.gone[type(entity), entity.id] = entity
        self.tell(happened)

    def write(self, entity: Versioned, happened: Sequence[Event]) -> None:
        kind = type(entity)
        self.refuse_twins(kind, entity)
        stored = self.store.entities.get((kind, entity.id))
        self.bases.setdefault((kind, entity.id), stored.version if stored else -1)
        self.changed[kind, entity.id] = deepcopy(entity)
        self.tell(happened)

    def tell(self, happened: Sequence[Event], at: datetime | None = None) -> None:
        """Have jobs made of it ``at`` some moment, if not when it happened."""
        for event in happened:
            for reaction in reactions_to(event):
                if reaction in ONLY_IF_HEARD and not self._is_heard(event):
                    continue
                self.jobs[JobId(self.new_id())] = StoredJob(
                    reaction=reaction,
                    event=event,
                    due_at=event.due_at,
                    created_at=at or event.at,
                )

    def _is_heard(self, event: Any) -> bool:
        return any(
            each.is_enabled and each.merchant_id == event.merchant_id
            for each in self.all_of(Endpoint)
        )

    def refuse_twins(self, kind: type, entity: Any) -> None:
        for name, taken in _UNIQUE.get(kind, {}).items():
            value = getattr(entity, name)
            others: list[Any] = self.all_of(kind)
            twins = [
                each for each in others if getattr(each, name) == value and each.id != entity.id
            ]
            if twins and getattr(entity, "closed_at", None) is None:
                raise taken(**{name: value})
        for taken, names_of in _UNIQUE_IN_A_STORE.get(kind, {}).items():
            names = names_of(entity)
            every: list[Any] = self.all_of(kind)
            gone = {
                name
                for each in every
                if each.id != entity.id and each.merchant_id == entity.merchant_id
                for name in names_of(each)
            }
            twice = [name for place, name in enumerate(names) if name in {*gone, *names[:place]}]
            if twice:
                raise taken(**({"sku": twice[0]} if taken is SkuTaken else {}))

    def _check(self) -> None:
        for key, base in self.bases.items():
            stored = self.store.entities.get(key)
            if (stored.version if stored else -1) != base:
                raise ChangedMeanwhile(kind=key[0].__name__, id=key[1])
        for kind, id in self.needed - self.changed.keys():
            if (kind, id) not in self.store.entities:
                raise ChangedMeanwhile(kind=kind.__name__, id=id)
        for (kind, _), entity in self.changed.items():
            if entity is not None:
                self.refuse_twins(kind, entity)
