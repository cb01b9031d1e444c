"""A call that creates something, sent twice with the same key, creates it once."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp

from marketplace.adapters.memory.store import MemoryStore
from marketplace.application.marketplace import Marketplace
from marketplace.application.once import KeyReused
from marketplace.application.ports import InProgress, UnitOfWork
from marketplace.domain.errors import MarketplaceError, Unavailable
from marketplace.entrypoints.http import create_app
from marketplace.entrypoints.http.app import routes
from marketplace.entrypoints.http.edge import DEFAULT
from marketplace.entrypoints.http.idempotency import is_repeatable
from marketplace.entrypoints.in_memory import in_memory
from tests.unit.world import MemoryBucket

from .conftest import PASSWORD, PNG, Visit, fields, place, put_up, register

KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
ORDERS = "/api/store/sara/orders"


def an_order(product: Mapping[str, Any], **said: object) -> dict[str, Any]:
    return {
        "customer_name": "نورة العتيبي",
        "customer_phone": "0559876543",
        "address": "حي الياسمين، مبنى 12",
        "items": [{"product_id": product["id"], "quantity": 2}],
        **said,
    }


def failing_once_at_commit(
    marketplace: Marketplace, error: Exception, *, after: int = 0, **other: Any
) -> Marketplace:
    """After some that are committed, one transaction is not, and says so."""
    ports = marketplace.ports
    waiting = [error, *[None] * after]

    @asynccontextmanager
    async def begin() -> AsyncGenerator[UnitOfWork]:
        async with ports.begin() as market:
            yield market
            if waiting and (failure := waiting.pop()):
                raise failure

    return Marketplace(replace(ports, begin=begin, **other))


@pytest.fixture
async def product(merchant: httpx.AsyncClient) -> dict[str, Any]:
    return await put_up(merchant)


async def orders(merchant: httpx.AsyncClient) -> int:
    return len((await merchant.get("/api/merchant/orders")).json()["items"])


# The same again


async def test_an_order_sent_again_is_answered_again_to_the_byte(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, product: dict[str, Any]
) -> None:
    first = await guest.post(ORDERS, json=an_order(product), headers=KEY)
    again = await guest.post(ORDERS, json=an_order(product), headers=KEY)

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "tracking_url" in first.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert first.headers["x-request-id"] != again.headers["x-request-id"]
    own = {"x-request-id", "idempotent-replayed"}
    assert [each for each in first.headers.items() if each[0] not in own] == [
        each for each in again.headers.items() if each[0] not in own
    ]
    assert await orders(merchant) == 1


async def test_without_a_key_everything_is_as_it_was(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, product: dict[str, Any]
) -> None:
    for _ in range(2):
        answer = await guest.post(ORDERS, json=an_order(product))
        assert answer.status_code == 201
        assert "idempotent-replayed" not in answer.headers

    assert await orders(merchant) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("abc", '"abc"'), ("a b,c", ' "a b,c"'), ('"a\\"b\\\\"', '"a\\"b\\\\" '), ("k" * 255,) * 2],
)
async def test_a_key_is_the_same_with_quotes_and_without(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    product: dict[str, Any],
    one: str,
    other: str,
) -> None:
    for key in (one, other):
        answer = await guest.post(ORDERS, json=an_order(product), headers={"idempotency-key": key})
        assert answer.status_code == 201

    assert await orders(merchant) == 1


@pytest.mark.parametrize(
    "keys",
    [
        [""],
        ['""'],
        [" "],
        ["k" * 256],
        [f'"{"k" * 256}"'],
        ["a\tb"],
        ["مفتاح"],
        ["é"],
        ['"open'],
        ['"a"b"'],
        ['"a\\b"'],
        ["a\x7f"],
        ["one", "two"],
        ["one", "one"],
    ],
)
async def test_an_odd_key_is_refused_by_name(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, product: dict[str, Any], keys: list[str]
) -> None:
    headers = [(b"idempotency-key", key.encode()) for key in keys]

    answer = await guest.post(ORDERS, json=an_order(product), headers=headers)

    assert answer.status_code == 400
    assert fields(answer) == {"Idempotency-Key": "bad-idempotency-key"}
    assert await orders(merchant) == 0


SAME = [
    ('{"name": "a", "position": 1}', '{"position":1,"name":"a"}'),
    ('{"name": "a"}', ' {\n"name" :"a"} '),
    ('{"name": "é"}', '{"name": "\\u00e9"}'),
]
OTHER = [
    ('{"name": "a", "position": 1}', '{"name": "a", "position": 2}'),
    ('{"name": "a", "position": 1}', '{"name": "a"}'),
    ('{"name": "a", "position": null}', '{"name": "a"}'),
    ('{"name": "a", "name": "b"}', '{"name": "b", "name": "a"}'),
    ('{"name": "a"}', '{"name": "a "}'),
]


@pytest.mark.parametrize(("one", "other"), SAME)
async def test_how_a_body_is_written_down_does_not_matter(
    merchant: httpx.AsyncClient, one: str, other: str
) -> None:
    headers = {**KEY, "content-type": "application/json"}

    for body in (one, other):
        answer = await merchant.post("/api/merchant/categories", content=body, headers=headers)
        assert answer.status_code == 201, answer.text

    assert answer.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(("one", "other"), OTHER)
async def test_a_key_for_another_body_is_refused_and_tells_nothing(
    merchant: httpx.AsyncClient, one: str, other: str
) -> None:
    path, headers = "/api/merchant/categories", {**KEY, "content-type": "application/json"}
    first = await merchant.post(path, content=one, headers=headers)

    answer = await merchant.post(path, content=other, headers=headers)

    assert answer.status_code == 422
    assert answer.json()["code"] == "key-reused"
    assert answer.json()["facts"] == {}
    assert first.json()["id"] not in answer.text
    assert len((await merchant.get(path)).json()["items"]) == 1


async def test_a_number_is_another_body_than_its_text(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, product: dict[str, Any]
) -> None:
    statuses: list[int] = []
    for price in ("1", "1.0", '"1"', '"1.0"', "1.0"):
        said = '{"title": "a", "stock": 1, "price": ' + price + "}"
        headers = {**KEY, "content-type": "application/json"}
        if not statuses:
            headers["idempotency-key"] = "another"
        answer = await merchant.post("/api/merchant/products", content=said, headers=headers)
        statuses.append(answer.status_code)

    assert statuses == [201, 201, 422, 422, 201]


async def test_a_form_is_the_same_whatever_separates_its_fields(
    merchant: httpx.AsyncClient,
) -> None:
    def form(boundary: str, content: bytes) -> dict[str, Any]:
        files = {"image": ("a.png", content, "image/png")}
        kind = f"multipart/form-data; boundary={boundary}"
        return {"files": files, "data": {"alt": "a"}, "headers": {**KEY, "content-type": kind}}

    path = "/api/merchant/upload-image"
    first = await merchant.post(path, **form("one", PNG))
    again = await merchant.post(path, **form("------another", PNG))
    other = await merchant.post(path, **form("one", PNG + b"\0"))

    assert first.status_code == 201, first.text
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert other.status_code == 422


async def test_a_sheet_that_is_sent_again_is_imported_once(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    path, sheet = "/api/merchant/products/import", b"title,price\nLamp,5\n"
    dry_key = {"idempotency-key": "dry"}

    async def send(
        content: bytes, query: str = "", headers: dict[str, str] = KEY, **form: str
    ) -> httpx.Response:
        files = {"file": ("a.csv", content)}
        return await merchant.post(path + query, files=files, data=form, headers=headers)

    dry = await send(sheet, "?dry_run=true", dry_key)
    dry_again = await send(sheet, "?dry_run=true", dry_key)
    first = await send(sheet)
    await marketplace.jobs.run_all()
    again = await send(sheet)
    await marketplace.jobs.run_all()
    others = [
        await send(sheet + b"Lantern,6\n"),
        await send(sheet, "?dry_run=true"),
        await send(sheet, mapping='{"title": "title"}'),
    ]

    assert (dry.status_code, dry.content) == (dry_again.status_code, dry_again.content)
    assert (dry.status_code, dry.json()["created"], first.status_code) == (200, 1, 202)
    assert (again.content, again.headers["location"]) == (first.content, first.headers["location"])
    assert again.headers["idempotent-replayed"] == "true"
    assert [each.json()["code"] for each in others] == ["key-reused"] * 3
    assert len((await merchant.get("/api/merchant/products")).json()["items"]) == 1
    assert len((await merchant.get("/api/merchant/imports")).json()["items"]) == 2


async def test_a_sheet_that_was_refused_can_be_sent_again(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    path = "/api/merchant/products/import"
    files = {"file": ("a.csv", b"title,price\nLamp,5\n")}
    await merchant.post(path, files=files)

    busy = await merchant.post(path, files=files, headers=KEY)
    await marketplace.jobs.run_all()
    then = await merchant.post(path, files=files, headers=KEY)

    assert (busy.status_code, busy.json()["code"]) == (409, "import-running")
    assert then.status_code == 202


# Whose key


async def test_the_same_key_in_another_store_is_another_key(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    product: dict[str, Any],
) -> None:
    theirs = await put_up(rival)

    mine = await guest.post(ORDERS, json=an_order(product), headers=KEY)
    other = await guest.post("/api/store/rival/orders", json=an_order(theirs), headers=KEY)

    assert mine.status_code == other.status_code == 201
    assert mine.json()["id"] != other.json()["id"]


async def test_the_same_key_of_another_account_is_another_key(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient
) -> None:
    answers = [
        await each.post("/api/merchant/categories", json={"name": "a"}, headers=KEY)
        for each in (merchant, rival)
    ]

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_whoever_may_not_come_in_gets_nothing_that_was_answered_before(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    async def add(client: httpx.AsyncClient) -> int:
        path = "/api/merchant/categories"
        return (await client.post(path, json={"name": "a"}, headers=KEY)).status_code

    assert await add(merchant) == 201
    assert await add(guest) == 401
    assert await add(admin) == 403
    me = (await merchant.get("/api/merchant/me")).json()["id"]
    await admin.post(f"/api/admin/merchants/{me}/suspend", json={"reason": "fraud"})
    assert await add(merchant) == 403


# What is not kept


async def test_what_was_refused_may_succeed_with_the_same_key(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    marketplace: Marketplace,
    standing_store: MemoryStore,
) -> None:
    product = await put_up(merchant, stock=1)
    refused = await guest.post(ORDERS, json=an_order(product), headers=KEY)
    assert refused.json()["code"] == "out-of-stock"
    assert standing_store.answers == {}
    assert standing_store.claims == set()
    stock = {"adjust": 1, "reason": "received"}
    await merchant.post(f"/api/merchant/products/{product['id']}/stock", json=stock)

    answer = await guest.post(ORDERS, json=an_order(product), headers=KEY)

    assert answer.status_code == 201
    assert "idempotent-replayed" not in answer.headers


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"", "application/json", 400),
        (b"[" * 1000, "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b"{}", "text/plain", 415),
        (b" " * 300_000, "application/json", 413),
        (b"x", "multipart/form-data", 415),
        (b"", "", 400),
    ],
)
async def test_a_bad_body_is_refused_as_without_a_key(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    standing_store: MemoryStore,
    content: bytes,
    kind: str,
    status: int,
) -> None:
    headers = {"content-type": kind} if kind else {}
    without = await guest.post(ORDERS, content=content, headers=headers)

    answer = await guest.post(ORDERS, content=content, headers=headers | KEY)

    assert answer.status_code == without.status_code == status
    assert answer.json() | {"request_id": ""} == without.json() | {"request_id": ""}
    assert standing_store.answers == {}


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=x", '; boundary="\u00e9"'])
async def test_a_bad_form_is_refused_as_without_a_key(
    merchant: httpx.AsyncClient, boundary: str
) -> None:
    headers = {b"content-type": f"multipart/form-data{boundary}".encode()}
    path = "/api/merchant/upload-image"
    key = {name.encode(): value.encode() for name, value in KEY.items()}

    without = await merchant.post(path, content=b"--y\r\n", headers=headers)
    answer = await merchant.post(path, content=b"--y\r\n", headers={**headers, **key})

    assert answer.status_code == without.status_code == 400
    assert answer.json()["code"] == without.json()["code"]


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [(Unavailable(), 503, "1"), (InProgress(retry_after=1), 409, "1"), (KeyReused(), 422, None)],
)
async def test_what_fails_after_the_work_was_answered_is_told_like_any_refusal(
    marketplace: Marketplace,
    visit: Visit,
    merchant: httpx.AsyncClient,
    error: MarketplaceError,
    status: int,
    retry_after: str | None,
) -> None:
    product = await put_up(merchant)
    guest = await visit(app=cast(ASGIApp, create_app(failing_once_at_commit(marketplace, error))))

    refused = await guest.post(
        ORDERS, json=an_order(product), headers={**KEY, "accept-language": "ar"}
    )
    assert await orders(merchant) == 0
    again = await guest.post(ORDERS, json=an_order(product), headers=KEY)

    assert (refused.status_code, refused.json()["code"]) == (status, error.code)
    assert refused.headers["content-language"] == "ar"
    assert refused.headers.get("retry-after") == retry_after
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    assert again.status_code == 201
    assert await orders(merchant) == 1


async def test_an_upload_whose_commit_failed_is_completed_by_the_next_call(
    marketplace: Marketplace, visit: Visit, guest: httpx.AsyncClient
) -> None:
    token = (await register(guest, "sara", "0501234567"))["token"]
    bucket = MemoryBucket()
    looks_first = 2
    flaky = failing_once_at_commit(marketplace, Unavailable(), after=1 + looks_first, images=bucket)
    merchant = await visit(token, app=cast(ASGIApp, create_app(flaky)))
    wanted = {"content_type": "image/png", "size": len(PNG)}
    upload = (await merchant.post("/api/merchant/uploads", json=wanted)).json()
    await bucket.put(upload["url"].removeprefix("memory:"), PNG)
    path = f"/api/merchant/uploads/{upload['id']}/complete"

    refused = await merchant.post(path, json={}, headers=KEY)
    again = await merchant.post(path, json={}, headers=KEY)
    await flaky.jobs.run_all()

    assert refused.status_code == 503
    assert (again.status_code, again.json()["id"]) == (201, upload["id"])
    assert not [key for key in bucket.shelf if key.startswith("incoming/")]


async def test_a_store_that_moved_leads_on_with_a_key_too(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, product: dict[str, Any]
) -> None:
    await merchant.put("/api/merchant/me", json={"username": "sara-new"})

    answer = await guest.post(ORDERS, json=an_order(product), headers=KEY)

    assert answer.status_code == 308
    assert answer.headers["location"] == "/api/store/sara-new/orders"


async def test_calls_that_create_nothing_take_no_notice(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, standing_store: MemoryStore
) -> None:
    odd = {"idempotency-key": ""}

    assert (await guest.get("/api/store/sara", headers=odd)).status_code == 200
    assert (await merchant.put("/api/merchant/me", json={}, headers=odd)).status_code == 200
    said = {"email": "sara@example.com", "password": PASSWORD}
    for _ in range(2):
        answer = await guest.post("/api/auth/login", json=said, headers=KEY)
        assert answer.status_code == 200
        assert "idempotent-replayed" not in answer.headers
    assert standing_store.answers == {}


async def test_a_registration_is_answered_again_however_often_that_is(
    guest: httpx.AsyncClient, visit: Visit
) -> None:
    """Whoever asks again has not tried again."""
    said = {
        "email": "mona@example.com",
        "username": "mona",
        "password": PASSWORD,
        "phone": "0501234568",
        "name": "متجر منى",
    }

    answers = [await guest.post("/api/auth/register", json=said, headers=KEY) for _ in range(10)]

    assert {each.status_code for each in answers} == {201}
    assert len({each.content for each in answers}) == 1
    signed_in = await visit(answers[-1].json()["token"])
    assert (await signed_in.get("/api/merchant/me")).status_code == 200
    for number in range(2, 6):
        await register(guest, f"other-{number}", f"050123457{number}")


# Every route


async def _register(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    said = {"email": "mona@example.com", "username": "mona", "password": PASSWORD}
    return _.guest, {"json": {**said, "phone": "0501234568", "name": "متجر منى"}}


async def _product(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.merchant, {"json": {"title": "a", "price": "1.00", "stock": 1}}


async def _category(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.merchant, {"json": {"name": "a"}}


async def _image(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    kind = "multipart/form-data; boundary=xyz"
    return _.merchant, {"files": {"image": ("a.png", PNG)}, "headers": {"content-type": kind}}


async def _order(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.guest, {"json": an_order(await put_up(_.merchant))}


async def _announcement(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.admin, {"json": {"title": "a", "body": "b", "target_type": "all_merchants"}}


async def _papers(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    kind = "multipart/form-data; boundary=xyz"
    form = {"legal_name": "سارة", "registration_number": "1010101010"}
    return _.merchant, {
        "data": form,
        "files": {"documents": ("a.png", PNG)},
        "headers": {"content-type": kind},
    }


async def _stock(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    product = await put_up(_.merchant)
    return _.merchant, {"id": product["id"], "json": {"adjust": 1, "reason": "received"}}


async def _bulk(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    product = await put_up(_.merchant)
    return _.merchant, {"json": {"items": [{"id": product["id"], "adjust": 1}, {"sku": "none"}]}}


async def _import(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    kind = "multipart/form-data; boundary=xyz"
    files = {"file": ("a.csv", b"title,price\nLamp,5\n")}
    return _.merchant, {"files": files, "headers": {"content-type": kind}}


async def _confirmation(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    order = (await place(_.guest, await put_up(_.merchant))).json()
    return _.merchant, {"id": order["id"], "json": {"outcome": "no_answer"}}


async def _taken(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.merchant, {"json": an_order(await put_up(_.merchant)) | {"source": "phone"}}


async def _refund(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    order = (await place(_.guest, await put_up(_.merchant))).json()
    for status in ("confirmed", "shipped", "delivered"):
        path = f"/api/merchant/orders/{order['id']}/status"
        await _.merchant.put(path, json={"status": status})
    return _.merchant, {"id": order["id"], "json": {"amount": "1.00", "reason": "broken"}}


async def _blocked_phone(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.merchant, {"json": {"phone": "0559876543"}}


HOOK = {"url": "https://erp.example/hooks", "events": ["*"]}


async def _webhook(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.merchant, {"json": HOOK}


async def _a_webhook(_: "People") -> str:
    id: str = (await _.merchant.post("/api/merchant/webhooks", json=HOOK)).json()["id"]
    return id


async def _rotation(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.merchant, {"id": await _a_webhook(_), "json": {"overlap_hours": 1}}


async def _webhook_test(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.merchant, {"id": await _a_webhook(_)}


async def _redelivery(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    id = await _a_webhook(_)
    sent = (await _.merchant.post(f"/api/merchant/webhooks/{id}/test")).json()
    return _.merchant, {"id": id, "delivery": sent["id"]}


async def _redeliveries(_: "People") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    return _.merchant, {"id": await _a_webhook(_), "json": {"since": "2020-01-01T00:00:00Z"}}


CREATING: dict[str, Callable[["People"], Awaitable[tuple[httpx.AsyncClient, dict[str, Any]]]]] = {
    "/api/auth/register": _register,
    "/api/merchant/products": _product,
    "/api/merchant/categories": _category,
    "/api/merchant/upload-image": _image,
    "/api/merchant/me/kyc": _papers,
    "/api/store/{username}/orders": _order,
    "/api/merchant/blocked-phones": _blocked_phone,
    "/api/admin/notifications": _announcement,
    "/api/merchant/products/{id}/stock": _stock,
    "/api/merchant/products/bulk": _bulk,
    "/api/merchant/products/import": _import,
    "/api/merchant/orders/{id}/confirmation": _confirmation,
    "/api/merchant/orders": _taken,
    "/api/merchant/orders/{id}/refunds": _refund,
    "/api/merchant/webhooks": _webhook,
    "/api/merchant/webhooks/{id}/rotate-secret": _rotation,
    "/api/merchant/webhooks/{id}/test": _webhook_test,
    "/api/merchant/webhooks/{id}/redeliver": _redeliveries,
    "/api/merchant/webhooks/{id}/deliveries/{delivery}/redeliver": _redelivery,
}
"""A good call of every route that honours a key; ``id`` is of the path."""

LOOKED_AT_FIRST = {"/api/merchant/upload-image", "/api/merchant/me/kyc"}
"""Before slow work it is seen, beside the transaction, whether it would be for nothing."""

IN_A_BUCKET = {"/api/merchant/uploads", "/api/merchant/uploads/{id}/complete"}
"""Where images lie in a folder, nothing can be created here."""


def test_every_route_that_creates_something_is_tried() -> None:
    app = Litestar(
        [routes(Marketplace(in_memory()), DEFAULT)], openapi_config=None, logging_config=None
    )
    creating = {
        route.path_format
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if is_repeatable(handler)
    }

    assert creating == CREATING.keys() | IN_A_BUCKET


class Watched:
    """A neighbour that notices when it is kept waiting for inside a transaction."""

    def __init__(self, neighbour: object, open_now: list[UnitOfWork], seen: list[str]) -> None:
        self._neighbour, self._open, self._seen = neighbour, open_now, seen

    def __getattr__(self, name: str) -> Any:
        if self._open:
            self._seen.append(f"{type(self._neighbour).__name__}.{name}")
        return getattr(self._neighbour, name)


class People:
    """Everybody, at a marketplace whose transactions are watched."""

    def __init__(self, marketplace: Marketplace) -> None:
        self.begun = 0
        self.seen: list[str] = []
        open_now: list[UnitOfWork] = []
        ports = marketplace.ports

        @asynccontextmanager
        async def begin() -> AsyncGenerator[UnitOfWork]:
            assert not open_now, "one request needs two connections"
            async with ports.begin() as market:
                self.begun += 1
                open_now.append(market)
                try:
                    yield market
                finally:
                    open_now.clear()

        slow = ("views", "passwords", "images", "processor", "mailer", "webhooks")
        watched = {name: Watched(getattr(ports, name), open_now, self.seen) for name in slow}
        self.app = create_app(
            Marketplace(replace(ports, begin=begin, **cast("dict[str, Any]", watched)))
        )

    async def come(self, visit: Visit, *signed_in: httpx.AsyncClient) -> "People":
        self.guest = await visit(app=cast(ASGIApp, self.app))
        tokens = [each.headers["authorization"].removeprefix("Bearer ") for each in signed_in]
        self.merchant, self.admin = [
            await visit(each, app=cast(ASGIApp, self.app)) for each in tokens
        ]
        return self


def otherwise(path: str) -> str:
    """The same address in other letters."""
    parts = path.replace("sara", "Sara").split("/")
    return "/".join(each.upper() if len(each) == 36 else each for each in parts)


@pytest.mark.parametrize("path", CREATING)
async def test_what_is_sent_twice_is_created_once_in_one_transaction_that_waits_for_nobody(
    marketplace: Marketplace,
    standing_store: MemoryStore,
    visit: Visit,
    merchant: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    path: str,
) -> None:
    people = await People(marketplace).come(visit, merchant, admin)
    client, call = await CREATING[path](people)
    call["headers"] = {**call.get("headers", {}), **KEY}
    named = {name: call.pop(name, "") for name in ("id", "delivery")}
    path = path.format(username="sara", **named)
    people.begun = 0

    first = await client.post(path, **call)
    there = deepcopy((standing_store.entities, standing_store.jobs))
    assert first.is_success, first.text
    for spelt in (path, otherwise(path)):
        again = await client.post(spelt, **call)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotent-replayed"] == "true"

    assert (standing_store.entities, standing_store.jobs) == there
    assert people.begun == (2 if path in LOOKED_AT_FIRST else 1)
    assert people.seen == []


async def test_every_call_that_creates_something_tells_of_the_key(
    passer_by: httpx.AsyncClient,
) -> None:
    described = (await passer_by.get("/api/schema")).json()

    telling = {
        path
        for path, methods in described["paths"].items()
        for method, call in methods.items()
        if any(each["name"] == "Idempotency-Key" for each in call.get("parameters", ()))
        and method == "post"
        and "in-progress" in call["responses"]["409"]["description"]
        and "key-reused" in call["responses"]["422"]["description"]
        and "Idempotent-Replayed"
        in next(told for status, told in call["responses"].items() if status < "300")["headers"]
    }
    assert telling == CREATING.keys() | IN_A_BUCKET


async def test_a_page_of_another_site_may_send_a_key_and_see_the_replay(
    marketplace: Marketplace, visit: Visit
) -> None:
    options = replace(DEFAULT, cors_allowed_origins=["https://shop.example"])
    page = await visit(app=cast(ASGIApp, create_app(marketplace, options=options)))
    origin = {"origin": "https://shop.example"}

    asked = await page.options(ORDERS, headers={**origin, "access-control-request-method": "POST"})
    answer = await page.get("/api/store/nobody", headers=origin)

    assert "idempotency-key" in asked.headers["access-control-allow-headers"]
    assert "idempotent-replayed" in answer.headers["access-control-expose-headers"]


async def test_a_key_is_free_again_after_a_day(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    product: dict[str, Any],
    standing_store: MemoryStore,
) -> None:
    await guest.post(ORDERS, json=an_order(product), headers=KEY)
    [(name, (sealed, at))] = standing_store.answers.items()
    standing_store.answers[name] = (sealed, at - timedelta(hours=24))

    answer = await guest.post(ORDERS, json=an_order(product), headers=KEY)

    assert answer.status_code == 201
    assert "idempotent-replayed" not in answer.headers
    assert await orders(merchant) == 2


async def test_nothing_that_is_kept_can_be_read(
    guest: httpx.AsyncClient, product: dict[str, Any], standing_store: MemoryStore
) -> None:
    answer = await guest.post(ORDERS, json=an_order(product), headers=KEY)

    kept = repr(standing_store.answers)
    token = answer.json()["tracking_url"].rpartition("/")[2]
    for secret in (token, KEY["idempotency-key"], json.dumps("نورة")[1:-1], "نورة"):
        assert secret not in kept
