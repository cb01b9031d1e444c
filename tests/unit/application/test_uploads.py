"""Uploads that go past us: into the bucket first, and then an image like any other."""

from datetime import timedelta

import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.application.uploads import OPEN_FOR, CompleteUpload, OpenedUpload, OpenUpload
from marketplace.domain.accounts import WrongRole
from marketplace.domain.errors import InvalidFields
from marketplace.domain.images import (
    MOST_BYTES,
    Image,
    ImageId,
    ImageTooHeavy,
    NoDirectUploads,
    TooManyImages,
    UnreadableImage,
    UploadNotFound,
)
from marketplace.domain.schedule import PurgeDue
from tests.unit.world import NOBODYS, PIXELS, MemoryBucket, Seller, World


@pytest.fixture
def bucket(world: World) -> MemoryBucket:
    return MemoryBucket(clock=world.clock)


@pytest.fixture
def marketplace(world: World, bucket: MemoryBucket) -> Marketplace:
    return world.with_(images=bucket)


async def opened(marketplace: Marketplace, seller: Seller) -> OpenedUpload:
    wanted = OpenUpload(acting=seller.actor, content_type="image/jpeg", size=len(PIXELS))
    return await marketplace.uploads.open(wanted)


async def completed(
    marketplace: Marketplace, seller: Seller, upload: OpenedUpload, **said: object
) -> Image:
    wanted = CompleteUpload(acting=seller.actor, upload_id=ImageId(upload.id), **said)  # type: ignore[arg-type]
    return await marketplace.uploads.complete(wanted)


async def put(bucket: MemoryBucket, upload: OpenedUpload, content: bytes = PIXELS) -> None:
    """What a browser does."""
    await bucket.put(upload.url.removeprefix("memory:"), content)


async def test_an_upload_says_where_to_send_the_bytes_and_until_when(
    world: World, marketplace: Marketplace
) -> None:
    mona = await world.a_merchant()

    upload = await opened(marketplace, mona)

    assert upload.url == f"memory:incoming/{mona.merchant_id}/{upload.id}"
    assert (upload.method, upload.headers) == ("PUT", {"content-type": "image/jpeg"})
    assert upload.expires_at == world.clock.now() + OPEN_FOR


async def test_what_was_sent_becomes_an_image_like_any_other(
    world: World, marketplace: Marketplace, bucket: MemoryBucket
) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona)
    upload = await opened(marketplace, mona)
    await put(bucket, upload)

    image = await completed(
        marketplace, mona, upload, alt="مصباح", product_id=product_id, purpose="logo"
    )
    await marketplace.jobs.run_all()

    assert (image.id, image.alt) == (upload.id, "مصباح")
    assert (await world.product(product_id)).images == (image.id,)
    assert (await world.merchant(mona)).logo == image.id
    assert not [key for key in bucket.shelf if key.startswith("incoming/")]
    assert bucket.shelf[image.original_key] == PIXELS


async def test_an_upload_that_is_completed_twice_is_one_image(
    world: World, marketplace: Marketplace, bucket: MemoryBucket
) -> None:
    mona = await world.a_merchant()
    upload = await opened(marketplace, mona)
    await put(bucket, upload)
    once = await completed(marketplace, mona, upload)

    await put(bucket, upload, b"something else")
    twice = await completed(marketplace, mona, upload)

    assert twice == once
    assert not [key for key in bucket.shelf if key.startswith("incoming/")]


async def test_nobody_completes_somebody_elses_upload(
    world: World, marketplace: Marketplace, bucket: MemoryBucket
) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    upload = await opened(marketplace, hind)
    await put(bucket, upload)

    with pytest.raises(UploadNotFound):
        await completed(marketplace, mona, upload)
    hers = await completed(marketplace, hind, upload)
    with pytest.raises(UploadNotFound):
        await completed(marketplace, mona, upload)

    assert hers.merchant_id == hind.merchant_id


async def test_an_upload_for_which_nothing_was_sent_is_not_there(
    world: World, marketplace: Marketplace
) -> None:
    mona = await world.a_merchant()
    upload = await opened(marketplace, mona)

    with pytest.raises(UploadNotFound):
        await completed(marketplace, mona, upload)
    with pytest.raises(UploadNotFound):
        wanted = CompleteUpload(acting=mona.actor, upload_id=ImageId(NOBODYS))
        await marketplace.uploads.complete(wanted)


@pytest.mark.parametrize(
    ("content", "refused"),
    [(PIXELS + bytes(MOST_BYTES), ImageTooHeavy), (b"<svg/>", UnreadableImage)],
)
async def test_what_is_no_image_or_too_heavy_is_deleted(
    world: World,
    marketplace: Marketplace,
    bucket: MemoryBucket,
    content: bytes,
    refused: type[Exception],
) -> None:
    mona = await world.a_merchant()
    upload = await opened(marketplace, mona)
    await put(bucket, upload, content)

    with pytest.raises(refused):
        await completed(marketplace, mona, upload)

    assert bucket.shelf == {}


async def test_what_was_said_wrongly_can_be_said_again(
    world: World, marketplace: Marketplace, bucket: MemoryBucket
) -> None:
    mona = await world.a_merchant()
    upload = await opened(marketplace, mona)
    await put(bucket, upload)
    with pytest.raises(InvalidFields):
        await completed(marketplace, mona, upload, alt="\u202e")

    assert (await completed(marketplace, mona, upload)).id == upload.id


@pytest.mark.parametrize(
    ("content_type", "size", "field"),
    [
        ("image/gif", 10, "content_type"),
        ("text/html", 10, "content_type"),
        ("image/png", 0, "size"),
        ("image/png", -1, "size"),
        ("image/png", MOST_BYTES + 1, "size"),
    ],
)
async def test_an_upload_that_could_never_be_completed_is_not_opened(
    world: World, marketplace: Marketplace, content_type: str, size: int, field: str
) -> None:
    mona = await world.a_merchant()

    with pytest.raises(InvalidFields) as refused:
        await marketplace.uploads.open(
            OpenUpload(acting=mona.actor, content_type=content_type, size=size)
        )

    assert [each.field for each in refused.value.problems] == [field]


async def test_a_full_store_opens_no_upload(
    world: World, marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.application.images.MOST_OF_A_STORE", 0)
    mona = await world.a_merchant()

    with pytest.raises(TooManyImages):
        await opened(marketplace, mona)


async def test_without_a_bucket_there_are_no_such_uploads(world: World) -> None:
    mona = await world.a_merchant()

    with pytest.raises(NoDirectUploads):
        await opened(world.marketplace, mona)


async def test_an_admin_opens_no_upload(world: World, marketplace: Marketplace) -> None:
    boss = await world.an_admin()

    with pytest.raises(WrongRole):
        await marketplace.uploads.open(OpenUpload(acting=boss, content_type="image/png", size=10))


async def an_hour(marketplace: Marketplace, world: World) -> None:
    """What happens every hour happens."""
    world.clock.pass_(timedelta(hours=1))
    async with world.ports.begin() as market:
        await market.outbox.add(PurgeDue(at=world.clock.now()))
    await marketplace.jobs.run_all()


async def test_an_upload_too_heavy_ever_to_be_completed_is_gone_within_an_hour(
    world: World, marketplace: Marketplace, bucket: MemoryBucket
) -> None:
    """A signature says nothing of a size, and nobody has to say that the bytes are there."""
    mona = await world.a_merchant()
    heavy, light, full = [await opened(marketplace, mona) for _ in range(3)]
    await put(bucket, heavy, PIXELS + bytes(MOST_BYTES))
    await put(bucket, light)
    await put(bucket, full, PIXELS + bytes(MOST_BYTES - len(PIXELS)))

    await an_hour(marketplace, world)

    assert set(bucket.shelf) == {each.url.removeprefix("memory:") for each in (light, full)}
    assert (await completed(marketplace, mona, full)).id == full.id


async def test_what_is_sent_once_more_after_completion_changes_nothing_and_goes(
    world: World, marketplace: Marketplace, bucket: MemoryBucket
) -> None:
    mona = await world.a_merchant()
    upload = await opened(marketplace, mona)
    await put(bucket, upload)
    image = await completed(marketplace, mona, upload)
    await put(bucket, upload, b"\xff\xd8\xff something else")
    await marketplace.jobs.run_all()
    shelf = dict(bucket.shelf)
    assert shelf[image.original_key] == PIXELS

    await put(bucket, upload, b"\xff\xd8\xff something else")
    await an_hour(marketplace, world)

    assert bucket.shelf == shelf


async def test_an_upload_that_is_never_completed_is_swept_away(
    world: World, marketplace: Marketplace, bucket: MemoryBucket
) -> None:
    mona = await world.a_merchant()
    await put(bucket, await opened(marketplace, mona))
    assert list((await marketplace.images.sweep()).orphans) == []

    world.clock.pass_(timedelta(days=1))
    swept = await marketplace.images.sweep()

    assert [each.size for each in swept.orphans] == [len(PIXELS)]
    assert bucket.shelf == {}
