"""Pages that are kept are those that are loaded: sooner, and never longer than they are right."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from marketplace.adapters.memory.views import MemoryViews
from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import Page, Paging, ProductCard, StoreCard
from marketplace.application.watching import StoreWatch
from marketplace.domain.accounts import Username
from marketplace.entrypoints.http import HttpOptions, create_app
from marketplace.entrypoints.http.page_cache import AROUND, LONGEST, LONGEST_QUERY
from tests.unit.world import Seller, World

PAGE = "/api/store/mona"

Ask = Callable[..., Coroutine[Any, Any, httpx.Response]]


class CountingViews(MemoryViews):
    """Counts the pages it shows, and shows none while the door is shut."""

    def __init__(self, world: World) -> None:
        super().__init__(world.store)
        self.loads = 0
        self.entered, self.door = asyncio.Event(), asyncio.Event()
        self.door.set()
        self.fault: Exception | None = None

    async def front(
        self, username: Username, paging: Paging, /
    ) -> tuple[StoreCard, Page[ProductCard]]:
        self.loads += 1
        self.entered.set()
        seen = await super().front(username, paging)
        await self.door.wait()
        if self.fault is not None:
            raise self.fault
        return seen


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def views(world: World) -> CountingViews:
    return CountingViews(world)


@pytest.fixture
def most() -> int:
    return 1_000_000


@pytest.fixture
def app(world: World, views: CountingViews, most: int) -> ASGIApp:
    options = HttpOptions(page_cache=most, cors_allowed_origins=["https://shop.example"])
    return create_app(Marketplace(replace(world.ports, views=views)), options=options)


@pytest.fixture
async def mona(world: World) -> Seller:
    mona = await world.a_merchant("mona")
    await world.a_product(mona)
    return mona


@pytest.fixture
def ask(app: ASGIApp) -> Ask:
    async def ask(path: str = PAGE, method: str = "GET", **headers: str) -> httpx.Response:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
            return await client.request(method, path, headers=said)

    return ask


async def test_a_page_is_loaded_once_and_the_same_for_everybody(
    mona: Seller, ask: Ask, views: CountingViews, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "marketplace.http.access")
    loaded, kept = [
        await ask(x_request_id="one", origin="https://shop.example", cookie="a=b") for _ in range(2)
    ]

    assert views.loads == 1
    assert kept.content == loaded.content
    assert sorted(kept.headers.multi_items()) == sorted(loaded.headers.multi_items())
    assert kept.headers["access-control-allow-origin"] == "https://shop.example"
    first, second = (record.getMessage() for record in caplog.records)
    assert first.split()[:3] == second.split()[:3] == ["GET", "/api/store/{username}", "200"]


async def test_whoever_has_a_kept_page_is_not_sent_it(
    mona: Seller, ask: Ask, views: CountingViews
) -> None:
    etag = (await ask()).headers["etag"]

    again = await ask(if_none_match=f'"other", W/{etag}')
    head = await ask(method="HEAD")

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert "content-type" not in again.headers
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", etag)
    assert views.loads == 1


async def test_a_change_is_seen_at_once(world: World, mona: Seller, ask: Ask) -> None:
    await ask()

    await world.a_product(mona, title="another")

    assert len((await ask()).json()["products"]["items"]) == 2


async def test_stock_that_was_ordered_is_gone_from_the_page(
    world: World, mona: Seller, ask: Ask
) -> None:
    lamp = await world.a_product(mona, stock=5)
    before = (await ask()).json()["products"]["items"][0]["stock"]

    await world.an_order(mona, lamp)

    assert (before, (await ask()).json()["products"]["items"][0]["stock"]) == (5, 4)


async def test_a_change_of_another_store_loads_nothing_anew(
    world: World, mona: Seller, ask: Ask, views: CountingViews
) -> None:
    hind = await world.a_merchant("hind")
    await ask()

    await world.a_product(hind)
    await ask()

    assert views.loads == 1


async def test_a_change_while_the_page_is_loaded_is_not_overlooked(
    world: World, mona: Seller, ask: Ask, views: CountingViews
) -> None:
    """What was read before the change must not be kept as if it had been read after it."""
    views.door.clear()
    slow = asyncio.create_task(ask())
    await views.entered.wait()
    await world.a_product(mona, title="another")
    views.door.set()

    shown = [len((await each).json()["products"]["items"]) for each in (slow, ask())]

    assert shown == [1, 2]


async def test_of_fifty_who_miss_a_page_one_loads_it(
    mona: Seller, ask: Ask, views: CountingViews
) -> None:
    views.door.clear()
    guests = [asyncio.create_task(ask()) for _ in range(50)]
    await views.entered.wait()
    views.door.set()

    answers = await asyncio.gather(*guests)

    assert {each.status_code for each in answers} == {200}
    assert views.loads == 1


async def test_whoever_gives_up_is_followed_by_one_other(
    mona: Seller, ask: Ask, views: CountingViews
) -> None:
    views.door.clear()
    first = asyncio.create_task(ask())
    await views.entered.wait()
    others = [asyncio.create_task(ask()) for _ in range(10)]
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    views.door.set()
    answers = await asyncio.gather(*others)

    assert {each.status_code for each in answers} == {200}
    assert views.loads == 2


async def test_a_failure_is_nobody_elses_and_is_not_kept(
    mona: Seller, ask: Ask, views: CountingViews
) -> None:
    views.fault = ZeroDivisionError()
    failed = await ask()
    views.fault = None

    assert (failed.status_code, (await ask()).status_code) == (500, 200)


async def test_a_store_that_is_not_there_is_asked_for_each_time(
    world: World, ask: Ask, views: CountingViews
) -> None:
    missing = [(await ask()).status_code for _ in range(2)]
    await world.a_merchant("mona")

    assert (missing, views.loads) == ([404, 404], 2)
    assert (await ask()).status_code == 200


async def test_a_store_that_was_renamed_leads_on_at_once(
    world: World, mona: Seller, ask: Ask
) -> None:
    await ask()

    async with world.ports.begin() as market:
        merchant = await market.merchants.hold(mona.merchant_id)
        merchant.username = Username("mona-new")
        await market.merchants.save(merchant)
        await market.merchants.leave(Username("mona"), merchant.id, world.clock.now())

    assert (await ask()).status_code == 308
    assert (await ask("/api/store/mona-new")).status_code == 200


async def test_a_page_is_kept_for_some_seconds_and_not_beyond_a_holiday(
    world: World, mona: Seller, ask: Ask, views: CountingViews
) -> None:
    await ask()
    world.clock.pass_(LONGEST)
    await ask()
    assert views.loads == 2

    async with world.ports.begin() as market:
        merchant = await market.merchants.hold(mona.merchant_id)
        merchant.closed_until = world.clock.now() + timedelta(seconds=1)
        await market.merchants.save(merchant)
    closed = await ask()
    world.clock.pass_(timedelta(seconds=1))

    assert closed.json()["store"]["accepting_orders"] is False
    assert (await ask()).json()["store"]["accepting_orders"] is True


async def test_while_nobody_knows_what_others_do_every_page_is_loaded(
    world: World, mona: Seller, views: CountingViews
) -> None:
    watch = StoreWatch(alone=False)
    ports = replace(world.ports, views=views, watch=watch)
    app = create_app(Marketplace(ports))
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]

    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        for _ in range(2):
            assert (await client.get(PAGE)).status_code == 200

    assert views.loads == 2


async def test_every_query_is_a_page_of_its_own_unless_it_is_too_long(
    mona: Seller, ask: Ask, views: CountingViews
) -> None:
    for query in ("?limit=1", "?limit=2", "?limit=1", "?limit=2"):
        assert (await ask(PAGE + query)).status_code == 200
    assert views.loads == 2

    long = f"{PAGE}?limit=1{'&' * LONGEST_QUERY}"
    assert [(await ask(long)).status_code for _ in range(2)] == [200, 200]
    assert views.loads == 4


class TestFewBytes:
    @pytest.fixture
    def most(self) -> int:
        return 2 * AROUND + 3000

    async def test_what_was_not_asked_for_longest_makes_room(
        self, mona: Seller, ask: Ask, views: CountingViews
    ) -> None:
        for limit in (1, 2, 1, 3, 1):
            await ask(f"{PAGE}?limit={limit}")
        assert views.loads == 3

        await ask(f"{PAGE}?limit=2")

        assert views.loads == 4


class TestOff:
    @pytest.fixture
    def most(self) -> int:
        return 0

    async def test_nothing_is_kept(self, mona: Seller, ask: Ask, views: CountingViews) -> None:
        for _ in range(2):
            await ask()

        assert views.loads == 2
