"""Stock: units that come and go by hand, whatever is sold meanwhile."""

import pytest

from marketplace.application.orders import Wish
from marketplace.application.ports import Paging
from marketplace.application.products import EditProduct
from marketplace.application.stock import AdjustStock
from marketplace.domain.errors import InvalidFields
from marketplace.domain.notifications import Topic
from marketplace.domain.products import ProductNotFound
from marketplace.domain.variants import NotEnoughOnHand, StockReason
from tests.unit.world import World


async def test_units_go_beside_those_that_were_promised(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, stock=10)
    await world.an_order(mona, Wish(product_id=product_id, quantity=4))

    adjusted = await world.marketplace.stock.adjust(
        AdjustStock(
            acting=mona.actor, product_id=product_id, adjust=-6, reason="damaged", note=" ماء "
        )
    )

    assert await world.stock(product_id) == (4, 4)
    assert adjusted.variant.available == 0
    assert (adjusted.movement.reason, adjusted.movement.note) == (StockReason.DAMAGED, "ماء")
    assert adjusted.movement.by == mona.actor.account_id
    assert (await world.ledger(mona, product_id))[0] == adjusted.movement


async def test_a_promise_is_never_taken_back_by_counting(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, stock=10)
    await world.an_order(mona, Wish(product_id=product_id, quantity=4))

    with pytest.raises(NotEnoughOnHand) as refused:
        await world.marketplace.stock.adjust(
            AdjustStock(acting=mona.actor, product_id=product_id, adjust=-7, reason="lost")
        )

    assert refused.value.facts["available"] == 6
    assert await world.stock(product_id) == (10, 4)


async def test_every_mistake_of_an_adjustment_is_named(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona)

    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.stock.adjust(
            AdjustStock(
                acting=mona.actor, product_id=product_id, adjust=0, reason="sold", note="\x00"
            )
        )

    assert {each.field: each.code for each in refused.value.problems} == {
        "adjust": "bad-adjustment",
        "reason": "not-one-of",
        "note": "bad-characters",
    }


async def test_a_shelf_holds_only_so_much(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, stock=10)

    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.stock.adjust(
            AdjustStock(acting=mona.actor, product_id=product_id, adjust=10**9, reason="received")
        )

    assert [each.code for each in refused.value.problems] == ["bad-stock"]


async def test_the_stock_of_somebody_else_is_not_there(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    hers = await world.a_product(hind)

    with pytest.raises(ProductNotFound):
        await world.marketplace.stock.adjust(
            AdjustStock(acting=mona.actor, product_id=hers, adjust=1, reason="received")
        )
    with pytest.raises(ProductNotFound):
        await world.marketplace.stock.movements(mona.actor, hers, Paging())


async def test_the_merchant_is_told_each_time_few_are_left(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, stock=5, low_stock_at=2, title="عباءة")

    await world.an_order(mona, Wish(product_id=product_id, quantity=2))
    await world.an_order(mona, Wish(product_id=product_id, quantity=1))
    await world.an_order(mona, Wish(product_id=product_id, quantity=1))
    await world.marketplace.products.edit(
        EditProduct(acting=mona.actor, product_id=product_id, stock=9)
    )
    await world.marketplace.stock.adjust(
        AdjustStock(acting=mona.actor, product_id=product_id, adjust=-9, reason="lost")
    )
    await world.marketplace.jobs.run_all()

    inbox = await world.marketplace.notifications.inbox(mona.actor, Paging())
    told = [each.title for each in inbox.page.items if each.topic is Topic.LOW_STOCK]
    assert told == ["low_stock in ar"] * 2


async def test_stock_that_drifted_is_found_and_put_right(world: World) -> None:
    mona = await world.a_merchant()
    product_id, sound = await world.a_product(mona, stock=10), await world.a_product(mona)
    await world.an_order(mona, Wish(product_id=product_id, quantity=4), sound)
    world.tamper(product_id, on_hand=100, reserved=1)

    [found] = await world.marketplace.stock.reconcile(repair=False)
    assert await world.stock(product_id) == (100, 1)
    repaired = await world.marketplace.stock.reconcile(repair=True)

    assert list(repaired) == [found]
    assert (found.on_hand, found.reserved, found.ledger_on_hand, found.promised) == (100, 1, 10, 4)
    assert await world.stock(product_id) == (10, 4)
    assert not await world.marketplace.stock.reconcile(repair=True)


async def test_what_is_promised_lies_on_the_shelf_whatever_the_ledger_says(world: World) -> None:
    mona = await world.a_merchant()
    product_id = await world.a_product(mona, stock=10)
    await world.an_order(mona, Wish(product_id=product_id, quantity=4))
    world.store.stock_movements.clear()

    await world.marketplace.stock.reconcile(repair=True)

    assert await world.stock(product_id) == (4, 4)
    [line] = await world.ledger(mona, product_id)
    assert (line.reason, line.on_hand, line.reserved) == (StockReason.RECONCILED, 4, 4)
