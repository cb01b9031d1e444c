"""What is answered in front of the routes is answered as the route itself would."""

from dataclasses import replace
from itertools import product

import httpx
import msgspec
import pytest
from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from marketplace.application.marketplace import Marketplace
from marketplace.application.merchants import EditMerchant
from marketplace.application.ports import Site
from marketplace.domain.products import ProductId
from marketplace.entrypoints.http import create_app
from marketplace.entrypoints.http.front import Front
from marketplace.entrypoints.http.storefront import StorePageOut
from tests.unit.application.test_images import sent
from tests.unit.world import Seller, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def mona(world: World) -> Seller:
    mona = await world.a_merchant("mona")
    for stock in (0, 3):
        await world.a_product(mona, stock=stock)
    return mona


async def _asked(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(method, path, headers={"x-request-id": "one", **said})


@pytest.mark.parametrize("path", ["/api/store/mona", "/api/store/MONA", "/api/store/%20mona"])
async def test_it_is_the_same_to_the_last_byte(world: World, mona: Seller, path: str) -> None:
    app = create_app(world.marketplace)

    quick, routed = await _asked(app, path), await _asked(app, f"{path}?limit=20")

    assert quick.status_code == routed.status_code == 200
    assert quick.content == routed.content
    assert sorted(quick.headers.multi_items()) == sorted(routed.headers.multi_items())
    head = await _asked(app, path, "HEAD")
    assert (head.content, head.headers["etag"]) == (b"", quick.headers["etag"])
    known = await _asked(app, path, if_none_match=quick.headers["etag"])
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("path", ["/api/store/nobody", "/api/store/%D8%B9", "/api/store/mona%0A"])
async def test_where_no_store_is_the_problem_is_the_same(
    world: World, mona: Seller, path: str
) -> None:
    app = create_app(world.marketplace)

    quick, routed = await _asked(app, path), await _asked(app, f"{path}?limit=20")

    assert quick.status_code == routed.status_code
    assert quick.content == routed.content
    assert sorted(quick.headers.multi_items()) == sorted(routed.headers.multi_items())
    assert quick.headers["content-type"] == "application/problem+json"


async def test_what_is_told_is_what_is_described(world: World, mona: Seller) -> None:
    """Cards are written as text, so that no shape sees to it."""
    shown = (await _asked(create_app(world.marketplace), "/api/store/mona")).json()

    told = msgspec.convert(shown, StorePageOut, dec_hook=lambda kind, said: kind(said))

    for item, shape in zip(shown["products"]["items"], told.products.items, strict=True):
        assert item.keys() == {*shape.__struct_fields__}
    assert [each.stock for each in told.products.items] == [3, 0]
    assert [each.in_stock for each in told.products.items] == [True, False]


async def test_an_address_of_a_file_begins_where_files_are_now(world: World, mona: Seller) -> None:
    lamp = await world.a_product(mona)
    await sent(world, mona, product_id=lamp)
    site = Site(public_url="https://x.example", media_url='https://"cdn".example/m')

    app = create_app(Marketplace(replace(world.ports, site=site)))

    page = await _asked(app, "/api/store/mona")

    url = page.json()["products"]["items"][0]["images"][0]["url"]
    assert url.startswith('https://"cdn".example/m/')
    assert "\x01" not in page.text


ROUTED = "application/json; charset=utf-8"
"""No plain order, for whoever looks no further than the header."""


async def _ordered(
    app: ASGIApp, path: str, body: bytes, kind: str = "application/json"
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        headers = {"x-request-id": "one", "content-type": kind}
        return await client.post(path, content=body, headers=headers)


def _order(lamp: ProductId, **more: object) -> dict[str, object]:
    return {
        "customer_name": "نورة",
        "customer_phone": "0559876543",
        "address": "حي الياسمين",
        "items": [{"product_id": str(lamp), "quantity": 1}],
        **more,
    }


async def test_an_order_is_answered_as_by_its_route(world: World, mona: Seller) -> None:
    app, lamp = create_app(world.marketplace), await world.a_product(mona, stock=5)
    body = msgspec.json.encode(_order(lamp, email="noura@example.com", note="بعد العصر"))

    quick = await _ordered(app, "/api/store/MONA/orders", body)
    routed = await _ordered(app, "/api/store/mona/orders", body, ROUTED)

    assert quick.status_code == routed.status_code == 201
    assert quick.headers.keys() == routed.headers.keys()
    assert {
        name
        for name in quick.headers
        if name != "content-length" and quick.headers[name] != routed.headers[name]
    } == set()
    told, told_by_route = quick.json(), routed.json()
    assert told.keys() == told_by_route.keys()
    assert (told["number"], told_by_route["number"]) == (1001, 1002)
    assert {name for name in told if told[name] != told_by_route[name]} <= {
        "id",
        "number",
        "tracking_url",
        "whatsapp_url",
    }
    assert await world.stock(lamp) == (5, 2)


NO_ORDERS = [
    b"",
    b"{",
    b"\xff",
    b"[]",
    b"null",
    b"{}",
    b'{"customer_name": 1, "items": [{"quantity": "2"}], "unknown": 3}',
    b'{"customer_name": "", "customer_phone": "", "address": "", "items": []}',
    b"[" * 1000,
    b'{"note": ' + b"[" * 100 + b"]" * 100 + b"}",
    b'{"note": "' + b"x" * 300_000 + b'"}',
]


async def test_what_is_no_order_is_refused_as_by_its_route(world: World, mona: Seller) -> None:
    app = create_app(world.marketplace)

    for store, body in product(["mona", "nobody", "%D8%B9"], NO_ORDERS):
        quick = await _ordered(app, f"/api/store/{store}/orders", body)
        routed = await _ordered(app, f"/api/store/{store}/orders", body, ROUTED)

        assert 400 <= quick.status_code < 500, (store, body)
        assert quick.status_code == routed.status_code, (store, body)
        assert quick.content == routed.content, (store, body)
        assert sorted(quick.headers.multi_items()) == sorted(routed.headers.multi_items())


async def test_an_order_at_a_former_name_is_led_on_and_nothing_is_ordered(
    world: World, mona: Seller
) -> None:
    lamp = await world.a_product(mona)
    moved = EditMerchant(acting=mona.actor, username="mona-new")
    await world.marketplace.merchants.edit(moved)
    app, body = create_app(world.marketplace), msgspec.json.encode(_order(lamp))

    quick = await _ordered(app, "/api/store/mona/orders", body)
    routed = await _ordered(app, "/api/store/mona/orders", body, ROUTED)

    assert (quick.status_code, quick.headers["location"]) == (308, "/api/store/mona-new/orders")
    assert quick.content == routed.content
    assert sorted(quick.headers.multi_items()) == sorted(routed.headers.multi_items())
    assert (await world.stock(lamp))[1] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content-type", "text/plain"),
        ("content-type", ""),
        ("content-length", "-1"),
        ("content-length", "one"),
        ("content-length", "300000"),
        ("content-length", "9" * 5000),
        ("transfer-encoding", "chunked"),
        ("idempotency-key", "a key"),
    ],
)
async def test_whatever_is_not_plain_is_left_to_the_route(
    world: World, mona: Seller, name: str, value: str
) -> None:
    lamp = await world.a_product(mona)
    seen: list[Scope] = []

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    front = Front(route, world.marketplace.storefront, world.marketplace.placing, world.ports.site)
    body = msgspec.json.encode(_order(lamp))
    said = {"content-type": "application/json", "content-length": str(len(body)), name: value}
    scope: dict[str, object] = {
        "type": "http",
        "method": "POST",
        "path": "/api/store/mona/orders",
        "query_string": b"",
        "headers": [(each.encode(), said[each].encode()) for each in said],
        "client": None,
    }

    await front(scope, None, None)  # type: ignore[arg-type]

    assert seen == [scope]


async def test_a_body_longer_than_was_said_is_no_longer_than_any_may_be(
    world: World, mona: Seller
) -> None:
    """A server may believe the header, and send on what comes."""
    app, read, told = create_app(world.marketplace), 0, list[Message]()

    async def receive() -> ReceiveMessage:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 100_000, "more_body": True}

    async def send(message: Message) -> None:
        told.append(message)

    scope: dict[str, object] = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": "/api/store/mona/orders",
        "raw_path": b"/api/store/mona/orders",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"10")],
        "client": None,
        "server": None,
        "extensions": {},
    }

    await app(scope, receive, send)  # type: ignore[arg-type]

    assert told[0]["status"] == 413  # type: ignore[typeddict-item]
    assert read <= 4
