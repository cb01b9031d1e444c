"""The last unit is sold once, whichever process sells it, and a failure sells nothing."""

import threading
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.application.once import Answer, RequestKey
from marketplace.application.ports import Paging, UnitOfWork
from tests.unit.world import World

from .serving import Server, Shop

BUYERS, ROUNDS = 50, 4


@pytest.fixture
def servers(tmp_path: Path, database_url: str) -> Iterator[list[Server]]:
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of a test, of enough bytes",
        "PUBLIC_URL": "http://127.0.0.1",
        "STORAGE_URL": str(tmp_path / "media"),
        "EMAIL_URL": f"file:{tmp_path / 'mail'}",
        "VAR_DIR": str(tmp_path / "var"),
    }
    both = [Server(tmp_path / f"serve-{number}.log", **settings) for number in range(2)]
    yield [each.until_ready() for each in both]
    for each in both:
        each.stop()


def test_of_fifty_buyers_at_two_servers_one_gets_the_last_unit_each_time(
    servers: list[Server],
) -> None:
    with httpx.Client(base_url=servers[0].url) as client:
        shop = Shop(client)
        with ThreadPoolExecutor(BUYERS) as crowd:
            for round in range(1, ROUNDS + 1):
                said, together = shop.order(shop.offer(stock=1)), threading.Barrier(BUYERS)

                def buy(
                    number: int, said: object = said, together: threading.Barrier = together
                ) -> tuple[int, str]:
                    together.wait()
                    url = f"{servers[number % 2].url}/api/store/{shop.name}/orders"
                    answer = httpx.post(url, json=said, timeout=60)
                    return answer.status_code, answer.json().get("code", "")

                told = Counter(crowd.map(buy, range(BUYERS)))

                assert told == {(201, ""): 1, (409, "out-of-stock"): BUYERS - 1}
                assert len(shop.orders()) == round


class PowerCut(Exception):
    """Something nobody foresaw."""


@pytest.mark.parametrize("step", ["products.save_stock", "orders.add_all", "answers.keep"])
async def test_what_fails_after_the_stock_was_taken_gives_it_back(world: World, step: str) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona, stock=3)
    waiting = await world.run_jobs()
    ports, (repository, method) = world.ports, step.split(".")
    reached = []

    async def fail(*said: object) -> NoReturn:
        reached.append(said)
        raise PowerCut

    @asynccontextmanager
    async def begin() -> AsyncGenerator[UnitOfWork]:
        async with ports.begin() as market:
            setattr(getattr(market, repository), method, fail)
            yield market

    broken = Marketplace(replace(ports, begin=begin))
    asked = RequestKey(scope="/api/store/mona/orders", key="a key", fingerprint=b"f" * 32)

    async def act() -> Answer:
        await broken.placing.place(world.an_order_for(mona, lamp))
        return Answer(status=201, headers=(), body=b"{}")

    with pytest.raises(PowerCut):
        await broken.once.once(asked, act)

    assert (len(reached), waiting) == (1, 1)
    assert await world.stock(lamp) == (3, 0)
    assert (await world.marketplace.orders.of_merchant(mona.actor, Paging())).items == ()
    assert await world.run_jobs() == 0
    # Nothing was answered: the same request is carried out now, as the first order.
    broken = world.marketplace
    assert not (await world.marketplace.once.once(asked, act)).is_replayed
    [listed] = (await world.marketplace.orders.of_merchant(mona.actor, Paging())).items
    assert listed.order.number == 1001
    assert await world.stock(lamp) == (3, 1)
