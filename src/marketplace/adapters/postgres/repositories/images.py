"""Every image that was received."""

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.images import Image, ImageId, ImageNotFound
from marketplace.domain.merchants import MerchantId

from .. import tables
from ..repository import PostgresRepository
from ..rows import from_row
from ..statements import compiled, given, one_of, shown


class PostgresImages(PostgresRepository[ImageId, Image], ports.Images):
    table, entity, missing = tables.images, Image, ImageNotFound

    _of = compiled(
        sa.select(*shown(table)).where(
            one_of(table.c.id, "keys"), table.c.merchant_id == given("merchant", sa.Uuid)
        )
    )

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        if not keys:
            return []
        rows = await self._of.run(self._connection, merchant=merchant_id, keys=list(keys))
        found = {row["id"]: from_row(row, Image) for row in rows}
        for key in keys:
            if key not in found:
                raise ImageNotFound(image_id=key)
        return [found[key] for key in keys]
