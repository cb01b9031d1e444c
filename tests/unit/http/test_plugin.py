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


async def test_what_is_theirs_stays_theirs(guest: httpx.AsyncClient) -> None:
    home, missing, schema = [
        await guest.get(path) for path in ("/", "/nope", "/schema/openapi.json")
    ]

    assert (home.status_code, home.text) == (200, "theirs")
    assert "x-request-id" not in home.headers
    assert missing.text == "nothing of theirs"
    assert "/api/merchant/products" in schema.json()["paths"]
