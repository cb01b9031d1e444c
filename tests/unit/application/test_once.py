"""A request that comes twice is carried out once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.application.once import BATCH, KEPT_FOR, Answer, KeyReused, RequestKey
from marketplace.application.ports import InProgress
from marketplace.domain.products import ProductId
from marketplace.domain.variants import OutOfStock
from tests.unit.world import Seller, World

ASKED = RequestKey(scope="/api/store/sara/orders", key="8e03978e", fingerprint=b"f" * 32)
CREATED = Answer(status=201, headers=(("etag", '"1"'),), body=b"{\n}\xff")
REFUSED = Answer(status=409, headers=(), body=b"out of stock")


def ordering(
    world: World, seller: Seller, product: ProductId, *, answer: Answer = CREATED, times: int = 1
) -> Callable[[], Awaitable[Answer]]:
    async def act() -> Answer:
        for _ in range(times):
            await world.an_order(seller, product)
        return answer

    return act


@pytest.fixture
async def seller(world: World) -> Seller:
    return await world.a_merchant()


@pytest.fixture
async def lamp(world: World, seller: Seller) -> ProductId:
    return await world.a_product(seller, stock=10)


async def test_a_request_that_comes_again_gets_the_answer_of_the_first(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once = world.marketplace.once.once

    first = await once(ASKED, ordering(world, seller, lamp))
    again = await once(ASKED, ordering(world, seller, lamp))

    assert first == CREATED
    assert again == replace(CREATED, is_replayed=True)
    assert await world.stock(lamp) == (10, 1)


async def test_everything_a_request_does_is_one_transaction(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    counted, rung = world.counted(), len(world.bell.rung)

    async def act() -> Answer:
        await ordering(world, seller, lamp, times=2)()
        assert world.counted() == counted
        assert len(world.bell.rung) == rung
        return CREATED

    await world.marketplace.once.once(ASKED, act)

    assert world.counted() > counted
    assert await world.stock(lamp) == (10, 2)


async def test_what_was_no_success_leaves_nothing_and_may_be_tried_again(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once, counted = world.marketplace.once.once, world.counted()

    refused = await once(ASKED, ordering(world, seller, lamp, answer=REFUSED))

    assert refused == REFUSED
    assert world.counted() == counted
    assert await once(ASKED, ordering(world, seller, lamp)) == CREATED


async def test_an_exception_leaves_nothing_and_may_be_tried_again(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once = world.marketplace.once.once

    with pytest.raises(OutOfStock):
        await once(ASKED, ordering(world, seller, lamp, times=11))

    assert await world.stock(lamp) == (10, 0)
    assert await once(ASKED, ordering(world, seller, lamp)) == CREATED


async def test_whoever_gives_up_leaves_nothing_and_may_try_again(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once = world.marketplace.once.once

    async def act() -> Answer:
        await world.an_order(seller, lamp)
        await asyncio.Event().wait()
        return CREATED

    giving_up = asyncio.create_task(once(ASKED, act))
    await asyncio.sleep(0)
    giving_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await giving_up

    assert await world.stock(lamp) == (10, 0)
    assert await once(ASKED, ordering(world, seller, lamp)) == CREATED


async def test_the_same_request_meanwhile_is_refused(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once = world.marketplace.once.once

    async def act() -> Answer:
        await world.an_order(seller, lamp)
        # As another client would: it knows nothing of this attempt.
        with pytest.raises(InProgress) as refused:
            await copy_of_nothing(once(ASKED, ordering(world, seller, lamp)))
        assert refused.value.facts == {"retry_after": 1}
        return CREATED

    assert await once(ASKED, act) == CREATED
    assert await world.stock(lamp) == (10, 1)


async def test_a_request_that_was_overtaken_gets_the_answer_of_the_other(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once = world.marketplace.once.once

    async def overtaken() -> Answer:
        await copy_of_nothing(once(ASKED, ordering(world, seller, lamp)))
        await world.an_order(seller, lamp)
        raise AssertionError("nobody comes here")

    async def overtaken_and_told() -> Answer:
        try:
            return await overtaken()
        except InProgress:
            return REFUSED

    for act in (overtaken, overtaken_and_told):
        assert await once(ASKED, act) == replace(CREATED, is_replayed=True)
        assert await world.stock(lamp) == (10, 1)


async def test_a_key_for_another_request_is_refused(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once = world.marketplace.once.once
    await once(ASKED, ordering(world, seller, lamp))

    with pytest.raises(KeyReused) as refused:
        await once(replace(ASKED, fingerprint=b"g" * 32), ordering(world, seller, lamp))

    assert refused.value.facts == {}
    assert await world.stock(lamp) == (10, 1)


async def test_the_same_key_means_another_request_elsewhere(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once = world.marketplace.once.once
    await once(ASKED, ordering(world, seller, lamp))

    answer = await once(
        replace(ASKED, scope="/api/store/rival/orders"), ordering(world, seller, lamp)
    )

    assert answer == CREATED
    assert await world.stock(lamp) == (10, 2)


async def test_a_key_is_free_again_after_a_day(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    once = world.marketplace.once.once
    await once(ASKED, ordering(world, seller, lamp))

    world.clock.pass_(KEPT_FOR - timedelta(microseconds=1))
    assert (await once(ASKED, ordering(world, seller, lamp))).is_replayed
    world.clock.pass_(timedelta(microseconds=1))
    assert not (await once(ASKED, ordering(world, seller, lamp))).is_replayed

    assert await world.stock(lamp) == (10, 2)


async def test_what_is_too_old_is_thrown_away(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    old = {number.to_bytes(32, "big"): (b"", world.clock.now()) for number in range(BATCH + 1)}
    world.store.answers.update(old)
    world.clock.pass_(KEPT_FOR)
    await world.marketplace.once.once(ASKED, ordering(world, seller, lamp))

    assert await world.marketplace.once.forget() == BATCH + 1

    assert list(world.store.answers) == [ASKED.name]


async def test_what_is_kept_tells_nothing(world: World, seller: Seller, lamp: ProductId) -> None:
    await world.marketplace.once.once(ASKED, ordering(world, seller, lamp))

    [(name, (sealed, _))] = world.store.answers.items()
    for secret in (ASKED.key.encode(), ASKED.fingerprint, b"etag", CREATED.body):
        assert secret not in name + sealed


async def test_an_answer_nobody_can_open_any_more_is_not_made_again(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    await world.marketplace.once.once(ASKED, ordering(world, seller, lamp))
    world.store.answers[ASKED.name] = (b"sealed under a lost key", world.clock.now())

    with pytest.raises(KeyReused):
        await world.marketplace.once.once(ASKED, ordering(world, seller, lamp))


async def test_an_answer_without_any_work_is_kept_too(world: World) -> None:
    calls = 0

    async def act() -> Answer:
        nonlocal calls
        calls += 1
        return CREATED

    for _ in range(2):
        await world.marketplace.once.once(ASKED, act)

    assert calls == 1


async def test_what_swallows_the_failure_of_a_part_is_a_bug(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    counted = world.counted()

    async def succeed_all_the_same() -> Answer:
        await world.an_order(seller, lamp)
        with pytest.raises(OutOfStock):
            await world.an_order(seller, *[lamp] * 11)
        return CREATED

    async def go_on() -> Answer:
        with pytest.raises(OutOfStock):
            await world.an_order(seller, *[lamp] * 11)
        await world.an_order(seller, lamp)
        return REFUSED

    for act in (succeed_all_the_same, go_on):
        with pytest.raises(RuntimeError):
            await world.marketplace.once.once(ASKED, act)
        assert world.counted() == counted


async def test_a_task_that_outlives_its_request_has_units_of_work_of_its_own(
    world: World, seller: Seller, lamp: ProductId
) -> None:
    answered = asyncio.Event()
    tasks = []

    async def later() -> None:
        await answered.wait()
        await world.an_order(seller, lamp)

    async def act() -> Answer:
        tasks.append(asyncio.create_task(later()))
        await world.an_order(seller, lamp)
        return CREATED

    await world.marketplace.once.once(ASKED, act)
    answered.set()
    await asyncio.gather(*tasks)

    assert await world.stock(lamp) == (10, 2)


async def copy_of_nothing(work: Awaitable[Answer]) -> Answer:
    """In a context of its own, as a request of somebody else is."""

    async def run() -> Answer:
        return await work

    return await asyncio.create_task(run(), context=OUTSIDE)


OUTSIDE = copy_context()
