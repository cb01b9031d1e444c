"""SKUs that change hands, where the database looks at one row after the other."""

import asyncio

import pytest

from marketplace.application.bulk import ChangeMany, Outcome, ProductWish
from marketplace.application.imports import HandInSheet
from marketplace.application.products import EditProduct
from marketplace.application.variants import VariantWish
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.products import ProductId
from marketplace.domain.variants import SkuTaken
from tests.unit.world import Seller, World


async def an_abaya(world: World, seller: Seller, *skus: str) -> ProductId:
    wishes = [
        VariantWish(options={"Size": str(place)}, sku=sku, stock=1)
        for place, sku in enumerate(skus)
    ]
    return await world.a_product(seller, stock=None, variants=wishes)  # type: ignore[arg-type]


async def skus_of(world: World, seller: Seller, product: ProductId) -> list[str]:
    found = await world.marketplace.products.find(seller.actor, product)
    return [each.sku for each in found.product.offered]


async def rename(world: World, seller: Seller, product: ProductId, *skus: str | None) -> None:
    found = await world.marketplace.products.find(seller.actor, product)
    wishes = [
        VariantWish(id=each.id, sku=sku)
        for each, sku in zip(found.product.variants, skus, strict=False)
    ]
    await world.marketplace.products.edit(
        EditProduct(acting=seller.actor, product_id=product, variants=wishes)
    )


@pytest.mark.parametrize("after", [["K2", "K1", "K3"], ["K2", "K3", "K4"], ["K3", "k1", "k2"]])
async def test_variants_exchange_and_shift_their_skus(world: World, after: list[str]) -> None:
    seller = await world.a_merchant()
    product = await an_abaya(world, seller, "K1", "K2", "K3")

    await rename(world, seller, product, *after)

    assert await skus_of(world, seller, product) == after


async def test_a_sku_goes_from_what_leaves_to_what_stays(world: World) -> None:
    seller = await world.a_merchant()
    product = await an_abaya(world, seller, "K1", "K2")

    await rename(world, seller, product, "K2")
    await rename(world, seller, product, None, None)

    assert await skus_of(world, seller, product) == ["K2", ""]


async def test_a_variant_comes_back_by_a_sheet_without_the_sku_that_was_given_away(
    world: World,
) -> None:
    seller = await world.a_merchant()
    product = await an_abaya(world, seller, "K1", "K2")
    await rename(world, seller, product, "K1")
    content = f"id,option 1 name,option 1 value\n{product},Size,1\n".encode()
    other = b"title,price,sku\nLamp,5,k2\n"
    for each in (other, content):
        await world.marketplace.imports.hand_in(HandInSheet(acting=seller.actor, content=each))
        await world.run_jobs()

    assert await skus_of(world, seller, product) == ["K1", ""]


async def test_of_two_products_one_leaves_and_the_other_takes_its_sku(world: World) -> None:
    seller = await world.a_merchant()
    new = await world.a_product(seller, sku="K1", status="archived")
    old = await world.a_product(seller, sku="k1")
    items = [ProductWish(id=old, status="archived"), ProductWish(id=new, status="active")]

    done = await world.marketplace.bulk.change(ChangeMany(acting=seller.actor, items=items))

    assert [each.outcome for each in done] == [Outcome.CHANGED] * 2


async def test_of_many_who_want_a_sku_at_once_one_has_it(world: World) -> None:
    seller = await world.a_merchant()
    products = [await an_abaya(world, seller, f"A{n}", f"B{n}") for n in range(6)]

    async def take(place: int) -> bool:
        try:
            # Each exchanges what it has, and wants what all others want.
            await rename(world, seller, products[place], f"B{place}", "WANTED")
        except (SkuTaken, ChangedMeanwhile):
            return False
        return True

    taken = await asyncio.gather(*map(take, range(6)))

    assert taken.count(True) == 1
    found = [await skus_of(world, seller, each) for each in products]
    assert sorted(sku for each in found for sku in each).count("WANTED") == 1
    for place, (skus, has) in enumerate(zip(found, taken, strict=True)):
        assert skus == ([f"B{place}", "WANTED"] if has else [f"A{place}", f"B{place}"])
