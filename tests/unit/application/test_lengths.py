"""How much one may say, everywhere; a column, a screen and a letter count on it."""

from collections.abc import Awaitable, Callable

import pytest

from marketplace.application.admin import Announce
from marketplace.application.images import ReceiveImage
from marketplace.application.merchants import EditMerchant
from marketplace.application.orders import MoveOrder
from marketplace.application.products import AddProduct, EditProduct
from marketplace.domain.errors import InvalidFields
from tests.unit.world import PIXELS, World

Said = dict[str, str]


async def register(world: World, said: Said) -> object:
    return await world.a_merchant("mona", **said)


async def edit_merchant(world: World, said: Said) -> object:
    mona = await world.a_merchant()
    return await world.marketplace.merchants.edit(
        EditMerchant(acting=mona.actor, **said)  # type: ignore[arg-type]
    )


async def add_product(world: World, said: Said) -> object:
    mona = await world.a_merchant()
    return await world.marketplace.products.add(
        AddProduct(acting=mona.actor, price="1", **({"title": "x"} | said))  # type: ignore[arg-type]
    )


async def edit_product(world: World, said: Said) -> object:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    return await world.marketplace.products.edit(
        EditProduct(acting=mona.actor, product_id=lamp, **said)  # type: ignore[arg-type]
    )


async def send_image(world: World, said: Said) -> object:
    mona = await world.a_merchant()
    return await world.marketplace.images.receive(
        ReceiveImage(acting=mona.actor, content=PIXELS, **said)  # type: ignore[arg-type]
    )


async def place(world: World, said: Said) -> object:
    mona = await world.a_merchant()
    return await world.an_order(mona, await world.a_product(mona), **said)


async def cancel(world: World, said: Said) -> object:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    spoken = {"status": "cancelled", "reason": "x"} | said
    return await world.marketplace.moving.move(
        MoveOrder(acting=mona.actor, order_id=placed.order.id, **spoken)  # type: ignore[arg-type]
    )


async def suspend(world: World, said: Said) -> object:
    boss, mona = await world.an_admin(), await world.a_merchant()
    return await world.marketplace.admin.suspend(boss, mona.merchant_id, said["reason"])


async def announce(world: World, said: Said) -> object:
    boss = await world.an_admin()
    spoken = {"title": "x", "body": "x", "target_type": "all_merchants"} | said
    return await world.marketplace.admin.announce(Announce(acting=boss, **spoken))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("say", "field", "most"),
    [
        (register, "username", 30),
        (register, "name", 120),
        (edit_merchant, "name", 120),
        (edit_merchant, "description", 2000),
        (add_product, "title", 200),
        (add_product, "description", 5000),
        (add_product, "sku", 64),
        (edit_product, "title", 200),
        (edit_product, "description", 5000),
        (edit_product, "sku", 64),
        (send_image, "alt", 300),
        (place, "customer_name", 120),
        (place, "address", 500),
        (place, "city", 100),
        (place, "note", 1000),
        (cancel, "reason", 300),
        (cancel, "note", 1000),
        (cancel, "tracking_number", 100),
        (cancel, "courier", 100),
        (suspend, "reason", 300),
        (announce, "title", 200),
        (announce, "body", 5000),
    ],
)
async def test_a_field_is_so_long_and_no_longer(
    say: Callable[[World, Said], Awaitable[object]], field: str, most: int
) -> None:
    assert await say(World(), {field: "x" * most})

    with pytest.raises(InvalidFields) as refused:
        await say(World(), {field: "x" * (most + 1)})

    assert [each.field for each in refused.value.problems] == [field]


async def test_a_password_has_eight_to_a_hundred_and_twenty_eight_characters() -> None:
    endless = "a lamp is no lantern " + "x" * 200
    for length in (8, 128):
        assert await register(World(), {"password": endless[:length]})
    for length in (7, 129):
        with pytest.raises(InvalidFields):
            await register(World(), {"password": endless[:length]})
