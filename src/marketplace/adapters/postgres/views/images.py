"""What a merchant has sent."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import KeptImage, Page, Paging
from marketplace.domain.merchants import MerchantId

from ..showing import shown_images
from ..statements import compiled, given, shown
from ..tables import images
from .reading import Reading, newest_first

_unused = sa.cast(given("unused", sa.Boolean), sa.Boolean)
# What is shown is looked for once for a page, and not again for every image on it.
_is_used = images.c.id.in_(shown_images())
_KEPT = compiled(
    newest_first(
        sa.select(*shown(images, "image__"), _is_used.label("is_used")).where(
            images.c.merchant_id == given("merchant", sa.Uuid),
            _unused.is_(None) | (_is_used != _unused),
        ),
        images,
    )
)


class PostgresImageViews(Reading, ports.ImageViews):
    async def images(
        self, merchant_id: MerchantId, paging: Paging, /, *, unused: bool | None = None
    ) -> Page[KeptImage]:
        return await self._page(_KEPT, KeptImage, paging, merchant=merchant_id, unused=unused)
