"""Orders at the same moment, in PostgreSQL, where somebody else may be in the way."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from marketplace.application.orders import PlacedOrder
from marketplace.application.ports import UnitOfWork
from marketplace.application.stock import written_down
from marketplace.domain.products import ProductId
from marketplace.domain.variants import OutOfStock, StockChange, StockMovement, StockReason
from tests.unit.contracts.order_counter import OrderCounterContract
from tests.unit.world import Seller, World


class TestPostgresOrderCounter(OrderCounterContract):
    pass


Holding = Callable[[UnitOfWork, Seller, ProductId], Awaitable[object]]

IN_THE_WAY: dict[str, Holding] = {
    "the product": lambda market, seller, product: market.products.hold(product),
    "the store": lambda market, seller, product: market.merchants.hold(seller.merchant_id),
}


@pytest.mark.parametrize("holding", IN_THE_WAY.values(), ids=IN_THE_WAY)
async def test_only_whoever_wants_what_is_being_held_waits(world: World, holding: Holding) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp, rug = await world.a_product(mona), await world.a_product(hind)

    async with world.ports.begin() as market:
        await holding(market, mona, lamp)
        waiting = asyncio.create_task(world.an_order(mona, lamp))
        beside = asyncio.create_task(world.an_order(hind, rug))

        # The counter is free for others, too: nobody is served after who waits.
        placed = await beside
        after = await world.an_order(hind, rug)

        assert [placed.order.number, after.order.number] == [1001, 1002]
        assert not waiting.done()
    assert (await waiting).order.number == 1001
    assert await world.stock(lamp) == (10, 1)


async def test_what_was_sold_while_somebody_waited_is_not_sold_again(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=2)

    async with world.ports.begin() as market:
        held = await market.products.hold(lamp)
        waiting = [asyncio.create_task(world.an_order(mona, lamp)) for _ in range(3)]
        moved = [_sold(world, held.default.reserve(1))]
        await market.products.save_stock([held], moved)

    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in outcomes].count(PlacedOrder) == 1
    assert [type(each) for each in outcomes].count(OutOfStock) == 2
    assert await world.stock(lamp) == (2, 2)


def _sold(world: World, change: StockChange) -> StockMovement:
    [moved] = written_down(
        [change], StockReason.ORDER_PLACED, world.ports.ids, at=world.clock.now()
    )
    return moved
