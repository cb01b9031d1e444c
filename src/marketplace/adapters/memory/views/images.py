"""What a merchant has sent."""

from copy import deepcopy
from itertools import chain

from marketplace.application import ports
from marketplace.application.ports import KeptImage, Page, Paging
from marketplace.domain.images import Image
from marketplace.domain.merchants import Merchant, MerchantId

from .reading import Reading, page_of


class MemoryImageViews(Reading, ports.ImageViews):
    async def images(
        self, merchant_id: MerchantId, paging: Paging, /, *, unused: bool | None = None
    ) -> Page[KeptImage]:
        used = {
            self._store.entities[Merchant, merchant_id].logo,
            *chain.from_iterable(each.images for each in self._products_of(merchant_id)),
        }
        theirs = (
            each
            for each in self._store.all_of(Image)
            if each.merchant_id == merchant_id and unused in (None, each.id not in used)
        )
        return page_of(
            theirs, paging, lambda each: KeptImage(image=deepcopy(each), is_used=each.id in used)
        )
