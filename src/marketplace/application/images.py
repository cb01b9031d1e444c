"""What one can do with images: hand one in, and have it made showable."""

import hashlib
from dataclasses import dataclass

from marketplace.domain.accounts import Actor
from marketplace.domain.errors import Form
from marketplace.domain.images import (
    Image,
    ImageId,
    ImageReceived,
    ImageStatus,
    ImageTooLarge,
    Rendition,
    UnreadableImage,
)
from marketplace.domain.products import Product, ProductId, ProductNotFound, parse_images
from marketplace.domain.text import line

from .merchants import selling
from .ports import BeginUnitOfWork, Clock, Ids, ImageProcessor, ImageStore, JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveImage:
    """A merchant sends a photo, perhaps for one of the own products."""

    acting: Actor
    content: bytes
    alt: str = ""
    product_id: ProductId | None = None


@dataclass(frozen=True, slots=True)
class ImageService:
    """The life of an image, one method per use case."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids
    images: ImageStore
    processor: ImageProcessor

    async def receive(self, wanted: ReceiveImage) -> Image:
        """
        Keep the original to ourselves and show a first small form of it at once.

        The bytes are stored before the row: a file without a row is harmless, the other way is not.
        """
        merchant_id = selling(wanted.acting)
        with Form() as form:
            alt = form.read("alt", line(300, at_least=0), wanted.alt)
        look = await self.processor.first_look(wanted.content)
        image_id = ImageId(self.ids.new())
        original = f"private/{image_id}/original"
        preview = Rendition(
            edge=640,
            key=_key(image_id, 640, "jpg", look.preview),
            width=look.preview_width,
            height=look.preview_height,
        )
        await self.images.put(original, wanted.content)
        await self.images.put(preview.key, look.preview)
        now = self.clock.now()
        image, received = Image.receive(
            id=image_id,
            merchant_id=merchant_id,
            alt=alt,
            width=look.width,
            height=look.height,
            original_key=original,
            preview=preview,
            at=now,
        )
        async with self.begin() as market:
            if wanted.product_id is not None:
                product = own(await market.products.hold(wanted.product_id), wanted.acting)
                with Form() as form:
                    shown = (*product.images, image_id)
                    product.images = form.read("product_id", parse_images, shown)
                await market.products.save(product, product.edited(now))
            await market.images.add(image, received)
        return image

    async def process_product_image(self, event: ImageReceived, job: JobId) -> None:
        """Make every size, or note that it cannot be done. Doing it twice changes nothing."""
        async with self.begin() as market:
            image = await market.images.get(event.image_id)
        if image.status is not ImageStatus.PENDING:
            return
        original = await self.images.get(image.original_key)
        renditions: list[Rendition] = []
        failure = ""
        try:
            for picture in await self.processor.renditions(original):
                key = _key(image.id, picture.edge, picture.suffix, picture.content)
                await self.images.put(key, picture.content)
                renditions.append(
                    Rendition(
                        edge=picture.edge, key=key, width=picture.width, height=picture.height
                    )
                )
        except (UnreadableImage, ImageTooLarge) as error:
            failure = error.code
        async with self.begin() as market:
            image = await market.images.hold(event.image_id)
            if image.status is not ImageStatus.PENDING:
                return
            now = self.clock.now()
            outcome = (
                image.reject(failure, now) if failure else image.publish(tuple(renditions), now)
            )
            await market.images.save(image, outcome)


def own(product: Product, acting: Actor) -> Product:
    """The product, if it is the actor's own; another merchant's is not there."""
    if product.merchant_id != selling(acting):
        raise ProductNotFound
    return product


def _key(image_id: ImageId, edge: int, suffix: str, content: bytes) -> str:
    """Named by what is in it, so that a name never shows two pictures."""
    return f"public/{image_id}/{edge}-{hashlib.sha256(content).hexdigest()[:16]}.{suffix}"
