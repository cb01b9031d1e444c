"""The work on a sheet: done once, by whoever does it, and never waited for in vain."""

from datetime import timedelta

import pytest

from marketplace.application.imports import FORSAKEN, HandInSheet
from marketplace.application.orders import Wish
from marketplace.domain.accounts import Locale
from marketplace.domain.imports import Import, ImportRunning, ImportStatus, batches
from marketplace.domain.products import Product
from marketplace.domain.sheets import Column, Entry, Row
from marketplace.domain.variants import StockReason
from tests.unit.world import Seller, World

SHEET = b"title,price,stock\nLamp,5,2\nLantern,6,3\n"


async def hand_in(world: World, seller: Seller, *, is_dry_run: bool = False) -> Import:
    wanted = HandInSheet(acting=seller.actor, content=SHEET, is_dry_run=is_dry_run)
    return await world.marketplace.imports.hand_in(wanted)


async def test_a_worker_that_dies_before_it_could_say_so_leaves_nothing_to_do(
    world: World,
) -> None:
    seller = await world.a_merchant()
    handed = await hand_in(world, seller)
    await world.do_without_finishing()
    before = world.store.all_of(Product)

    world.clock.pass_(timedelta(minutes=2))
    await world.run_jobs()

    done = await world.marketplace.imports.find(seller.actor, handed.id)
    assert (done.status, done.created) == (ImportStatus.DONE, 2)
    assert world.store.all_of(Product) == before
    assert len(world.store.stock_movements) == len(before) == 2
    assert world.store.batches == {}


async def test_a_difference_comes_once_whoever_dies_over_it(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller, stock=5)
    pieces = [each async for each in world.marketplace.imports.export(seller.actor, Locale.ENGLISH)]
    await world.an_order(seller, Wish(product_id=lamp, quantity=4))
    edited = "".join(pieces).replace(",5,5,", ",8,5,").encode()

    handed = await world.marketplace.imports.hand_in(
        HandInSheet(acting=seller.actor, content=edited)
    )
    await world.do_without_finishing()
    world.clock.pass_(timedelta(minutes=2))
    await world.run_jobs()
    await world.marketplace.imports.hand_in(HandInSheet(acting=seller.actor, content=edited))
    await world.run_jobs()

    done = await world.marketplace.imports.find(seller.actor, handed.id)
    assert (done.status, done.changed, done.refused) == (ImportStatus.DONE, 1, 0)
    [product] = world.store.all_of(Product)
    assert (product.default.on_hand, product.default.reserved) == (8, 4)
    reasons = [each.reason for each in world.store.stock_movements]
    assert reasons.count(StockReason.IMPORTED) == 1


async def test_an_import_that_nobody_works_on_gives_way(world: World) -> None:
    seller = await world.a_merchant()
    first = await hand_in(world, seller)

    world.clock.pass_(FORSAKEN - timedelta(seconds=1))
    with pytest.raises(ImportRunning):
        await hand_in(world, seller)
    world.clock.pass_(timedelta(seconds=1))
    second = await hand_in(world, seller)

    given_up = await world.marketplace.imports.find(seller.actor, first.id)
    assert given_up.status is ImportStatus.FAILED
    assert {id for id, _ in world.store.batches} == {second.id}


async def test_nothing_goes_into_a_store_that_is_shut(world: World) -> None:
    boss, seller = await world.an_admin(), await world.a_merchant()
    handed = await hand_in(world, seller)
    await world.marketplace.admin.suspend(boss, seller.merchant_id, "fraud")

    await world.run_jobs()

    assert world.store.all_of(Product) == []
    [stopped] = world.store.all_of(Import)
    assert (stopped.id, stopped.status) == (handed.id, ImportStatus.FAILED)


async def test_a_dry_run_leaves_the_store_as_it_was(world: World) -> None:
    seller = await world.a_merchant()

    done = await hand_in(world, seller, is_dry_run=True)

    assert (done.status, done.created) == (ImportStatus.DONE, 2)
    assert world.store.all_of(Product) == []
    assert world.store.stock_movements == []
    await world.run_jobs()
    assert world.store.all_of(Product) == []


def test_a_batch_has_so_many_products_and_so_many_rows() -> None:
    def entry(rows: int) -> Entry:
        return Entry(rows=tuple(Row(number=n, cells={Column.SKU: "x"}) for n in range(rows)))

    small = [entry(1)] * 450
    large = [entry(100)] * 13
    huge = [entry(1), entry(5000), entry(1)]

    assert [len(each) for each in batches(small)] == [200, 200, 50]
    assert [len(each) for each in batches(large)] == [6, 6, 1]
    assert [len(each) for each in batches(huge)] == [1, 1, 1]
    assert list(batches([])) == []
