"""The last unit is sold once, whichever process sells it, and a failure sells nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.application.once import Answer, RequestKey
from marketplace.application.ports import Paging, UnitOfWork
from marketplace.domain.products import ProductId
from tests.unit.world import Seller, World

from .serving import Server

KEY = "two guests who come to two doors at once"


@pytest.fixture
def servers(database_url: str, tmp_path: Path) -> Iterator[list[Server]]:
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": KEY,
        "VAR_DIR": str(tmp_path),
        "PUBLIC_URL": "http://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    servers = [Server(tmp_path / f"serve-{number}.log", **settings) for number in range(2)]
    try:
        yield [each.until_ready() for each in servers]
    finally:
        for each in servers:
            each.kill()


class Guests:
    """They order by turns at one process and at the other."""

    def __init__(self, servers: Sequence[Server], client: httpx.AsyncClient) -> None:
        self.servers, self.client, self._turn = servers, client, 0

    async def order(self, seller: Seller, *products: ProductId) -> tuple[int, str]:
        """The status that was answered, and the code of what refused it."""
        self._turn += 1
        server = self.servers[self._turn % len(self.servers)]
        said = {
            "customer_name": "سارة",
            "customer_phone": f"0501{self._turn:06}",
            "address": "حي النخيل",
            "items": [{"product_id": str(each), "quantity": 1} for each in products],
        }
        answer = await self.client.post(
            f"{server.url}/api/store/{seller.username}/orders", json=said
        )
        return answer.status_code, answer.json().get("code", "")


@pytest.fixture
async def guests(servers: list[Server]) -> AsyncIterator[Guests]:
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
        yield Guests(servers, client)


async def test_of_fifty_guests_at_two_servers_one_gets_the_last_unit_every_time(
    world: World, guests: Guests
) -> None:
    seller = await world.a_merchant()
    for _ in range(20):
        lamp = await world.a_product(seller, stock=1)

        ended = Counter(await asyncio.gather(*(guests.order(seller, lamp) for _ in range(50))))

        assert ended == {(201, ""): 1, (409, "out-of-stock"): 49}
        assert await world.stock(lamp) == (1, 1)

    orders = await world.marketplace.orders.of_merchant(seller.actor, Paging(limit=100))
    assert sorted(each.order.number for each in orders.items) == list(range(1001, 1021))


async def test_orders_that_cross_at_two_servers_are_all_taken(world: World, guests: Guests) -> None:
    seller = await world.a_merchant()
    products = [await world.a_product(seller, stock=60) for _ in range(5)]

    crossing = [guests.order(seller, *products[:: (-1) ** turn]) for turn in range(60)]
    ended = Counter(await asyncio.gather(*crossing))

    assert ended == {(201, ""): 60}
    assert [await world.stock(each) for each in products] == [(60, 60)] * 5


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
