"""Variants: sizes and colours, each with a price and a stock of its own."""

import pytest

from marketplace.application.orders import Wish
from marketplace.application.ports import ProductView
from marketplace.application.products import AddProduct, EditProduct
from marketplace.application.variants import OptionsSaid, VariantWish
from marketplace.domain.errors import InvalidFields, StaleVersion
from marketplace.domain.products import Product, ProductId, VariantRequired
from marketplace.domain.variants import (
    OutOfStock,
    SkuTaken,
    StockReason,
    VariantId,
    VariantNotFound,
)
from tests.unit.world import NOBODYS, Seller, World

SIZES: OptionsSaid = [("المقاس", ["M", "L"])]


async def put_up(world: World, seller: Seller, **said: object) -> Product:
    wanted = {"title": "عباءة", "price": "100"} | said
    added = await world.marketplace.products.add(AddProduct(acting=seller.actor, **wanted))  # type: ignore[arg-type]
    return added.product


async def edit(world: World, seller: Seller, product_id: ProductId, **said: object) -> ProductView:
    wanted = EditProduct(acting=seller.actor, product_id=product_id, **said)  # type: ignore[arg-type]
    return await world.marketplace.products.edit(wanted)


def told(product: Product) -> list[tuple[tuple[str, ...], str, str, int]]:
    return [(each.options, each.sku, each.price.amount, each.available) for each in product.offered]


def problems(refused: pytest.ExceptionInfo[InvalidFields]) -> dict[str, str]:
    return {each.field: each.code for each in refused.value.problems}


async def test_options_alone_make_every_combination(world: World) -> None:
    mona = await world.a_merchant()

    product = await put_up(world, mona, options=[*SIZES, ("اللون", ["أسود", "كحلي"])])

    assert told(product) == [
        (("M", "أسود"), "", "100.00", 0),
        (("M", "كحلي"), "", "100.00", 0),
        (("L", "أسود"), "", "100.00", 0),
        (("L", "كحلي"), "", "100.00", 0),
    ]
    assert await world.product(product.id) == product


async def test_variants_alone_say_which_options_there_are(world: World) -> None:
    mona = await world.a_merchant()
    wishes = [
        VariantWish(options={"المقاس": "M"}, sku="M-1", stock=3),
        VariantWish(options={"المقاس": "L"}, price="120", stock=4),
    ]

    product = await put_up(world, mona, variants=wishes)

    assert [(each.name, each.values) for each in product.options] == [("المقاس", ("M", "L"))]
    assert told(product) == [(("M",), "M-1", "100.00", 3), (("L",), "", "120.00", 4)]
    assert product.available == 7


async def test_what_each_variant_says_is_judged_under_its_own_name(world: World) -> None:
    mona = await world.a_merchant()
    wishes = [
        VariantWish(options={"المقاس": "XL"}, stock=-1),
        VariantWish(options={"المقاس": "L"}, price="1.001", sku="x" * 65),
    ]

    with pytest.raises(InvalidFields) as refused:
        await put_up(world, mona, title="", price=None, options=SIZES, variants=wishes)

    assert problems(refused) == {
        "title": "missing",
        "variants[0].options": "wrong-options",
        "price": "missing",
        "variants[0].stock": "bad-stock",
        "variants[1].price": "too-many-decimals",
        "variants[1].sku": "too-long",
    }


async def test_stock_of_several_variants_is_said_for_each(world: World) -> None:
    mona = await world.a_merchant()

    with pytest.raises(InvalidFields) as refused:
        await put_up(world, mona, options=SIZES, stock=5, sku="A")

    assert problems(refused) == {"stock": "several-variants", "sku": "several-variants"}


@pytest.mark.parametrize(
    "said",
    [
        {"options": [("a", ["x"] * 101)]},
        {"options": [("a", [str(n) for n in range(50)]), ("b", ["x", "y", "z"])]},
        {"options": [("a", ["x", "X"])]},
        {"options": SIZES, "variants": []},
        {"variants": [VariantWish(options={"a": "x"}), VariantWish(options={"a": "x"})]},
        {"variants": [VariantWish(options={"a": "x"}), VariantWish(options={"b": "x"})]},
        {"variants": [VariantWish(options={"a": str(n)}) for n in range(101)]},
        {"variants": [VariantWish(), VariantWish()]},
    ],
)
async def test_variants_that_cannot_be_are_refused(world: World, said: dict[str, object]) -> None:
    mona = await world.a_merchant()
    before = world.counted()

    with pytest.raises(InvalidFields):
        await put_up(world, mona, **said)

    assert world.counted() == before


async def test_a_price_of_the_product_is_that_of_every_variant(world: World) -> None:
    mona = await world.a_merchant()
    product = await put_up(world, mona, options=SIZES)

    changed = await edit(world, mona, product.id, price="90", compare_at_price="100")

    assert {each.price.amount for each in changed.product.offered} == {"90.00"}
    assert {str(each.compare_at_price) for each in changed.product.offered} == {"100.00 SAR"}
    gone = await edit(world, mona, product.id, compare_at_price="")
    assert {each.compare_at_price for each in gone.product.offered} == {None}


async def test_a_variant_keeps_its_stock_when_others_come_and_go(world: World) -> None:
    mona = await world.a_merchant()
    wishes = [VariantWish(options={"المقاس": size}, stock=3) for size in "ML"]
    product = await put_up(world, mona, variants=wishes)
    medium, large = product.offered
    await world.an_order(mona, Wish(product_id=product.id, quantity=1, variant_id=medium.id))

    changed = await edit(
        world,
        mona,
        product.id,
        options=[("المقاس", ["L", "M", "XL"])],
        variants=[
            VariantWish(options={"المقاس": "xl"}, price="130"),
            VariantWish(options={"المقاس": "m"}),
        ],
    )

    assert told(changed.product) == [(("XL",), "", "130.00", 0), (("M",), "", "100.00", 2)]
    assert changed.product.offered[1].id == medium.id
    assert (await world.product(product.id)).variant(large.id).retired


async def test_a_value_can_be_written_another_way(world: World) -> None:
    mona = await world.a_merchant()
    product = await put_up(world, mona, options=SIZES)
    medium, large = product.offered

    changed = await edit(
        world,
        mona,
        product.id,
        options=[("المقاس", ["وسط", "كبير"])],
        variants=[
            VariantWish(id=medium.id, options={"المقاس": "وسط"}),
            VariantWish(id=large.id, options={"المقاس": "كبير"}),
        ],
    )

    assert [(each.id, each.title) for each in changed.product.offered] == [
        (medium.id, "وسط"),
        (large.id, "كبير"),
    ]


async def test_options_can_be_taken_away_again(world: World) -> None:
    mona = await world.a_merchant()
    product = await put_up(world, mona, options=SIZES)

    changed = await edit(world, mona, product.id, options=[])

    assert told(changed.product) == [((), "", "100.00", 0)]
    assert changed.product.default.id == product.default.id


async def test_a_variant_of_something_else_is_not_there(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    product, hers = await put_up(world, mona), await put_up(world, hind)

    for id in (hers.default.id, VariantId(NOBODYS)):
        with pytest.raises(VariantNotFound):
            await edit(world, mona, product.id, variants=[VariantWish(id=id)])


async def test_a_guest_has_to_say_which_of_several(world: World) -> None:
    mona = await world.a_merchant()
    product = await put_up(world, mona, options=SIZES)

    with pytest.raises(VariantRequired):
        await world.an_order(mona, product.id)


async def test_what_is_sold_no_more_cannot_be_ordered(world: World) -> None:
    mona = await world.a_merchant()
    wishes = [VariantWish(options={"المقاس": size}, stock=3) for size in "ML"]
    product = await put_up(world, mona, variants=wishes)
    gone = product.offered[0]
    await edit(world, mona, product.id, variants=[VariantWish(options={"المقاس": "L"})])

    with pytest.raises(OutOfStock) as refused:
        await world.an_order(mona, Wish(product_id=product.id, quantity=1, variant_id=gone.id))

    assert refused.value.facts["lines"] == [
        {"product_id": product.id, "variant_id": gone.id, "wanted": 1, "available": 0}
    ]


async def test_what_nobody_counts_can_always_be_ordered_and_cancelled(world: World) -> None:
    mona = await world.a_merchant()
    product = await put_up(world, mona, track_stock=False)
    placed = await world.an_order(mona, Wish(product_id=product.id, quantity=500))
    await edit(world, mona, product.id, track_stock=True, stock=2)

    await world.move(mona, placed.order.id, "cancelled")

    assert await world.stock(product.id) == (2, 0)


async def test_a_sku_is_taken_until_its_product_goes(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    product = await put_up(world, mona, sku="A-1")
    await put_up(world, hind, sku="A-1")

    with pytest.raises(SkuTaken) as taken:
        await put_up(world, mona, sku="a-1")
    assert taken.value.facts == {"sku": "a-1", "options": []}
    await world.marketplace.products.archive(mona.actor, product.id)

    await put_up(world, mona, sku="a-1")
    with pytest.raises(SkuTaken):
        await edit(world, mona, product.id, status="active")


async def test_whoever_wants_a_sku_that_is_taken_hears_which_and_for_what(world: World) -> None:
    mona = await world.a_merchant()
    other = await put_up(world, mona, options=SIZES)
    await put_up(world, mona, sku="A-1")
    m, large = (VariantId(each.id) for each in other.offered)

    with pytest.raises(SkuTaken) as taken:
        wishes = [VariantWish(id=m, sku="M-1"), VariantWish(id=large, sku="a-1")]
        await edit(world, mona, other.id, variants=wishes)
    assert taken.value.facts == {"sku": "a-1", "options": ["L"]}

    with pytest.raises(SkuTaken) as twice:
        wishes = [VariantWish(id=m, sku="b"), VariantWish(id=large, sku="B")]
        await edit(world, mona, other.id, variants=wishes)
    assert twice.value.facts == {"sku": "B", "options": ["L"]}


async def test_products_of_one_title_have_slugs_of_their_own(world: World) -> None:
    mona = await world.a_merchant()

    slugs = [(await put_up(world, mona)).slug for _ in range(3)]

    assert slugs == ["عباءة", "عباءة-2", "عباءة-3"]


async def test_who_has_seen_an_older_version_changes_nothing(world: World) -> None:
    mona = await world.a_merchant()
    product = await put_up(world, mona, stock=1)
    await world.an_order(mona, product.id)

    with pytest.raises(StaleVersion):
        await edit(world, mona, product.id, stock=5, seen={product.version})
    with pytest.raises(StaleVersion):
        await world.marketplace.products.archive(mona.actor, product.id, {product.version})

    assert await world.stock(product.id) == (1, 1)


async def test_everything_that_comes_and_goes_is_written_down(world: World) -> None:
    mona = await world.a_merchant()
    product = await put_up(world, mona, stock=5)
    placed = await world.an_order(mona, Wish(product_id=product.id, quantity=2))
    await world.move(mona, placed.order.id, "confirmed", "shipped", "returned")
    await edit(world, mona, product.id, stock=7)

    ledger = await world.ledger(mona, product.id)

    assert [(each.reason, each.on_hand, each.reserved) for each in ledger] == [
        (StockReason.COUNTED, 2, 0),
        (StockReason.ORDER_RETURNED, 2, 0),
        (StockReason.ORDER_SHIPPED, -2, -2),
        (StockReason.ORDER_PLACED, 0, 2),
        (StockReason.INITIAL, 5, 0),
    ]
    assert [each.reference for each in ledger[1:4]] == [placed.order.id] * 3
