"""Images: a photo a merchant sends, and the forms of it that are shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from .errors import BadValue, NotFound, RuleBroken, TooMany, Unavailable
from .events import Event
from .merchants import MerchantId

ImageId = NewType("ImageId", UUID)

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_OF_A_STORE = 5_000
"""Images that one merchant may keep here."""


class ImageStatus(StrEnum):
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class ImagePurpose(StrEnum):
    """What a merchant sends a photo for."""

    PRODUCT = "product"
    LOGO = "logo"


class ImageType(StrEnum):
    """What a photo may be. Its bytes say what it is; this is what somebody says who has it."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"


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

    ``preview`` is made while the merchant waits, so that an image can be shown at once, and
    ``placeholder`` is its average colour (``#rrggbb``), to be shown until it is loaded.
    ``unused_since`` is when it was noticed that nothing shows it, as long as nothing does.
    """

    id: ImageId
    merchant_id: MerchantId
    status: ImageStatus = ImageStatus.PENDING
    alt: str = ""
    width: int
    height: int
    placeholder: str
    original_key: str
    preview: Rendition
    renditions: tuple[Rendition, ...] = ()
    failure: str = ""
    received_at: datetime
    unused_since: datetime | None = None
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
        placeholder: str,
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
            placeholder=placeholder,
            original_key=original_key,
            preview=preview,
            received_at=at,
        )
        return image, ImageReceived(at=at, image_id=id)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every file of it."""
        shown = (self.preview, *self.renditions)
        return (self.original_key, *dict.fromkeys(each.key for each in shown))

    def publish(self, renditions: tuple[Rendition, ...], at: datetime) -> "ImagePublished":
        """All its sizes are on the shelf."""
        self.status, self.renditions, self.failure = ImageStatus.READY, renditions, ""
        return ImagePublished(at=at, image_id=self.id)

    def reject(self, reason: str, at: datetime) -> "ImageRejected":
        """It cannot be turned into anything we show."""
        self.status, self.failure = ImageStatus.FAILED, reason
        return ImageRejected(at=at, image_id=self.id, reason=reason)

    def retry(self, at: datetime) -> "ImageReceived":
        """Everything from the original once more; what is shown meanwhile stays."""
        self.status, self.failure = ImageStatus.PENDING, ""
        return ImageReceived(at=at, image_id=self.id)

    def remove(self, at: datetime) -> "ImageRemoved":
        """Nobody shows it any more, and its files can go."""
        return ImageRemoved(at=at, image_id=self.id, keys=self.keys)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRemoved(Event):
    """``keys`` are those of its files: no row names them any more."""

    image_id: ImageId
    keys: tuple[str, ...]


class ImageNotFound(NotFound):
    """No such image."""


class UnreadableImage(RuleBroken):
    """The bytes are not a JPEG, PNG, WebP or HEIC image, or a broken one."""


class ImageTooLarge(RuleBroken):
    """More than 40 megapixels."""


class ImageTooHeavy(RuleBroken):
    """More than ``at_most`` bytes."""


class TooManyImages(RuleBroken):
    """The store keeps ``at_most`` images already."""


class TooManyPhotosAtOnce(TooMany):
    """The store has ``at_most`` photos waiting to be looked at; more when those are through."""


class PhotosBusy(Unavailable):
    """All the stores together have so many waiting that nobody can say how long it would take."""


class UploadNotFound(NotFound):
    """Nothing was sent for this upload, or it was swept away."""


class NoDirectUploads(RuleBroken):
    """This marketplace takes images itself: there is no bucket to send them to."""


class BadSize(BadValue):
    """A file has from ``at_least`` to ``at_most`` bytes."""


def parse_size(size: int) -> int:
    if not 1 <= size <= MOST_BYTES:
        raise BadSize(at_least=1, at_most=MOST_BYTES)
    return size
