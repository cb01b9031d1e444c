"""Products: what is on the shelf, what is promised, and that the two always agree."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.errors import BadValue
from marketplace.domain.merchants import MerchantId
from marketplace.domain.moderation import ProductTakenDown, Takedown
from marketplace.domain.money import Money
from marketplace.domain.products import (
    MOST_TAGS,
    MOST_VARIANTS,
    Option,
    Product,
    ProductId,
    ProductStatus,
    SameOptions,
    TooManyVariants,
    VariantRequired,
    WrongOptions,
    combined,
    parse_options,
    parse_tags,
)
from marketplace.domain.slugs import Slug
from marketplace.domain.text import Missing, TooLong
from marketplace.domain.variants import (
    MOST_STOCK,
    BadStock,
    NotEnoughOnHand,
    StockDrifted,
    Variant,
    VariantId,
    VariantNotFound,
    parse_stock,
)

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
STOCK = st.integers(0, MOST_STOCK)


def a_variant(on_hand: int = 10, reserved: int = 0, id: int = 1) -> Variant:
    return Variant(
        id=VariantId(UUID(int=id)), price=Money(500, "SAR"), on_hand=on_hand, reserved=reserved
    )


def a_product(status: ProductStatus = ProductStatus.ACTIVE) -> Product:
    product, _ = Product.add(
        id=ProductId(UUID(int=7)),
        merchant_id=MerchantId(UUID(int=8)),
        title="مصباح",
        slug=Slug("مصباح"),
        description="",
        status=status,
        variants=[a_variant()],
        at=NOW,
    )
    return product


def test_a_promised_unit_stays_on_the_shelf_and_is_not_available() -> None:
    variant = a_variant(on_hand=10)

    variant.reserve(4)

    assert (variant.on_hand, variant.reserved, variant.available) == (10, 4, 6)


def test_a_promise_that_is_taken_back_makes_the_unit_available() -> None:
    variant = a_variant(on_hand=10, reserved=4)

    variant.release(4)

    assert (variant.on_hand, variant.reserved, variant.available) == (10, 0, 10)


def test_a_promised_unit_leaves_the_shelf_and_nothing_else_changes() -> None:
    variant = a_variant(on_hand=10, reserved=4)

    variant.consume(4)

    assert (variant.on_hand, variant.reserved, variant.available) == (6, 0, 6)


def test_a_unit_that_comes_back_is_available() -> None:
    variant = a_variant(on_hand=6)

    variant.restock(4)

    assert (variant.on_hand, variant.reserved, variant.available) == (10, 0, 10)


@pytest.mark.parametrize("counted", [0, 3, 500])
def test_a_count_is_of_the_units_that_nobody_was_promised(counted: int) -> None:
    variant = a_variant(on_hand=10, reserved=4)

    variant.count(counted)

    assert (variant.available, variant.reserved) == (counted, 4)


@pytest.mark.parametrize(
    ("move", "quantity", "refused"),
    [
        ("reserve", 7, ValueError),
        ("reserve", 10**100, ValueError),
        ("release", 5, StockDrifted),
        ("consume", 5, StockDrifted),
    ],
)
def test_nothing_is_promised_twice_nor_taken_from_an_empty_shelf(
    move: str, quantity: int, refused: type[Exception]
) -> None:
    variant = a_variant(on_hand=10, reserved=4)

    with pytest.raises(refused):
        getattr(variant, move)(quantity)


@pytest.mark.parametrize(
    ("on_hand", "reserved"), [(-1, 0), (0, 1), (5, -1), (MOST_STOCK + 1, 0), (-1, -1)]
)
def test_a_shelf_that_cannot_be_is_not_believed(on_hand: int, reserved: int) -> None:
    with pytest.raises(ValueError, match="cannot be reserved"):
        a_variant(on_hand, reserved)


@given(STOCK, st.data())
def test_a_promise_taken_back_leaves_no_trace(on_hand: int, data: st.DataObject) -> None:
    reserved = data.draw(st.integers(0, on_hand))
    variant = a_variant(on_hand, reserved)
    quantity = data.draw(st.integers(0, variant.available))

    variant.reserve(quantity)
    assert variant.available == on_hand - reserved - quantity
    variant.release(quantity)

    assert variant == a_variant(on_hand, reserved)


@given(STOCK, st.data())
def test_a_parcel_that_goes_and_comes_back_leaves_no_trace(
    on_hand: int, data: st.DataObject
) -> None:
    reserved = data.draw(st.integers(0, on_hand))
    variant = a_variant(on_hand, reserved)
    quantity = data.draw(st.integers(0, variant.available))

    variant.reserve(quantity)
    variant.consume(quantity)
    assert variant.available == on_hand - reserved - quantity
    variant.restock(quantity)

    assert variant == a_variant(on_hand, reserved)


def test_a_count_beside_promises_cannot_pass_the_most_there_is() -> None:
    variant = a_variant(on_hand=10, reserved=4)

    with pytest.raises(BadStock) as refused:
        variant.count(MOST_STOCK)

    assert refused.value.facts == {"at_least": 0, "at_most": MOST_STOCK - 4}
    assert variant == a_variant(on_hand=10, reserved=4)


def test_a_parcel_cannot_come_back_to_a_shelf_that_is_full() -> None:
    variant = a_variant(on_hand=MOST_STOCK - 1)

    with pytest.raises(BadStock):
        variant.restock(2)
    variant.restock(1)

    assert variant.on_hand == MOST_STOCK


@pytest.mark.parametrize("units", [0, 1, MOST_STOCK])
def test_stock_is_a_number_from_nothing_to_a_thousand_million(units: int) -> None:
    assert parse_stock(units) == units


@pytest.mark.parametrize("units", [-1, MOST_STOCK + 1, 10**100, -(10**100)])
def test_stock_is_neither_less_nor_more(units: int) -> None:
    with pytest.raises(BadStock):
        parse_stock(units)


def test_the_only_variant_is_meant_where_none_is_named() -> None:
    product = a_product()
    assert product.variant(None).id == UUID(int=1)

    product.variants = (*product.variants, a_variant(id=2))

    with pytest.raises(VariantRequired):
        product.variant(None)
    assert product.variant(VariantId(UUID(int=2))).id == UUID(int=2)
    with pytest.raises(VariantNotFound) as refused:
        product.variant(VariantId(UUID(int=3)))

    assert refused.value.facts == {"product_id": product.id, "variant_id": UUID(int=3)}


def test_a_product_without_variants_is_none() -> None:
    product = a_product()

    with pytest.raises(ValueError, match="at least one variant"):
        Product(
            id=product.id,
            merchant_id=product.merchant_id,
            title="",
            slug=Slug("x"),
            description="",
            status=ProductStatus.ACTIVE,
            variants=(),
            created_at=NOW,
            updated_at=NOW,
        )


@pytest.mark.parametrize(
    ("status", "on_sale"),
    [
        (ProductStatus.DRAFT, False),
        (ProductStatus.ACTIVE, True),
        (ProductStatus.ARCHIVED, False),
    ],
)
def test_only_what_is_active_is_on_sale(status: ProductStatus, on_sale: bool) -> None:
    assert a_product(status).is_on_sale is on_sale


def test_an_archived_product_leaves_the_store_and_keeps_its_stock() -> None:
    product = a_product()
    product.default.reserve(3)

    happened = product.archive(LATER)

    assert not product.is_on_sale
    assert product.updated_at == LATER
    assert product.default.reserved == 3
    assert (happened.product_id, happened.merchant_id) == (product.id, product.merchant_id)


def test_a_change_is_dated() -> None:
    product = a_product()

    happened = product.edited(LATER)

    assert (product.created_at, product.updated_at, happened.at) == (NOW, LATER, LATER)


SIZES = (Option(name="المقاس", values=("M", "L")),)


def of_size(size: str, id: int = 1, **had: int) -> Variant:
    variant = a_variant(id=id, **had)
    variant.options = (size,)
    return variant


def test_a_variant_that_is_left_out_is_sold_no_more_and_kept() -> None:
    product = a_product()
    medium, large = of_size("M", 2), of_size("L", 3)
    product.arrange(SIZES, [medium, large])

    product.arrange(SIZES, [large])

    assert product.offered == (large,)
    assert {each.id: each.retired for each in product.variants} == {
        large.id: False,
        medium.id: True,
        VariantId(UUID(int=1)): True,
    }
    assert product.variant(medium.id) is medium


def test_a_variant_that_was_left_out_can_come_back() -> None:
    product = a_product()
    medium = of_size("M", 2)
    product.arrange(SIZES, [medium])
    product.arrange(SIZES, [of_size("L", 3)])

    product.arrange(SIZES, [medium])

    assert product.offered == (medium,)
    assert len(product.variants) == 3


@pytest.mark.parametrize(
    ("variants", "refused"),
    [
        ([], Missing),
        ([of_size("M"), of_size("M", 2)], SameOptions),
        ([of_size("XL")], WrongOptions),
        ([a_variant()], WrongOptions),
        ([of_size("M", each) for each in range(MOST_VARIANTS + 1)], TooManyVariants),
    ],
)
def test_every_variant_has_one_value_of_every_option(
    variants: list[Variant], refused: type[BadValue]
) -> None:
    with pytest.raises(refused):
        a_product().arrange(SIZES, variants)


def test_a_product_costs_what_its_cheapest_variant_does() -> None:
    product = a_product()
    medium, large = of_size("M", 2), of_size("L", 3)
    large.price = Money(900, "SAR")
    product.arrange(SIZES, [medium, large])

    assert (product.price_from, product.price_to) == (Money(500, "SAR"), Money(900, "SAR"))


def test_what_nobody_counts_never_runs_out() -> None:
    product = a_product()
    product.track_stock = False

    assert product.available is None
    assert product.in_stock


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ([("a", ["x"]), ("b", ["x"]), ("c", ["x"]), ("d", ["x"])], TooManyVariants),
        ([("a", [])], Missing),
        ([("", ["x"])], Missing),
        ([("a", ["x", "X"])], SameOptions),
        ([("a", ["x"]), ("A", ["x"])], SameOptions),
        ([("a", ["x" * 51])], TooLong),
        ([("a", [str(each) for each in range(101)])], TooManyVariants),
    ],
)
def test_options_are_few_and_each_is_another(
    said: list[tuple[str, list[str]]], refused: type[BadValue]
) -> None:
    with pytest.raises(refused):
        parse_options(said)


def test_options_make_at_most_a_hundred_variants() -> None:
    ten = [str(each) for each in range(10)]

    assert len(combined(parse_options([("a", ten), ("b", ten)]))) == 100
    with pytest.raises(TooManyVariants):
        combined(parse_options([("a", ten), ("b", ten), ("c", ["x", "y"])]))


def test_a_tag_is_said_once_however_it_is_written() -> None:
    assert parse_tags(["New", "جديد", "new", "NEW "]) == ("New", "جديد")
    with pytest.raises(TooLong):
        parse_tags([str(each) for each in range(MOST_TAGS + 1)])


@given(STOCK, st.data())
def test_an_adjustment_never_takes_what_was_promised(on_hand: int, data: st.DataObject) -> None:
    reserved = data.draw(st.integers(0, on_hand))
    variant = a_variant(on_hand, reserved)
    by = data.draw(st.integers(-on_hand - 5, 5))

    try:
        change = variant.adjust(by)
    except (NotEnoughOnHand, BadStock):
        assert variant == a_variant(on_hand, reserved)
    else:
        assert (change.on_hand, change.reserved) == (by, 0)
        assert variant.reserved == reserved <= variant.on_hand


def test_what_is_taken_down_is_not_on_sale_whatever_its_merchant_does() -> None:
    product = a_product()

    pulled = product.take_down("counterfeit", NOW)

    assert product.takedown == Takedown(at=NOW, reason="counterfeit", was_on_sale=True)
    assert (pulled.product_id, pulled.reason, pulled.at) == (product.id, "counterfeit", NOW)
    assert (product.is_on_sale, product.status) == (False, ProductStatus.DRAFT)
    with pytest.raises(ProductTakenDown):
        product.stand(ProductStatus.ACTIVE)
    product.stand(ProductStatus.DRAFT)
    product.restore(LATER)
    assert (product.status, product.updated_at) == (ProductStatus.ACTIVE, LATER)
    assert not product.takedown


@pytest.mark.parametrize("status", ProductStatus)
def test_whoever_archives_what_is_taken_down_has_it_back_archived(status: ProductStatus) -> None:
    product = a_product(status)
    product.take_down("counterfeit", NOW)
    product.archive(NOW)

    product.restore(LATER)

    assert product.is_archived


def test_no_product_is_on_sale_and_taken_down() -> None:
    takedown = Takedown(at=NOW, reason="counterfeit", was_on_sale=True)

    with pytest.raises(ValueError, match="taken down"):
        replace(a_product(), takedown=takedown)
