"""What one can do with images: hand one in, have it made showable, take it away again."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.domain.accounts import Actor
from marketplace.domain.errors import ChangedMeanwhile, Form
from marketplace.domain.images import (
    MOST_BYTES,
    MOST_OF_A_STORE,
    Image,
    ImageId,
    ImageNotFound,
    ImagePurpose,
    ImageReceived,
    ImageRemoved,
    ImageStatus,
    ImageTooHeavy,
    ImageTooLarge,
    Rendition,
    TooManyImages,
    UnreadableImage,
)
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductId, ProductNotFound, parse_images
from marketplace.domain.text import line, word

from .merchants import retire_logo, selling
from .once import aside
from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    ImageStore,
    JobId,
    KeptImage,
    Page,
    Paging,
    StoredFile,
    UnitOfWork,
    Views,
)
from .workshop import Workshop

FORGOTTEN = timedelta(days=1)
"""A file that no row names by then belongs to nobody: every use case has ended long before."""
STRETCH = 500
"""Images that are looked up in one statement."""

_FILE = re.compile(r"(?:public|private)/(?P<id>[0-9a-f-]{36})/[^/]+")
_UPLOAD = re.compile(r"incoming/[0-9a-f-]{36}/(?P<id>[0-9a-f-]{36})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveImage:
    """A merchant sends a photo, perhaps for one of the own products; ``id`` if it has one."""

    acting: Actor
    content: bytes
    alt: str = ""
    product_id: ProductId | None = None
    purpose: str = ImagePurpose.PRODUCT
    id: ImageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFile:
    """An image that can be shown no more: the shelf has lost a file of it."""

    image_id: ImageId
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """Files that belonged to nobody, and files that are gone although somebody needs them."""

    orphans: Sequence[StoredFile]
    missing: Sequence[MissingFile]


@dataclass(frozen=True, slots=True)
class ImageService:
    """The life of an image, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    images: ImageStore
    workshop: Workshop

    async def of_merchant(
        self, acting: Actor, paging: Paging, unused: bool | None = None
    ) -> Page[KeptImage]:
        """What one has sent; ``unused`` tells those from each other that nothing shows."""
        return await self.views.images(selling(acting), paging, unused=unused)

    async def receive(self, wanted: ReceiveImage) -> Image:
        """
        Keep the original to ourselves and show a first small form of it at once.

        The bytes are stored before the row: a file without a row is harmless, the other way is not.
        """
        merchant_id = selling(wanted.acting)
        with Form() as form:
            alt = form.read("alt", line(300, at_least=0), wanted.alt)
            purpose = form.read("purpose", word(ImagePurpose), wanted.purpose)
        if len(wanted.content) > MOST_BYTES:
            raise ImageTooHeavy(at_most=MOST_BYTES)
        await self.make_sure_of_room(merchant_id)
        look = await self.workshop.first_look(merchant_id, wanted.content)
        image_id = wanted.id or ImageId(self.ids.new())
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
            placeholder=look.placeholder,
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
            if purpose is ImagePurpose.LOGO:
                await _make_logo(market, image, now)
        return image

    async def make_sure_of_room(self, merchant_id: MerchantId) -> None:
        """``TooManyImages`` if a store is full. A few that come at the same time may pass."""
        with aside():
            async with self.begin() as market:
                if await market.images.count(merchant_id) >= MOST_OF_A_STORE:
                    raise TooManyImages(at_most=MOST_OF_A_STORE)

    async def remove(self, acting: Actor, image_id: ImageId) -> None:
        """Take an image from every product and from the logo, and forget it; its files follow."""
        merchant_id, now = selling(acting), self.clock.now()
        async with self.begin() as market:
            image = await market.images.condemn(merchant_id, image_id)
            await market.images.take_down(image, now)
            merchant = await market.merchants.hold(merchant_id)
            if merchant.logo == image_id:
                merchant.logo = None
                await market.merchants.save(merchant, merchant.edited(now))
            await market.images.remove(image, image.remove(now))

    async def process_product_image(self, event: ImageReceived, job: JobId) -> None:
        """Make every size, or note that it cannot be done. Doing it twice changes nothing."""
        written: list[str] = []
        try:
            async with self.begin() as market:
                image = await market.images.get(event.image_id)
            # What may have been sent past us is needed no more: the image is stored for good.
            await self.images.delete(upload_key(image.merchant_id, image.id))
            if image.status is not ImageStatus.PENDING:
                return
            renditions, failure = await self._renditions(image, written)
            async with self.begin() as market:
                image = await market.images.hold(event.image_id)
                if image.status is not ImageStatus.PENDING:
                    return
                now = self.clock.now()
                outcome = image.reject(failure, now) if failure else image.publish(renditions, now)
                await market.images.save(image, outcome)
        except ImageNotFound:
            # It was removed meanwhile, and its files with it: these came too late.
            for key in written:
                await self.images.delete(key)

    async def _renditions(
        self, image: Image, written: list[str]
    ) -> tuple[tuple[Rendition, ...], str]:
        """Every size, stored; or none, and why. What was stored is noted as it happens."""
        renditions: list[Rendition] = []
        try:
            pictures = await self.workshop.renditions(
                image.merchant_id, lambda: self.images.get(image.original_key)
            )
        except (UnreadableImage, ImageTooLarge, ImageNotFound) as error:
            return (), error.code
        for picture in pictures:
            key = _key(image.id, picture.edge, picture.suffix, picture.content)
            written.append(key)
            await self.images.put(key, picture.content)
            renditions.append(
                Rendition(edge=picture.edge, key=key, width=picture.width, height=picture.height)
            )
        return tuple(renditions), ""

    async def discard_files(self, event: ImageRemoved, job: JobId) -> None:
        """What no row names any more frees its place. Once more changes nothing."""
        for key in event.keys:
            await self.images.delete(key)

    async def reprocess(self) -> list[ImageId]:
        """
        Have every image made again that has failed, or that was forgotten on the way.

        Which ones they were; how it goes this time is seen when their jobs are done.
        """
        async with self.begin() as market:
            found = await market.images.unfinished(self.clock.now() - FORGOTTEN)
        again: list[ImageId] = []
        for image_id in found:
            async with self.begin() as market:
                for image in await market.images.known([image_id]):
                    if image.status is not ImageStatus.READY:
                        await market.images.save(image, image.retry(self.clock.now()))
                        again.append(image_id)
        return again

    async def sweep(self, *, dry_run: bool = False) -> Swept:
        """
        Take away files older than a day that belong to nobody, and look for those that are gone.

        An image that no product shows is not an orphan: that is for ``LeftoverService`` to say.
        Names that are not ours are left alone.
        """
        began, seen = self.clock.now(), set[str]()
        orphans: list[StoredFile] = []
        stretch: list[StoredFile] = []
        async for file in self.images.files():
            seen.add(file.key)
            if file.stored_at <= began - FORGOTTEN:
                stretch.append(file)
            if len(stretch) == STRETCH:
                orphans += await self._clear(stretch, dry_run)
                stretch = []
        orphans += await self._clear(stretch, dry_run)
        return Swept(orphans=orphans, missing=await self._missing(seen))

    async def _clear(self, files: Sequence[StoredFile], dry_run: bool) -> list[StoredFile]:
        owners = {file.key: _owner(file.key) for file in files}
        async with self.begin() as market:
            known = await market.images.known([each for each in owners.values() if each])
        images = {image.id: image for image in known}
        orphans: list[StoredFile] = []
        for file in files:
            owner = owners[file.key]
            image = images.get(owner) if owner else None
            # While it waits for its sizes, one of that name may be on its way.
            waits = image is not None and image.status is ImageStatus.PENDING
            needed = image is not None and (waits or file.key in image.keys)
            if (owner and not needed) or _UPLOAD.fullmatch(file.key):
                orphans.append(file)
                if not dry_run:
                    await self.images.delete(file.key)
        return orphans

    async def _missing(self, seen: set[str]) -> list[MissingFile]:
        missing: list[MissingFile] = []
        last: ImageId | None = None
        while True:
            async with self.begin() as market:
                images = await market.images.after(last, STRETCH)
            for image in images:
                last = image.id
                if not seen.issuperset(image.keys):
                    missing += await self._lost(image)
            if len(images) < STRETCH:
                return missing

    async def _lost(self, image: Image) -> list[MissingFile]:
        """Looked for once more: it may have come since the shelf was listed."""
        there = {
            file.key
            for shelf in ("public", "private")
            async for file in self.images.files(f"{shelf}/{image.id}")
        }
        return [MissingFile(image_id=image.id, key=key) for key in image.keys if key not in there]


def upload_key(merchant_id: MerchantId, image_id: ImageId) -> str:
    """Where a photo is put that is to become this image."""
    return f"incoming/{merchant_id}/{image_id}"


def upload_of(key: str) -> ImageId | None:
    """The image that was to become of what lies here, if it is one of ours."""
    return _id_in(_UPLOAD, key)


def parse_alts(
    form: Form, images: Sequence[ImageId], alts: Mapping[ImageId, str]
) -> dict[ImageId, str]:
    """What was said of images for those who do not see them."""
    return {
        each: form.read(f"images[{place}].alt", line(300, at_least=0), alts[each])
        for place, each in enumerate(images)
        if each in alts
    }


async def describe(
    market: UnitOfWork, images: Iterable[Image], alts: Mapping[ImageId, str]
) -> bool:
    """
    Have images say these, wherever they are shown. Whether any says something else now.

    ``ChangedMeanwhile`` if one is being worked on.
    """
    otherwise = [each for each in images if alts.get(each.id, each.alt) != each.alt]
    # In one order, so that nobody waits in a circle.
    for image in sorted(otherwise, key=lambda each: each.id):
        image.alt = alts[image.id]
        await market.images.save(image)
    return bool(otherwise)


def own(product: Product, acting: Actor) -> Product:
    """The product, if it is the actor's own; another merchant's is not there."""
    if product.merchant_id != selling(acting):
        raise ProductNotFound
    return product


async def _make_logo(market: UnitOfWork, image: Image, at: datetime) -> None:
    """Show it as the logo from now on; the one before goes, unless a product shows it too."""
    # Images first and the store after them: whoever removes one takes them in the same order.
    former = await retire_logo(market, image.merchant_id, at)
    merchant = await market.merchants.hold(image.merchant_id)
    if merchant.logo != former:
        raise ChangedMeanwhile
    merchant.logo = image.id
    await market.merchants.save(merchant, merchant.edited(at))


def _owner(key: str) -> ImageId | None:
    """The image a file is of, if it is one of ours."""
    return _id_in(_FILE, key)


def _id_in(pattern: re.Pattern[str], key: str) -> ImageId | None:
    named = pattern.fullmatch(key)
    try:
        return ImageId(UUID(named["id"])) if named else None
    except ValueError:
        return None


def _key(image_id: ImageId, edge: int, suffix: str, content: bytes) -> str:
    """Named by what is in it, so that a name never shows two pictures."""
    return f"public/{image_id}/{edge}-{hashlib.sha256(content).hexdigest()[:16]}.{suffix}"
