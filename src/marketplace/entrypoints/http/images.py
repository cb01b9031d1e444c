"""Images, over HTTP: one is handed in, and all of them are shown."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from msgspec import UNSET

from marketplace.application.images import ImageService, ReceiveImage
from marketplace.application.ports import ImageView, KeptImage, Site
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.images import (
    MOST_BYTES,
    Image,
    ImageId,
    ImageNotFound,
    ImagePurpose,
    ImageStatus,
    ImageTooLarge,
    PhotosBusy,
    TooManyImages,
    TooManyPhotosAtOnce,
    UnreadableImage,
)
from marketplace.domain.products import ProductId, ProductNotFound

from .problems import BodyTooLarge
from .shapes import (
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    Maybe,
    Moment,
    Output,
    StrictRequest,
    paging,
    words,
)

AROUND_A_FILE = 64 * 1024
"""Bytes of a form beside the file in it."""


class ImageRef(Input, frozen=True, kw_only=True):
    """
    An image by what upload-image answered; of that the id is enough.

    ``alt`` can be another than it was; what else was answered is taken back, and changes nothing.
    """

    id: UUID
    alt: Maybe[str | None] = UNSET
    url: str = ""
    status: str = ""
    width: int = 0
    height: int = 0
    placeholder: str = ""
    renditions: dict[str, str] = msgspec.field(default_factory=dict)


class UploadIn(Input, frozen=True, kw_only=True):
    """``purpose`` is ``logo`` for that of the store; ``product`` goes with any ``product_id``."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"image": "(the file)", "alt": "عباءة سوداء"}

    image: UploadFile
    alt: str = ""
    product_id: UUID | None = None
    purpose: Annotated[str, words(ImagePurpose)] = ImagePurpose.PRODUCT

    async def wanted(self, acting: Actor) -> ReceiveImage:
        content = await self.image.read()
        if len(content) > MOST_BYTES:
            # What stands around it in the form has room of its own, and leaves none for more.
            raise BodyTooLarge
        return ReceiveImage(
            acting=acting,
            content=content,
            alt=self.alt,
            product_id=None if self.product_id is None else ProductId(self.product_id),
            purpose=self.purpose,
        )


class ImageOut(Output, frozen=True, kw_only=True):
    """
    ``url`` can be shown at once; ``renditions`` are by their longest edge in pixels.

    ``placeholder`` is the average colour, ``#rrggbb``, to be shown until the image is loaded.
    """

    id: UUID
    url: str
    alt: str
    status: ImageStatus
    width: int
    height: int
    placeholder: str
    renditions: dict[str, str]

    @classmethod
    def of(cls, image: Image | ImageView, site: Site) -> Self:
        return cls.told(
            image,
            url=url_of(image.preview.key, site),
            renditions={str(each.edge): url_of(each.key, site) for each in image.renditions},
        )


class KeptImageOut(ImageOut, frozen=True, kw_only=True):
    """``is_used`` says whether a product or the logo shows it; what nothing shows goes in time."""

    is_used: bool
    received_at: Moment

    @classmethod
    def kept(cls, kept: KeptImage, site: Site) -> Self:
        shown = ImageOut.of(kept.image, site)
        return cls.told(
            kept.image, url=shown.url, renditions=shown.renditions, is_used=kept.is_used
        )


class ImageController(Controller):
    @get("/images")
    async def of_merchant(
        self,
        request: StrictRequest,
        images: NamedDependency[ImageService],
        limit: Limit = 20,
        cursor: Cursor = None,
        unused: FromQuery[bool | None] = None,
        include: Include = "",
    ) -> Listed[KeptImageOut]:
        """List the images one has sent, the latest first; `unused=true` for what nothing shows."""
        of = request.list_of(unused)
        page = await images.of_merchant(request.user, paging(limit, cursor, of, include), unused)
        return Listed.of(page, lambda each: KeptImageOut.kept(each, request.site), of)

    @post(
        "/upload-image",
        request_max_body_size=MOST_BYTES + AROUND_A_FILE,
        problems=(
            ProductNotFound,
            UnreadableImage,
            ImageTooLarge,
            TooManyImages,
            TooManyPhotosAtOnce,
            PhotosBusy,
        ),
    )
    async def receive(
        self,
        request: StrictRequest,
        data: MultipartBody[UploadIn],
        images: NamedDependency[ImageService],
    ) -> ImageOut:
        """Hand in a JPEG, PNG, WebP or HEIC of at most 10 MiB; its other sizes follow."""
        image = await images.receive(await data.wanted(request.user))
        return ImageOut.of(image, request.site)

    @delete("/images/{id:uuid}", problems=(ImageNotFound, ChangedMeanwhile))
    async def remove(
        self, request: StrictRequest, id: FromPath[UUID], images: NamedDependency[ImageService]
    ) -> None:
        """Take an image away for good, from every product and from the logo."""
        await images.remove(request.user, ImageId(id))


def ids_of(images: Sequence[UUID | ImageRef]) -> list[ImageId]:
    """The images somebody named, by id or by the whole of them."""
    return [ImageId(each.id if isinstance(each, ImageRef) else each) for each in images]


def alts_of(images: Sequence[UUID | ImageRef]) -> dict[ImageId, str]:
    """What somebody said that images show."""
    return {
        ImageId(each.id): each.alt or ""
        for each in images
        if isinstance(each, ImageRef) and each.alt is not UNSET
    }


def url_of(key: str, site: Site) -> str:
    return f"{site.media_url}/{key.removeprefix('public/')}"
