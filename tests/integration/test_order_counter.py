"""Orders at the same moment, in PostgreSQL, where somebody else may be in the way."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from marketplace.adapters.postgres.pool import Pool
from marketplace.adapters.postgres.transaction import Connection
from marketplace.application.orders import PlacedOrder
from marketplace.application.ports import UnitOfWork
from marketplace.application.stock import written_down
from marketplace.domain.errors import Unavailable
from marketplace.domain.products import ProductId
from marketplace.domain.variants import OutOfStock, StockChange, StockMovement, StockReason
from tests.unit.contracts.order_counter import OrderCounterContract, Trouble, at_once, orders_of
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


async def test_those_who_wait_for_the_same_go_together_when_it_is_free(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    counted = Trouble(world.ports.begin, Unavailable, 0)
    marketplace = world.with_(begin=counted.begin)

    async with world.ports.begin() as market:
        await market.products.hold(lamp)
        wanted = [world.an_order_for(mona, lamp) for _ in range(8)]
        waiting = asyncio.create_task(at_once(marketplace, *wanted))
        await counted.twice.wait()

    outcomes = await waiting
    assert [each.number for each in orders_of(outcomes)] == [*range(1001, 1009)]
    # Once it was not free, and then it was waited for.
    assert counted.begun == 2


async def test_a_product_is_held_with_all_its_variants_or_not_at_all(
    world: World, database_url: str
) -> None:
    """Somebody takes it and lets it go, again and again, in the middle of our looking."""
    lamp = await world.a_product(await world.a_merchant())
    for _ in range(40):
        await world.another_variant(lamp)
    over, seen = threading.Event(), set()

    def somebody() -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            while not over.is_set():
                connection.execute("SELECT id FROM products FOR NO KEY UPDATE")

    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(somebody))
        try:
            for _ in range(500):
                async with world.ports.begin() as market:
                    held = await market.products.hold_all([lamp], waiting=False)
                    seen.add(len(held[lamp].variants) if held else 0)
        finally:
            over.set()

    assert seen <= {0, 41}


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


async def test_what_goes_wrong_after_the_end_has_nobody_order_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    wanted = [world.an_order_for(mona, lamp) for _ in range(3)]
    give_back = Pool.putconn

    async def break_(pool: Pool, connection: Connection) -> None:
        await give_back(pool, connection)
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(Pool, "putconn", break_)
        outcomes = await at_once(world.marketplace, *wanted)

    assert [each.number for each in orders_of(outcomes)] == [1001, 1002, 1003]
    assert await world.stock(lamp) == (10, 3)
