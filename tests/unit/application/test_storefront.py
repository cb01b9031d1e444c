"""The storefront: what the public sees of a store, and when."""

from datetime import timedelta

import pytest

from marketplace.application.ports import Paging
from marketplace.domain.merchants import StoreNotFound
from tests.unit.world import World


@pytest.mark.parametrize("typed", ["mona", "MONA", " mona ", "ｍｏｎａ"])
async def test_a_store_is_found_however_its_name_is_typed(world: World, typed: str) -> None:
    mona = await world.a_merchant("mona")

    page = await world.marketplace.storefront.page(typed, Paging())

    assert page.store.id == mona.merchant_id


@pytest.mark.parametrize("typed", ["", "hind", "admin", "../mona", "\x00", "\ud800", "x" * 100_000])
async def test_where_no_store_is_there_is_none(world: World, typed: str) -> None:
    await world.a_merchant("mona")

    with pytest.raises(StoreNotFound) as refused:
        await world.marketplace.storefront.page(typed, Paging())

    assert refused.value.facts == {}


async def test_a_store_shows_its_own_products(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    await world.a_product(hind)
    lamp = await world.a_product(mona)

    page = await world.marketplace.storefront.page("mona", Paging())

    assert [each.id for each in page.products.items] == [str(lamp)]


async def test_a_store_on_holiday_says_when_it_reopens(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.a_product(mona)
    await world.holiday(mona, days=3)

    page = await world.marketplace.storefront.page("mona", Paging())

    assert not page.accepting_orders
    assert page.reopens_at == world.clock.now() + timedelta(days=3)
    assert len(page.products.items) == 1


async def test_a_store_is_back_when_its_holiday_is_over(world: World) -> None:
    mona = await world.a_merchant("mona")
    await world.holiday(mona, days=3)
    world.clock.pass_(timedelta(days=3))

    page = await world.marketplace.storefront.page("mona", Paging())

    assert page.accepting_orders
    assert page.reopens_at is None


async def test_a_suspended_store_cannot_be_told_from_none(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.marketplace.admin.suspend(boss, mona.merchant_id, "counterfeits")

    with pytest.raises(StoreNotFound) as refused:
        await world.marketplace.storefront.page("mona", Paging())

    assert refused.value.facts == {}
