"""What one process changes, the others show within a second, and it itself at once."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from math import inf
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from marketplace.adapters.postgres import repositories
from marketplace.adapters.postgres.pool import Pool, make_pool
from marketplace.adapters.postgres.statements import Statement
from marketplace.adapters.postgres.watch import PostgresLookout
from marketplace.application.ports import BeginUnitOfWork, UnitOfWork
from marketplace.application.watching import StoreWatch
from tests.unit.contracts.samples import World as Samples

from .conftest import administer
from .serving import Process, Server, Shop, until

WITHIN = 1.0
"""Seconds: what is promised, and on a machine that has nothing else to do there is time left."""

_CHANGES_WHAT_IS_SHOWN = re.compile(
    r"(?:INSERT INTO|UPDATE|DELETE FROM) (?:merchants|products|variants|images|categories)\b"
)


@pytest.fixture
def other(pool: Pool) -> StoreWatch:
    """Of another process."""
    return StoreWatch(alone=False)


@pytest.fixture
def lookout(pool: Pool, other: StoreWatch) -> PostgresLookout:
    return PostgresLookout(pool, other)


async def test_everything_the_public_sees_is_heard_of(
    samples: Samples, lookout: PostgresLookout, other: StoreWatch, watch: StoreWatch
) -> None:
    merchant, stranger = await samples.a_merchant(), await samples.a_merchant()
    image, product = await samples.an_image(merchant), await samples.a_product(merchant)
    category = samples.category(merchant)
    await lookout.look()
    watch.looked(inf)

    changes: list[Callable[[UnitOfWork], Awaitable[None]]] = [
        lambda market: market.merchants.save(merchant),
        lambda market: market.images.save(image),
        lambda market: market.products.save(product),
        lambda market: market.products.save_stock(
            [product], [samples.movement(product.default.reserve(1))]
        ),
        lambda market: market.categories.add(category),
        lambda market: market.categories.remove(category),
    ]
    for change in changes:
        since, here = other.count, watch.count
        assert since is not None
        assert here is not None
        async with samples.begin() as market:
            await change(market)
        assert not watch.unchanged(merchant.id, here)

        await lookout.look()

        assert not other.unchanged(merchant.id, since)
        assert other.unchanged(stranger.id, since)


async def test_a_change_that_was_begun_early_and_committed_late_is_heard_of(
    samples: Samples, begin: BeginUnitOfWork, lookout: PostgresLookout, other: StoreWatch
) -> None:
    """Whoever asks for what is newer than the newest that was seen would never hear of it."""
    slow, quick = await samples.a_merchant(), await samples.a_merchant()
    await lookout.look()
    since = other.count
    assert since is not None

    async with begin() as early:
        await early.merchants.save(slow)
        async with begin() as late:
            await late.merchants.save(quick)
        await lookout.look()
        assert not other.unchanged(quick.id, since)
        assert other.unchanged(slow.id, since)
    await lookout.look()

    assert not other.unchanged(slow.id, since)


async def test_what_was_heard_is_not_heard_again_while_somebody_works_on(
    samples: Samples, begin: BeginUnitOfWork, lookout: PostgresLookout, other: StoreWatch
) -> None:
    merchant, working = await samples.a_merchant(), await samples.a_merchant()
    await lookout.look()

    async with begin() as long:
        await long.merchants.save(working)
        async with begin() as market:
            await market.merchants.save(merchant)
        await lookout.look()
        since = other.count
        assert since is not None
        await lookout.look()

        assert other.unchanged(merchant.id, since)


async def test_what_was_rolled_back_is_no_change(
    samples: Samples, begin: BeginUnitOfWork, lookout: PostgresLookout, other: StoreWatch
) -> None:
    merchant = await samples.a_merchant()
    await lookout.look()
    since = other.count

    with pytest.raises(ZeroDivisionError):
        async with begin() as market:
            await market.merchants.save(merchant)
            raise ZeroDivisionError
    await lookout.look()

    assert other.count == since


async def test_without_postgresql_nobody_knows_anything() -> None:
    watch = StoreWatch(alone=False)
    async with make_pool("host=127.0.0.1 port=1") as pool:
        pool.timeout = 0.05
        looking = asyncio.create_task(PostgresLookout(pool, watch).keep_looking())
        await asyncio.to_thread(until, lambda: pool.get_stats().get("requests_errors", 0) >= 2)

        assert watch.count is None
        assert not looking.done()
        looking.cancel()


def _statements(kind: type) -> Iterator[tuple[str, Statement]]:
    for name, value in vars(kind).items():
        if isinstance(value, Statement):
            yield f"{kind.__name__}.{name}", value


def test_every_statement_that_changes_what_is_shown_says_so() -> None:
    """The mistake would be a page that is wrong for as long as it is kept, in other processes."""
    said = {
        name: "store_changes" in statement.text.decode()
        for kind in vars(repositories).values()
        if isinstance(kind, type)
        for name, statement in _statements(kind)
        if _CHANGES_WHAT_IS_SHOWN.search(statement.text.decode())
    }

    assert len(said) >= 8
    # The number of the next order is nobody's business, nor since when nothing shows an image;
    # SKUs that are let go for a moment are written again by what says so.
    assert {name for name, is_said in said.items() if not is_said} == {
        "PostgresImages._noted_unused",
        "PostgresImages._taken_up",
        "PostgresMerchants._numbered",
        "PostgresMerchants._orders_counted",
        "PostgresProducts._without_skus",
    }


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of a test, of enough bytes",
        "PUBLIC_URL": "https://shop.example.com",
        "VAR_DIR": str(tmp_path / "var"),
        "ADMIN_PASSWORD": "watching over it all",
    }


@pytest.fixture
def servers(tmp_path: Path, settings: dict[str, str]) -> Iterator[list[Server]]:
    both = [Server(tmp_path / f"{name}.log", **settings) for name in ("one", "two")]
    yield [each.until_ready() for each in both]
    for each in both:
        each.kill()


def seen_within(true: Callable[[], bool]) -> float:
    """How many seconds it took until it was true."""
    began = time.monotonic()
    until(true, seconds=10)
    return time.monotonic() - began


def test_a_change_is_seen_at_once_by_its_process_and_soon_by_the_other(
    servers: list[Server], tmp_path: Path, settings: dict[str, str]
) -> None:
    admin = "create-admin --email a@example.com --username watcher --phone +966501234500"
    assert Process(admin, tmp_path / "admin.log", **settings).wait() == 0
    with (
        httpx.Client(base_url=servers[0].url) as here,
        httpx.Client(base_url=servers[1].url) as there,
    ):
        shop = Shop(here)
        lamp = shop.offer(stock=5)
        signed_in = here.post(
            "/api/auth/login",
            json={"email": "a@example.com", "password": settings["ADMIN_PASSWORD"]},
        ).json()
        as_admin = {"authorization": f"Bearer {signed_in['token']}"}
        page = "/api/store/lamps"

        def stock(client: httpx.Client) -> int:
            [item] = client.get(page).json()["products"]["items"]
            left: int = item["stock"]
            return left

        seen_within(lambda: stock(there) == 5)
        assert stock(here) == 5

        # Sold: nobody of those who look meanwhile keeps it from being seen.
        assert here.post(f"{page}/orders", json=shop.order(lamp)).status_code == 201
        assert stock(here) == 4
        assert seen_within(lambda: stock(there) == 4) < WITHIN

        # Taken down, and restored.
        moderated = f"/api/admin/products/{lamp}"
        on_its_own = f"{page}/products/{lamp}"
        assert there.get(on_its_own).status_code == 200
        down = here.post(f"{moderated}/takedown", headers=as_admin, json={"reason": "fake"})
        assert down.is_success, down.text
        assert here.get(page).json()["products"]["items"] == []
        assert here.get(on_its_own).status_code == 404
        assert seen_within(lambda: there.get(on_its_own).status_code == 404) < WITHIN
        assert there.get(page).json()["products"]["items"] == []
        assert there.post(f"{page}/orders", json=shop.order(lamp)).status_code == 404
        back = here.post(f"{moderated}/restore", headers=as_admin)
        assert back.is_success, back.text
        assert stock(here) == 4
        assert seen_within(lambda: there.get(on_its_own).status_code == 200) < WITHIN

        # Suspended.
        merchant = shop.as_merchant("GET", "/api/merchant/me").json()["id"]
        suspended = here.post(
            f"/api/admin/merchants/{merchant}/suspend", headers=as_admin, json={"reason": "fraud"}
        )
        assert suspended.is_success, suspended.text
        assert here.get(page).status_code == 404
        assert seen_within(lambda: there.get(page).status_code == 404) < WITHIN


def test_without_its_database_a_server_shows_no_page_for_long(
    servers: list[Server], database_url: str, server_url: str
) -> None:
    name = urlsplit(database_url).path.removeprefix("/")
    with httpx.Client(base_url=servers[0].url, timeout=20) as guest:
        Shop(guest)
        page = "/api/store/lamps"
        assert guest.get(page).status_code == 200
        try:
            administer(
                server_url,
                f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608
            )
            gone = time.monotonic()
            while guest.get(page).status_code == 200:
                assert time.monotonic() - gone < WITHIN
            assert guest.get(page).status_code == 503
        finally:
            administer(server_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        until(lambda: guest.get(page).status_code == 200)
