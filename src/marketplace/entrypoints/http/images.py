"""Images, over HTTP: one is handed in, and all of them are shown."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec
from litestar import Controller, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import MultipartBody

from marketplace.application.images import ImageService, ReceiveImage
from marketplace.application.ports import ImageCard, Site
from marketplace.domain.accounts import Actor
from marketplace.domain.images import (
    MOST_BYTES,
    Image,
    ImageId,
    ImageStatus,
    ImageTooLarge,
    UnreadableImage,
)
from marketplace.domain.products import ProductId, ProductNotFound

from .shapes import Input, Output, StrictRequest

AROUND_A_FILE = 64 * 1024
"""Bytes of a form beside the file in it."""


class ImageRef(msgspec.Struct, frozen=True):
    """An image by what upload-image answered; of that the id is enough."""

    id: UUID


class UploadIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"image": "(the file)", "alt": "عباءة سوداء"}

    image: UploadFile
    alt: str = ""
    product_id: UUID | None = None

    async def wanted(self, acting: Actor) -> ReceiveImage:
        return ReceiveImage(
            acting=acting,
            content=await self.image.read(),
            alt=self.alt,
            product_id=None if self.product_id is None else ProductId(self.product_id),
        )


class ImageOut(Output, frozen=True, kw_only=True):
    """``url`` can be shown at once; ``renditions`` are by their longest edge in pixels."""

    id: UUID
    url: str
    alt: str
    status: ImageStatus
    width: int
    height: int
    renditions: dict[str, str]

    @classmethod
    def of(cls, image: Image, site: Site) -> Self:
        return cls.told(
            image,
            url=_url(image.preview.key, site),
            renditions={str(each.edge): _url(each.key, site) for each in image.renditions},
        )

    @classmethod
    def of_card(cls, card: ImageCard, site: Site) -> Self:
        return cls.told(
            card,
            url=_url(card.preview_key, site),
            renditions={str(each.edge): _url(each.key, site) for each in card.renditions},
        )


class ImageController(Controller):
    @post(
        "/upload-image",
        request_max_body_size=MOST_BYTES + AROUND_A_FILE,
        problems=(ProductNotFound, UnreadableImage, ImageTooLarge),
    )
    async def receive(
        self,
        request: StrictRequest,
        data: MultipartBody[UploadIn],
        images: NamedDependency[ImageService],
    ) -> ImageOut:
        """Hand in a JPEG, PNG or WebP; its other sizes follow."""
        image = await images.receive(await data.wanted(request.user))
        return ImageOut.of(image, request.site)


def ids_of(images: Sequence[UUID | ImageRef]) -> list[ImageId]:
    """The images somebody named, by id or by the whole of them."""
    return [ImageId(each.id if isinstance(each, ImageRef) else each) for each in images]


def _url(key: str, site: Site) -> str:
    return f"{site.media_url}/{key.removeprefix('public/')}"
