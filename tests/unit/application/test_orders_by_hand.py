"""Orders by hand: taken by phone, edited before they leave, paid back, taken away by an admin."""

from datetime import timedelta
from urllib.parse import unquote

import pytest

from marketplace.application.orders import (
    Back,
    CancelOrder,
    EditOrder,
    OrderInHand,
    RefundOrder,
    TakenOrder,
    TakeOrder,
    Wish,
)
from marketplace.application.products import EditProduct
from marketplace.domain.accounts import WrongRole
from marketplace.domain.audit import Action
from marketplace.domain.delivery import CityMissing, CityNotServed, DeliveryTerms, Zone
from marketplace.domain.errors import InvalidFields, StaleVersion
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    MOST_EDITS,
    MOST_REFUNDS,
    CollectedTooLittle,
    CollectedTooMuch,
    DiscountTooLarge,
    NotEditable,
    NothingToRefund,
    OrderId,
    OrderNotFound,
    OrderStatus,
    PaymentStatus,
    PriceChanged,
    RefundedTooMuch,
    TooManyEdits,
    TooManyRefunds,
    WrongOrderStatus,
)
from marketplace.domain.products import ProductId, ProductNotFound
from marketplace.domain.variants import OutOfStock, StockReason
from tests.unit.world import NOBODYS, Seller, World


def wish(product_id: ProductId, quantity: int = 1) -> Wish:
    return Wish(product_id=product_id, quantity=quantity)


async def taken(world: World, seller: Seller, *items: Wish, **said: object) -> TakenOrder:
    wanted = {
        "customer_name": "سارة",
        "customer_phone": "0501234567",
        "address": "حي النخيل",
    } | said
    return await world.marketplace.taking.take(
        TakeOrder(acting=seller.actor, items=items, **wanted)  # type: ignore[arg-type]
    )


async def edited(world: World, seller: Seller, order_id: OrderId, **said: object) -> OrderInHand:
    return await world.marketplace.editing.edit(
        EditOrder(acting=seller.actor, order_id=order_id, **said)  # type: ignore[arg-type]
    )


async def refunded(
    world: World, seller: Seller, order_id: OrderId, amount: str, reason: str = "broken"
) -> OrderInHand:
    return await world.marketplace.paying.refund(
        RefundOrder(acting=seller.actor, order_id=order_id, amount=amount, reason=reason)
    )


async def a_delivered(world: World, seller: Seller, **said: object) -> OrderId:
    placed = await world.an_order(seller, await world.a_product(seller, price="50.00"))
    await world.move(seller, placed.order.id, "confirmed", "shipped")
    await world.move(seller, placed.order.id, "delivered", **said)
    return placed.order.id


# Taking


async def test_a_merchant_writes_down_what_was_ordered_by_phone(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00", stock=5)

    told = await taken(world, mona, wish(lamp, 2), source="phone", merchant_note="زبونة قديمة")

    order = told.order
    assert (order.number, order.source, order.status) == (1001, "phone", "pending")
    assert (order.total.amount, order.merchant_note) == ("100.00", "زبونة قديمة")
    assert [(each.status, each.by) for each in order.timeline] == [("pending", "merchant")]
    assert await world.stock(lamp) == (5, 2)
    assert (await world.ledger(mona, lamp))[0].by == mona.actor.account_id
    assert await world.order(order.id) == order
    [booked] = world.audited(Action.ORDER_TAKEN)
    assert (booked.actor_id, booked.subject_id) == (mona.actor.account_id, order.id)
    assert booked.after == {"status": "pending", "source": "phone", "total": "100.00"}


async def test_the_customer_is_sent_the_link_of_an_order_that_was_taken(world: World) -> None:
    mona = await world.a_merchant()

    told = await taken(world, mona, wish(await world.a_product(mona)))

    token = told.tracking_url.rpartition("/")[2]
    seen = await world.marketplace.orders.track(token)
    assert seen.order.id == told.order.id
    assert told.tracking_url in unquote(told.whatsapp_url)
    assert told.whatsapp_url.startswith("https://wa.me/966501234567?text=")


async def test_what_was_confirmed_on_the_phone_is_not_asked_again(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=5)

    told = await taken(world, mona, wish(lamp), confirmed=True)

    assert (told.order.status, told.order.confirmation.state) == ("confirmed", "confirmed")
    assert [each.status for each in told.order.timeline] == ["pending", "confirmed"]
    assert "shipped" in told.allowed_transitions
    assert "هل تؤكد" not in unquote(told.whatsapp_url)
    world.clock.pass_(timedelta(days=30))
    assert await world.marketplace.confirming.expire_due() == 0


async def test_a_merchant_gives_something_off(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00")

    told = await taken(world, mona, wish(lamp, 2), discount="٣٠", expected_total="70")

    assert (told.order.total, told.order.discount) == (Money(7000, "SAR"), Money(3000, "SAR"))
    with pytest.raises(DiscountTooLarge):
        await taken(world, mona, wish(lamp, 2), discount="100.01")
    with pytest.raises(PriceChanged):
        await taken(world, mona, wish(lamp, 2), discount="30", expected_total="100")
    assert (await taken(world, mona, wish(lamp, 2), discount="100")).order.total.minor == 0
    assert await world.stock(lamp) == (10, 4)


async def test_the_stock_is_the_same_for_everybody(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=1)
    counted = world.counted()

    with pytest.raises(OutOfStock):
        await taken(world, mona, wish(lamp, 2))

    assert (world.counted(), await world.stock(lamp)) == (counted, (1, 0))


async def test_a_merchant_orders_from_their_own_store_even_on_holiday(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp = await world.a_product(mona)
    await world.holiday(mona, days=3)

    assert await taken(world, mona, wish(lamp))
    with pytest.raises(ProductNotFound):
        await taken(world, hind, wish(lamp))
    with pytest.raises(WrongRole):
        await world.marketplace.taking.take(
            TakeOrder(
                acting=await world.an_admin(),
                customer_name="a",
                customer_phone="0501234567",
                address="b",
                items=[wish(lamp)],
            )
        )


async def test_every_mistake_of_an_order_that_is_taken_is_named_at_once(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)

    with pytest.raises(InvalidFields) as refusal:
        await taken(
            world, mona, wish(lamp), source="storefront", discount="-1", customer_name="", note="\0"
        )

    assert {each.field: each.code for each in refusal.value.problems} == {
        "customer_name": "missing",
        "note": "bad-characters",
        "source": "not-one-of",
        "discount": "negative-amount",
    }


async def test_the_merchant_is_not_told_of_what_they_did_themselves(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    await world.run_jobs()
    letters = len(world.mailer.sent)

    await taken(world, mona, wish(lamp))
    await world.run_jobs()

    assert (await world.inbox(mona), len(world.mailer.sent)) == ((), letters)


# Editing


async def test_the_stock_follows_the_lines_of_an_order(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug, cup = [await world.a_product(mona, price="50.00", stock=10) for _ in range(3)]
    placed = await world.an_order(mona, wish(lamp, 3), wish(rug, 2))

    seen = await edited(world, mona, placed.order.id, items=[wish(lamp, 5), wish(cup, 1)])

    assert seen.order.total.amount == "300.00"
    assert [(each.product_id, each.quantity) for each in seen.order.lines] == [(lamp, 5), (cup, 1)]
    assert [await world.stock(each) for each in (lamp, rug, cup)] == [(10, 5), (10, 0), (10, 1)]
    assert await world.order(placed.order.id) == seen.order
    newest = (await world.ledger(mona, lamp))[0]
    assert (newest.reason, newest.reserved) == (StockReason.ORDER_EDITED, 2)
    assert (newest.reference, newest.by) == (placed.order.id, mona.actor.account_id)


async def test_an_edit_is_in_the_timeline_and_in_the_book(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00", title="مصباح")
    placed = await world.an_order(mona, wish(lamp, 3))
    variant = placed.order.lines[0].variant_id

    seen = await edited(
        world, mona, placed.order.id, items=[wish(lamp, 2)], address="حي الورود", city="جدة"
    )

    entry = seen.order.timeline[-1]
    assert (entry.event, entry.status, entry.by) == ("edited", "pending", "merchant")
    assert [(each.field, each.before, each.after) for each in entry.changes] == [
        ("items", "3 × مصباح, 50.00 SAR", "2 × مصباح, 50.00 SAR"),
        ("address", "حي النخيل", "حي الورود"),
        ("city", "", "جدة"),
        ("total", "150.00", "100.00"),
    ]
    [booked] = world.audited(Action.ORDER_EDITED)
    assert (booked.actor_id, booked.subject_id) == (mona.actor.account_id, placed.order.id)
    assert (booked.before["total"], booked.after["total"]) == ("150.00", "100.00")
    units = f"units of {variant}"
    assert (booked.before[units], booked.after[units]) == (3, 2)
    assert booked.after["changed"] == "items, address, city"
    assert "الورود" not in str(booked)


async def test_the_guest_sees_the_order_as_it_is_now(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00")
    placed = await world.an_order(mona, wish(lamp, 3))
    await edited(world, mona, placed.order.id, items=[wish(lamp, 1)])

    seen = await world.marketplace.orders.track(placed.tracking_token)

    assert seen.order.total.amount == "50.00"
    assert [each.event for each in seen.order.timeline] == ["moved", "edited"]


async def test_what_was_sold_keeps_its_price_unless_it_is_to_cost_what_it_does_today(
    world: World,
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00")
    placed = await world.an_order(mona, wish(lamp, 1))
    await world.marketplace.products.edit(
        EditProduct(acting=mona.actor, product_id=lamp, price="60.00")
    )

    kept = await edited(world, mona, placed.order.id, items=[wish(lamp, 2)])
    today = await edited(world, mona, placed.order.id, reprice=True)

    assert (kept.order.total.amount, today.order.total.amount) == ("100.00", "120.00")
    assert await world.stock(lamp) == (10, 2)


async def test_an_edit_that_cannot_be_granted_names_every_short_line_and_changes_nothing(
    world: World,
) -> None:
    mona = await world.a_merchant()
    lamp, rug = [await world.a_product(mona, stock=each) for each in (4, 1)]
    placed = await world.an_order(mona, wish(lamp, 3))
    variants = [(await world.product(each)).default.id for each in (lamp, rug)]
    counted = world.counted()

    with pytest.raises(OutOfStock) as refusal:
        await edited(
            world, mona, placed.order.id, items=[wish(lamp, 9), wish(rug, 2)], address="else"
        )

    assert refusal.value.facts == {
        "lines": [
            {"product_id": lamp, "variant_id": variants[0], "wanted": 9, "available": 4},
            {"product_id": rug, "variant_id": variants[1], "wanted": 2, "available": 1},
        ]
    }
    assert await world.order(placed.order.id) == placed.order
    assert (await world.stock(lamp), await world.stock(rug)) == ((4, 3), (1, 0))
    assert world.counted() == counted


async def test_what_left_the_store_can_stay_in_an_order_or_go_and_nothing_of_it_comes(
    world: World,
) -> None:
    mona = await world.a_merchant()
    lamp, rug = await world.a_product(mona), await world.a_product(mona)
    placed = await world.an_order(mona, wish(lamp, 3))
    for each in (lamp, rug):
        await world.marketplace.products.archive(mona.actor, each)

    seen = await edited(world, mona, placed.order.id, items=[wish(lamp, 2)])
    assert seen.order.lines[0].quantity == 2
    with pytest.raises(ProductNotFound):
        await edited(world, mona, placed.order.id, items=[wish(lamp, 2), wish(rug)])
    assert await world.stock(lamp) == (10, 2)


async def test_what_is_not_counted_is_not_promised_by_an_edit(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=2, track_stock=False)
    placed = await world.an_order(mona, wish(lamp, 5))

    await edited(world, mona, placed.order.id, items=[wish(lamp, 9)])

    assert await world.stock(lamp) == (2, 0)


@pytest.mark.parametrize("items", [[], None])
async def test_an_order_keeps_at_least_one_line(world: World, items: list[Wish] | None) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    placed = await world.an_order(mona, wish(lamp))

    with pytest.raises(InvalidFields):
        await edited(world, mona, placed.order.id, items=items or [wish(lamp, 0)])


async def test_an_edit_of_nothing_does_nothing(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    placed = await world.an_order(mona, wish(lamp, 2))
    counted = world.counted()

    seen = await edited(
        world, mona, placed.order.id, items=[wish(lamp), wish(lamp)], address="حي النخيل"
    )

    assert (seen.order, world.counted()) == (placed.order, counted)


async def test_an_order_is_edited_until_it_is_shipped_and_its_parcel_ever_after(
    world: World,
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    placed = await world.an_order(mona, wish(lamp))
    for status in ("confirmed", "preparing", "shipped"):
        await edited(world, mona, placed.order.id, note=status)
        await world.move(mona, placed.order.id, status)

    for said in ({"address": "else"}, {"items": [wish(lamp, 2)]}, {"discount": "1"}):
        with pytest.raises(NotEditable) as refusal:
            await edited(world, mona, placed.order.id, **said)
    assert refusal.value.facts == {
        "status": "shipped",
        "fields": ["discount"],
        "allowed": ["pending", "confirmed", "preparing"],
    }
    seen = await edited(
        world, mona, placed.order.id, tracking_number="AX-2", courier="Aramex", merchant_note="x"
    )

    assert (seen.order.tracking_number, seen.order.courier) == ("AX-2", "Aramex")
    assert [each.field for each in seen.order.timeline[-1].changes] == [
        "tracking_number",
        "courier",
    ]
    assert await world.stock(lamp) == (9, 0)


async def test_a_note_of_the_merchant_is_nobody_elses_business(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    await world.move(mona, placed.order.id, "cancelled")

    seen = await edited(world, mona, placed.order.id, merchant_note="لا ترد أبدًا")

    assert seen.order.merchant_note == "لا ترد أبدًا"
    assert len(seen.order.timeline) == 2
    assert "ترد" not in str(world.audited(Action.ORDER_EDITED))


async def test_writing_something_down_does_not_make_the_time_to_reopen_longer(
    world: World,
) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    await world.move(mona, placed.order.id, "cancelled")
    world.clock.pass_(timedelta(days=6))
    await edited(world, mona, placed.order.id, merchant_note="x")
    world.clock.pass_(timedelta(days=2))

    with pytest.raises(WrongOrderStatus):
        await world.move(mona, placed.order.id, "pending")


async def test_nobody_edits_what_they_have_not_seen_or_what_is_not_theirs(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))

    with pytest.raises(StaleVersion):
        await edited(world, mona, placed.order.id, note="x", seen={7})
    for seller, order_id in ((hind, placed.order.id), (mona, OrderId(NOBODYS))):
        with pytest.raises(OrderNotFound):
            await edited(world, seller, order_id, note="x")
        with pytest.raises(OrderNotFound):
            await refunded(world, seller, order_id, "1")


async def test_a_discount_is_given_and_taken_back_and_stays_below_the_goods(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00")
    placed = await world.an_order(mona, wish(lamp, 2))

    given = await edited(world, mona, placed.order.id, discount="60")
    assert given.order.total.amount == "40.00"
    with pytest.raises(DiscountTooLarge):
        await edited(world, mona, placed.order.id, items=[wish(lamp, 1)])
    none = await edited(world, mona, placed.order.id, discount="")

    assert (none.order.total.amount, none.order.discount) == ("100.00", None)


async def test_fees_follow_the_goods_and_the_city(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00")
    zone = Zone(name="near", cities=("الرياض",), fee=Money(1500, "SAR"))
    async with world.ports.begin() as market:
        merchant = await market.merchants.hold(mona.merchant_id)
        merchant.delivery = DeliveryTerms(
            zones=(zone,),
            default_fee=None,
            free_from=Money(20000, "SAR"),
            cod_fee=Money(500, "SAR"),
        )
        await market.merchants.save(merchant)

    told = await taken(
        world, mona, wish(lamp, 2), city="Riyadh, الرياض", discount="10", expected_total="110"
    )
    assert told.order.total.amount == "110.00"
    free = await edited(world, mona, told.order.id, items=[wish(lamp, 4)])
    assert free.order.total.amount == "195.00"
    assert ("fees", "delivery 15.00, cash_on_delivery 5.00", "cash_on_delivery 5.00") in {
        (each.field, each.before, each.after) for each in free.order.timeline[-1].changes
    }
    with pytest.raises(CityNotServed):
        await edited(world, mona, told.order.id, city="جدة")
    with pytest.raises(CityMissing):
        await taken(world, mona, wish(lamp))


async def test_nobody_edits_for_ever(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    for turn in range(MOST_EDITS):
        await edited(world, mona, placed.order.id, note=str(turn))

    with pytest.raises(TooManyEdits):
        await edited(world, mona, placed.order.id, note="once more")


async def test_more_of_what_is_counted_by_now_is_counted(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, track_stock=False)
    order_id = (await world.an_order(mona, wish(lamp, 2))).order.id
    edit = world.marketplace.products.edit
    await edit(EditProduct(acting=mona.actor, product_id=lamp, track_stock=True, stock=5))

    with pytest.raises(OutOfStock) as refusal:
        await edited(world, mona, order_id, items=[wish(lamp, 6)])
    variant = (await world.product(lamp)).default.id
    short = {"product_id": lamp, "variant_id": variant, "wanted": 6, "available": 5}
    assert refusal.value.facts == {"lines": [short]}
    await edited(world, mona, order_id, items=[wish(lamp, 1)])
    assert await world.stock(lamp) == (5, 0)
    await edited(world, mona, order_id, items=[wish(lamp, 4)])

    assert await world.stock(lamp) == (5, 4)
    await world.move(mona, order_id, "confirmed", "shipped")
    assert await world.stock(lamp) == (1, 0)


async def test_more_of_what_is_not_counted_any_more_is_not_counted(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=5)
    order_id = (await world.an_order(mona, wish(lamp, 2))).order.id
    edit = world.marketplace.products.edit
    await edit(EditProduct(acting=mona.actor, product_id=lamp, track_stock=False))

    await edited(world, mona, order_id, items=[wish(lamp, 2)], note="as it was")
    assert await world.stock(lamp) == (5, 2)
    await edited(world, mona, order_id, items=[wish(lamp, 50)])

    assert await world.stock(lamp) == (5, 0)
    await world.move(mona, order_id, "confirmed", "shipped")
    assert await world.stock(lamp) == (5, 0)
    assert not await world.marketplace.stock.reconcile(repair=False)


async def test_every_mistake_of_an_edit_is_named_at_once(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))

    with pytest.raises(InvalidFields) as refusal:
        await edited(
            world,
            mona,
            placed.order.id,
            customer_name="",
            customer_phone="1",
            address="",
            email="x",
            note="\0",
            discount="NaN",
            amount_collected="-1",
            courier="x" * 101,
        )

    assert {each.field for each in refusal.value.problems} == {
        "customer_name",
        "customer_phone",
        "address",
        "email",
        "note",
        "discount",
        "amount_collected",
        "courier",
    }


# Money


async def test_money_is_given_back_bit_by_bit_and_never_more_than_came(world: World) -> None:
    mona = await world.a_merchant()
    order_id = await a_delivered(world, mona, amount_collected="45")

    first = await refunded(world, mona, order_id, "20.00", "حبة مكسورة")
    assert first.order.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    with pytest.raises(RefundedTooMuch) as refusal:
        await refunded(world, mona, order_id, "25.01")
    assert refusal.value.facts == {"left": "25.00", "currency": "SAR"}
    second = await refunded(world, mona, order_id, "25")
    assert second.order.payment_status is PaymentStatus.REFUNDED
    with pytest.raises(NothingToRefund):
        await refunded(world, mona, order_id, "0.01")

    order = await world.order(order_id)
    assert (order.amount_refunded, order.amount_collected) == (
        Money(4500, "SAR"),
        Money(4500, "SAR"),
    )
    assert order.amount_missing == Money(500, "SAR")
    assert [(each.event, each.reason) for each in order.timeline[-2:]] == [
        ("refunded", "حبة مكسورة"),
        ("refunded", "broken"),
    ]
    booked = world.audited(Action.ORDER_REFUNDED)
    assert [(each.before, each.after) for each in booked] == [
        (
            {"payment_status": "collected", "amount_refunded": "0.00"},
            {"payment_status": "partially_refunded", "amount_refunded": "20.00"},
        ),
        (
            {"payment_status": "partially_refunded", "amount_refunded": "20.00"},
            {"payment_status": "refunded", "amount_refunded": "45.00"},
        ),
    ]


async def test_what_was_collected_is_put_right(world: World) -> None:
    mona = await world.a_merchant()
    order_id = await a_delivered(world, mona, amount_collected="45")
    await refunded(world, mona, order_id, "20")

    all_of_it = await edited(world, mona, order_id, amount_collected="50.00")
    assert all_of_it.order.amount_missing == Money(0, "SAR")
    just_that = await edited(world, mona, order_id, amount_collected="20")

    assert just_that.order.payment_status is PaymentStatus.REFUNDED
    with pytest.raises(CollectedTooLittle) as less:
        await edited(world, mona, order_id, amount_collected="19.99")
    assert less.value.facts == {"refunded": "20.00", "currency": "SAR"}
    with pytest.raises(CollectedTooMuch):
        await edited(world, mona, order_id, amount_collected="50.01")
    order = await world.order(order_id)
    assert [
        (change.field, change.before, change.after)
        for entry in order.timeline[-2:]
        for change in entry.changes
    ] == [("amount_collected", "45.00", "50.00"), ("amount_collected", "50.00", "20.00")]
    booked = world.audited(Action.ORDER_EDITED)
    assert [
        (each.before["amount_collected"], each.after["amount_collected"]) for each in booked
    ] == [
        ("45.00", "50.00"),
        ("50.00", "20.00"),
    ]


async def test_what_was_handed_over_for_nothing_after_all_is_unpaid(world: World) -> None:
    mona = await world.a_merchant()
    order_id = await a_delivered(world, mona)

    seen = await edited(world, mona, order_id, amount_collected="")

    assert seen.order.payment_status is PaymentStatus.UNPAID
    assert (await edited(world, mona, order_id, amount_collected="0")).order == seen.order


@pytest.mark.parametrize("nothing", ["", "0"])
async def test_to_say_that_nothing_was_collected_yet_settles_nothing(
    world: World, nothing: str
) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))

    seen = await edited(world, mona, placed.order.id, amount_collected=nothing, note="a form")

    assert (seen.order.note, seen.order.amount_collected) == ("a form", None)
    assert await world.order(placed.order.id) == seen.order


async def test_nothing_was_collected_before_the_door_and_nothing_changes_once_it_came_back(
    world: World,
) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    returned = await a_delivered(world, mona)
    await world.move(mona, returned, "returned")

    for order_id in (placed.order.id, returned):
        with pytest.raises(NotEditable) as refusal:
            await edited(world, mona, order_id, amount_collected="1")
        assert refusal.value.facts["allowed"] == [OrderStatus.DELIVERED]


async def test_nothing_is_given_back_of_what_was_never_paid(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    free = await a_delivered(world, mona, amount_collected="0")

    for order_id in (placed.order.id, free):
        with pytest.raises(NothingToRefund):
            await refunded(world, mona, order_id, "1")
    for amount in ("0", "-1", "NaN", "1.001"):
        with pytest.raises(InvalidFields):
            await refunded(world, mona, free, amount)
    with pytest.raises(InvalidFields):
        await refunded(world, mona, free, "1", reason="")


async def test_nobody_gives_back_for_ever(world: World) -> None:
    mona = await world.a_merchant()
    order_id = await a_delivered(world, mona)
    for _ in range(MOST_REFUNDS):
        await refunded(world, mona, order_id, "0.01")

    with pytest.raises(TooManyRefunds):
        await refunded(world, mona, order_id, "0.01")


@pytest.mark.parametrize(
    ("said", "status", "amount"),
    [
        (None, "refunded", "50.00"),
        ("30", "partially_refunded", "40.00"),
        ("0", "partially_refunded", "10.00"),
    ],
)
async def test_what_comes_back_is_paid_back_as_far_as_nothing_else_is_said(
    world: World, said: str | None, status: str, amount: str
) -> None:
    mona = await world.a_merchant()
    order_id = await a_delivered(world, mona)
    await refunded(world, mona, order_id, "10")

    seen = await world.move(mona, order_id, "returned", amount_refunded=said)

    assert (seen.order.payment_status, seen.order.amount_refunded) == (
        status,
        Money.parse(amount, "SAR"),
    )


async def test_a_refund_belongs_to_a_return_that_was_paid(world: World) -> None:
    mona = await world.a_merchant()
    order_id = await a_delivered(world, mona)
    placed = await world.an_order(mona, await world.a_product(mona))

    with pytest.raises(NothingToRefund):
        await world.move(mona, placed.order.id, "confirmed", amount_refunded="1")
    with pytest.raises(RefundedTooMuch):
        await world.move(mona, order_id, "returned", amount_refunded="50.01")
    await world.move(mona, placed.order.id, "confirmed", "shipped")
    with pytest.raises(NothingToRefund):
        await world.move(mona, placed.order.id, "returned", amount_refunded="1")

    unpaid = await world.move(mona, placed.order.id, "returned", amount_refunded="0")
    assert unpaid.order.payment_status is PaymentStatus.UNPAID


async def test_the_same_status_again_does_nothing_whatever_else_is_said(world: World) -> None:
    mona = await world.a_merchant()
    order_id = await a_delivered(world, mona)
    before, counted = await world.order(order_id), world.counted()

    seen = await world.move(mona, order_id, "delivered", amount_collected="1", note="x")

    assert (seen.order, world.counted()) == (before, counted)


# An admin


async def test_an_admin_takes_an_order_away_with_a_reason(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    lamp = await world.a_product(mona, stock=5)
    placed = await world.an_order(mona, wish(lamp, 2))
    await world.move(mona, placed.order.id, "confirmed", "preparing")
    cancel = CancelOrder(acting=boss, order_id=placed.order.id, reason="احتيال")

    seen = await world.marketplace.moving.cancel_by_admin(cancel)
    again = await world.marketplace.moving.cancel_by_admin(cancel)

    assert (seen.order.status, again.order) == ("cancelled", seen.order)
    last = seen.order.timeline[-1]
    assert (last.by, last.reason) == ("admin", "احتيال")
    assert await world.stock(lamp) == (5, 0)
    booked = world.audited(Action.ORDER_MOVED)[-1]
    assert (booked.actor_id, booked.before, booked.after) == (
        boss.account_id,
        {"status": "preparing"},
        {"status": "cancelled", "reason": "احتيال"},
    )


async def test_an_admin_does_not_stop_a_parcel_and_a_merchant_is_no_admin(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona))
    await world.move(mona, placed.order.id, "confirmed", "shipped")
    cancel = world.marketplace.moving.cancel_by_admin

    with pytest.raises(WrongOrderStatus):
        await cancel(CancelOrder(acting=boss, order_id=placed.order.id, reason="x"))
    with pytest.raises(OrderNotFound):
        await cancel(CancelOrder(acting=boss, order_id=OrderId(NOBODYS), reason="x"))
    with pytest.raises(InvalidFields):
        await cancel(CancelOrder(acting=boss, order_id=placed.order.id, reason=""))
    with pytest.raises(WrongRole):
        await cancel(CancelOrder(acting=mona.actor, order_id=placed.order.id, reason="x"))


async def test_what_comes_back_broken_in_part_goes_back_in_part(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug = [await world.a_product(mona, stock=5) for _ in range(2)]
    placed = await world.an_order(mona, wish(lamp, 3), wish(rug, 2))
    whole = (await world.product(lamp)).default.id
    await world.move(mona, placed.order.id, "confirmed", "shipped", "delivered")

    await world.move(
        mona, placed.order.id, "returned", restock=[Back(variant_id=whole, quantity=2)]
    )

    assert (await world.stock(lamp), await world.stock(rug)) == ((4, 0), (3, 0))
