"""One order for one key: when many ask at once, and when the server is killed over it."""

import asyncio
import multiprocessing
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from marketplace.adapters.postgres.tables import metadata
from marketplace.adapters.sealing import AesSealing
from marketplace.application.marketplace import Marketplace
from marketplace.application.once import Answer, RequestKey
from marketplace.application.ports import InProgress
from marketplace.entrypoints.http import create_app
from tests.unit.http.conftest import PASSWORD
from tests.unit.world import World

from .dying_server import AFTER_COMMIT, BEFORE_COMMIT, serve
from .serving import Server, Shop, free_port, until

KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
ASKED = RequestKey(scope="/api/store/sara/orders", key="a key", fingerprint=b"f" * 32)
CREATED = Answer(status=201, headers=(), body=b"{}")


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
def servers(tmp_path: Path, settings: dict[str, str]) -> Iterator[list[Server]]:
    both = [Server(tmp_path / f"serve-{number}.log", **settings) for number in range(2)]
    yield [each.until_ready() for each in both]
    for each in both:
        each.stop()


def test_of_twenty_of_one_key_at_two_servers_one_is_an_order(
    servers: list[Server], tmp_path: Path
) -> None:
    with httpx.Client(base_url=servers[0].url) as client:
        shop = Shop(client)
        product = shop.offer(stock=10)
        said = shop.order(product)

        def order(number: int) -> httpx.Response:
            url = f"{servers[number % 2].url}/api/store/{shop.name}/orders"
            return httpx.post(url, json=said, headers=KEY, timeout=30)

        with ThreadPoolExecutor(20) as guests:
            answers = list(guests.map(order, range(20)))
        last = order(20)

        created = [each for each in answers if each.status_code == 201]
        refused = [each for each in answers if each.status_code != 201]
        assert sum("idempotent-replayed" not in each.headers for each in created) == 1
        assert {each.content for each in created} == {last.content}
        assert last.headers["idempotent-replayed"] == "true"
        for each in refused:
            assert (each.status_code, each.json()["code"]) == (409, "in-progress")
            assert each.headers["retry-after"] == "1"
        assert len(shop.orders()) == 1
        [shown] = client.get(f"/api/store/{shop.name}").json()["products"]["items"]
        assert shown["stock"] == 9
        letters = tmp_path / "mail"
        until(lambda: len([*letters.glob("*.eml")]) == 2)
        path = "/api/merchant/notifications"
        assert shop.as_merchant("GET", path).json()["unread"] == 1


@pytest.mark.parametrize("moment", [BEFORE_COMMIT, AFTER_COMMIT])
def test_an_order_whose_server_was_killed_is_placed_once(
    moment: str, servers: list[Server], settings: dict[str, str], tmp_path: Path
) -> None:
    dying = f"http://127.0.0.1:{(port := free_port())}"
    last_words = tmp_path / "last-words"
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(settings | {"PORT": str(port)}, moment, last_words)
    )
    process.start()
    with httpx.Client(base_url=servers[0].url) as client:
        shop = Shop(client)
        product, path = shop.offer(stock=10), f"/api/store/{shop.name}/orders"
        said = shop.order(product)
        until(lambda: answers(f"{dying}/health/live"))

        with pytest.raises(httpx.TransportError):
            httpx.post(dying + path, json=said, headers=KEY, timeout=30)
        process.join()
        assert process.exitcode == -9
        placed = len(shop.orders())
        retries = [httpx.post(each.url + path, json=said, headers=KEY) for each in servers]

        assert placed == (moment == AFTER_COMMIT)
        assert last_words.exists() == (moment == AFTER_COMMIT)
        assert [each.status_code for each in retries] == [201, 201]
        assert {each.content for each in retries} == {
            last_words.read_bytes() if last_words.exists() else retries[0].content
        }
        replayed = ["idempotent-replayed" in each.headers for each in retries]
        assert replayed == [moment == AFTER_COMMIT, True]
        assert len(shop.orders()) == 1
        [shown] = client.get(f"/api/store/{shop.name}").json()["products"]["items"]
        assert shown["stock"] == 9


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


async def test_whoever_asks_again_meanwhile_waits_for_nothing(
    world: World, database_url: str
) -> None:
    """As many as there are connections, and all of them are free again while the first goes on."""
    seller = await world.a_merchant()
    lamp = await world.a_product(seller)
    working, go_on = asyncio.Event(), asyncio.Event()

    async def act() -> Answer:
        await world.an_order(seller, lamp)
        working.set()
        await go_on.wait()
        return CREATED

    first = asyncio.create_task(world.marketplace.once.once(ASKED, act))
    await working.wait()
    async with asyncio.timeout(3):
        ended = await asyncio.gather(
            *(world.marketplace.once.once(ASKED, act) for _ in range(40)), return_exceptions=True
        )
        await world.a_merchant("somebody-else")
    assert not first.done()
    go_on.set()

    assert {type(each) for each in ended} == {InProgress}
    assert await first == CREATED
    assert await world.stock(lamp) == (10, 1)


async def test_of_twenty_of_one_key_that_begin_together_one_does_the_work(world: World) -> None:
    seller = await world.a_merchant()
    lamp = await world.a_product(seller)

    async def act() -> Answer:
        await world.an_order(seller, lamp)
        return CREATED

    ended = await asyncio.gather(
        *(world.marketplace.once.once(ASKED, act) for _ in range(20)), return_exceptions=True
    )

    became = Counter(getattr(each, "is_replayed", "refused") for each in ended)
    assert became[False] == 1
    assert all(isinstance(each, Answer | InProgress) for each in ended)
    assert await world.stock(lamp) == (10, 1)


async def test_an_answer_that_was_kept_after_the_claim_looked_is_noticed(
    world: World, database_url: str
) -> None:
    """What a statement sees is older than the lock it gets; here, by a whole transaction."""
    seller = await world.a_merchant()
    lamp = await world.a_product(seller)

    async def act() -> Answer:
        await world.an_order(seller, lamp)
        async with await psycopg.AsyncConnection.connect(database_url) as another:
            sealed = world.ports.sealing.seal(b"f" * 32 + b"[201, []]\nother", ASKED.secret)
            await another.execute(
                "INSERT INTO idempotency_keys (name, sealed, kept_at) VALUES (%s, %s, %s)",
                [ASKED.name, sealed, world.clock.now()],
            )
        return CREATED

    answer = await world.marketplace.once.once(ASKED, act)

    assert (answer.body, answer.is_replayed) == (b"other", True)
    assert await world.stock(lamp) == (10, 0)


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    marketplace = Marketplace(replace(world.ports, sealing=AesSealing(b"k" * 32)))
    transport = httpx.ASGITransport(app=create_app(marketplace))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        yield client


async def test_a_copy_of_the_database_tells_no_secret_that_was_answered(
    client: httpx.AsyncClient, world: World, database_url: str
) -> None:
    seller = await world.a_merchant("sara")
    product = await world.a_product(seller)
    said = {
        "customer_name": "نورة",
        "customer_phone": "0559876543",
        "address": "حي الياسمين",
        "items": [{"product_id": str(product), "quantity": 1}],
    }
    account = {
        "email": "mona@example.com",
        "username": "mona",
        "password": PASSWORD,
        "phone": "0501234568",
        "name": "متجر منى",
    }

    ordered = await client.post("/api/store/sara/orders", json=said, headers=KEY)
    registered = await client.post("/api/auth/register", json=account, headers=KEY)

    assert ordered.status_code == registered.status_code == 201
    copy = everything(database_url)
    secrets = [
        ordered.json()["tracking_url"].rpartition("/")[2],
        registered.json()["token"],
        registered.json()["refresh"],
        KEY["idempotency-key"],
        PASSWORD,
    ]
    assert "mona@example.com" in copy
    for secret in secrets:
        assert secret not in copy
        assert secret.encode().hex() not in copy
    assert len(re.findall(r"idempotency_keys:", copy)) == 2


def everything(database_url: str) -> str:
    """As a dump would tell it: every row of every table."""
    rows = "SELECT '{0}: ' || whole::text FROM {0} AS whole"
    with psycopg.connect(database_url) as connection:
        return "\n".join(
            row
            for table in metadata.sorted_tables
            for (row,) in connection.execute(rows.format(table.name).encode())
        )
