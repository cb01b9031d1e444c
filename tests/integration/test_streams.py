"""Streams and webhooks across processes: whoever writes it, and whoever dies meanwhile."""

import asyncio
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from marketplace.adapters.postgres.views import PostgresViews
from marketplace.application.ports import BeginUnitOfWork
from marketplace.domain.merchants import Merchant
from tests.unit.contracts.samples import World as Samples

from .serving import Server, Shop, until
from .test_postgres import somebody_waits

PATH = "/api/merchant/notifications/stream"


async def test_a_slip_that_was_begun_early_and_committed_late_is_not_passed_over(
    samples: Samples, begin: BeginUnitOfWork, views: PostgresViews, database_url: str
) -> None:
    """Whoever has heard a number has heard every smaller one: the second waits for the first."""
    mona = await samples.a_merchant()
    first, second = (samples.notification(mona, samples.new()) for _ in range(2))

    async def later() -> None:
        async with begin() as late:
            await late.notifications.add(second)

    async with begin() as early:
        await early.notifications.add(first)
        # What is told is sent with the next question.
        await early.merchants.get(mona.id)
        waiting = asyncio.create_task(later())
        await somebody_waits(database_url)
        assert await views.slips_after(mona.id, 0, 10) == ()
    await waiting

    arrived = await views.slips_after(mona.id, 0, 10)
    assert [(each.number, each.slip) for each in arrived] == [(1, first), (2, second)]


async def test_of_a_crowd_of_writers_a_listener_hears_everything_once_and_in_order(
    samples: Samples, begin: BeginUnitOfWork, views: PostgresViews
) -> None:
    mona = await samples.a_merchant()
    slips = [samples.notification(mona, samples.new()) for _ in range(60)]
    chance = random.Random(7)

    async def write(part: int) -> None:
        for slip in slips[part::6]:
            async with begin() as market:
                await market.notifications.add(slip)
                await asyncio.sleep(chance.random() / 200)

    async def listen(merchant: Merchant) -> list[object]:
        heard: list[object] = []
        number = 0
        while len(heard) < len(slips):
            for each in await views.slips_after(merchant.id, number, 7):
                assert each.number > number
                heard.append(each.slip.id)
                number = each.number
        return heard

    async with asyncio.timeout(30):
        listening = asyncio.create_task(listen(mona))
        await asyncio.gather(*map(write, range(6)))
        heard = await listening

    assert len(heard) == len(set(map(str, heard)))
    assert {str(each.id) for each in slips} == set(map(str, heard))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of a test, of enough bytes",
        "PUBLIC_URL": "https://shop.example.com",
        "VAR_DIR": str(tmp_path / "var"),
        "WEBHOOKS_TO_LOOPBACK": "1",
    }


@pytest.fixture
def servers(tmp_path: Path, settings: dict[str, str]) -> Iterator[list[Server]]:
    both = [Server(tmp_path / f"{name}.log", **settings) for name in ("one", "two")]
    yield [each.until_ready() for each in both]
    for each in both:
        each.kill()


class Heard:
    """What a browser would make of a stream, read in a thread of its own."""

    def __init__(self, url: str, access: str, last: str | None = None) -> None:
        self.events: list[dict[str, str]] = []
        self.ended = threading.Event()
        self.broken = False
        headers = {"authorization": f"Bearer {access}"}
        headers |= {} if last is None else {"last-event-id": last}
        self._thread = threading.Thread(target=self._read, args=(url, headers), daemon=True)
        self._thread.start()
        until(lambda: bool(self.events))

    def _read(self, url: str, headers: dict[str, str]) -> None:
        try:
            with httpx.stream("GET", f"{url}{PATH}", headers=headers, timeout=60) as answer:
                assert answer.status_code == 200
                event: dict[str, str] = {}
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name in ("id", "event", "data", "retry"):
                        event[name] = value
                    elif not line and event:
                        self.events.append(event)
                        event = {}
        except httpx.TransportError:
            self.broken = True
        finally:
            self.ended.set()

    @property
    def orders(self) -> list[str]:
        """What the news were of, in order."""
        return [json.loads(each["data"])["subject_id"] for each in self.events[1:]]

    @property
    def last(self) -> str:
        return self.events[-1]["id"]


def test_an_order_at_one_server_is_heard_at_the_other_and_none_is_lost_when_that_dies(
    servers: list[Server],
) -> None:
    with (
        httpx.Client(base_url=servers[0].url, timeout=30) as here,
        httpx.Client(base_url=servers[1].url, timeout=30) as there,
    ):
        shop = Shop(here)
        lamp = shop.offer(stock=100)
        stream = Heard(servers[1].url, shop.access)

        def order(client: httpx.Client) -> str:
            answer = client.post("/api/store/lamps/orders", json=shop.order(lamp))
            assert answer.status_code == 201, answer.text
            id: str = answer.json()["id"]
            return id

        first = [order(client) for client in (here, there, here)]
        until(lambda: len(stream.orders) == 3)
        servers[1].kill()
        assert stream.ended.wait(30)
        assert stream.broken
        missed = [order(here) for _ in range(5)]
        again = Heard(servers[0].url, shop.access, stream.last)
        until(lambda: len(again.orders) == 5)
        latest = order(here)
        until(lambda: len(again.orders) == 6)

        assert set(stream.orders) == set(first)
        assert set(again.orders) == {*missed, latest}
        numbers = [int(each["id"]) for each in (*stream.events[1:], *again.events[1:])]
        assert numbers == sorted(set(numbers))


def test_a_server_that_is_told_to_stop_says_goodbye_to_listeners(servers: list[Server]) -> None:
    with httpx.Client(base_url=servers[0].url, timeout=30) as here:
        shop = Shop(here)
    streams = [Heard(servers[0].url, shop.access) for _ in range(3)]

    assert servers[0].stop() == 0

    for stream in streams:
        assert stream.ended.wait(30)
        assert not stream.broken, servers[0].said()


def test_whoever_signs_out_at_one_server_hears_no_more_at_the_other(
    servers: list[Server],
) -> None:
    with httpx.Client(base_url=servers[0].url, timeout=30) as here:
        shop = Shop(here)
        stream = Heard(servers[1].url, shop.access)

        assert shop.as_merchant("POST", "/api/auth/logout-all").status_code == 204

        assert stream.ended.wait(30)
        assert not stream.broken


class Calls:
    """A merchant's own program on this machine; it fails as often as it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.failures = 0


@contextmanager
def receiving(calls: Calls) -> Iterator[str]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            calls.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
            fails = len(calls.heard) <= calls.failures
            self.send_response(500 if fails else 204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """To nobody."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hooks"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_merchants_program_is_called_though_the_server_died_and_it_failed_at_first(
    servers: list[Server],
) -> None:
    calls = Calls()
    calls.failures = 1
    with (
        receiving(calls) as url,
        httpx.Client(base_url=servers[0].url, timeout=30) as here,
    ):
        shop = Shop(here)
        hook = shop.as_merchant(
            "POST", "/api/merchant/webhooks", json={"url": url, "events": ["order.placed"]}
        )
        assert hook.status_code == 201, hook.text
        lamp = shop.offer(stock=5)
        placed = here.post("/api/store/lamps/orders", json=shop.order(lamp)).json()
        servers[0].kill()

        until(lambda: len(calls.heard) >= 2)

        secret = hook.json()["secret"]
        for headers, body in calls.heard:
            told = Webhook(secret).verify(body, headers)
            assert (told["type"], told["data"]["id"]) == ("order.placed", placed["id"])
            assert told["data"]["customer_name"] == "ليلى"
        assert len({headers["webhook-id"] for headers, _ in calls.heard}) == 1


def test_a_server_that_nobody_told_so_calls_nobody_on_this_machine(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    del settings["WEBHOOKS_TO_LOOPBACK"]
    server = Server(tmp_path / "strict.log", **settings).until_ready()
    try:
        with httpx.Client(base_url=server.url, timeout=30) as here:
            shop = Shop(here)
            for url in (f"{server.url}/hooks", "https://localhost/", "https://10.0.0.1/"):
                answer = shop.as_merchant(
                    "POST", "/api/merchant/webhooks", json={"url": url, "events": ["*"]}
                )
                assert answer.status_code == 400, answer.text
                assert answer.json()["errors"][0]["code"] == "host-not-allowed"
    finally:
        server.kill()
