"""How often PostgreSQL is asked: a hot use case does not grow with the number of its lines."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from psycopg.pq import Trace

from marketplace.adapters.postgres.pool import Pool, make_pool
from marketplace.application.merchants import EditMerchant
from marketplace.application.ports import Paging
from marketplace.domain.merchants import StoreMoved
from tests.unit.contracts.samples import NOON
from tests.unit.contracts.samples import World as Samples
from tests.unit.world import World

Asked = Callable[[], int]


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """A single connection: everything goes over one wire."""
    async with make_pool(database_url, max_size=1) as pool:
        yield pool


@pytest.fixture
async def asked(pool: Pool, tmp_path: Path) -> AsyncIterator[Asked]:
    """Counts in the record of libpq: after each round trip the server says that it is ready."""
    trace = tmp_path / "trace"
    with trace.open("w") as file:
        async with pool.connection() as connection:
            connection.pgconn.trace(file.fileno())
            connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        yield lambda: trace.read_text().count("ReadyForQuery")
        async with pool.connection() as connection:
            connection.pgconn.untrace()


@pytest.mark.parametrize("lines", [1, 30])
async def test_an_order_takes_seven_however_many_lines_it_has(
    world: World, asked: Asked, lines: int
) -> None:
    seller = await world.a_merchant()
    products = [await world.a_product(seller) for _ in range(lines)]
    before = asked()

    placed = await world.an_order(seller, *products)

    # BEGIN, the store, the products, their stock, a number, the order with all that is its, COMMIT.
    assert asked() - before == 7
    assert len(placed.order.lines) == lines


@pytest.mark.parametrize("products", [1, 20])
async def test_the_page_of_a_store_takes_one(world: World, asked: Asked, products: int) -> None:
    seller = await world.a_merchant()
    for _ in range(products):
        await world.a_product(seller)
    before = asked()

    page = await world.marketplace.storefront.page(seller.username, Paging(limit=20))

    assert asked() - before == 1
    assert len(page.products.items) == products


async def test_an_address_that_was_left_takes_one_more(world: World, asked: Asked) -> None:
    seller = await world.a_merchant("mona")
    moved = EditMerchant(acting=seller.actor, username="mona-new")
    await world.marketplace.merchants.edit(moved)
    before = asked()

    with pytest.raises(StoreMoved):
        await world.marketplace.storefront.page("mona", Paging())

    assert asked() - before == 2


async def test_to_know_who_is_asking_takes_one(world: World, asked: Asked) -> None:
    seller = await world.a_merchant()
    before = asked()

    await world.marketplace.sessions.identify(seller.access)

    assert asked() - before == 1


@pytest.mark.parametrize("inboxes", [1, 40])
async def test_an_announcement_takes_four_however_many_it_is_for(
    samples: Samples, asked: Asked, inboxes: int
) -> None:
    for _ in range(inboxes):
        await samples.a_merchant()
    announcement = await samples.an_announcement()
    before = asked()

    async with samples.begin() as market:
        await market.notifications.deliver(announcement, NOON)

    assert asked() - before == 4
