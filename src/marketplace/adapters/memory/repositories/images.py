"""Every image that was received."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

from marketplace.application import ports
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId, ImageNotFound, ImageStatus
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.products import Product

from ..repository import MemoryRepository


class MemoryImages(MemoryRepository[ImageId, Image], ports.Images):
    entity, missing = Image, ImageNotFound

    async def of(self, merchant_id: MerchantId, keys: Sequence[ImageId], /) -> list[Image]:
        images = []
        for key in keys:
            image = self._transaction.see(Image, key)
            if image is None or image.merchant_id != merchant_id:
                raise ImageNotFound(image_id=key)
            self._transaction.needed.add((Image, key))
            if image.unused_since is not None:
                image = replace(image, unused_since=None)
                self._transaction.write(image, ())
            images.append(deepcopy(image))
        return images

    async def add(self, entity: Image, /, *happened: Event) -> None:
        if self._transaction.see(Image, entity.id) is not None:
            raise ChangedMeanwhile(kind="Image", id=entity.id)
        await super().add(entity, *happened)

    async def count(self, merchant_id: MerchantId, /) -> int:
        return sum(each.merchant_id == merchant_id for each in self._transaction.all_of(Image))

    async def known(self, keys: Sequence[ImageId], /) -> list[Image]:
        found = (self._transaction.see(Image, key) for key in keys)
        return [deepcopy(image) for image in found if image is not None]

    async def after(self, key: ImageId | None, limit: int, /) -> list[Image]:
        images = sorted(self._transaction.all_of(Image), key=lambda each: each.id)
        return [deepcopy(each) for each in images if key is None or each.id > key][:limit]

    async def unfinished(self, received_before: datetime, /) -> list[ImageId]:
        return sorted(
            each.id
            for each in self._transaction.all_of(Image)
            if each.status is ImageStatus.FAILED
            or (each.status is ImageStatus.PENDING and each.received_at < received_before)
        )

    async def owner_after(self, merchant_id: MerchantId | None, /) -> MerchantId | None:
        owners = {each.merchant_id for each in self._transaction.all_of(Image)}
        return min(
            (each for each in owners if merchant_id is None or each > merchant_id), default=None
        )

    async def all_of(self, merchant_id: MerchantId, /) -> list[Image]:
        images = sorted(self._transaction.all_of(Image), key=lambda each: each.id)
        return [deepcopy(each) for each in images if each.merchant_id == merchant_id]

    async def note_unused(self, merchant_id: MerchantId, at: datetime, /) -> None:
        logo = self._transaction.see(Merchant, merchant_id).logo
        for image in await self.all_of(merchant_id):
            is_used = image.id == logo or bool(self._showing(image))
            if is_used != (image.unused_since is None):
                image.unused_since = None if is_used else at
                self._transaction.write(image, ())

    async def unused(self, merchant_id: MerchantId, since: datetime, /) -> list[Image]:
        return [
            each
            for each in await self.all_of(merchant_id)
            if each.unused_since is not None and each.unused_since <= since
        ]

    async def condemn(self, merchant_id: MerchantId, key: ImageId, /) -> Image:
        image = await self.get(key)
        if image.merchant_id != merchant_id:
            raise ImageNotFound
        self._transaction.needed.add((Image, key))
        return image

    async def is_shown(self, image: Image, /) -> bool:
        return bool(self._showing(image))

    async def take_down(self, image: Image, at: datetime, /) -> None:
        for product in self._showing(image):
            changed = deepcopy(product)
            changed.images = tuple(each for each in product.images if each != image.id)
            changed.updated_at = at
            changed.version += 1
            self._transaction.write(changed, ())

    async def remove(self, image: Image, /, *happened: Event) -> None:
        self._transaction.erase(image, happened)

    def _showing(self, image: Image) -> list[Product]:
        products = self._transaction.all_of(Product)
        return [
            each
            for each in products
            if each.merchant_id == image.merchant_id and image.id in each.images
        ]
