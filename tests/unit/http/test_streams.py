"""Server-sent events: what comes into an inbox, as it comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from marketplace.application.marketplace import Marketplace
from marketplace.application.streams import AT_ONCE, MOST_OF_ONE
from marketplace.entrypoints.http import streams as web

from .conftest import fields, place, put_up

PATH = "/api/merchant/notifications/stream"


class Listener:
    """A client that takes what comes, as long as it has ``room`` for it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_over = asyncio.Event()
        self.left = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()
        self._chunks: asyncio.Queue[str] = asyncio.Queue()
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            return
        await self.room.wait()
        if message["body"]:
            self._chunks.put_nowait(message["body"].decode())
        if not message["more_body"]:
            self.is_over.set()

    async def event(self) -> dict[str, str]:
        """The next one that is no comment."""
        async with asyncio.timeout(10):
            while (chunk := await self._chunks.get()).startswith(":"):
                pass
        return dict(line.split(": ", 1) for line in chunk.strip().split("\n"))

    async def comment(self) -> str:
        async with asyncio.timeout(10):
            return await self._chunks.get()

    async def nothing_more(self) -> bool:
        return self._chunks.empty()

    async def end(self) -> None:
        async with asyncio.timeout(10):
            await self.is_over.wait()


Listen = Callable[..., Awaitable[Listener]]


@pytest.fixture
async def listen(app: ASGIApp, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listen]:
    async with AsyncExitStack() as stack:

        async def open_stream(client: httpx.AsyncClient, last: str | None = None) -> Listener:
            return await stack.enter_async_context(_listening(app, client, last))

        yield open_stream


@asynccontextmanager
async def _listening(
    app: ASGIApp, client: httpx.AsyncClient, last: str | None
) -> AsyncIterator[Listener]:
    headers = [(b"host", b"shop.example"), (b"authorization", _bearer(client))]
    if last is not None:
        headers.append((b"last-event-id", last.encode()))
    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("shop.example", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "asgi": {"version": "3.0"},
        "extensions": {},
        "state": {},
    }
    listener = Listener()
    serving = asyncio.create_task(_serve(app, scope, listener))
    try:
        yield listener
    finally:
        listener.left.set()
        listener.room.set()
        async with asyncio.timeout(10):
            await asyncio.gather(serving, return_exceptions=True)


async def _serve(app: ASGIApp, scope: Any, listener: Any) -> None:
    await app(scope, listener.receive, listener.send)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - whoever makes it true knows of nobody who waits
            await asyncio.sleep(0.01)


def _bearer(client: httpx.AsyncClient) -> bytes:
    return client.headers["authorization"].encode()


async def say(marketplace: Marketplace, admin: httpx.AsyncClient, title: str) -> None:
    said = {"title": title, "body": "نص\nsecond line", "target_type": "all_merchants"}
    answer = await admin.post("/api/admin/notifications", json=said)
    assert answer.status_code == 201
    await marketplace.jobs.run_all()


async def test_a_new_order_is_heard_of_as_it_comes(
    listen: Listen,
    merchant: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    stream = await listen(merchant)
    ready = await stream.event()

    order = (await place(guest, await put_up(merchant))).json()
    await marketplace.jobs.run_all()
    heard = await stream.event()

    assert (ready["event"], ready["id"], int(ready["retry"])) == ("ready", "0", web.RETRY)
    assert (heard["event"], int(heard["id"])) == ("new_order", 1)
    said = json.loads(heard["data"])
    assert said["subject_id"] == order["id"]
    assert (await merchant.get("/api/merchant/notifications")).json()["items"] == [said]
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store, no-transform"


async def test_whoever_comes_again_has_missed_nothing_and_hears_nothing_twice(
    listen: Listen,
    merchant: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    many = 2 * AT_ONCE + 3
    for number in range(many):
        await say(marketplace, admin, f"news {number}")

    stream = await listen(merchant, "3")
    ready = await stream.event()
    heard = [await stream.event() for _ in range(many - 3)]
    await say(marketplace, admin, "the latest")
    latest = await stream.event()

    assert ready["id"] == "3"
    assert [json.loads(each["data"])["title"] for each in heard] == [
        f"news {number}" for number in range(3, many)
    ]
    assert json.loads(latest["data"])["title"] == "the latest"
    assert await stream.nothing_more()


async def test_whoever_comes_for_the_first_time_hears_of_what_is_new_only(
    listen: Listen,
    merchant: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    await say(marketplace, admin, "old")
    stream = await listen(merchant)
    ready = await stream.event()

    await say(marketplace, admin, "new")

    assert ready["id"] == "1"
    assert json.loads((await stream.event())["data"])["title"] == "new"


async def test_a_number_from_another_time_is_no_reason_to_wait_for_it(
    listen: Listen,
    merchant: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    """As after a backup was put back."""
    stream = await listen(merchant, str(2**62))
    await stream.event()

    await say(marketplace, admin, "new")

    assert (await stream.event())["id"] == "1"


@pytest.mark.parametrize(
    "last", ["-1", "1.5", "one", "٣", "1 2", "9" * 30, str(2**63), "0x1", "1;DROP"]
)
async def test_what_is_no_number_of_ours_is_refused(merchant: httpx.AsyncClient, last: str) -> None:
    answer = await merchant.get(PATH, headers={b"last-event-id": last.encode()})

    assert answer.status_code == 400
    assert fields(answer) == {"Last-Event-ID": "bad-event-id"}


async def test_another_merchants_news_are_not_heard(
    listen: Listen,
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    stream = await listen(rival)
    await stream.event()

    await place(guest, await put_up(merchant))
    await marketplace.jobs.run_all()
    await say(marketplace, admin, "to all")

    assert json.loads((await stream.event())["data"])["title"] == "to all"


async def test_silence_is_broken_now_and_then(
    listen: Listen, merchant: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "HEARTBEAT", 0.01)
    stream = await listen(merchant)
    await stream.event()

    assert [await stream.comment() for _ in range(3)] == [":\n\n"] * 3


async def test_a_merchant_who_is_suspended_hears_no_more(
    listen: Listen, merchant: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    stream = await listen(merchant)
    await stream.event()
    me = (await merchant.get("/api/merchant/me")).json()

    await admin.post(f"/api/admin/merchants/{me['id']}/suspend", json={"reason": "fraud"})

    await stream.end()
    assert (await merchant.get(PATH)).status_code == 403


async def test_whoever_signs_out_hears_no_more_and_others_do(
    listen: Listen,
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    stream, other = await listen(merchant), await listen(rival)
    await stream.event()
    await other.event()

    await merchant.post("/api/auth/logout-all")

    await stream.end()
    await say(marketplace, admin, "news")
    assert json.loads((await other.event())["data"])["title"] == "news"
    assert (await merchant.get(PATH)).status_code == 401


async def test_one_merchant_has_some_streams_and_not_all_there_are(
    listen: Listen,
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    streams = [await listen(merchant) for _ in range(MOST_OF_ONE)]
    for stream in streams:
        await stream.event()

    refused = await merchant.get(PATH)
    other = await listen(rival)

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
    assert refused.headers["retry-after"] == "5"
    assert (await other.event())["event"] == "ready"
    streams[0].left.set()
    await until(lambda: marketplace.streams.listening == MOST_OF_ONE)
    assert (await (await listen(merchant)).event())["event"] == "ready"


async def test_whoever_does_not_read_is_let_go_and_keeps_nobody_waiting(
    listen: Listen,
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    marketplace: Marketplace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, quick = await listen(merchant), await listen(rival)
    await slow.event()
    await quick.event()
    slow.room.clear()
    monkeypatch.setattr(web, "SLOWEST", 0.05)

    for number in range(5):
        await say(marketplace, admin, f"news {number}")

    assert [json.loads((await quick.event())["data"])["title"] for _ in range(5)] == [
        f"news {number}" for number in range(5)
    ]
    await until(lambda: marketplace.streams.listening == 1)


async def test_only_the_head_of_a_stream_has_an_end(merchant: httpx.AsyncClient) -> None:
    answer = await merchant.head(PATH)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_a_page_of_another_site_may_say_what_it_heard_last(
    guest: httpx.AsyncClient,
) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-method": "GET"}

    answer = await guest.options(PATH, headers=asked)

    assert "last-event-id" in answer.headers["access-control-allow-headers"]


async def test_everything_is_read_at_once(
    merchant: httpx.AsyncClient, admin: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    for number in range(3):
        await say(marketplace, admin, f"news {number}")

    first = await merchant.post("/api/merchant/notifications/read-all")
    again = await merchant.post("/api/merchant/notifications/read-all")
    inbox = (await merchant.get("/api/merchant/notifications")).json()

    assert [first.json(), again.json()] == [{"read": 3, "unread": 0}, {"read": 0, "unread": 0}]
    assert inbox["unread"] == 0


async def test_what_comes_by_mail_is_chosen_topic_by_topic(merchant: httpx.AsyncClient) -> None:
    path = "/api/merchant/notifications/preferences"
    before = (await merchant.get(path)).json()

    said: dict[str, Any] = {
        "mail": {"new_order": False, "low_stock": True},
        "daily_digest": False,
    }
    chosen = (await merchant.put(path, json=said)).json()
    later = (await merchant.put(path, json={"mail": {"announcement": False}})).json()

    assert before["mail"]["new_order"]
    assert not before["mail"]["low_stock"]
    assert before["daily_digest"]
    assert chosen["mail"] == before["mail"] | said["mail"]
    assert later["mail"] == chosen["mail"] | {"announcement": False}
    assert not later["daily_digest"]
    assert (await merchant.get(path)).json() == later


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"mail": {"nonsense": True}}, "mail.nonsense", "not-one-of"),
        ({"mail": {"new_order": "yes"}}, "mail", "wrong-type"),
        ({"mail": []}, "mail", "wrong-type"),
        ({"inbox": {}}, "inbox", "unknown-field"),
    ],
)
async def test_what_cannot_be_chosen_is_refused(
    merchant: httpx.AsyncClient, said: dict[str, Any], field: str, code: str
) -> None:
    answer = await merchant.put("/api/merchant/notifications/preferences", json=said)

    assert answer.status_code == 400
    [(name, told)] = fields(answer).items()
    assert name.startswith(field)
    assert told == code
