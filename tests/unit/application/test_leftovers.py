"""Leftovers: what nothing shows is kept for a while, and then it makes room."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from marketplace.application.images import FORGOTTEN, ReceiveImage
from marketplace.application.leftovers import KEPT_UNUSED
from marketplace.application.merchants import EditMerchant
from marketplace.application.ports import Paging
from marketplace.application.products import EditProduct
from marketplace.domain.events import Event
from marketplace.domain.images import Image, ImageId, ImageNotFound
from marketplace.domain.products import ProductId
from marketplace.domain.schedule import SweepDue
from tests.unit.world import PIXELS, Seller, World

A_NIGHT = timedelta(days=1)


@pytest.fixture
async def mona(world: World) -> Seller:
    return await world.a_merchant()


async def sent(world: World, seller: Seller, **said: object) -> Image:
    image = await world.marketplace.images.receive(
        ReceiveImage(acting=seller.actor, content=PIXELS, **said)  # type: ignore[arg-type]
    )
    await world.run_jobs()
    return image


async def show(world: World, seller: Seller, product_id: ProductId, *images: Image) -> None:
    await world.marketplace.products.edit(
        EditProduct(acting=seller.actor, product_id=product_id, images=[each.id for each in images])
    )


async def nights(world: World, number: int) -> list[ImageId]:
    """Every night what is left over is cleared away, and the files with it."""
    cleared: list[Image] = []
    for _ in range(number):
        world.clock.pass_(A_NIGHT)
        cleared += await world.marketplace.leftovers.clear()
    await world.run_jobs()
    return [each.id for each in cleared]


async def is_there(world: World, image: Image) -> bool:
    """The row, and a file to be shown; either both or none."""
    async with world.ports.begin() as market:
        known = await market.images.known([image.id])
    assert bool(known) == (image.preview.key in world.shelf.shelf)
    return bool(known)


async def test_a_photo_that_was_taken_off_its_product_goes_after_a_week(
    world: World, mona: Seller
) -> None:
    product_id = await world.a_product(mona)
    image = await sent(world, mona, product_id=product_id)
    await nights(world, 20)
    await show(world, mona, product_id)

    assert await nights(world, 7) == []
    assert await is_there(world, image)
    assert await nights(world, 1) == [image.id]

    assert not await is_there(world, image)
    assert world.shelf.shelf == {}
    async with world.ports.begin() as market:
        assert await market.images.count(mona.merchant_id) == 0


async def test_a_photo_that_was_never_put_anywhere_goes_after_a_week(
    world: World, mona: Seller
) -> None:
    image = await sent(world, mona)

    assert await nights(world, 7) == []
    assert await nights(world, 1) == [image.id]
    assert not await is_there(world, image)


async def test_photos_sent_ahead_can_be_put_up_all_week(world: World, mona: Seller) -> None:
    images = [await sent(world, mona) for _ in range(3)]
    await nights(world, 6)
    product_id = await world.a_product(mona)

    await show(world, mona, product_id, *images)
    await nights(world, 30)

    assert [await is_there(world, each) for each in images] == [True] * 3


async def test_the_week_begins_anew_when_a_photo_is_taken_off_again(
    world: World, mona: Seller
) -> None:
    """It is put up and taken off between two nights: nothing but the putting up tells."""
    product_id = await world.a_product(mona)
    image = await sent(world, mona)
    await nights(world, 6)

    await show(world, mona, product_id, image)
    await show(world, mona, product_id)

    assert await nights(world, 7) == []
    assert await nights(world, 1) == [image.id]


async def test_what_a_product_a_draft_or_a_logo_shows_stays(world: World, mona: Seller) -> None:
    images = [await sent(world, mona) for _ in range(2)]
    images.append(await sent(world, mona, purpose="logo"))
    draft = await world.a_product(mona, status="draft", images=[images[0].id])
    archived = await world.a_product(mona, images=[images[1].id])
    await world.marketplace.products.archive(mona.actor, archived)

    assert await nights(world, 60) == []

    assert [await is_there(world, each) for each in images] == [True] * 3
    assert (await world.product(draft)).images == (images[0].id,)


async def test_another_merchants_product_does_not_keep_a_photo(world: World, mona: Seller) -> None:
    """The arrays are not checked by the database, and must not be believed."""
    hind = await world.a_merchant()
    product_id = await world.a_product(hind)
    image = await sent(world, mona)
    async with world.ports.begin() as market:
        product = await market.products.hold(product_id)
        product.images = (image.id,)
        await market.products.save(product)

    assert await nights(world, 8) == [image.id]


async def test_looking_removes_nothing(world: World, mona: Seller) -> None:
    image = await sent(world, mona)
    await nights(world, 7)
    world.clock.pass_(A_NIGHT)

    looked = await world.marketplace.leftovers.clear(dry_run=True)

    assert [each.id for each in looked] == [image.id]
    assert await is_there(world, image)


async def test_whoever_only_looks_has_no_time_begin(world: World, mona: Seller) -> None:
    image = await sent(world, mona)

    assert await world.marketplace.leftovers.clear(dry_run=True) == []
    [looked] = await world.marketplace.leftovers.clear(dry_run=True, unused_for=timedelta())
    world.clock.pass_(timedelta(days=8))

    assert looked.id == image.id
    assert await world.marketplace.leftovers.clear() == []
    assert await is_there(world, image)


async def test_an_operator_who_needs_room_need_not_wait(world: World, mona: Seller) -> None:
    image = await sent(world, mona)

    cleared = await world.marketplace.leftovers.clear(unused_for=timedelta())

    assert [each.id for each in cleared] == [image.id]


@pytest.mark.parametrize("as_logo", [False, True])
async def test_whoever_takes_a_photo_up_before_it_is_removed_has_it(
    world: World, mona: Seller, monkeypatch: pytest.MonkeyPatch, as_logo: bool
) -> None:
    """Between looking for what is unused and removing it anything may happen."""
    image = await sent(world, mona)
    product_id = await world.a_product(mona)
    await nights(world, 7)
    world.clock.pass_(A_NIGHT)
    leftovers = world.marketplace.leftovers
    take = type(leftovers)._take

    async def late(self: object, *given: object) -> bool:
        if as_logo:
            await world.marketplace.merchants.edit(EditMerchant(acting=mona.actor, logo=image.id))
        else:
            await show(world, mona, product_id, image)
        return await take(leftovers, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(type(leftovers), "_take", late)
    cleared = await leftovers.clear()

    assert cleared == []
    assert await is_there(world, image)


async def test_whoever_comes_too_late_is_told_that_the_photo_is_gone(
    world: World, mona: Seller
) -> None:
    image = await sent(world, mona)
    product_id = await world.a_product(mona)
    await nights(world, 8)

    with pytest.raises(ImageNotFound):
        await show(world, mona, product_id, image)


async def test_a_store_that_is_closed_leaves_no_photo_behind(world: World, mona: Seller) -> None:
    boss = await world.an_admin()
    hind = await world.a_merchant()
    product_id = await world.a_product(mona)
    images = [
        await sent(world, mona),
        await sent(world, mona, product_id=product_id),
        await sent(world, mona, purpose="logo"),
    ]
    hers = await sent(world, hind)

    await world.marketplace.admin.close(boss, mona.merchant_id)
    await world.run_jobs()

    assert [await is_there(world, each) for each in images] == [False] * 3
    assert (await world.product(product_id)).images == ()
    assert await is_there(world, hers)
    assert {key.split("/")[1] for key in world.shelf.shelf} == {str(hers.id)}


async def test_what_a_store_left_that_was_closed_long_ago_goes_too(
    world: World, mona: Seller
) -> None:
    """By a version that did not take it away, or while a photo was still on its way."""
    boss = await world.an_admin()
    product_id = await world.a_product(mona)
    image = await sent(world, mona, product_id=product_id)
    await world.marketplace.admin.close(boss, mona.merchant_id)
    world.store.jobs.clear()

    assert await nights(world, 1) == [image.id]
    assert not await is_there(world, image)


async def test_every_night_the_clock_clears_what_is_left(world: World, mona: Seller) -> None:
    image = await sent(world, mona)
    product_id = await world.a_product(mona)
    shown = await sent(world, mona, product_id=product_id)
    happened: Sequence[Event] = [SweepDue(at=world.clock.now())]

    for _ in range(8):
        world.clock.pass_(A_NIGHT)
        async with world.ports.begin() as market:
            await market.outbox.add(*happened)
        await world.run_jobs()

    assert not await is_there(world, image)
    assert await is_there(world, shown)
    page = await world.marketplace.products.of_merchant(mona.actor, Paging())
    assert [each.id for each in page.items[0].images] == [shown.id]
    assert FORGOTTEN < KEPT_UNUSED
