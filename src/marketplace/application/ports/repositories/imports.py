"""Sheets of products that are worked off."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from marketplace.domain.imports import Import, ImportId
from marketplace.domain.merchants import MerchantId
from marketplace.domain.sheets import Entry

from .repository import Repository


class Imports(Repository[ImportId, Import], Protocol):
    """Every sheet that was handed in. Storing may raise ``ImportRunning``."""

    async def unfinished(self, merchant_id: MerchantId, /) -> Import | None:
        """
        The one of a merchant that is not over; there is never more than one.

        Nobody waits for whoever works it off: of two that are added at once one is refused.
        """
        ...

    async def lay_up(self, import_id: ImportId, batches: Iterable[Sequence[Entry]], /) -> None:
        """Keep what the sheet says, in batches that are numbered from 0."""
        ...

    async def batch(self, import_id: ImportId, number: int, /) -> Sequence[Entry]:
        """What a batch says; nothing where there is none of this number."""
        ...

    async def clear(self, import_id: ImportId, before: int | None = None, /) -> None:
        """Forget what the batches before this number say, or all of them."""
        ...
