"""What a merchant can do with sheets of products: hand them in, see them worked off, take one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from marketplace.domain.accounts import Actor, Locale, Role
from marketplace.domain.errors import (
    ChangedMeanwhile,
    Form,
    MarketplaceError,
    Unavailable,
)
from marketplace.domain.imports import (
    BatchReached,
    Import,
    ImportId,
    ImportRunning,
    Tally,
    batches,
)
from marketplace.domain.merchants import MerchantStatus
from marketplace.domain.products import ProductId
from marketplace.domain.sheets import Reading, RowProblem, heading, written

from .batches import Batch
from .merchants import selling
from .once import is_attempted
from .ports import BeginUnitOfWork, Clock, Ids, JobId, Page, Paging, UnitOfWork, Views

SLICE = timedelta(seconds=8)
"""How long one job works on an import, well inside the patience for a job; then comes another."""
MOST_BATCHES = 10
"""That one job works off."""
FORSAKEN = timedelta(hours=1)
"""After so long without a sign of life nobody works on an import any more."""
AT_ONCE = 500
"""Rows of a dry run that are waited for."""
STRETCH = 100
"""Products that are read at one go for an export."""


_log = logging.getLogger("marketplace.imports")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInSheet:
    """
    A merchant hands in a file.

    ``mapping`` says what its headings mean where they do not say so themselves. A dry run counts
    what would happen, and stores nothing.
    """

    acting: Actor
    content: bytes = field(repr=False)
    mapping: Mapping[str, str] = field(default_factory=dict)
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ImportService:
    """Products in sheets, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def hand_in(self, wanted: HandInSheet) -> Import:
        """
        Read a sheet and keep what it says; the work on it follows.

        Raises ``ImportRunning`` while another one is not over, and what ``Reading`` raises.
        """
        merchant_id = selling(wanted.acting)
        async with self.begin() as market:
            currency = (await market.merchants.get(merchant_id)).currency
        with Form() as form:
            reading = form.read(
                "mapping",
                lambda said: Reading(wanted.content, said, currency=currency),
                wanted.mapping,
            )
        for _ in reading.steps():
            # Reading is work for the processor: others have their turn between two steps.
            await asyncio.sleep(0)
        now = self.clock.now()
        sheet = Import.begin(
            id=ImportId(self.ids.new()),
            merchant_id=merchant_id,
            by=wanted.acting.account_id,
            is_dry_run=wanted.is_dry_run,
            columns=dict(reading.columns),
            ignored=reading.ignored,
            rows=reading.rows,
            products=len(reading.entries),
            at=now,
        )
        async with self.begin() as market:
            earlier = await market.imports.unfinished(merchant_id)
            if earlier is not None:
                if now - earlier.updated_at < FORSAKEN:
                    raise ImportRunning(import_id=earlier.id)
                earlier.give_up(now)
                await self._keep(market, earlier, last=False)
            await market.imports.add(sheet, sheet.reached_batch(now))
            await market.imports.lay_up(sheet.id, batches(reading.entries))
        if sheet.is_dry_run and sheet.rows_total <= AT_ONCE:
            return await self._work_off(sheet)
        return sheet

    async def find(self, acting: Actor, import_id: ImportId) -> Import:
        return await self.views.product_import(selling(acting), import_id)

    async def of_merchant(self, acting: Actor, paging: Paging) -> Page[Import]:
        return await self.views.product_imports(selling(acting), paging)

    async def export(self, acting: Actor, locale: Locale) -> AsyncIterator[str]:
        """
        All products that are not archived as a sheet, piece by piece.

        Each piece is read when it is asked for: nobody holds a connection for a slow reader.
        """
        merchant_id = selling(acting)
        shelves = {each.id: each.name for each in await self.views.categories(merchant_id)}
        export = self.ids.new()
        yield heading(locale)
        last: ProductId | None = None
        while some := await self.views.catalogue(merchant_id, STRETCH, last):
            yield written(some, shelves, locale, export)
            last = some[-1].id

    async def work_off_import(self, event: BatchReached, job: JobId) -> None:
        """
        Work off some batches; another job goes on from there.

        Each is stored together with the word that it is, so a worker that dies anywhere leaves
        nothing half done, and whoever comes next begins where it ended.
        """
        until = self.clock.now() + SLICE
        for number in range(MOST_BATCHES):
            last = number == MOST_BATCHES - 1 or self.clock.now() >= until
            sheet = await self._next(event.import_id, last=last)
            if last or sheet.is_over:
                return

    async def _work_off(self, sheet: Import) -> Import:
        """All of it at once, for somebody who waits; if it will not be, the job does it."""
        try:
            while not sheet.is_over:
                sheet = await self._next(sheet.id, last=False)
        except Unavailable:
            if is_attempted():
                raise
            _log.warning("a dry run is left to the worker")
        return sheet

    async def _next(self, import_id: ImportId, *, last: bool) -> Import:
        """Work off what comes next, and have another job go on if it is the ``last`` of this."""
        try:
            async with self.begin() as market:
                return await self._advance(market, import_id, last=last)
        except Unavailable:
            raise
        except MarketplaceError as error:
            if is_attempted():
                # What was handed in is taken back as well: there is nothing to stumble over.
                raise
            async with self.begin() as market:
                return await self._stumble(market, import_id, error, last=last)
        except Exception:
            if is_attempted():
                raise
            async with self.begin() as market:
                await self._stumble(market, import_id, ChangedMeanwhile(), last=False)
            raise

    async def _stumble(
        self, market: UnitOfWork, import_id: ImportId, error: MarketplaceError, *, last: bool
    ) -> Import:
        """
        A batch did not go through, so its products are taken one by one.

        What of them does not go through is refused; what others are busy with is tried again.
        """
        sheet = await market.imports.hold(import_id)
        if sheet.is_over:
            return sheet
        now = self.clock.now()
        if sheet.stride == 1 and not isinstance(error, ChangedMeanwhile):
            entries = await market.imports.batch(sheet.id, sheet.batch)
            entry = entries[sheet.within]
            problem = RowProblem(row=entry.rows[0].number, code=error.code, facts=error.facts)
            tally = Tally(rows=len(entry.rows), refused=1, problems=[problem])
            sheet.advance(1, len(entries), tally, now)
        else:
            sheet.stumble(now)
        await self._keep(market, sheet, last=last)
        return sheet

    async def _advance(self, market: UnitOfWork, import_id: ImportId, *, last: bool) -> Import:
        sheet = await market.imports.hold(import_id)
        if sheet.is_over:
            return sheet
        now = self.clock.now()
        merchant = await market.merchants.steady(sheet.merchant_id)
        if merchant.status is not MerchantStatus.ACTIVE:
            sheet.give_up(now)
            await self._keep(market, sheet, last=False)
            return sheet
        waiting = await market.imports.batch(sheet.id, sheet.batch)
        entries = waiting[sheet.within : sheet.within + sheet.stride]
        batch = Batch(
            market=market,
            merchant=merchant,
            acting=Actor(account_id=sheet.by, role=Role.MERCHANT, merchant_id=merchant.id),
            ids=self.ids,
            now=now,
        )
        await batch.judge(entries)
        if not sheet.is_dry_run:
            await batch.store()
        sheet.advance(len(entries), len(waiting), batch.tally, now)
        await self._keep(market, sheet, last=last)
        return sheet

    async def _keep(self, market: UnitOfWork, sheet: Import, *, last: bool) -> None:
        """Store how far it has come; what is behind it is forgotten."""
        now = sheet.updated_at
        if sheet.is_over:
            await market.imports.clear(sheet.id)
            await market.imports.save(sheet, sheet.finished(now))
            return
        if not sheet.within:
            await market.imports.clear(sheet.id, sheet.batch)
        await market.imports.save(sheet, *([sheet.reached_batch(now)] if last else []))
