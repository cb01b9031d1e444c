"""The same routes inside of somebody's own application."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar, Response, get
from litestar.connection import Request
from litestar.exceptions import NotFoundException

from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http import MarketplacePlugin
from marketplace.entrypoints.http.edge import Edge
from marketplace.entrypoints.http.page_cache import PageCache

from .conftest import place, put_up, register


@get("/", sync_to_thread=False)
def home() -> str:
    return "theirs"


def their_not_found(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    return Response("nothing of theirs", status_code=404)


@pytest.fixture
async def guest(marketplace: Marketplace) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar(
        [home],
        plugins=[MarketplacePlugin(marketplace)],
        exception_handlers={NotFoundException: their_not_found},
        logging_config=None,
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://their.example") as client:
        yield client


async def test_their_application_has_a_marketplace(guest: httpx.AsyncClient) -> None:
    guest.headers["authorization"] = (
        f"Bearer {(await register(guest, 'sara', '0501234567'))['token']}"
    )

    placed = await place(guest, await put_up(guest))
    refused = await guest.get("/api/merchant/orders?limit=0", headers={"x-request-id": "r-1"})
    described = await guest.get("/api/schema")

    assert placed.status_code == 201
    assert (refused.status_code, refused.json()["request_id"]) == (400, "r-1")
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert "/" not in described.json()["paths"]
    assert "/api/store/{username}" in described.json()["paths"]


def wrapped(app: Litestar, kind: type[Any]) -> list[Any]:
    """Whatever of a kind stands around the routes."""
    found = {}
    todo: list[Any] = [app.asgi_router.root_route_map_node]
    while todo:
        node = todo.pop()
        todo += node.children.values()
        for handled in node.asgi_handlers.values():
            layer: Any = handled.asgi_app
            while layer is not None:
                if isinstance(layer, kind):
                    found[id(layer)] = layer
                layer = getattr(layer, "app", None)
    return list(found.values())


def test_all_routes_have_one_turnstile_and_one_store_of_pages(marketplace: Marketplace) -> None:
    app = Litestar([home], plugins=[MarketplacePlugin(marketplace)], logging_config=None)

    edges, caches = wrapped(app, Edge), wrapped(app, PageCache)

    assert len(edges) == len(caches) > 100
    assert len({id(each._turnstile) for each in edges}) == 1
    assert len({id(each.pages) for each in caches}) == 1


async def test_what_is_theirs_stays_theirs(guest: httpx.AsyncClient) -> None:
    home, missing, schema = [
        await guest.get(path) for path in ("/", "/nope", "/schema/openapi.json")
    ]

    assert (home.status_code, home.text) == (200, "theirs")
    assert "x-request-id" not in home.headers
    assert missing.text == "nothing of theirs"
    assert "/api/merchant/products" in schema.json()["paths"]
