"""Images: waiting, shown, or refused."""

from datetime import UTC, datetime
from uuid import UUID

from marketplace.domain.images import Image, ImageId, ImageStatus, Rendition
from marketplace.domain.merchants import MerchantId

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
SMALL = Rendition(edge=640, key="public/1/640.jpg", width=640, height=480)


def an_image() -> Image:
    image, received = Image.receive(
        id=ImageId(UUID(int=1)),
        merchant_id=MerchantId(UUID(int=2)),
        alt="مصباح",
        width=4000,
        height=3000,
        placeholder="#abcdef",
        original_key="private/1/original",
        preview=SMALL,
        at=NOW,
    )
    assert received.image_id == image.id
    return image


def test_a_new_image_waits_and_can_be_shown_already() -> None:
    image = an_image()

    assert image.status is ImageStatus.PENDING
    assert image.preview == SMALL
    assert image.renditions == ()


def test_an_image_whose_sizes_are_made_is_ready() -> None:
    image = an_image()

    published = image.publish((SMALL,), NOW)

    assert (image.status, image.renditions) == (ImageStatus.READY, (SMALL,))
    assert published.image_id == image.id


def test_an_image_that_cannot_be_shown_says_why() -> None:
    image = an_image()

    rejected = image.reject("unreadable-image", NOW)

    assert (image.status, image.failure) == (ImageStatus.FAILED, "unreadable-image")
    assert (rejected.image_id, rejected.reason) == (image.id, "unreadable-image")


def test_an_image_that_works_out_in_the_end_has_no_failure() -> None:
    image = an_image()
    image.reject("unreadable-image", NOW)

    image.publish((SMALL,), NOW)

    assert (image.status, image.failure) == (ImageStatus.READY, "")


def test_an_image_knows_its_files_and_names_each_once() -> None:
    image = an_image()
    large = Rendition(edge=1280, key="public/1/1280.webp", width=1280, height=960)
    image.publish((SMALL, large), NOW)

    removed = image.remove(NOW)

    assert removed.keys == image.keys == ("private/1/original", SMALL.key, large.key)


def test_an_image_that_is_tried_again_waits_again() -> None:
    image = an_image()
    image.reject("unreadable-image", NOW)

    received = image.retry(NOW)

    assert (image.status, image.failure) == (ImageStatus.PENDING, "")
    assert received.image_id == image.id
