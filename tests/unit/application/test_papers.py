"""Orders on paper: a sheet of many keeps nobody else waiting."""

import asyncio

from marketplace.application.orders import FindOrders
from marketplace.application.orders.papers import AT_A_GO
from marketplace.domain.accounts import Locale
from tests.unit.world import World


async def test_others_have_their_turn_while_a_long_sheet_is_written(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=1000)
    for _ in range(3 * AT_A_GO + 1):
        await world.an_order(mona, lamp)
    written = 0
    at_a_turn = list[int]()

    async def somebody_else() -> None:
        nonlocal written
        while True:
            at_a_turn.append(written)
            written = 0
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    rows = 0
    async for piece in world.marketplace.papers.sheet(
        mona.actor, FindOrders(), "order", Locale.ENGLISH
    ):
        count = piece.count("\r\n")
        written, rows = written + count, rows + count
    other.cancel()

    assert rows == 1 + 3 * AT_A_GO + 1
    assert max(at_a_turn) <= AT_A_GO + 1
