"""Every image that was received."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId, ImageNotFound, ImageStatus
from marketplace.domain.merchants import MerchantId

from .. import tables
from ..repository import PostgresRepository, noted, storing
from ..rows import from_row
from ..showing import shown_images
from ..statements import compiled, given, one_of, shown


class PostgresImages(PostgresRepository[ImageId, Image], ports.Images):
    table, entity, missing = tables.images, Image, ImageNotFound

    _own = table.c.merchant_id == given("merchant", sa.Uuid)
    # Whoever removes an image waits for us, and we do not wait for them: what is about to be
    # removed counts as gone. Each waiting for the other's product would be a knot.
    _of = compiled(
        sa.select(*shown(table))
        .where(one_of(table.c.id, "keys"), _own)
        .with_for_update(read=True, key_share=True, skip_locked=True)
    )
    # Of hardly any it was noted; whoever has just taken the row up is not waited for.
    _taken_up = compiled(
        sa.update(table)
        .where(one_of(table.c.id, "keys"), _own, table.c.unused_since.is_not(None))
        .values(unused_since=None)
        .returning(table.c.id)
    )
    _counted = compiled(sa.select(sa.func.count().label("images")).where(_own))
    _known = compiled(sa.select(*shown(table)).where(one_of(table.c.id, "keys")))
    _after = compiled(
        sa.select(*shown(table))
        .where(table.c.id > given("key", sa.Uuid))
        .order_by(table.c.id)
        .limit(given("limit", sa.Integer))
    )
    _unfinished = compiled(
        sa.select(table.c.id)
        .where(
            table.c.status != sa.literal_column(f"'{ImageStatus.READY}'"),
            (table.c.status == ImageStatus.FAILED)
            | (table.c.received_at < given("before", tables.Time)),
        )
        .order_by(table.c.id)
    )
    _owner_after = compiled(
        sa.select(table.c.merchant_id)
        .where(table.c.merchant_id > given("merchant", sa.Uuid))
        .order_by(table.c.merchant_id)
        .limit(1)
    )
    _all_of = compiled(sa.select(*shown(table)).where(_own).order_by(table.c.id))
    _noted_unused = compiled(
        sa.update(table)
        .where(_own, table.c.id.in_(shown_images()) != table.c.unused_since.is_(None))
        .values(unused_since=sa.case((table.c.unused_since.is_(None), given("at", tables.Time))))
        .returning(table.c.id)
    )
    _unused = compiled(
        sa.select(*shown(table))
        .where(_own, table.c.unused_since <= given("since", tables.Time))
        .order_by(table.c.id)
    )
    _condemned = compiled(
        sa.select(*shown(table)).where(table.c.id == given("id", sa.Uuid), _own).with_for_update()
    )
    _products = tables.products
    _showing = sa.and_(
        _products.c.merchant_id == given("merchant", sa.Uuid),
        given("id", sa.Uuid) == sa.any_(_products.c.images),
    )
    _is_shown = compiled(sa.select(_products.c.id).where(_showing).limit(1))
    # In the order of ids, as everybody locks products.
    _in_order = sa.select(_products.c.id).where(_showing).order_by(_products.c.id)
    _bare = (
        sa.update(_products)
        .where(_products.c.id.in_(_in_order.with_for_update(key_share=True).scalar_subquery()))
        .values(
            images=sa.func.array_remove(_products.c.images, given("id", sa.Uuid)),
            updated_at=given("at", tables.Time),
            version=_products.c.version + 1,
        )
        .returning(_products.c.id, _products.c.merchant_id.label("store"))
        .cte("bare")
    )
    _taken_down = compiled(sa.select(_bare.c.id).add_cte(noted(_bare)))
    _removed = storing(
        sa.delete(table).where(
            table.c.id == given("id", sa.Uuid), table.c.version == given("version", sa.Integer)
        ),
        table,
    )

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        if not keys:
            return []
        rows = await self._of.run(self._connection, merchant=merchant_id, keys=list(keys))
        found = {row["id"]: from_row(row, Image) for row in rows}
        for key in keys:
            if key not in found:
                raise ImageNotFound(image_id=key)
        if any(each.unused_since is not None for each in found.values()):
            await self._taken_up.run(self._connection, merchant=merchant_id, keys=list(keys))
            for each in found.values():
                each.unused_since = None
        return [found[key] for key in keys]

    async def count(self, merchant_id: MerchantId, /) -> int:
        [row] = await self._counted.run(self._connection, merchant=merchant_id)
        return int(row["images"])

    async def known(self, keys: Sequence[ImageId], /) -> list[Image]:
        rows = await self._known.run(self._connection, keys=list(keys))
        return [from_row(row, Image) for row in rows]

    async def after(self, key: ImageId | None, limit: int, /) -> list[Image]:
        rows = await self._after.run(self._connection, key=key or UUID(int=0), limit=limit)
        return [from_row(row, Image) for row in rows]

    async def unfinished(self, received_before: datetime, /) -> list[ImageId]:
        rows = await self._unfinished.run(self._connection, before=received_before)
        return [ImageId(row["id"]) for row in rows]

    async def owner_after(self, merchant_id: MerchantId | None, /) -> MerchantId | None:
        after = merchant_id or UUID(int=0)
        row = await self._owner_after.first(self._connection, merchant=after)
        return None if row is None else MerchantId(row["merchant_id"])

    async def all_of(self, merchant_id: MerchantId, /) -> list[Image]:
        rows = await self._all_of.run(self._connection, merchant=merchant_id)
        return [from_row(row, Image) for row in rows]

    async def note_unused(self, merchant_id: MerchantId, at: datetime, /) -> None:
        await self._noted_unused.run(self._connection, merchant=merchant_id, at=at)

    async def unused(self, merchant_id: MerchantId, since: datetime, /) -> list[Image]:
        rows = await self._unused.run(self._connection, merchant=merchant_id, since=since)
        return [from_row(row, Image) for row in rows]

    async def condemn(self, merchant_id: MerchantId, key: ImageId, /) -> Image:
        row = await self._condemned.first(self._connection, id=key, merchant=merchant_id)
        return self._found(row)

    async def is_shown(self, image: Image, /) -> bool:
        said = {"id": image.id, "merchant": image.merchant_id}
        return await self._is_shown.first(self._connection, **said) is not None

    async def take_down(self, image: Image, at: datetime, /) -> None:
        self._outbox.touched.add(image.merchant_id)
        said = {"id": image.id, "merchant": image.merchant_id, "at": at}
        await self._taken_down.run(self._connection, **said)

    async def remove(self, image: Image, /, *happened: Event) -> None:
        if not await self._store(self._removed, image, happened):
            raise ChangedMeanwhile(kind="Image", id=image.id)
