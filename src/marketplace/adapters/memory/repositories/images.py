"""Every image that was received."""

from collections.abc import Sequence
from copy import deepcopy

from marketplace.application import ports
from marketplace.domain.images import Image, ImageId, ImageNotFound
from marketplace.domain.merchants import MerchantId

from ..repository import MemoryRepository


class MemoryImages(MemoryRepository[ImageId, Image], ports.Images):
    entity, missing = Image, ImageNotFound

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        images = []
        for key in keys:
            image = self._transaction.see(Image, key)
            if image is None or image.merchant_id != merchant_id:
                raise ImageNotFound(image_id=key)
            images.append(deepcopy(image))
        return images
