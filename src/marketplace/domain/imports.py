"""Imports: a sheet of products that a merchant handed in, and how far the work on it has come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from .accounts import AccountId
from .errors import Conflict, NotFound
from .events import Event
from .merchants import MerchantId
from .sheets import Column, Entry, RowProblem

ImportId = NewType("ImportId", UUID)

BATCH = 200
"""Products that are stored together at most, with the word that they are."""
ROWS_OF_A_BATCH = 600
MOST_ERRORS = 1000
"""Mistakes that are kept; whoever has made more of them begins with these."""
MOST_STUMBLES = 5


class ImportStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of products, and what is wrong with the rows of those that were refused."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[RowProblem] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Import:
    """
    A sheet that is worked off in batches, one after the other.

    A dry run counts and stores nothing. ``columns`` are the headings by what they were taken for,
    ``ignored`` those that mean nothing to us. ``reached`` is how many products are behind it, and
    ``within`` how many of the present batch, which has the number ``batch``. ``stumbles`` counts
    how often the work on that batch broke off.
    """

    id: ImportId
    merchant_id: MerchantId
    by: AccountId
    is_dry_run: bool
    status: ImportStatus = ImportStatus.QUEUED
    columns: dict[Column, str]
    ignored: tuple[str, ...]
    rows_total: int
    products_total: int
    reached: int = 0
    batch: int = 0
    within: int = 0
    stumbles: int = 0
    rows_done: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: tuple[RowProblem, ...] = ()
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    version: int = 0

    @property
    def is_over(self) -> bool:
        return self.status in (ImportStatus.DONE, ImportStatus.FAILED)

    @property
    def stride(self) -> int:
        """How many products to take at once: one by one where a batch would not go through."""
        return 1 if self.stumbles else BATCH

    def advance(self, products: int, of: int, tally: Tally, at: datetime) -> None:
        """So many products more are behind it, ``of`` a batch that has so many."""
        self.status, self.updated_at = ImportStatus.RUNNING, at
        self.reached += products
        self.rows_done += tally.rows
        self.created += tally.created
        self.changed += tally.changed
        self.unchanged += tally.unchanged
        self.refused += tally.refused
        self.errors = (*self.errors, *tally.problems)[:MOST_ERRORS]
        self.within += products
        if self.within >= of:
            self.batch, self.within, self.stumbles = self.batch + 1, 0, 0
        if self.reached >= self.products_total:
            self.status, self.ended_at = ImportStatus.DONE, at

    def stumble(self, at: datetime) -> None:
        """The work broke off; too often is for good. What is behind it stays."""
        self.stumbles, self.updated_at = self.stumbles + 1, at
        if self.stumbles >= MOST_STUMBLES:
            self.give_up(at)

    def give_up(self, at: datetime) -> None:
        """Nobody works on it any more."""
        self.status, self.updated_at, self.ended_at = ImportStatus.FAILED, at, at

    def reached_batch(self, at: datetime) -> "BatchReached":
        return BatchReached(at=at, import_id=self.id, merchant_id=self.merchant_id)

    def finished(self, at: datetime) -> "ImportFinished":
        return ImportFinished(at=at, import_id=self.id, merchant_id=self.merchant_id)

    @classmethod
    def begin(
        cls,
        *,
        id: ImportId,
        merchant_id: MerchantId,
        by: AccountId,
        is_dry_run: bool,
        columns: Mapping[Column, str],
        ignored: Sequence[str],
        rows: int,
        products: int,
        at: datetime,
    ) -> "Import":
        """A sheet was read; the work on it is still to come."""
        return cls(
            id=id,
            merchant_id=merchant_id,
            by=by,
            is_dry_run=is_dry_run,
            columns=dict(columns),
            ignored=tuple(ignored),
            rows_total=rows,
            products_total=products,
            created_at=at,
            updated_at=at,
        )


def batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Entries in portions that are stored at one go."""
    batch: list[Entry] = []
    rows = 0
    for entry in entries:
        if batch and (len(batch) == BATCH or rows + len(entry.rows) > ROWS_OF_A_BATCH):
            yield batch
            batch, rows = [], 0
        batch.append(entry)
        rows += len(entry.rows)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReached(Event):
    """An import has batches before it that somebody has to work off."""

    import_id: ImportId
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFinished(Event):
    import_id: ImportId
    merchant_id: MerchantId


class ImportNotFound(NotFound):
    """The store has no such import."""


class ImportRunning(Conflict):
    """Another import of the store is not over yet."""
