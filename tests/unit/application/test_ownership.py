"""What is somebody else's cannot be told from what does not exist."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from marketplace.application.images import ReceiveImage
from marketplace.application.orders import MoveOrder
from marketplace.application.products import EditProduct
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.notifications import NotificationId
from marketplace.domain.orders import OrderId
from marketplace.domain.products import ProductId
from tests.unit.world import NOBODYS, PIXELS, World

Ask = Callable[[World, Actor, UUID], Awaitable[object]]

OF_AN_ORDER: dict[str, Ask] = {
    "find": lambda world, who, of: world.marketplace.orders.find(who, OrderId(of)),
    "move": lambda world, who, of: world.marketplace.moving.move(
        MoveOrder(acting=who, order_id=OrderId(of), status="confirmed")
    ),
}
OF_A_PRODUCT: dict[str, Ask] = {
    "find": lambda world, who, of: world.marketplace.products.find(who, ProductId(of)),
    "edit": lambda world, who, of: world.marketplace.products.edit(
        EditProduct(acting=who, product_id=ProductId(of), title="x")
    ),
    "archive": lambda world, who, of: world.marketplace.products.archive(who, ProductId(of)),
    "photograph": lambda world, who, of: world.marketplace.images.receive(
        ReceiveImage(acting=who, content=PIXELS, product_id=ProductId(of))
    ),
}
OF_A_SLIP: dict[str, Ask] = {
    "read": lambda world, who, of: world.marketplace.notifications.read(who, NotificationId(of)),
}


@pytest.mark.parametrize(
    "ask",
    [*OF_AN_ORDER.values(), *OF_A_PRODUCT.values(), *OF_A_SLIP.values()],
    ids=[*OF_AN_ORDER, *OF_A_PRODUCT, *OF_A_SLIP],
)
async def test_somebody_elses_and_nobodys_are_answered_alike(world: World, ask: Ask) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp = await world.a_product(mona)
    placed = await world.an_order(mona, lamp)
    await world.run_jobs()
    [slip] = await world.inbox(mona)
    hers = placed.order.id if ask in OF_AN_ORDER.values() else lamp
    theirs: UUID = slip.id if ask in OF_A_SLIP.values() else hers

    with pytest.raises(NotFound) as foreign:
        await ask(world, hind.actor, theirs)
    with pytest.raises(NotFound) as missing:
        await ask(world, hind.actor, NOBODYS)

    assert type(foreign.value) is type(missing.value)
    assert foreign.value.facts == missing.value.facts
    assert str(foreign.value) == str(missing.value)
