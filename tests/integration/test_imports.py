"""Sheets of products, worked off by real workers on a real database, whatever happens to them."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from marketplace.adapters.postgres.pool import Pool, make_pool
from marketplace.application.bulk import ChangeMany, Outcome, ProductWish
from marketplace.application.imports import HandInSheet
from marketplace.application.ports import Paging
from marketplace.domain.imports import Import, ImportStatus
from tests.unit.world import Seller, World

from .conftest import Asked, administer
from .serving import Process, Server, Shop, until


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """A single connection: everything goes over one wire."""
    async with make_pool(database_url, max_size=1) as pool:
        yield pool


def sheet(products: int, *, price: int = 5, category: str = "إضاءة") -> bytes:
    """Every other product comes in two variants."""
    rows = ["slug,title,category,option 1 name,option 1 value,sku,price,stock"]
    for number in range(products):
        known = f"lamp-{number},مصباح {number},{category}"
        if number % 2:
            rows.append(f"{known},,,S{number},{price},{number}")
        else:
            rows.append(f"{known},Size,M,M{number},{price},{number}")
            rows.append(f"lamp-{number},,,Size,L,L{number},{price},1")
    return "\n".join(rows).encode()


async def taken_in(world: World, seller: Seller, content: bytes, **said: Any) -> Import:
    imports = world.marketplace.imports
    handed = await imports.hand_in(HandInSheet(acting=seller.actor, content=content, **said))
    await world.run_jobs()
    return await imports.find(seller.actor, handed.id)


def counts(sheet: Import) -> tuple[int, int, int, int]:
    return sheet.created, sheet.changed, sheet.unchanged, sheet.refused


async def test_a_sheet_is_added_changed_and_recognised(world: World) -> None:
    seller = await world.a_merchant()

    first = await taken_in(world, seller, sheet(450))
    again = await taken_in(world, seller, sheet(450))
    dearer = await taken_in(world, seller, sheet(450, price=6))

    assert first.status is ImportStatus.DONE, first
    assert counts(first) == (450, 0, 0, 0), first.errors[:3]
    assert counts(again) == (0, 0, 450, 0), again.errors[:3]
    assert counts(dearer) == (0, 450, 0, 0), dearer.errors[:3]
    page = await world.marketplace.products.of_merchant(seller.actor, Paging(limit=1))
    product = page.items[0].product
    assert [each.on_hand for each in product.variants] == [449]
    [movement] = await world.ledger(seller, product.id)
    assert (movement.reason, movement.on_hand) == ("imported", 449)


@pytest.mark.parametrize("products", [3, 200])
async def test_a_batch_takes_as_many_however_many_products_it_has(
    world: World, asked: Asked, products: int
) -> None:
    seller = await world.a_merchant()
    imports = world.marketplace.imports
    await taken_in(world, seller, sheet(1, category="إضاءة"))
    await imports.hand_in(HandInSheet(acting=seller.actor, content=sheet(products)))
    [job] = await world.marketplace.jobs.claim(1)
    before = asked()

    await world.marketplace.jobs.reactions.carry_out(job)

    # BEGIN with the import, the store, its batch, who is known, the products, the shelves (two),
    # what is new, forgetting the batch, the import, COMMIT.
    assert asked() - before == 11


@pytest.mark.parametrize("products", [3, 200])
async def test_an_export_that_comes_back_takes_one_more_and_brings_the_difference_once(
    world: World, asked: Asked, products: int
) -> None:
    seller = await world.a_merchant()
    await taken_in(world, seller, sheet(products))
    locale = (await world.merchant(seller)).locale
    lines = "".join([each async for each in world.marketplace.imports.export(seller.actor, locale)])
    stocks = re.compile(r",(\d+),(\d+),([0-9a-f-]{36})\r", re.MULTILINE)
    edited = stocks.sub(lambda row: f",{int(row[1]) + 3},{row[2]},{row[3]}\r", lines).encode()
    await world.marketplace.imports.hand_in(HandInSheet(acting=seller.actor, content=edited))
    [job] = await world.marketplace.jobs.claim(1)
    before = asked()

    await world.marketplace.jobs.reactions.carry_out(job)

    # BEGIN with the import, the store, its batch, who is known, the products, what came before,
    # the shelves (two), what is changed, forgetting the batch, the import, COMMIT.
    assert asked() - before == 12
    again = await taken_in(world, seller, edited)
    assert counts(again) == (0, 0, products, 0), again.errors[:3]
    page = await world.marketplace.products.of_merchant(seller.actor, Paging(limit=1))
    assert page.items[0].product.default.on_hand == products + 2


@pytest.mark.parametrize("items", [2, 500])
async def test_many_changes_take_four_however_many_they_are(
    world: World, asked: Asked, items: int
) -> None:
    seller = await world.a_merchant()
    await taken_in(world, seller, sheet(500))
    wishes = [ProductWish(sku=f"S{n}" if n % 2 else f"M{n}", stock=7) for n in range(items)]
    before = asked()

    results = await world.marketplace.bulk.change(ChangeMany(acting=seller.actor, items=wishes))

    # BEGIN with who is known, the products, all of it, COMMIT.
    assert asked() - before == 4
    assert [each.outcome for each in results].count(Outcome.CHANGED) >= items - 1


@pytest.fixture
def refusing(database_url: str) -> Iterator[Callable[[str], None]]:
    """Has the database refuse a SKU, under the name of a constraint."""
    added: list[str] = []

    def refuse(name: str) -> None:
        added.append(name)
        administer(database_url, f"ALTER TABLE variants ADD CONSTRAINT {name} CHECK (sku <> 'S7')")

    yield refuse
    for name in added:
        administer(database_url, f"ALTER TABLE variants DROP CONSTRAINT {name}")


async def test_one_product_that_does_not_go_in_does_not_keep_the_others_out(
    world: World, refusing: Callable[[str], None]
) -> None:
    refusing("uq_variants_sku")

    done = await taken_in(world, await world.a_merchant(), sheet(30))

    assert done.status is ImportStatus.DONE
    assert counts(done) == (29, 0, 0, 1)
    # Below the headings are three rows for each two products.
    assert [(each.row, each.code) for each in done.errors] == [(13, "sku-taken")]


async def test_what_nobody_foresaw_ends_an_import_after_some_tries(
    world: World, refusing: Callable[[str], None]
) -> None:
    refusing("nobody_knows")
    seller = await world.a_merchant()
    handed = await taken_in(world, seller, sheet(30))

    for _ in range(8):
        world.clock.pass_(timedelta(hours=3))
        await world.run_jobs()
    failed = await world.marketplace.imports.find(seller.actor, handed.id)

    assert failed.status is ImportStatus.FAILED
    assert counts(failed) == (7, 0, 0, 0)
    assert (await taken_in(world, seller, sheet(3))).status is ImportStatus.DONE


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of a test, of enough bytes",
        "PUBLIC_URL": "http://127.0.0.1",
        "STORAGE_URL": str(tmp_path / "media"),
        "EMAIL_URL": f"file:{tmp_path / 'mail'}",
        "VAR_DIR": str(tmp_path / "var"),
    }


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    running: list[Process] = []
    yield running
    for process in running:
        if process.is_running:
            process.kill()


def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_twice_and_nothing_out(
    tmp_path: Path, settings: dict[str, str], database_url: str, processes: list[Process]
) -> None:
    # A Redis that nobody has: the server rings in vain and does no work itself.
    away = settings | {"REDIS_URL": "redis://127.0.0.1:1"}
    server = Server(tmp_path / "serve.log", **away)
    processes.append(server)
    server.until_ready()

    def work() -> Process:
        worker = Process("work", tmp_path / "work.log", **away)
        processes.append(worker)
        return worker

    with (
        httpx.Client(base_url=server.url, timeout=30) as client,
        psycopg.connect(database_url, autocommit=True) as database,
    ):
        shop = Shop(client)
        path = "/api/merchant/products/import"
        handed = shop.as_merchant("POST", path, files={"file": sheet(3000)}).json()

        def told() -> dict[str, Any]:
            seen: dict[str, Any] = shop.as_merchant("GET", handed["url"]).json()
            return seen

        reached = 0
        for _ in range(2):
            worker = work()
            until(lambda reached=reached: told()["rows_done"] > reached)
            worker.kill()
            # Its connection may still be at it; what it has not committed is taken back.
            until(lambda: not _at_it(database))
            reached = told()["rows_done"]
            assert 0 < reached < told()["rows_total"], "killed too late to mean anything"
            assert _stored(database) == (told()["created"], reached)
            # Nobody waits half a minute for the lease of a dead worker to end.
            database.execute("UPDATE jobs SET due_at = now()")
        work()
        until(lambda: told()["status"] == "done")

        assert (told()["created"], told()["refused"], told()["errors"]) == (3000, 0, [])
        assert _stored(database) == (3000, 4500)
        [[slugs, ledger, shelf, kept]] = database.execute(
            "SELECT (SELECT count(DISTINCT slug) FROM products),"
            " (SELECT sum(on_hand) FROM stock_movements), (SELECT sum(on_hand) FROM variants),"
            " (SELECT count(*) FROM import_batches)"
        ).fetchall()
        assert (slugs, kept) == (3000, 0)
        assert ledger == shelf == sum(range(3000)) + 1500


def _stored(database: psycopg.Connection[Any]) -> tuple[int, int]:
    [found] = database.execute(
        "SELECT (SELECT count(*) FROM products), (SELECT count(*) FROM variants)"
    ).fetchall()
    return found[0], found[1]


def _at_it(database: psycopg.Connection[Any]) -> int:
    """How many others are in the middle of something."""
    [[others]] = database.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    ).fetchall()
    return int(others)


async def test_an_export_holds_no_connection_while_somebody_reads_slowly(
    world: World, pool: Pool
) -> None:
    seller = await world.a_merchant()
    await taken_in(world, seller, sheet(250))
    locale = (await world.merchant(seller)).locale

    pieces = 0
    async for piece in world.marketplace.imports.export(seller.actor, locale):
        # The only connection there is.
        async with asyncio.timeout(1), pool.connection() as connection:
            await connection.execute("SELECT 1")
        pieces += 1
        assert len(piece) < 100_000

    assert pieces == 4
