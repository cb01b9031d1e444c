"""Images: shown at once, made showable in every size soon after."""

import json
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from marketplace.adapters.memory.neighbours import MemoryImageProcessor, MemoryImageStore
from marketplace.application.images import FORGOTTEN, ReceiveImage
from marketplace.application.merchants import EditMerchant
from marketplace.application.ports import Paging, Picture, UnitOfWork
from marketplace.domain.accounts import WrongRole
from marketplace.domain.errors import InvalidFields, Unavailable
from marketplace.domain.images import (
    MOST_BYTES,
    Image,
    ImageId,
    ImageNotFound,
    ImagePurpose,
    ImageStatus,
    ImageTooHeavy,
    ImageTooLarge,
    TooManyImages,
    UnreadableImage,
)
from marketplace.domain.products import MOST_IMAGES, ProductId, ProductNotFound
from tests.unit.world import NOBODYS, PIXELS, Seller, World


def png(width: int, height: int) -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + size


async def sent(
    world: World,
    seller: Seller,
    content: bytes = PIXELS,
    product_id: ProductId | None = None,
    purpose: str = ImagePurpose.PRODUCT,
) -> Image:
    wanted = ReceiveImage(
        acting=seller.actor, content=content, product_id=product_id, purpose=purpose
    )
    return await world.marketplace.images.receive(wanted)


async def image(world: World, id: ImageId) -> Image:
    async with world.ports.begin() as market:
        return await market.images.get(id)


async def test_a_photo_can_be_shown_before_any_worker_has_seen_it(world: World) -> None:
    mona = await world.a_merchant()

    received = await sent(world, mona, png(4000, 3000))

    assert received.status is ImageStatus.PENDING
    assert (received.width, received.height) == (4000, 3000)
    assert (received.preview.width, received.preview.height) == (640, 480)
    assert received.preview.key in world.shelf.shelf
    assert received.preview.key.startswith("public/")


async def test_the_original_is_kept_to_ourselves(world: World) -> None:
    mona = await world.a_merchant()

    received = await sent(world, mona)

    assert received.original_key.startswith("private/")
    assert world.shelf.shelf[received.original_key] == PIXELS
    public = [content for key, content in world.shelf.shelf.items() if key.startswith("public/")]
    assert PIXELS not in public


async def test_a_worker_makes_every_size(world: World) -> None:
    mona = await world.a_merchant()
    received = await sent(world, mona, png(4000, 3000))

    await world.run_jobs()

    ready = await image(world, received.id)
    assert ready.status is ImageStatus.READY
    assert [each.edge for each in ready.renditions] == [160, 320, 640, 1280, 2048]
    assert all(each.key in world.shelf.shelf for each in ready.renditions)
    assert len({each.key for each in ready.renditions}) == 5


async def test_doing_it_twice_changes_nothing(world: World) -> None:
    mona = await world.a_merchant()
    received = await sent(world, mona)
    [*_, job] = await world.do_without_finishing()
    once, shelf = await image(world, received.id), dict(world.shelf.shelf)

    await world.marketplace.jobs.reactions.carry_out(job)

    assert await image(world, received.id) == once
    assert world.shelf.shelf == shelf


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", UnreadableImage),
        (b"<svg/>", UnreadableImage),
        (png(0, 10), UnreadableImage),
        (png(40_000, 40_000), ImageTooLarge),
        (png(10, 10) + bytes(MOST_BYTES), ImageTooHeavy),
    ],
)
async def test_what_cannot_be_shown_is_refused_and_not_kept(
    world: World, content: bytes, refused: type[Exception]
) -> None:
    mona = await world.a_merchant()
    before = world.counted()

    with pytest.raises(refused):
        await sent(world, mona, content)

    assert world.shelf.shelf == {}
    assert world.counted() == before


async def test_an_image_that_breaks_in_the_workshop_has_failed_for_good(world: World) -> None:
    class BrokenProcessor(MemoryImageProcessor):
        async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
            raise UnreadableImage

    mona = await world.a_merchant()
    received = await sent(world, mona)

    await world.with_(processor=BrokenProcessor()).jobs.run_all()

    failed = await image(world, received.id)
    assert (failed.status, failed.failure) == (ImageStatus.FAILED, "unreadable-image")
    assert world.store.jobs == {}


async def test_an_image_waits_while_the_shelf_is_out_of_reach(world: World) -> None:
    class LostStore(MemoryImageStore):
        async def get(self, key: str, /, *, at_most: int | None = None) -> bytes:
            raise Unavailable

    mona = await world.a_merchant()
    received = await sent(world, mona)
    await world.with_(images=LostStore()).jobs.run_all()
    assert (await image(world, received.id)).status is ImageStatus.PENDING

    world.clock.pass_(world.marketplace.jobs.delay(1))
    await world.run_jobs()

    assert (await image(world, received.id)).status is ImageStatus.READY


async def test_a_photo_of_a_product_is_shown_after_its_others(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona)

    first = await sent(world, mona, product_id=product_id)
    second = await sent(world, mona, product_id=product_id)

    page = await world.marketplace.storefront.page(mona.username, Paging())
    [shown] = page.products.items
    told = json.loads(shown.told, strict=False)
    assert [each["id"] for each in told["images"]] == [str(first.id), str(second.id)]


async def test_nobody_hangs_a_photo_on_somebody_elses_product(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    hers = await world.a_product(hind)
    before = world.counted()

    for product_id in (hers, ProductId(NOBODYS)):
        with pytest.raises(ProductNotFound):
            await sent(world, mona, product_id=product_id)

    assert world.counted() == before
    assert (await world.product(hers)).images == ()


async def test_a_product_shows_so_many_photos_and_no_more(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona)
    for _ in range(MOST_IMAGES):
        await sent(world, mona, product_id=product_id)

    with pytest.raises(InvalidFields) as refused:
        await sent(world, mona, product_id=product_id)

    assert [(each.field, each.code) for each in refused.value.problems] == [
        ("product_id", "too-long")
    ]
    assert len((await world.product(product_id)).images) == MOST_IMAGES


async def test_the_text_beside_a_photo_is_text_like_any_other(world: World) -> None:
    mona = await world.a_merchant()

    with pytest.raises(InvalidFields):
        await world.marketplace.images.receive(
            ReceiveImage(acting=mona.actor, content=PIXELS, alt="\u202e")
        )

    assert world.shelf.shelf == {}


async def test_an_admin_sends_no_photos(world: World) -> None:
    boss = await world.an_admin()

    with pytest.raises(WrongRole):
        await world.marketplace.images.receive(ReceiveImage(acting=boss, content=PIXELS))


async def test_an_image_has_a_colour_while_it_is_loaded(world: World) -> None:
    mona = await world.a_merchant()

    received = await sent(world, mona)

    assert received.placeholder == "#808080"
    assert (await image(world, received.id)).placeholder == "#808080"


# The logo


async def test_a_photo_can_be_sent_to_be_the_logo(world: World) -> None:
    mona = await world.a_merchant()

    received = await sent(world, mona, purpose="logo")

    assert (await world.merchant(mona)).logo == received.id
    page = await world.marketplace.storefront.page(mona.username, Paging())
    assert page.store.logo is not None
    assert page.store.logo.id == received.id


async def test_the_logo_before_goes_with_its_files(world: World) -> None:
    mona = await world.a_merchant()
    first = await sent(world, mona, png(10, 10), purpose="logo")
    await world.run_jobs()

    second = await sent(world, mona, png(20, 20), purpose="logo")
    await world.run_jobs()

    with pytest.raises(ImageNotFound):
        await image(world, first.id)
    assert set(world.shelf.shelf) == set((await image(world, second.id)).keys)


async def test_a_former_logo_that_a_product_shows_stays(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona)
    first = await sent(world, mona, product_id=product_id, purpose="logo")

    await sent(world, mona, purpose="logo")

    assert (await image(world, first.id)).id == first.id
    assert (await world.product(product_id)).images == (first.id,)


async def test_a_logo_that_is_refused_changes_nothing(world: World) -> None:
    mona = await world.a_merchant()
    first = await sent(world, mona, purpose="logo")

    with pytest.raises(UnreadableImage):
        await sent(world, mona, b"<svg/>", purpose="logo")
    with pytest.raises(InvalidFields):
        await sent(world, mona, purpose="banner")

    assert (await world.merchant(mona)).logo == first.id


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_a_logo_that_is_taken_off_goes_with_its_files(
    world: World, is_replaced: bool
) -> None:
    mona = await world.a_merchant()
    former = await sent(world, mona, purpose="logo")
    other = await sent(world, mona)
    await world.run_jobs()

    logo = other.id if is_replaced else ""
    await world.marketplace.merchants.edit(EditMerchant(acting=mona.actor, logo=logo))
    await world.run_jobs()

    with pytest.raises(ImageNotFound):
        await image(world, former.id)
    assert set(world.shelf.shelf) == set((await image(world, other.id)).keys)


async def test_a_logo_that_is_taken_off_stays_where_a_product_shows_it(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona)
    received = await sent(world, mona, product_id=product_id, purpose="logo")

    await world.marketplace.merchants.edit(EditMerchant(acting=mona.actor, logo=""))

    assert (await image(world, received.id)).id == received.id
    assert (await world.product(product_id)).images == (received.id,)


async def test_a_logo_that_is_named_again_stays(world: World) -> None:
    """A form sends back what it was shown."""
    mona = await world.a_merchant()
    received = await sent(world, mona, purpose="logo")

    await world.marketplace.merchants.edit(
        EditMerchant(acting=mona.actor, name="متجر منى", logo=received.id)
    )

    assert (await world.merchant(mona)).logo == received.id
    assert (await image(world, received.id)).id == received.id


async def test_a_logo_stays_if_there_is_no_image_to_come_after_it(world: World) -> None:
    mona = await world.a_merchant()
    received = await sent(world, mona, purpose="logo")

    with pytest.raises(ImageNotFound):
        await world.marketplace.merchants.edit(EditMerchant(acting=mona.actor, logo=NOBODYS))

    assert (await world.merchant(mona)).logo == received.id
    assert (await image(world, received.id)).id == received.id


# Taking away


async def test_a_removed_image_is_nowhere_any_more(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug = await world.a_product(mona), await world.a_product(mona)
    received = await sent(world, mona, png(4000, 3000), product_id=lamp, purpose="logo")
    other = await sent(world, mona, product_id=rug)
    await world.run_jobs()
    kept = set((await image(world, other.id)).keys)
    assert len(world.shelf.shelf) > len(kept)

    await world.marketplace.images.remove(mona.actor, received.id)
    await world.run_jobs()

    assert (await world.product(lamp)).images == ()
    assert (await world.product(rug)).images == (other.id,)
    assert (await world.merchant(mona)).logo is None
    assert set(world.shelf.shelf) == kept
    with pytest.raises(ImageNotFound):
        await world.marketplace.images.remove(mona.actor, received.id)


async def test_nobody_removes_somebody_elses_image(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    hers = await sent(world, hind)
    before = world.counted()

    for image_id in (hers.id, ImageId(NOBODYS)):
        with pytest.raises(ImageNotFound):
            await world.marketplace.images.remove(mona.actor, image_id)

    assert world.counted() == before


async def test_files_go_in_the_end_however_often_the_shelf_fails(world: World) -> None:
    class Stubborn(MemoryImageStore):
        async def delete(self, key: str, /) -> None:
            if key.startswith("public/"):
                raise Unavailable
            await super().delete(key)

    mona = await world.a_merchant()
    received = await sent(world, mona)
    await world.run_jobs()
    await world.marketplace.images.remove(mona.actor, received.id)
    stubborn = Stubborn(shelf=world.shelf.shelf, times=world.shelf.times)
    await world.with_(images=stubborn).jobs.run_all()
    assert world.shelf.shelf

    world.clock.pass_(world.marketplace.jobs.delay(1))
    [job] = await world.do_without_finishing()
    await world.marketplace.jobs.reactions.carry_out(job)

    assert world.shelf.shelf == {}


async def test_sizes_that_come_too_late_do_not_stay(world: World) -> None:
    """The merchant removes the image while a worker is at it, and its files are gone already."""

    class Slow(MemoryImageProcessor):
        async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
            await world.marketplace.images.remove(mona.actor, received.id)
            await world.marketplace.jobs.run_all()
            assert world.shelf.shelf == {}
            return await super().renditions(content)

    mona = await world.a_merchant()
    received = await sent(world, mona, png(4000, 3000))

    await world.with_(processor=Slow()).jobs.run_all()

    assert world.shelf.shelf == {}
    assert world.store.jobs == {}


async def test_an_image_that_is_removed_before_any_worker_comes_is_no_trouble(
    world: World,
) -> None:
    mona = await world.a_merchant()
    received = await sent(world, mona)

    await world.marketplace.images.remove(mona.actor, received.id)
    await world.run_jobs()

    assert (world.shelf.shelf, world.store.jobs) == ({}, {})


async def test_a_store_keeps_so_many_images_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.application.images.MOST_OF_A_STORE", 2)
    mona, hind = await world.a_merchant(), await world.a_merchant()
    first = await sent(world, mona)
    await sent(world, mona)
    await sent(world, hind)
    shelf = dict(world.shelf.shelf)

    with pytest.raises(TooManyImages) as refused:
        await sent(world, mona)

    assert refused.value.facts == {"at_most": 2}
    assert world.shelf.shelf == shelf
    await world.marketplace.images.remove(mona.actor, first.id)
    await sent(world, mona)


# Trying again


async def test_an_image_that_failed_can_be_made_again(world: World) -> None:
    class BrokenProcessor(MemoryImageProcessor):
        async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
            raise UnreadableImage

    mona = await world.a_merchant()
    received = await sent(world, mona)
    await world.with_(processor=BrokenProcessor()).jobs.run_all()
    ready = await sent(world, mona)
    await world.run_jobs()
    assert (await image(world, received.id)).status is ImageStatus.FAILED

    again = await world.marketplace.images.reprocess()
    await world.run_jobs()

    assert again == [received.id]
    made = await image(world, received.id)
    assert (made.status, made.failure) == (ImageStatus.READY, "")
    assert (await image(world, ready.id)).version == 1
    assert await world.marketplace.images.reprocess() == []


async def test_an_image_whose_job_was_lost_can_be_made_again(world: World) -> None:
    mona = await world.a_merchant()
    received = await sent(world, mona)
    world.store.jobs.clear()
    assert await world.marketplace.images.reprocess() == []

    world.clock.pass_(FORGOTTEN + timedelta(seconds=1))
    assert await world.marketplace.images.reprocess() == [received.id]
    await world.run_jobs()

    assert (await image(world, received.id)).status is ImageStatus.READY


async def test_an_image_without_its_original_has_failed(world: World) -> None:
    mona = await world.a_merchant()
    received = await sent(world, mona)
    del world.shelf.shelf[received.original_key]

    await world.run_jobs()

    failed = await image(world, received.id)
    assert (failed.status, failed.failure) == (ImageStatus.FAILED, "image-not-found")


# Sweeping


class PowerCut(Exception):
    """Everything stops here."""


async def test_a_crash_before_the_commit_leaves_nothing_after_a_day(world: World) -> None:
    """The files were there before the row, and the row never came."""
    mona = await world.a_merchant()
    shown = await sent(world, mona)
    await world.run_jobs()
    kept = set(world.shelf.shelf)
    begun = 0

    def cut_off() -> AbstractAsyncContextManager[UnitOfWork]:
        nonlocal begun
        begun += 1
        if begun > 1:
            raise PowerCut
        return world.ports.begin()

    with pytest.raises(PowerCut):
        await world.with_(begin=cut_off).images.receive(
            ReceiveImage(acting=mona.actor, content=png(9, 9))
        )
    assert len(world.shelf.shelf) == len(kept) + 2

    world.clock.pass_(FORGOTTEN - timedelta(seconds=1))
    assert list((await world.marketplace.images.sweep()).orphans) == []
    world.clock.pass_(timedelta(seconds=1))
    looked = await world.marketplace.images.sweep(dry_run=True)
    assert len(world.shelf.shelf) == len(kept) + 2
    swept = await world.marketplace.images.sweep()

    assert len(swept.orphans) == 2
    assert {each.key for each in swept.orphans} == {each.key for each in looked.orphans}
    assert set(world.shelf.shelf) == kept == set((await image(world, shown.id)).keys)
    assert list(swept.missing) == []


async def test_a_sweep_leaves_what_is_waited_for_and_what_is_not_ours(world: World) -> None:
    mona = await world.a_merchant()
    waiting = await sent(world, mona)
    late = f"public/{waiting.id}/160-0123456789abcdef.webp"
    begun = f"private/{NOBODYS}/original.abc123.part"
    strangers = ("readme.txt", "public/index.html", "public/not-an-id/x", "backup/x/y")
    for key in (late, begun, *strangers):
        await world.shelf.put(key, b"x")
    world.clock.pass_(timedelta(days=2))

    swept = await world.marketplace.images.sweep()

    assert [each.key for each in swept.orphans] == [begun]
    assert set(world.shelf.shelf) == {*waiting.keys, late, *strangers}


async def test_a_sweep_takes_what_an_earlier_making_has_left(world: World) -> None:
    mona = await world.a_merchant()
    received = await sent(world, mona)
    await world.run_jobs()
    await world.shelf.put(f"public/{received.id}/160-0000000000000000.webp", b"x")
    world.clock.pass_(timedelta(days=2))

    swept = await world.marketplace.images.sweep()

    assert [each.key.rpartition("/")[2] for each in swept.orphans] == ["160-0000000000000000.webp"]


async def test_a_sweep_says_which_files_are_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.application.images.STRETCH", 2)
    mona = await world.a_merchant()
    images = [await sent(world, mona) for _ in range(5)]
    await world.run_jobs()
    lost = (await image(world, images[3].id)).keys[-1]
    del world.shelf.shelf[lost]

    swept = await world.marketplace.images.sweep()

    assert [(each.image_id, each.key) for each in swept.missing] == [(images[3].id, lost)]
    assert list(swept.orphans) == []


async def test_an_image_that_no_product_shows_is_no_orphan(world: World) -> None:
    mona = await world.a_merchant()
    received = await sent(world, mona)
    await world.run_jobs()
    world.clock.pass_(timedelta(days=365))

    await world.marketplace.images.sweep()

    assert set(world.shelf.shelf) == set((await image(world, received.id)).keys)
