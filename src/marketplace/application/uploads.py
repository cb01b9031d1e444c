"""Uploads that go past us: a photo is put into the bucket, and then we are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.domain.accounts import Actor
from marketplace.domain.errors import Form
from marketplace.domain.images import (
    MOST_BYTES,
    Image,
    ImageId,
    ImageNotFound,
    ImagePurpose,
    ImageTooHeavy,
    ImageTooLarge,
    ImageType,
    UnreadableImage,
    UploadNotFound,
    parse_size,
)
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import ProductId
from marketplace.domain.text import word

from .images import STRETCH, ImageService, ReceiveImage, upload_key, upload_of
from .merchants import selling
from .once import aside
from .ports import BeginUnitOfWork, Clock, Ids, ImageStore, StoredFile

OPEN_FOR = timedelta(minutes=5)
"""Time to begin sending the bytes: a bucket asks when they come in, and not again at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUpload:
    """A merchant has a photo of this type and of so many bytes."""

    acting: Actor
    content_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteUpload:
    """The bytes are there; the rest is as with an image that is handed in."""

    acting: Actor
    upload_id: ImageId
    alt: str = ""
    product_id: ProductId | None = None
    purpose: str = ImagePurpose.PRODUCT


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedUpload:
    """The call that stores the bytes, and the id that completes it and becomes the image's."""

    id: UUID
    url: str
    method: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UploadService:
    """
    Nothing is written down about an upload: its key says whose it is.

    A signature says nothing of how much is sent. What is never completed is swept away like every
    file that belongs to nobody; what never can be, sooner.
    """

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids
    images: ImageStore
    receiving: ImageService

    async def open(self, wanted: OpenUpload) -> OpenedUpload:
        """Where to send a photo to, or ``NoDirectUploads``."""
        merchant_id = selling(wanted.acting)
        with Form() as form:
            type = form.read("content_type", word(ImageType), wanted.content_type)
            form.read("size", parse_size, wanted.size)
        await self.receiving.make_sure_of_room(merchant_id)
        id, now = ImageId(self.ids.new()), self.clock.now()
        signed = await self.images.sign_upload(upload_key(merchant_id, id), type, OPEN_FOR)
        return OpenedUpload(
            id=id,
            url=signed.url,
            method=signed.method,
            headers=signed.headers,
            expires_at=now + OPEN_FOR,
        )

    async def complete(self, wanted: CompleteUpload) -> Image:
        """
        Make an image of what was sent; once more answers the same image.

        The bytes move to a place of ours first: whoever had the call could still replace them.
        """
        merchant_id = selling(wanted.acting)
        key = upload_key(merchant_id, wanted.upload_id)
        image = await self._completed(merchant_id, wanted.upload_id)
        if image is None:
            # Before the image is stored for good, what was sent may be needed again.
            return await self._receive(wanted, key)
        await self.images.delete(key)
        return image

    async def clear(self) -> int:
        """Delete what is too heavy to become an image, or came again when it was one already."""
        cleared = 0
        some: dict[ImageId, StoredFile] = {}
        async for file in self.images.files("incoming"):
            upload_id = upload_of(file.key)
            if upload_id is not None:
                some[upload_id] = file
            if len(some) == STRETCH:
                cleared += await self._clear(some)
                some = {}
        return cleared + await self._clear(some)

    async def _clear(self, files: Mapping[ImageId, StoredFile]) -> int:
        async with self.begin() as market:
            images = {each.id for each in await market.images.known(list(files))}
        useless = [
            file
            for upload_id, file in files.items()
            if upload_id in images or file.size > MOST_BYTES
        ]
        for file in useless:
            await self.images.delete(file.key)
        return len(useless)

    async def _receive(self, wanted: CompleteUpload, key: str) -> Image:
        try:
            return await self.receiving.receive(
                ReceiveImage(
                    acting=wanted.acting,
                    content=await self.images.get(key, at_most=MOST_BYTES),
                    alt=wanted.alt,
                    product_id=wanted.product_id,
                    purpose=wanted.purpose,
                    id=wanted.upload_id,
                )
            )
        except ImageNotFound:
            raise UploadNotFound from None
        except (ImageTooHeavy, ImageTooLarge, UnreadableImage):
            await self.images.delete(key)
            raise

    async def _completed(self, merchant_id: MerchantId, upload_id: ImageId) -> Image | None:
        with aside():
            async with self.begin() as market:
                known = await market.images.known([upload_id])
        return next((image for image in known if image.merchant_id == merchant_id), None)
