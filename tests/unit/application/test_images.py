"""Images: shown at once, made showable in every size soon after."""

import pytest

from marketplace.adapters.memory.neighbours import MemoryImageProcessor, MemoryImageStore
from marketplace.application.images import ReceiveImage
from marketplace.application.ports import Paging, Picture
from marketplace.domain.accounts import WrongRole
from marketplace.domain.errors import InvalidFields, Unavailable
from marketplace.domain.images import (
    Image,
    ImageId,
    ImageStatus,
    ImageTooLarge,
    UnreadableImage,
)
from marketplace.domain.products import MOST_IMAGES, ProductId, ProductNotFound
from tests.unit.world import NOBODYS, PIXELS, Seller, World


def png(width: int, height: int) -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + size


async def sent(
    world: World, seller: Seller, content: bytes = PIXELS, product_id: ProductId | None = None
) -> Image:
    wanted = ReceiveImage(acting=seller.actor, content=content, product_id=product_id)
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
        async def get(self, key: str, /) -> bytes:
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
    assert [each.id for each in shown.images] == [str(first.id), str(second.id)]


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
