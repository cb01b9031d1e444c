"""What is true of every request and every answer."""

import logging
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http import HttpOptions, create_app
from marketplace.entrypoints.http.edge import Edge

from .conftest import PNG, Visit

ALL_KINDS = ["/health/live", "/api/store/nobody", "/nothing", "/api/merchant/me", "/api/docs"]


@pytest.mark.parametrize("path", ALL_KINDS)
async def test_every_answer_is_fenced_in(passer_by: httpx.AsyncClient, path: str) -> None:
    headers = (await passer_by.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert len(headers.get_list("x-request-id")) == 1


@pytest.mark.parametrize("id", ["abc", "A.b_c-1", "x" * 64])
async def test_a_sane_request_id_is_kept(passer_by: httpx.AsyncClient, id: str) -> None:
    answer = await passer_by.get("/nothing", headers={"x-request-id": id})

    assert answer.headers["x-request-id"] == answer.json()["request_id"] == id


@pytest.mark.parametrize("id", ["", "a b", "x" * 65, "<script>", "a\u00e9"])
async def test_any_other_request_id_is_replaced(passer_by: httpx.AsyncClient, id: str) -> None:
    answer = await passer_by.get("/nothing", headers={b"x-request-id": id.encode()})

    assert answer.headers["x-request-id"] != id
    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize("path", ["/%00", "/nothing", "/api/store/nobody", "/api/merchant/me"])
@pytest.mark.parametrize("order", [1, -1])
async def test_a_list_in_two_lines_is_one_to_all_who_read_it(
    passer_by: httpx.AsyncClient, path: str, order: int
) -> None:
    lines = [("accept-language", "ar;q=0.5"), ("accept-language", "en")]

    told = await passer_by.get(path, headers=lines[::order])
    asked = await passer_by.get(path, headers={"accept-language": "en"})

    assert told.json()["detail"] == asked.json()["detail"]
    assert told.json()["detail"].isascii()


async def test_of_two_bearers_neither_is_let_in(merchant: httpx.AsyncClient) -> None:
    bearer = ("authorization", merchant.headers["authorization"])
    assert (await merchant.get("/api/merchant/me", headers=[bearer])).status_code == 200

    for second in (bearer, ("authorization", "Bearer other")):
        answer = await merchant.get("/api/merchant/me", headers=[bearer, second])
        assert answer.status_code == 401


@pytest.mark.parametrize("path", [*ALL_KINDS, "/api/docs/assets/swagger-ui.css"])
async def test_head_is_get_without_the_body(passer_by: httpx.AsyncClient, path: str) -> None:
    get, head = await passer_by.get(path), await passer_by.head(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("address", ["/api/store/%ff", "/%00", "/a%0d%0ab", "/?q=%ff", "/?q=%00"])
async def test_an_address_that_is_no_text_is_refused(
    passer_by: httpx.AsyncClient, address: str
) -> None:
    answer = await passer_by.get(address)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_a_body_too_large_is_refused_before_it_is_read(standing_app: ASGIApp) -> None:
    read: list[str] = []

    async def receive() -> Any:
        read.append("body")
        return {"type": "http.request", "body": b" " * 65536, "more_body": True}

    for path, length in (("/api/auth/login", 300_000), ("/api/store/sara/orders", 10**12)):
        answer = await ask(
            standing_app, receive, path=path, headers={"content-length": str(length)}
        )
        assert answer["status"] == 413
    assert read == []

    answer = await ask(standing_app, receive, path="/api/auth/login")

    assert answer["status"] == 413
    assert len(read) == 5


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate, identity", "identity, x"])
@pytest.mark.parametrize(
    "path", ["/api/auth/login", "/api/store/sara/orders", "/api/merchant/upload-image", "/nothing"]
)
async def test_a_body_that_we_cannot_unpack_is_refused_before_it_is_read(
    standing_app: ASGIApp, path: str, encoding: str
) -> None:
    async def receive() -> Any:
        raise AssertionError("nobody reads this")

    answer = await ask(standing_app, receive, path=path, headers={"content-encoding": encoding})

    assert answer["status"] == 415


async def test_what_says_that_it_is_packed_is_not_taken_for_what_it_is(
    merchant: httpx.AsyncClient,
) -> None:
    files = {"image": ("a.png", PNG)}
    several = [("content-encoding", "gzip"), ("content-encoding", "identity")]

    told = await merchant.post(
        "/api/merchant/upload-image", files=files, headers={"content-encoding": "gzip"}
    )
    twice = await merchant.post("/api/merchant/upload-image", files=files, headers=several)
    plain = await merchant.post(
        "/api/merchant/upload-image", files=files, headers={"content-encoding": "identity"}
    )

    assert (told.status_code, told.json()["code"]) == (415, "encoded-body")
    assert told.headers["accept-encoding"] == "identity"
    assert twice.status_code == 415
    assert plain.status_code == 201


async def test_who_sends_nothing_may_say_how_it_is_packed(passer_by: httpx.AsyncClient) -> None:
    answer = await passer_by.get("/health/live", headers={"content-encoding": "gzip"})

    assert answer.status_code == 200


async def test_a_client_that_leaves_is_no_mistake_of_ours(
    standing_app: ASGIApp, caplog: pytest.LogCaptureFixture
) -> None:
    async def receive() -> Any:
        return {"type": "http.disconnect"}

    with caplog.at_level(logging.INFO):
        await ask(standing_app, receive, path="/api/auth/login")

    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert " 499 " in caplog.text


async def test_the_log_keeps_no_secrets(
    merchant: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "s3cret" * 8

    with caplog.at_level(logging.INFO):
        await merchant.get(f"/api/orders/track/{secret}", headers={"x-request-id": "r-1"})
        await merchant.get(f"/api/orders/track/{secret}/more?q={secret}")
        await merchant.delete(f"/api/orders/track/{secret}")

    lines = [each.getMessage() for each in caplog.records if each.name.startswith("marketplace")]
    assert lines[0].startswith("GET /api/orders/track/{token} 404 ")
    assert lines[0].endswith(" r-1")
    assert lines[1].startswith("GET /api/orders/track/…/more 404 ")
    assert lines[2].startswith("DELETE /api/orders/track/… 405 ")
    assert secret not in str(lines)
    assert merchant.headers["authorization"].removeprefix("Bearer ") not in str(lines)


async def test_only_our_own_hosts_are_served(marketplace: Marketplace, visit: Visit) -> None:
    options = HttpOptions(allowed_hosts=("shop.example", ".stores.example", "[::1]"))
    client = await visit(app=create_app(marketplace, options=options))

    async def status(host: str) -> int:
        return (await client.get("/health/live", headers={"host": host})).status_code

    for host in (
        "shop.example",
        "SHOP.example:8000",
        "a.stores.example",
        "stores.example",
        "[::1]:80",
    ):
        assert await status(host) == 200, host
    for host in (
        "evil.example",
        "shop.example.evil",
        "xstores.example",
        "",
        "shop.example:x",
        "a@b",
    ):
        assert await status(host) == 400, host


async def test_pages_of_other_sites_may_ask_where_they_are_named(
    marketplace: Marketplace, visit: Visit
) -> None:
    options = HttpOptions(cors_allowed_origins=("https://front.example",))
    client = await visit(app=create_app(marketplace, options=options))
    ours, theirs = {"origin": "https://front.example"}, {"origin": "https://evil.example"}
    asks = {"access-control-request-method": "PUT"}

    preflight = await client.options("/api/merchant/me", headers=ours | asks)
    refused = await client.options("/api/merchant/me", headers=theirs | asks)
    problem = await client.get("/nothing", headers=ours)

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://front.example"
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in refused.headers
    assert problem.headers["access-control-allow-origin"] == "https://front.example"
    assert "origin" in problem.headers.get_list("vary")
    assert "access-control-allow-credentials" not in preflight.headers


async def test_whatever_breaks_inside_there_is_an_answer(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("hunter2")

    client = await visit(app=Edge(broken))

    answer = await client.get("/")

    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "hunter2" in caplog.text


async def test_an_answer_that_breaks_off_is_left_to_the_server() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("half way")

    async def receive() -> Any:
        raise AssertionError

    with pytest.raises(RuntimeError, match="half way"):
        await ask(Edge(broken), receive)


async def ask(
    app: ASGIApp, receive: Any, path: str = "/", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """Ask the way a server does."""
    answer: dict[str, Any] = {}

    async def send(message: Any) -> None:
        answer.update(message)

    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [
            (b"content-type", b"application/json"),
            *((name.encode(), value.encode()) for name, value in (headers or {}).items()),
        ],
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    return answer
