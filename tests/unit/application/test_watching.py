"""What a process knows of the changes of stores, and when it knows nothing."""

from uuid import uuid4

import pytest

from marketplace.application import watching
from marketplace.application.watching import StoreWatch
from marketplace.domain.merchants import MerchantId
from tests.unit.world import World

MONA, HIND = MerchantId(uuid4()), MerchantId(uuid4())


def test_a_store_is_unchanged_until_somebody_changes_it() -> None:
    watch = StoreWatch(alone=True)
    before = watch.count
    assert before is not None

    watch.changed([MONA])

    assert not watch.unchanged(MONA, before)
    assert watch.unchanged(HIND, before)
    assert watch.count is not None
    assert watch.unchanged(MONA, watch.count)


def test_whoever_is_not_alone_knows_nothing_until_somebody_has_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = StoreWatch(alone=False)
    now = 1000.0
    monkeypatch.setattr(watching, "monotonic", lambda: now)

    assert watch.count is None
    watch.looked(now)
    assert watch.count is not None
    now += watching.SURE_FOR
    assert watch.count is None


def test_what_was_forgotten_counts_as_changed() -> None:
    watch = StoreWatch(alone=True)
    before = watch.count
    assert before is not None

    watch.forget()

    assert not watch.unchanged(MONA, before)
    assert watch.count is not None
    assert watch.unchanged(MONA, watch.count)


def test_not_every_store_there_ever_was_is_remembered() -> None:
    watch = StoreWatch(alone=True)
    watch.changed([MONA])
    before = watch.count
    assert before is not None

    watch.changed([MerchantId(uuid4()) for _ in range(watching.MOST_REMEMBERED)])

    assert not watch.unchanged(MONA, before)


async def test_what_is_stored_is_a_change_of_its_store_alone(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    lamp = await world.a_product(mona)
    before = world.watch.count
    assert before is not None

    await world.an_order(mona, lamp)

    assert not world.watch.unchanged(mona.merchant_id, before)
    assert world.watch.unchanged(hind.merchant_id, before)


async def test_what_was_only_read_or_rolled_back_in_memory_is_no_change(world: World) -> None:
    mona = await world.a_merchant("mona")
    before = world.watch.count

    with pytest.raises(ZeroDivisionError):
        async with world.ports.begin() as market:
            merchant = await market.merchants.get(mona.merchant_id)
            await market.merchants.save(merchant)
            raise ZeroDivisionError
    await world.marketplace.merchants.mine(mona.actor)

    assert world.watch.count == before
