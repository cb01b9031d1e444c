"""Every sheet that was handed in, and the batches of it that wait."""

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.imports import Import, ImportId, ImportNotFound
from marketplace.domain.merchants import MerchantId
from marketplace.domain.sheets import Entry

from .. import tables
from ..repository import PostgresRepository
from ..rows import from_row
from ..statements import compiled, given, shown

_ENTRIES = msgspec.json.Decoder(tuple[Entry, ...])


class PostgresImports(PostgresRepository[ImportId, Import], ports.Imports):
    table, entity, missing = tables.imports, Import, ImportNotFound

    _unfinished = compiled(
        sa.select(*shown(table)).where(
            table.c.merchant_id == given("merchant", sa.Uuid),
            table.c.status.in_([sa.literal_column("'queued'"), sa.literal_column("'running'")]),
        )
    )
    _batches = tables.import_batches
    _numbered = (
        _batches.c.import_id == given("id", sa.Uuid),
        _batches.c.number == given("number", sa.Integer),
    )
    _laid_up = compiled(
        sa.insert(_batches)
        .values(
            import_id=given("id", sa.Uuid),
            number=given("number", sa.Integer),
            entries=given("entries", sa.LargeBinary),
        )
        .returning(_batches.c.number)
    )
    _batch = compiled(sa.select(_batches.c.entries).where(*_numbered))
    _cleared = compiled(
        sa.delete(_batches)
        .where(
            _batches.c.import_id == given("id", sa.Uuid),
            _batches.c.number < given("number", sa.Integer),
        )
        .returning(_batches.c.number)
    )

    async def unfinished(self, merchant_id: MerchantId, /) -> Import | None:
        row = await self._unfinished.first(self._connection, merchant=merchant_id)
        return None if row is None else from_row(row, Import)

    async def lay_up(self, import_id: ImportId, batches: Iterable[Sequence[Entry]], /) -> None:
        for number, entries in enumerate(batches):
            said = msgspec.json.encode(entries)
            await self._laid_up.run(self._connection, id=import_id, number=number, entries=said)

    async def batch(self, import_id: ImportId, number: int, /) -> Sequence[Entry]:
        row = await self._batch.first(self._connection, id=import_id, number=number)
        return () if row is None else _ENTRIES.decode(row["entries"])

    async def clear(self, import_id: ImportId, before: int | None = None, /) -> None:
        number = 2**31 - 1 if before is None else before
        await self._cleared.run(self._connection, id=import_id, number=number)
