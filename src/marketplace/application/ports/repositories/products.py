"""Products with their variants, and the ledger of their stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductId
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import Brought, Drift, StockMovement, VariantId

from .repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Products of one merchant, by the ids, SKUs and slugs that were asked for."""

    ids: frozenset[ProductId]
    skus: Mapping[str, ProductId]
    slugs: Mapping[str, ProductId]


class Products(Repository[ProductId, Product], Protocol):
    """Every product with its variants."""

    async def named(
        self,
        merchant_id: MerchantId,
        ids: Sequence[ProductId],
        skus: Sequence[str],
        slugs: Sequence[str],
        /,
    ) -> Named:
        """
        Which of them a merchant has, in one statement; what is not there is left out.

        SKUs in any case. What is archived, or no longer sold, is known by its id alone.
        """
        ...

    async def add_all(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        """Like ``add`` for many, with the ledger of their stock, in one statement for all."""
        ...

    async def save_all(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        """Like ``save`` for many, with the ledger of their stock, in one statement for all."""
        ...

    def foresee(self, keys: Sequence[ProductId], /, *, waiting: bool = True) -> None:
        """
        These will be held so: they can be asked for together with whatever is asked for next.

        ``hold_all`` tells of them then; without it nothing comes of this.
        """
        ...

    async def hold_all(
        self, keys: Sequence[ProductId], /, *, waiting: bool = True
    ) -> dict[ProductId, Product]:
        """
        Hold many in one statement, always in order of ids; missing ones are left out.

        Without ``waiting``, those that somebody else holds are left out too.
        """
        ...

    async def any_of(self, merchant_id: MerchantId, /) -> bool:
        """Whether a merchant has any product, be it archived."""
        ...

    async def save_stock(
        self, products: Sequence[Product], movements: Sequence[StockMovement], /, *happened: Event
    ) -> None:
        """
        Store what moved of the stock of held products, and the ledger, in one statement for all.

        ``ChangedMeanwhile``, here or at the end, if somebody else stored one of them since.
        """
        ...

    async def drifts(self, key: ProductId, /) -> list[Drift]:
        """The variants of a held product whose stock is not what the books say."""
        ...

    async def brought(
        self, variants: Sequence[VariantId], exports: Sequence[UUID], /
    ) -> dict[UUID, dict[VariantId, Brought]]:
        """What sheets of each of these exports have brought each of these held variants."""
        ...

    async def let_go_of_skus(self, variants: Sequence[VariantId], /) -> None:
        """These held variants have no SKU until their products are stored, which follows."""
        ...

    async def free_slugs(self, merchant_id: MerchantId, wanted: Sequence[Slug], /) -> list[Slug]:
        """
        Each as it is wanted, or with what makes it another than those the store has.

        Until this unit of work ends, nobody else is given one of this store.
        """
        ...
