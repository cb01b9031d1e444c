"""Orders: placed whole or not at all, and seen through with their stock."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.application.orders import FindOrders, MoveOrder, PlacedOrder, Wish
from marketplace.application.ports import Paging
from marketplace.application.products import EditProduct
from marketplace.domain.accounts import WrongRole
from marketplace.domain.audit import Action
from marketplace.domain.errors import InvalidFields, MarketplaceError
from marketplace.domain.merchants import StoreNotFound, StoreOnHoliday
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    MOST_LINES,
    BelowMinimum,
    NothingToCollect,
    OrderId,
    OrderNotFound,
    OrderStatus,
    PaymentStatus,
    PriceChanged,
    WrongOrderStatus,
)
from marketplace.domain.products import ProductId, ProductNotFound
from marketplace.domain.variants import MOST_STOCK, OutOfStock, VariantId, VariantNotFound
from tests.unit.world import NOBODYS, Seller, World


def wish(product_id: ProductId, quantity: int = 1, variant_id: VariantId | None = None) -> Wish:
    return Wish(product_id=product_id, quantity=quantity, variant_id=variant_id)


async def refused(
    world: World, kind: type[MarketplaceError], seller: Seller, *items: Wish, **said: str
) -> MarketplaceError:
    """Placing this is refused, and leaves nothing behind."""
    counted, products = world.counted(), [await world.product(each.product_id) for each in items]

    with pytest.raises(kind) as refusal:
        await world.an_order(seller, *items, **said)

    assert world.counted() == counted
    assert [await world.product(each.product_id) for each in items] == products
    return refusal.value


def short_lines(error: MarketplaceError) -> list[dict[str, object]]:
    lines = error.facts["lines"]
    assert isinstance(lines, list)
    return lines


# Placing


async def test_a_guest_orders_and_the_stock_is_promised(world: World) -> None:
    mona = await world.a_merchant(phone="0507777777")
    lamp = await world.a_product(mona, price="50.00", stock=10, title="مصباح", sku="L-1")

    placed = await world.an_order(
        mona, wish(lamp, 3), city="الرياض", note="بعد العصر", email="Sara@example.com"
    )

    order = placed.order
    assert (order.number, order.status, order.total.amount) == (1001, OrderStatus.PENDING, "150.00")
    assert (order.customer.name, order.customer.phone) == ("سارة", "+966501234567")
    assert (order.customer.city, order.customer.email) == ("الرياض", "sara@example.com")
    assert order.note == "بعد العصر"
    assert placed.whatsapp_url.startswith("https://wa.me/966507777777?text=")
    assert await world.stock(lamp) == (10, 3)
    assert await world.order(order.id) == order


async def test_the_book_says_where_an_order_came_from(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00", stock=1)

    placed = await world.an_order(mona, lamp, client="192.0.2.7", request_id="the-order")
    with pytest.raises(OutOfStock):
        await world.an_order(mona, lamp, client="192.0.2.8")

    [entry] = world.audited(Action.ORDER_PLACED)
    assert (entry.subject_type, entry.subject_id) == ("order", placed.order.id)
    assert (entry.actor_id, entry.at) == (None, placed.order.placed_at)
    assert (entry.address, entry.request_id) == ("192.0.2.7", "the-order")
    assert entry.after == {"status": "pending", "source": "storefront", "total": "50.00"}


async def test_the_price_of_the_day_is_written_down(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00", title="مصباح", sku="L-1")

    placed = await world.an_order(mona, wish(lamp, 2))

    [line] = placed.order.lines
    assert (line.product_id, line.variant_id) == (lamp, (await world.product(lamp)).default.id)
    assert (line.title, line.sku, line.quantity) == ("مصباح", "L-1", 2)
    assert (line.unit_price, line.total) == (Money(5_000, "SAR"), Money(10_000, "SAR"))


async def test_orders_are_numbered_per_store(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp, rug = await world.a_product(mona), await world.a_product(hind)

    numbers = [
        (await world.an_order(seller, product)).order.number
        for seller, product in [(mona, lamp), (mona, lamp), (hind, rug), (mona, lamp)]
    ]

    assert numbers == [1001, 1002, 1001, 1003]


async def test_a_refused_order_uses_up_no_number(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=2)
    await world.an_order(mona, lamp)
    with pytest.raises(OutOfStock):
        await world.an_order(mona, wish(lamp, 2))

    assert (await world.an_order(mona, lamp)).order.number == 1002


async def test_two_lines_of_the_same_thing_are_one(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug = await world.a_product(mona, stock=10), await world.a_product(mona, stock=10)

    placed = await world.an_order(mona, wish(lamp, 2), wish(rug, 1), wish(lamp, 3))

    assert [(each.product_id, each.quantity) for each in placed.order.lines] == [
        (lamp, 5),
        (rug, 1),
    ]
    assert await world.stock(lamp) == (10, 5)


@pytest.mark.parametrize("named_first", [True, False])
async def test_the_default_variant_is_the_same_whether_it_is_named_or_not(
    world: World, named_first: bool
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=10)
    default = (await world.product(lamp)).default.id
    wishes = [wish(lamp, 2, default), wish(lamp, 3)]

    placed = await world.an_order(mona, *(wishes if named_first else wishes[::-1]))

    assert [(each.variant_id, each.quantity) for each in placed.order.lines] == [(default, 5)]


async def test_two_halves_of_a_line_are_not_checked_each_alone(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=5)
    default = (await world.product(lamp)).default.id

    await refused(world, OutOfStock, mona, wish(lamp, 3), wish(lamp, 3))
    await refused(world, OutOfStock, mona, wish(lamp, 3), wish(lamp, 3, default))


async def test_two_variants_of_a_product_are_two_lines(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00", stock=10)
    large = await world.another_variant(lamp, price="60.00", stock=10)

    small = (await world.product(lamp)).default.id

    placed = await world.an_order(mona, wish(lamp, 1, small), wish(lamp, 2, large))

    assert [each.quantity for each in placed.order.lines] == [1, 2]
    assert placed.order.total.amount == "170.00"
    assert [each.reserved for each in (await world.product(lamp)).variants] == [1, 2]


async def test_the_last_unit_is_sold_once(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=1)

    await world.an_order(mona, lamp)
    error = await refused(world, OutOfStock, mona, wish(lamp))

    [short] = short_lines(error)
    assert (short["wanted"], short["available"]) == (1, 0)


async def test_one_short_line_refuses_the_order_and_every_short_line_is_named(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug, cup = [await world.a_product(mona, stock=each) for each in (5, 2, 0)]
    large = await world.another_variant(lamp, stock=1)
    small = (await world.product(lamp)).default.id

    error = await refused(
        world,
        OutOfStock,
        mona,
        wish(lamp, 5, small),
        wish(rug, 3),
        wish(cup, 1),
        wish(lamp, 2, large),
    )

    assert error.facts == {
        "lines": [
            {
                "product_id": product,
                "variant_id": variant or (await world.product(product)).default.id,
                "wanted": wanted,
                "available": available,
            }
            for product, variant, wanted, available in [
                (rug, None, 3, 2),
                (cup, None, 1, 0),
                (lamp, large, 2, 1),
            ]
        ]
    }


async def test_a_product_of_another_store_is_not_sold_here(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp, rug = await world.a_product(mona), await world.a_product(hind)

    error = await refused(world, ProductNotFound, mona, wish(lamp), wish(rug))

    assert error.facts == {"product_id": rug}


@pytest.mark.parametrize("status", ["draft", "archived"])
async def test_what_is_not_on_sale_is_not_sold(world: World, status: str) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, status=status)

    await refused(world, ProductNotFound, mona, wish(lamp))


async def test_what_does_not_exist_is_not_sold(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug = await world.a_product(mona), await world.a_product(mona)
    of_the_rug = (await world.product(rug)).default.id

    with pytest.raises(ProductNotFound):
        await world.an_order(mona, ProductId(NOBODYS))
    await refused(world, VariantNotFound, mona, wish(lamp, 1, VariantId(NOBODYS)))
    await refused(world, VariantNotFound, mona, wish(lamp, 1, of_the_rug))


@pytest.mark.parametrize("said", ["100.00", "100", "١٠٠", "100.0"])
async def test_an_order_costs_what_the_guest_was_told(world: World, said: str) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00")

    assert await world.an_order(mona, wish(lamp, 2), expected_total=said)


@pytest.mark.parametrize("said", ["99.99", "100.01", "0"])
async def test_an_order_that_costs_something_else_is_refused(world: World, said: str) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00")

    error = await refused(world, PriceChanged, mona, wish(lamp, 2), expected_total=said)

    assert error.facts == {
        "subtotal": "100.00",
        "fees": [],
        "total": "100.00",
        "currency": "SAR",
    }


async def test_a_store_takes_no_order_below_its_minimum(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="50.00")
    async with world.ports.begin() as market:
        merchant = await market.merchants.hold(mona.merchant_id)
        merchant.min_order_total = Money(10_000, "SAR")
        await market.merchants.save(merchant)

    error = await refused(world, BelowMinimum, mona, wish(lamp, 1))
    assert error.facts == {"minimum": "100.00", "currency": "SAR"}
    assert await world.an_order(mona, wish(lamp, 2))


async def test_a_store_on_holiday_takes_no_order_and_says_until_when(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    await world.holiday(mona, days=3)

    error = await refused(world, StoreOnHoliday, mona, wish(lamp))
    assert error.facts == {"reopens_at": world.clock.now() + timedelta(days=3)}

    world.clock.pass_(timedelta(days=3))
    assert await world.an_order(mona, lamp)


async def test_a_suspended_store_takes_no_order(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    lamp = await world.a_product(mona)
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    error = await refused(world, StoreNotFound, mona, wish(lamp))

    assert error.facts == {}


async def test_every_mistake_of_a_guest_is_named_at_once(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)

    error = await refused(
        world,
        InvalidFields,
        mona,
        wish(lamp),
        customer_name="\u200b",
        customer_phone="12",
        address="",
        city="x" * 101,
        note="\x00",
        email="sara",
        confirmation_method="pigeon",
        expected_total="NaN",
    )

    assert isinstance(error, InvalidFields)
    assert {each.field: each.code for each in error.problems} == {
        "customer_name": "missing",
        "customer_phone": "bad-phone",
        "address": "missing",
        "city": "too-long",
        "email": "bad-email",
        "confirmation_method": "not-one-of",
        "note": "bad-characters",
        "expected_total": "bad-amount",
    }


async def test_an_order_of_nothing_is_none(world: World) -> None:
    mona = await world.a_merchant()

    with pytest.raises(InvalidFields) as refusal:
        await world.an_order(mona)

    assert [(each.field, each.code) for each in refusal.value.problems] == [("items", "missing")]


@pytest.mark.parametrize("quantity", [0, -1, 10_001, -(10**100), 10**100])
async def test_a_line_of_no_sensible_quantity_is_named_once(world: World, quantity: int) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=MOST_STOCK)

    error = await refused(world, InvalidFields, mona, wish(lamp, 1), wish(lamp, quantity))

    assert isinstance(error, InvalidFields)
    assert [(each.field, each.code) for each in error.problems] == [
        ("items[1].quantity", "bad-quantity")
    ]


async def test_a_line_below_zero_does_not_lower_another_one(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=1)

    await refused(world, InvalidFields, mona, wish(lamp, 5), wish(lamp, -4))


async def test_ten_thousand_of_one_thing_are_the_most(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, price="0.01", stock=MOST_STOCK)
    default = (await world.product(lamp)).default.id

    for second in (wish(lamp, 1), wish(lamp, 1, default)):
        error = await refused(world, InvalidFields, mona, wish(lamp, 10_000), second)
        assert isinstance(error, InvalidFields)
        assert {each.code for each in error.problems} == {"bad-quantity"}
        assert {each.field.partition("[")[0] for each in error.problems} == {"items"}

    assert await world.an_order(mona, wish(lamp, 9_999), wish(lamp, 1))


async def test_so_many_lines_and_no_more(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=MOST_STOCK)
    others = [await world.a_product(mona, title=f"{each}") for each in range(MOST_LINES)]

    error = await refused(world, InvalidFields, mona, wish(lamp), *map(wish, others))
    assert isinstance(error, InvalidFields)
    assert [(each.field, each.code) for each in error.problems] == [("items", "too-many-lines")]

    [line] = (await world.an_order(mona, wish(lamp))).order.lines
    same = [wish(lamp), wish(lamp, variant_id=line.variant_id)]
    placed = await world.an_order(mona, *same * MOST_LINES, *map(wish, others[1:]))
    assert [each.quantity for each in placed.order.lines] == [2 * MOST_LINES] + [1] * 99


async def test_of_many_mistakes_so_many_are_told(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=MOST_STOCK)

    error = await refused(world, InvalidFields, mona, *[wish(lamp, 0)] * 5000)
    assert isinstance(error, InvalidFields)
    assert len(error.problems) == MOST_LINES


async def test_an_order_that_nobody_could_pay_is_refused(world: World) -> None:
    mona = await world.a_merchant()
    palace = await world.a_product(mona, price="9999999999.99", stock=MOST_STOCK)
    villa = await world.a_product(mona, price="0.02")

    for wishes in ([wish(palace, 2)], [wish(palace, 1), wish(villa, 1)]):
        error = await refused(world, InvalidFields, mona, *wishes)
        assert isinstance(error, InvalidFields)
        assert [(each.field, each.code) for each in error.problems] == [
            ("items", "amount-too-large")
        ]


@pytest.mark.parametrize("store", ["", "nobody", "admin", "../x", "\ud800", "x" * 100_000])
async def test_where_there_is_no_store_nobody_orders(world: World, store: str) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)

    await refused(world, StoreNotFound, replace(mona, username=store), wish(lamp))


async def test_a_local_number_of_a_guest_is_one_of_the_stores_country(world: World) -> None:
    noor = await world.a_merchant(phone="+96555512345")
    cup = await world.a_product(noor, price="4.750")

    placed = await world.an_order(noor, cup, customer_phone="٥٥٥٥ ٤٣٢١")

    assert placed.order.customer.phone == "+96555554321"
    assert placed.order.total == Money(4_750, "KWD")


# Following


async def test_a_guest_follows_the_order_by_its_link(world: World) -> None:
    mona = await world.a_merchant("mona")
    placed = await world.an_order(mona, await world.a_product(mona))

    seen = await world.marketplace.orders.track(placed.tracking_token)

    assert seen.order.id == placed.order.id
    assert seen.store.username == "mona"


async def test_a_link_cannot_be_made_from_what_is_stored(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    first, second = await world.an_order(mona, lamp), await world.an_order(mona, lamp)

    assert first.tracking_token != second.tracking_token
    assert len(first.tracking_token) >= 43
    assert first.tracking_token not in repr(world.store.entities)
    assert first.tracking_token not in repr(world.store.jobs)


@pytest.mark.parametrize("token", ["", "x", "1001", "\x00", "\ud800", "x" * 1_000_000])
async def test_a_link_that_was_never_made_leads_nowhere(world: World, token: str) -> None:
    mona = await world.a_merchant()
    await world.an_order(mona, await world.a_product(mona))

    with pytest.raises(OrderNotFound):
        await world.marketplace.orders.track(token)


async def test_a_merchant_sees_the_own_orders(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp, rug = await world.a_product(mona), await world.a_product(hind)
    first = await world.an_order(mona, lamp)
    await world.an_order(hind, rug)
    second = await world.an_order(mona, lamp)
    await world.move(mona, first.order.id, "confirmed")

    everything = await world.marketplace.orders.of_merchant(mona.actor, Paging())
    pending = await world.marketplace.orders.of_merchant(
        mona.actor, Paging(), FindOrders(status=("pending",))
    )

    assert [each.order.id for each in everything.items] == [second.order.id, first.order.id]
    assert [each.order.id for each in pending.items] == [second.order.id]


async def test_a_merchant_is_told_what_can_be_done_next(world: World) -> None:
    mona = await world.a_merchant()
    placed = await world.an_order(mona, await world.a_product(mona), customer_phone="0507654321")

    seen = await world.marketplace.orders.find(mona.actor, placed.order.id)

    assert set(seen.allowed_transitions) == {OrderStatus.CONFIRMED, OrderStatus.CANCELLED}
    assert seen.whatsapp_url.startswith("https://wa.me/966507654321?text=")


# Moving


async def an_order_of_three(world: World, mona: Seller) -> tuple[ProductId, OrderId]:
    lamp = await world.a_product(mona, stock=10)
    placed: PlacedOrder = await world.an_order(mona, wish(lamp, 3))
    return lamp, placed.order.id


@pytest.mark.parametrize(
    ("path", "stock"),
    [
        ("", (10, 3)),
        ("confirmed", (10, 3)),
        ("confirmed preparing", (10, 3)),
        ("confirmed shipped", (7, 0)),
        ("confirmed preparing shipped", (7, 0)),
        ("confirmed shipped delivered", (7, 0)),
        ("confirmed shipped delivered returned", (10, 0)),
        ("confirmed shipped delivery_failed", (7, 0)),
        ("confirmed shipped delivery_failed shipped", (7, 0)),
        ("confirmed shipped delivery_failed returned", (10, 0)),
        ("confirmed shipped returned", (10, 0)),
        ("cancelled", (10, 0)),
        ("confirmed cancelled", (10, 0)),
        ("confirmed preparing cancelled", (10, 0)),
        ("cancelled pending", (10, 3)),
        ("cancelled pending confirmed shipped", (7, 0)),
    ],
)
async def test_the_stock_follows_the_order(world: World, path: str, stock: tuple[int, int]) -> None:
    mona = await world.a_merchant()
    lamp, order_id = await an_order_of_three(world, mona)

    if path:
        await world.move(mona, order_id, *path.split())

    assert await world.stock(lamp) == stock


async def test_what_came_back_damaged_is_not_sold_again(world: World) -> None:
    mona = await world.a_merchant()
    lamp, order_id = await an_order_of_three(world, mona)
    await world.move(mona, order_id, "confirmed", "shipped")

    await world.move(mona, order_id, "returned", restock=False)

    assert await world.stock(lamp) == (7, 0)


async def test_every_line_of_an_order_moves(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug = await world.a_product(mona, stock=10), await world.a_product(mona, stock=10)
    large = await world.another_variant(lamp, stock=10)
    small = (await world.product(lamp)).default.id
    placed = await world.an_order(mona, wish(lamp, 1, small), wish(rug, 2), wish(lamp, 3, large))

    await world.move(mona, placed.order.id, "confirmed", "shipped")

    assert [each.on_hand for each in (await world.product(lamp)).variants] == [9, 7]
    assert await world.stock(rug) == (8, 0)


async def test_the_stock_of_what_has_left_the_store_still_moves(world: World) -> None:
    mona = await world.a_merchant()
    lamp, order_id = await an_order_of_three(world, mona)
    await world.marketplace.products.archive(mona.actor, lamp)

    await world.move(mona, order_id, "cancelled")

    assert await world.stock(lamp) == (10, 0)


@pytest.mark.parametrize(
    "path",
    ["pending", "confirmed", "confirmed shipped", "confirmed shipped delivered", "cancelled"],
)
async def test_the_same_status_again_does_nothing(world: World, path: str) -> None:
    mona = await world.a_merchant()
    lamp, order_id = await an_order_of_three(world, mona)
    *_, last = path.split()
    await world.move(mona, order_id, *path.split())
    before, stock, counted = await world.order(order_id), await world.stock(lamp), world.counted()

    again = await world.move(mona, order_id, last, note="once more", tracking_number="X-2")

    assert again.order == before == await world.order(order_id)
    assert await world.stock(lamp) == stock
    assert world.counted() == counted


async def test_a_move_that_is_not_allowed_says_what_is(world: World) -> None:
    mona = await world.a_merchant()
    lamp, order_id = await an_order_of_three(world, mona)
    counted = world.counted()

    with pytest.raises(WrongOrderStatus) as refusal:
        await world.move(mona, order_id, "delivered")

    facts = refusal.value.facts
    assert (facts["status"], facts["wanted"]) == ("pending", "delivered")
    assert set(facts["allowed"]) == {"confirmed", "cancelled"}  # type: ignore[call-overload]
    assert world.counted() == counted
    assert await world.stock(lamp) == (10, 3)


async def test_a_merchant_cannot_let_an_order_expire(world: World) -> None:
    mona = await world.a_merchant()
    _, order_id = await an_order_of_three(world, mona)

    with pytest.raises(WrongOrderStatus):
        await world.move(mona, order_id, "expired")


async def test_an_order_of_somebody_else_is_not_there(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    lamp, order_id = await an_order_of_three(world, mona)

    for another in (order_id, OrderId(NOBODYS)):
        with pytest.raises(OrderNotFound):
            await world.move(hind, another, "confirmed")
        with pytest.raises(OrderNotFound):
            await world.move(hind, another, "nonsense")
        with pytest.raises(OrderNotFound):
            await world.marketplace.orders.find(hind.actor, another)

    assert (await world.order(order_id)).status is OrderStatus.PENDING
    assert await world.stock(lamp) == (10, 3)


@pytest.mark.parametrize(
    ("status", "said", "field", "code"),
    [
        ("sold", {}, "status", "not-one-of"),
        ("", {}, "status", "not-one-of"),
        ("cancelled", {"reason": ""}, "reason", "reason-missing"),
        ("cancelled", {"reason": " \u200b"}, "reason", "reason-missing"),
        ("cancelled", {"reason": "\x00"}, "reason", "bad-characters"),
        ("confirmed", {"note": "x" * 1001}, "note", "too-long"),
        ("confirmed", {"courier": "a\nb"}, "courier", "bad-characters"),
        ("confirmed", {"tracking_number": "x" * 101}, "tracking_number", "too-long"),
        ("confirmed", {"amount_collected": "1e3"}, "amount_collected", "bad-amount"),
    ],
)
async def test_a_mistake_in_what_is_said_is_named(
    world: World, status: str, said: dict[str, str], field: str, code: str
) -> None:
    mona = await world.a_merchant()
    _, order_id = await an_order_of_three(world, mona)
    counted = world.counted()

    with pytest.raises(InvalidFields) as refusal:
        await world.move(mona, order_id, status, **said)

    assert [(each.field, each.code) for each in refusal.value.problems] == [(field, code)]
    assert world.counted() == counted


async def test_a_delivery_fails_for_a_reason_of_the_list(world: World) -> None:
    mona = await world.a_merchant()
    _, order_id = await an_order_of_three(world, mona)
    await world.move(mona, order_id, "confirmed", "shipped")

    with pytest.raises(InvalidFields) as refusal:
        await world.move(mona, order_id, "delivery_failed", reason="the dog")

    assert [each.code for each in refusal.value.problems] == ["unknown-reason"]
    await world.move(mona, order_id, "delivery_failed", reason="postponed")


@pytest.mark.parametrize(
    ("said", "collected", "status"),
    [
        (None, Money(15_000, "SAR"), PaymentStatus.COLLECTED),
        ("120.50", Money(12_050, "SAR"), PaymentStatus.COLLECTED),
        ("٠", Money(0, "SAR"), PaymentStatus.UNPAID),
    ],
)
async def test_what_was_collected_at_the_door_is_kept(
    world: World, said: str | None, collected: Money, status: PaymentStatus
) -> None:
    mona = await world.a_merchant()
    _, order_id = await an_order_of_three(world, mona)
    await world.move(mona, order_id, "confirmed", "shipped")

    await world.move(mona, order_id, "delivered", amount_collected=said)

    order = await world.order(order_id)
    assert (order.amount_collected, order.payment_status) == (collected, status)


async def test_money_is_collected_nowhere_else(world: World) -> None:
    mona = await world.a_merchant()
    _, order_id = await an_order_of_three(world, mona)

    with pytest.raises(NothingToCollect):
        await world.move(mona, order_id, "confirmed", amount_collected="150")


async def test_a_reopened_order_takes_its_stock_again(world: World) -> None:
    mona = await world.a_merchant()
    lamp, order_id = await an_order_of_three(world, mona)
    await world.move(mona, order_id, "cancelled")
    await world.an_order(mona, wish(lamp, 7))

    await world.move(mona, order_id, "pending")

    assert await world.stock(lamp) == (10, 10)


async def test_an_order_whose_stock_is_gone_stays_cancelled(world: World) -> None:
    mona = await world.a_merchant()
    lamp, rug = await world.a_product(mona, stock=3), await world.a_product(mona, stock=3)
    placed = await world.an_order(mona, wish(lamp, 3), wish(rug, 1))
    await world.move(mona, placed.order.id, "cancelled")
    await world.an_order(mona, wish(lamp, 1))
    counted = world.counted()

    with pytest.raises(OutOfStock) as refusal:
        await world.move(mona, placed.order.id, "pending")

    [short] = short_lines(refusal.value)
    assert (short["product_id"], short["wanted"], short["available"]) == (lamp, 3, 2)
    assert (await world.order(placed.order.id)).status is OrderStatus.CANCELLED
    assert await world.stock(rug) == (3, 0)
    assert world.counted() == counted


async def test_a_week_later_an_order_stays_cancelled(world: World) -> None:
    mona = await world.a_merchant()
    _, order_id = await an_order_of_three(world, mona)
    await world.move(mona, order_id, "cancelled")
    world.clock.pass_(timedelta(days=7, seconds=1))

    with pytest.raises(WrongOrderStatus):
        await world.move(mona, order_id, "pending")

    seen = await world.marketplace.orders.find(mona.actor, order_id)
    assert seen.allowed_transitions == ()


async def test_every_move_is_in_the_timeline_and_in_the_book(world: World) -> None:
    mona = await world.a_merchant()
    _, order_id = await an_order_of_three(world, mona)

    await world.move(mona, order_id, "confirmed", note="هاتفيًا")
    await world.move(mona, order_id, "shipped", courier="Aramex", tracking_number="AX-1")

    order = await world.order(order_id)
    assert [(each.status.value, each.by.value, each.note) for each in order.timeline] == [
        ("pending", "guest", ""),
        ("confirmed", "merchant", "هاتفيًا"),
        ("shipped", "merchant", ""),
    ]
    assert (order.courier, order.tracking_number) == ("Aramex", "AX-1")
    booked = [
        (each.actor_id, each.subject_id, each.before, each.after)
        for each in world.audited(Action.ORDER_MOVED)
    ]
    who = mona.actor.account_id
    assert booked == [
        (who, order_id, {"status": "pending"}, {"status": "confirmed"}),
        (who, order_id, {"status": "confirmed"}, {"status": "shipped"}),
    ]


async def test_a_parcel_that_comes_back_to_a_full_shelf_is_refused_and_not_lost(
    world: World,
) -> None:
    mona = await world.a_merchant()
    lamp, order_id = await an_order_of_three(world, mona)
    await world.move(mona, order_id, "confirmed", "shipped")
    await world.marketplace.products.edit(
        EditProduct(acting=mona.actor, product_id=lamp, stock=MOST_STOCK)
    )

    with pytest.raises(InvalidFields) as refusal:
        await world.move(mona, order_id, "returned")

    assert [(each.field, each.code) for each in refusal.value.problems] == [
        ("restock", "bad-stock")
    ]
    assert (await world.order(order_id)).status is OrderStatus.SHIPPED
    await world.move(mona, order_id, "returned", restock=False)


async def test_an_admin_moves_no_order_of_a_store(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant()
    _, order_id = await an_order_of_three(world, mona)

    with pytest.raises(WrongRole):
        await world.marketplace.moving.move(
            MoveOrder(acting=boss, order_id=order_id, status="confirmed")
        )
    with pytest.raises(WrongRole):
        await world.marketplace.orders.find(boss, order_id)


async def test_ids_of_orders_sort_by_the_time_they_were_placed(world: World) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)

    ids: list[UUID] = [(await world.an_order(mona, lamp)).order.id for _ in range(3)]

    assert ids == sorted(ids)
