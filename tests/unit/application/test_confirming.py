"""Confirming: asking the guest, the guest's own answer, and nobody's answer in time."""

from datetime import timedelta

import pytest

from marketplace.application.orders import (
    AskGuest,
    Back,
    MoveOrders,
    OrderInHand,
    PlacedOrder,
    Wish,
)
from marketplace.application.orders.confirming import AT_ONCE
from marketplace.application.products import EditProduct
from marketplace.domain.errors import InvalidFields
from marketplace.domain.orders import (
    MOST_ATTEMPTS,
    ConfirmationState,
    OrderId,
    OrderNotFound,
    OrderStatus,
    TooManyConfirmationAttempts,
    WrongOrderStatus,
)
from marketplace.domain.variants import OutOfStock, StockDrifted, StockReason
from tests.unit.world import NOBODYS, Seller, World


async def ask(
    world: World, seller: Seller, placed: PlacedOrder, outcome: str, note: str = ""
) -> OrderInHand:
    return await world.marketplace.confirming.ask(
        AskGuest(acting=seller.actor, order_id=placed.order.id, outcome=outcome, note=note)
    )


async def test_every_attempt_is_written_down_until_one_settles_it(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))

    await ask(world, mona, placed, "no_answer")
    await ask(world, mona, placed, "call_back", " بعد العصر ")
    confirmed = await ask(world, mona, placed, "confirmed")

    order = await world.order(placed.order.id)
    told = [(each.outcome, each.note) for each in order.confirmation.attempts]
    assert told == [("no_answer", ""), ("call_back", "بعد العصر"), ("confirmed", "")]
    assert (order.status, order.confirmation.state) == ("confirmed", "confirmed")
    assert confirmed.order == order
    assert OrderStatus.SHIPPED in confirmed.allowed_transitions


async def test_who_declines_gives_the_stock_back(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=3)
    placed = await world.an_order(mona, lamp)

    declined = await ask(world, mona, placed, "declined")

    assert declined.order.status is OrderStatus.CANCELLED
    assert declined.order.confirmation.state is ConfirmationState.DECLINED
    assert await world.stock(lamp) == (3, 0)


async def test_nothing_is_asked_of_an_order_that_is_settled(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    await ask(world, mona, placed, "confirmed")

    with pytest.raises(WrongOrderStatus):
        await ask(world, mona, placed, "no_answer")

    assert len((await world.order(placed.order.id)).confirmation.attempts) == 1


async def test_nobody_is_asked_for_ever(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    for _ in range(MOST_ATTEMPTS):
        await ask(world, mona, placed, "no_answer")

    with pytest.raises(TooManyConfirmationAttempts):
        await ask(world, mona, placed, "no_answer")


async def test_the_guests_of_somebody_else_are_not_asked(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    placed = await world.an_order(hind, await world.a_product(hind))

    with pytest.raises(OrderNotFound):
        await ask(world, mona, placed, "confirmed")
    with pytest.raises(InvalidFields):
        await ask(world, hind, placed, "maybe", "\x00")

    assert (await world.order(placed.order.id)).status is OrderStatus.PENDING


async def test_a_guest_confirms_by_link_and_once_more_changes_nothing(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    assert placed.allowed_transitions == (OrderStatus.CONFIRMED, OrderStatus.CANCELLED)

    seen = await world.marketplace.confirming.confirm_by_guest(placed.tracking_token)
    await world.marketplace.confirming.confirm_by_guest(placed.tracking_token)

    order = await world.order(placed.order.id)
    assert [(each.status, each.by) for each in order.timeline] == [
        ("pending", "guest"),
        ("confirmed", "guest"),
    ]
    assert seen.allowed_transitions == (OrderStatus.CANCELLED,)


async def test_a_guest_cancels_by_link_until_it_is_prepared(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=3)
    first, second = await world.an_order(mona, lamp), await world.an_order(mona, lamp)
    await world.move(mona, second.order.id, "confirmed", "preparing")

    await world.marketplace.confirming.cancel_by_guest(first.tracking_token, "طلبته بالخطأ")
    with pytest.raises(WrongOrderStatus):
        await world.marketplace.confirming.cancel_by_guest(second.tracking_token)
    with pytest.raises(OrderNotFound):
        await world.marketplace.confirming.cancel_by_guest("guess")

    assert (await world.order(first.order.id)).timeline[-1].reason == "طلبته بالخطأ"
    assert await world.stock(lamp) == (3, 1)


async def test_what_nobody_confirms_in_time_expires_and_frees_its_stock(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=9)
    late, confirmed = await world.an_order(mona, lamp), await world.an_order(mona, lamp)
    await world.move(mona, confirmed.order.id, "confirmed")
    world.clock.pass_(timedelta(hours=48) - timedelta(microseconds=1))
    fresh = await world.an_order(mona, lamp)
    assert await world.marketplace.confirming.expire_due() == 0

    world.clock.pass_(timedelta(microseconds=1))
    assert await world.marketplace.confirming.expire_due() == 1
    assert await world.marketplace.confirming.expire_due() == 0

    statuses = [(await world.order(each.order.id)).status for each in (late, confirmed, fresh)]
    assert statuses == ["expired", "confirmed", "pending"]
    assert await world.stock(lamp) == (9, 2)
    assert (await world.ledger(mona, lamp))[0].reason is StockReason.ORDER_EXPIRED


async def test_what_is_reopened_gets_its_whole_time_again(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    world.clock.pass_(timedelta(hours=50))
    await world.marketplace.confirming.expire_due()

    await world.move(mona, placed.order.id, "pending")

    order = await world.order(placed.order.id)
    assert order.confirm_by == world.clock.now() + timedelta(hours=48)
    assert await world.marketplace.confirming.expire_due() == 0


async def test_many_expire_at_once(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=500)
    for _ in range(AT_ONCE + 1):
        await world.an_order(mona, lamp)
    world.clock.pass_(timedelta(days=3))

    assert await world.marketplace.confirming.expire_due() == AT_ONCE + 1
    assert await world.stock(lamp) == (500, 0)


async def test_one_of_many_that_cannot_go_stops_no_other(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp = await world.a_product(mona)
    first, second = await world.an_order(mona, lamp), await world.an_order(mona, lamp)
    hers = await world.an_order(hind, await world.a_product(hind))
    await world.move(mona, second.order.id, "cancelled")
    keys = [first.order.id, second.order.id, hers.order.id, OrderId(NOBODYS), first.order.id]

    moved = await world.marketplace.moving.move_many(
        MoveOrders(acting=mona.actor, order_ids=keys, status="confirmed")
    )

    assert [each.order and each.order.status for each in moved] == ["confirmed", None, None, None]
    assert [type(each.refused).__name__ for each in moved] == [
        "NoneType",
        "WrongOrderStatus",
        "OrderNotFound",
        "OrderNotFound",
    ]
    assert (await world.order(hers.order.id)).status is OrderStatus.PENDING


@pytest.mark.parametrize(("keys", "status"), [(0, "confirmed"), (101, "confirmed"), (1, "gone")])
async def test_what_is_wrong_with_all_of_many_refuses_them_all(
    world: World, keys: int, status: str
) -> None:
    mona = await world.a_merchant()
    ids = [OrderId(world.ports.ids.new()) for _ in range(keys)]

    with pytest.raises(InvalidFields):
        await world.marketplace.moving.move_many(
            MoveOrders(acting=mona.actor, order_ids=ids, status=status)
        )


async def test_of_what_comes_back_some_is_damaged(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug = await world.a_product(mona, stock=5), await world.a_product(mona, stock=5)
    wishes = [Wish(product_id=each, quantity=3) for each in (lamp, rug)]
    placed = await world.an_order(mona, *wishes)
    [of_lamp, _] = (line.variant_id for line in placed.order.lines)
    await world.move(mona, placed.order.id, "confirmed", "shipped")

    with pytest.raises(InvalidFields):
        back = [Back(variant_id=of_lamp, quantity=4)]
        await world.move(mona, placed.order.id, "returned", restock=back)
    await world.move(
        mona, placed.order.id, "returned", restock=[Back(variant_id=of_lamp, quantity=2)]
    )

    assert (await world.stock(lamp), await world.stock(rug)) == ((4, 0), (2, 0))


async def test_an_order_whose_stock_drifted_keeps_no_other_from_expiring(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp, rug = await world.a_product(mona, stock=3), await world.a_product(hind, stock=3)
    stuck, free = await world.an_order(mona, lamp), await world.an_order(hind, rug)
    world.tamper(lamp, on_hand=3, reserved=0)
    world.clock.pass_(timedelta(hours=48))

    assert await world.marketplace.confirming.expire_due() == 1
    assert (await world.order(free.order.id)).status is OrderStatus.EXPIRED
    assert (await world.order(stuck.order.id)).status is OrderStatus.PENDING
    with pytest.raises(StockDrifted):
        await world.move(mona, stuck.order.id, "cancelled")

    await world.marketplace.stock.reconcile(repair=True)
    assert await world.marketplace.confirming.expire_due() == 1
    assert await world.stock(lamp) == (3, 0)


async def test_what_is_reopened_needs_the_units_it_was_promised_before(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=1)
    placed = await world.an_order(mona, lamp)
    await world.move(mona, placed.order.id, "cancelled")
    await world.marketplace.products.edit(
        EditProduct(acting=mona.actor, product_id=lamp, track_stock=False, stock=0)
    )

    with pytest.raises(OutOfStock):
        await world.move(mona, placed.order.id, "pending")


@pytest.mark.parametrize("quantity", [-1, 4, 10**25])
async def test_what_was_never_sent_cannot_come_back(world: World, quantity: int) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=5)
    placed = await world.an_order(mona, Wish(product_id=lamp, quantity=3))
    back = [Back(variant_id=placed.order.lines[0].variant_id, quantity=quantity)]
    await world.move(mona, placed.order.id, "confirmed", "shipped")

    with pytest.raises(InvalidFields) as refused:
        await world.move(mona, placed.order.id, "returned", restock=back)

    assert [(each.field, each.code) for each in refused.value.problems] == [
        ("restock", "not-in-order")
    ]
