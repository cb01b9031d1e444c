"""Products: put up, changed, taken down, and nobody else's business."""

from dataclasses import replace

import pytest

from marketplace.application.images import ReceiveImage
from marketplace.application.orders import Wish
from marketplace.application.ports import Paging, ProductView
from marketplace.application.products import AddProduct, EditProduct
from marketplace.domain.accounts import WrongRole
from marketplace.domain.errors import InvalidFields
from marketplace.domain.images import ImageId, ImageNotFound
from marketplace.domain.money import Money
from marketplace.domain.products import MOST_IMAGES, ProductId, ProductNotFound, ProductStatus
from marketplace.domain.variants import MOST_STOCK
from tests.unit.world import NOBODYS, PIXELS, Seller, World


async def edit(world: World, seller: Seller, product_id: ProductId, **said: object) -> ProductView:
    wanted = EditProduct(acting=seller.actor, product_id=product_id, **said)  # type: ignore[arg-type]
    return await world.marketplace.products.edit(wanted)


async def an_image(world: World, seller: Seller) -> ImageId:
    received = ReceiveImage(acting=seller.actor, content=PIXELS)
    return (await world.marketplace.images.receive(received)).id


async def test_what_is_put_up_is_on_sale_at_once(world: World) -> None:
    mona = await world.a_merchant()

    added = await world.marketplace.products.add(
        AddProduct(
            acting=mona.actor,
            title=" مصباح ",
            price="١٢٩٫٥",
            stock=3,
            description="يضيء\nجيدًا",
            sku=" L-1 ",
        )
    )

    product = added.product
    assert (product.title, product.description) == ("مصباح", "يضيء\nجيدًا")
    assert product.default.price == Money(12_950, "SAR")
    assert (product.default.sku, product.default.available) == ("L-1", 3)
    page = await world.marketplace.storefront.page(mona.username, Paging())
    assert [each.id for each in page.products.items] == [str(product.id)]


@pytest.mark.parametrize("status", ["draft", "archived"])
async def test_a_draft_is_seen_by_its_merchant_alone(world: World, status: str) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, status=status)

    page = await world.marketplace.storefront.page(mona.username, Paging())

    assert page.products.items == ()
    assert (await world.marketplace.products.find(mona.actor, product_id)).product.id == product_id


async def test_every_mistake_of_a_product_is_named_at_once(world: World) -> None:
    mona = await world.a_merchant()
    before = world.counted()

    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.products.add(
            AddProduct(
                acting=mona.actor,
                title="",
                price="1.005",
                stock=-1,
                description="\x00",
                status="sold",
                sku="x" * 65,
                images=[ImageId(world.ports.ids.new()) for _ in range(MOST_IMAGES + 1)],
            )
        )

    assert {each.field: each.code for each in refused.value.problems} == {
        "title": "missing",
        "description": "bad-characters",
        "price": "too-many-decimals",
        "stock": "bad-stock",
        "sku": "too-long",
        "status": "not-one-of",
        "images": "too-long",
    }
    assert world.counted() == before


async def test_a_price_is_in_the_currency_of_the_store(world: World) -> None:
    noor = await world.a_merchant("noor", phone="+96555512345")

    product = await world.product(await world.a_product(noor, price="4.750"))

    assert product.default.price == Money(4_750, "KWD")
    with pytest.raises(InvalidFields):
        await world.a_product(noor, price="4.7505")


async def test_one_thing_changes_and_everything_else_stays(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, sku="L-1", description="يضيء")
    before = await world.product(product_id)

    await edit(world, mona, product_id, title="فانوس")

    after = await world.product(product_id)
    assert after == replace(before, title="فانوس", version=after.version)


async def test_every_mistake_of_a_change_is_named_and_nothing_changes(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona)
    before = await world.product(product_id)

    with pytest.raises(InvalidFields) as refused:
        await edit(
            world,
            mona,
            product_id,
            title="\u200b",
            price="NaN",
            stock=MOST_STOCK + 1,
            description="x" * 5001,
            status="",
            sku="a\tb",
            images=[ImageId(world.ports.ids.new()) for _ in range(MOST_IMAGES + 1)],
        )

    assert {each.field for each in refused.value.problems} == {
        "title",
        "price",
        "stock",
        "description",
        "status",
        "sku",
        "images",
    }
    assert await world.product(product_id) == before


async def test_a_new_price_is_for_new_orders(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, price="50.00", title="مصباح")
    placed = await world.an_order(mona, product_id)

    await edit(world, mona, product_id, price="70", title="فانوس")

    [line] = (await world.order(placed.order.id)).lines
    assert (line.unit_price, line.title) == (Money(5_000, "SAR"), "مصباح")
    assert (await world.an_order(mona, product_id)).order.total == Money(7_000, "SAR")


async def test_stock_counts_what_nobody_was_promised(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, stock=10)
    await world.an_order(mona, Wish(product_id=product_id, quantity=4))

    await edit(world, mona, product_id, stock=1)

    assert await world.stock(product_id) == (5, 4)


async def test_a_stock_that_is_too_large_beside_promises_is_a_mistake_of_the_field(
    world: World,
) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, stock=1)
    await world.an_order(mona, product_id)

    with pytest.raises(InvalidFields) as refused:
        await edit(world, mona, product_id, stock=MOST_STOCK)

    assert [(each.field, each.code) for each in refused.value.problems] == [("stock", "bad-stock")]
    assert await world.stock(product_id) == (1, 1)


async def test_images_are_shown_in_the_order_they_were_named(world: World) -> None:
    mona = await world.a_merchant()
    first, second = await an_image(world, mona), await an_image(world, mona)
    product_id = await world.a_product(mona)

    shown = await edit(world, mona, product_id, images=[second, first, second])

    assert [each.id for each in shown.images] == [second, first]
    seen = await world.marketplace.products.find(mona.actor, product_id)
    assert [each.id for each in seen.images] == [second, first]
    assert (await edit(world, mona, product_id, images=[])).images == ()


async def test_an_image_of_somebody_else_is_not_there(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    hers = await an_image(world, hind)
    product_id = await world.a_product(mona)

    for image in (hers, ImageId(NOBODYS)):
        with pytest.raises(ImageNotFound):
            await edit(world, mona, product_id, images=[image])
        with pytest.raises(ImageNotFound):
            await world.marketplace.products.add(
                AddProduct(acting=mona.actor, title="x", price="1", images=[image])
            )

    assert (await world.product(product_id)).images == ()


async def test_an_archived_product_leaves_the_store_and_can_come_back(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona)

    await world.marketplace.products.archive(mona.actor, product_id)
    await world.marketplace.products.archive(mona.actor, product_id)

    assert (await world.product(product_id)).status is ProductStatus.ARCHIVED
    listed = await world.marketplace.products.of_merchant(mona.actor, Paging())
    assert listed.items == ()
    await edit(world, mona, product_id, status="active")
    page = await world.marketplace.storefront.page(mona.username, Paging())
    assert len(page.products.items) == 1


async def test_a_product_of_somebody_else_is_not_there(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    hers = await world.a_product(hind)
    before = await world.product(hers)

    for product_id in (hers, ProductId(NOBODYS)):
        with pytest.raises(ProductNotFound):
            await world.marketplace.products.find(mona.actor, product_id)
        with pytest.raises(ProductNotFound):
            await edit(world, mona, product_id, price="0.01")
        with pytest.raises(ProductNotFound):
            await edit(world, mona, product_id, price="nonsense")
        with pytest.raises(ProductNotFound):
            await world.marketplace.products.archive(mona.actor, product_id)

    assert await world.product(hers) == before
    listed = await world.marketplace.products.of_merchant(mona.actor, Paging())
    assert listed.items == ()


async def test_products_are_listed_newest_first_a_stretch_at_a_time(world: World) -> None:
    mona = await world.a_merchant()
    ids = [await world.a_product(mona) for _ in range(5)]

    first = await world.marketplace.products.of_merchant(mona.actor, Paging(limit=3))
    second = await world.marketplace.products.of_merchant(
        mona.actor, Paging(limit=3, after=first.next)
    )

    seen = [each.product.id for each in (*first.items, *second.items)]
    assert seen == ids[::-1]
    assert second.next is None


async def test_an_admin_sells_nothing(world: World) -> None:
    boss = await world.an_admin()

    with pytest.raises(WrongRole):
        await world.marketplace.products.add(AddProduct(acting=boss, title="x", price="1"))
    with pytest.raises(WrongRole):
        await world.marketplace.products.of_merchant(boss, Paging())
