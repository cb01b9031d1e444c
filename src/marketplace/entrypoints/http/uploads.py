"""Uploads that go straight into the bucket, over HTTP."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from marketplace.application.uploads import CompleteUpload, OpenUpload, UploadService
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.images import (
    ImageId,
    ImagePurpose,
    ImageTooHeavy,
    ImageTooLarge,
    ImageType,
    NoDirectUploads,
    PhotosBusy,
    TooManyImages,
    TooManyPhotosAtOnce,
    UnreadableImage,
    UploadNotFound,
)
from marketplace.domain.products import ProductId, ProductNotFound

from .images import ImageOut
from .shapes import Input, Moment, Output, StrictRequest, words


class OpenUploadIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"content_type": "image/jpeg", "size": 2_480_113}

    content_type: Annotated[str, words(ImageType)]
    size: int

    def wanted(self, acting: Actor) -> OpenUpload:
        return OpenUpload(**self.said(), acting=acting)


class CompleteUploadIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"alt": "عباءة سوداء"}

    alt: str = ""
    product_id: UUID | None = None
    purpose: Annotated[str, words(ImagePurpose)] = ImagePurpose.PRODUCT

    def wanted(self, acting: Actor, id: UUID) -> CompleteUpload:
        return CompleteUpload(
            acting=acting,
            upload_id=ImageId(id),
            alt=self.alt,
            product_id=None if self.product_id is None else ProductId(self.product_id),
            purpose=self.purpose,
        )


class OpenedUploadOut(Output, frozen=True, kw_only=True):
    """Call ``url`` with this method, these headers and the bytes; then complete the upload."""

    id: UUID
    url: str
    method: str
    headers: dict[str, str]
    expires_at: Moment


class UploadController(Controller):
    path = "/uploads"

    @post(problems=(NoDirectUploads, TooManyImages))
    async def open(
        self,
        request: StrictRequest,
        data: JSONBody[OpenUploadIn],
        uploads: NamedDependency[UploadService],
    ) -> OpenedUploadOut:
        """Ask where to send an image to; where there is no bucket, hand it in instead."""
        return OpenedUploadOut.told(await uploads.open(data.wanted(request.user)))

    @post(
        "/{id:uuid}/complete",
        problems=(
            UploadNotFound,
            ProductNotFound,
            ImageTooHeavy,
            ImageTooLarge,
            UnreadableImage,
            TooManyImages,
            TooManyPhotosAtOnce,
            PhotosBusy,
            ChangedMeanwhile,
        ),
    )
    async def complete(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[CompleteUploadIn],
        uploads: NamedDependency[UploadService],
    ) -> ImageOut:
        """Have an image made of what was sent; once more answers the same image."""
        image = await uploads.complete(data.wanted(request.user, id))
        return ImageOut.of(image, request.site)
