"""Categories: the shelves of a store, in the order its merchant likes."""

import pytest

from marketplace.application.categories import AddCategory, EditCategory
from marketplace.application.products import AddProduct, EditProduct
from marketplace.domain.categories import (
    MOST_CATEGORIES,
    Category,
    CategoryId,
    CategoryNotFound,
    CategoryTaken,
    TooManyCategories,
)
from marketplace.domain.errors import InvalidFields, StaleVersion
from marketplace.domain.slugs import SlugTaken
from tests.unit.world import NOBODYS, Seller, World


async def a_category(world: World, seller: Seller, name: str, **said: object) -> Category:
    wanted = AddCategory(acting=seller.actor, name=name, **said)  # type: ignore[arg-type]
    return await world.marketplace.categories.add(wanted)


async def names(world: World, seller: Seller) -> list[str]:
    return [each.name for each in await world.marketplace.categories.of_merchant(seller.actor)]


async def test_shelves_stand_in_the_order_they_were_put_up_until_they_are_moved(
    world: World,
) -> None:
    mona = await world.a_merchant()
    for name in ("عباءات", "حقائب", "أحذية"):
        await a_category(world, mona, name)
    first = await a_category(world, mona, "جديد", position=0)

    await world.marketplace.categories.edit(
        EditCategory(acting=mona.actor, category_id=first.id, name="وصل حديثًا", position=7)
    )

    assert await names(world, mona) == ["عباءات", "حقائب", "أحذية", "وصل حديثًا"]
    assert first.slug == "جديد"


async def test_two_shelves_of_a_store_have_two_names(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    await a_category(world, mona, "Bags")
    await a_category(world, hind, "bags")

    with pytest.raises(CategoryTaken):
        await a_category(world, mona, "BAGS", slug="others")
    with pytest.raises(SlugTaken):
        await a_category(world, mona, "others", slug="bags")


async def test_what_stood_on_a_shelf_that_goes_stands_on_none(world: World) -> None:
    mona = await world.a_merchant()
    bags = await a_category(world, mona, "حقائب")
    product = (
        await world.marketplace.products.add(
            AddProduct(acting=mona.actor, title="حقيبة", price="10", category=bags.id)
        )
    ).product
    assert product.category == bags.id

    await world.marketplace.categories.remove(mona.actor, bags.id)

    after = await world.product(product.id)
    assert after.category is None
    assert after.version > product.version
    assert await names(world, mona) == []


async def test_a_product_changes_its_shelf(world: World) -> None:
    mona = await world.a_merchant()
    bags = await a_category(world, mona, "حقائب")
    product_id = await world.a_product(mona)

    on = await world.marketplace.products.edit(
        EditProduct(acting=mona.actor, product_id=product_id, category=bags.id)
    )
    seen = await world.marketplace.products.find(mona.actor, product_id)
    off = await world.marketplace.products.edit(
        EditProduct(acting=mona.actor, product_id=product_id, category="")
    )

    assert on.category == seen.category == bags
    assert off.category is None


async def test_the_shelves_of_somebody_else_are_not_there(world: World) -> None:
    mona, hind = await world.a_merchant(), await world.a_merchant()
    hers = await a_category(world, hind, "حقائب")
    product_id = await world.a_product(mona)

    for id in (hers.id, CategoryId(NOBODYS)):
        with pytest.raises(CategoryNotFound):
            await world.marketplace.categories.edit(
                EditCategory(acting=mona.actor, category_id=id, name="x")
            )
        with pytest.raises(CategoryNotFound):
            await world.marketplace.categories.remove(mona.actor, id)
        with pytest.raises(CategoryNotFound):
            await world.marketplace.products.edit(
                EditProduct(acting=mona.actor, product_id=product_id, category=id)
            )
    assert await names(world, hind) == ["حقائب"]


async def test_every_mistake_of_a_shelf_is_named(world: World) -> None:
    mona = await world.a_merchant()

    with pytest.raises(InvalidFields) as refused:
        await a_category(world, mona, "", slug="!!!", position=-1)

    assert {each.field for each in refused.value.problems} == {"name", "slug", "position"}


async def test_who_has_seen_an_older_shelf_does_not_change_it(world: World) -> None:
    mona = await world.a_merchant()
    bags = await a_category(world, mona, "حقائب")
    wanted = EditCategory(acting=mona.actor, category_id=bags.id, name="x", seen={bags.version})
    await world.marketplace.categories.edit(wanted)

    with pytest.raises(StaleVersion):
        await world.marketplace.categories.edit(wanted)


async def test_a_store_has_only_so_many_shelves(world: World) -> None:
    mona = await world.a_merchant()
    for number in range(MOST_CATEGORIES):
        await a_category(world, mona, f"c{number}")

    with pytest.raises(TooManyCategories):
        await a_category(world, mona, "one more")


async def test_a_shelf_of_a_name_that_was_changed_has_a_slug_of_its_own(world: World) -> None:
    mona = await world.a_merchant()
    bags = await a_category(world, mona, "حقائب")
    await world.marketplace.categories.edit(
        EditCategory(acting=mona.actor, category_id=bags.id, name="حقائب فاخرة")
    )

    assert (await a_category(world, mona, "حقائب")).slug == "حقائب-2"


async def test_who_has_seen_an_older_shelf_does_not_take_it_away(world: World) -> None:
    mona = await world.a_merchant()
    bags = await a_category(world, mona, "حقائب")

    with pytest.raises(StaleVersion):
        await world.marketplace.categories.remove(mona.actor, bags.id, {bags.version + 1})
