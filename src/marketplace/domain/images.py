"""Images: a photo a merchant sends, and the forms of it that are shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from .errors import NotFound, RuleBroken
from .events import Event
from .merchants import MerchantId

ImageId = NewType("ImageId", UUID)

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000


class ImageStatus(StrEnum):
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One size of an image, in pixels; ``edge`` is the longest edge that was asked for."""

    edge: int
    key: str
    width: int
    height: int


@dataclass(slots=True, kw_only=True)
class Image:
    """
    A photo and its renditions. ``original_key`` is private: it may know where it was taken.

    ``preview`` is made while the merchant waits, so that an image can be shown at once.
    """

    id: ImageId
    merchant_id: MerchantId
    status: ImageStatus = ImageStatus.PENDING
    alt: str = ""
    width: int
    height: int
    original_key: str
    preview: Rendition
    renditions: tuple[Rendition, ...] = ()
    failure: str = ""
    received_at: datetime
    version: int = 0

    @classmethod
    def receive(
        cls,
        *,
        id: ImageId,
        merchant_id: MerchantId,
        alt: str,
        width: int,
        height: int,
        original_key: str,
        preview: Rendition,
        at: datetime,
    ) -> "tuple[Image, ImageReceived]":
        image = cls(
            id=id,
            merchant_id=merchant_id,
            alt=alt,
            width=width,
            height=height,
            original_key=original_key,
            preview=preview,
            received_at=at,
        )
        return image, ImageReceived(at=at, image_id=id)

    def publish(self, renditions: tuple[Rendition, ...], at: datetime) -> "ImagePublished":
        """All its sizes are on the shelf."""
        self.status, self.renditions, self.failure = ImageStatus.READY, renditions, ""
        return ImagePublished(at=at, image_id=self.id)

    def reject(self, reason: str, at: datetime) -> "ImageRejected":
        """It cannot be turned into anything we show."""
        self.status, self.failure = ImageStatus.FAILED, reason
        return ImageRejected(at=at, image_id=self.id, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReceived(Event):
    image_id: ImageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePublished(Event):
    image_id: ImageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRejected(Event):
    image_id: ImageId
    reason: str


class ImageNotFound(NotFound):
    """No such image."""


class UnreadableImage(RuleBroken):
    """The bytes are not a JPEG, PNG or WebP image, or a broken one."""


class ImageTooLarge(RuleBroken):
    """More than 40 megapixels."""
