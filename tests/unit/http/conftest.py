"""A marketplace in memory behind its front door, and the people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from marketplace.adapters.memory.neighbours import MemoryMailer
from marketplace.application.accounts import CreateAdmin
from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http import create_app
from marketplace.entrypoints.in_memory import in_memory

PASSWORD = "a long sentence is a good password"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 8 + (800).to_bytes(4, "big") + (600).to_bytes(4, "big")

Visit = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
def marketplace(mailer: MemoryMailer) -> Marketplace:
    return Marketplace(ports=in_memory(mailer=mailer))


@pytest.fixture
def app(marketplace: Marketplace) -> ASGIApp:
    return create_app(marketplace)


@pytest.fixture(scope="session")
def standing_app() -> ASGIApp:
    """For tests that leave nothing behind: making an application takes a while."""
    return create_app(Marketplace(ports=in_memory()))


@pytest.fixture
async def visit(app: ASGIApp) -> AsyncIterator[Visit]:
    """Opens a client, signed in with a token where there is one."""
    async with AsyncExitStack() as stack:

        async def open_client(token: str = "", app: ASGIApp = app) -> httpx.AsyncClient:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),  # type: ignore[arg-type]
                base_url="http://shop.example",
                headers={"authorization": f"Bearer {token}"} if token else {},
            )
            return await stack.enter_async_context(client)

        yield open_client


@pytest.fixture
async def guest(visit: Visit) -> httpx.AsyncClient:
    return await visit()


@pytest.fixture
async def passer_by(standing_app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Only looks, at an empty marketplace."""
    transport = httpx.ASGITransport(app=standing_app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        yield client


@pytest.fixture
async def merchant(visit: Visit, guest: httpx.AsyncClient) -> httpx.AsyncClient:
    """Keeps the store ``sara``."""
    return await visit((await register(guest, "sara", "0501234567"))["token"])


@pytest.fixture
async def rival(visit: Visit, guest: httpx.AsyncClient) -> httpx.AsyncClient:
    """Keeps the store ``rival``."""
    return await visit((await register(guest, "rival", "0507654321"))["token"])


@pytest.fixture
async def admin(
    visit: Visit, guest: httpx.AsyncClient, marketplace: Marketplace
) -> httpx.AsyncClient:
    await marketplace.accounts.create_admin(
        CreateAdmin(
            email="root@example.com", username="watcher", password=PASSWORD, phone="0509999999"
        )
    )
    said = {"email": "root@example.com", "password": PASSWORD}
    return await visit((await guest.post("/api/auth/login", json=said)).json()["token"])


async def register(guest: httpx.AsyncClient, username: str, phone: str) -> dict[str, Any]:
    answer = await guest.post(
        "/api/auth/register",
        json={
            "email": f"{username}@example.com",
            "username": username,
            "password": PASSWORD,
            "phone": phone,
            "name": f"متجر {username}",
        },
    )
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def put_up(merchant: httpx.AsyncClient, **said: object) -> dict[str, Any]:
    """A product of a merchant."""
    body = {"title": "عباءة", "price": "249.00", "stock": 12, **said}
    answer = await merchant.post("/api/merchant/products", json=body)
    assert answer.status_code == 201, answer.text
    product: dict[str, Any] = answer.json()
    return product


async def place(
    guest: httpx.AsyncClient, product: dict[str, Any], quantity: int = 2, **said: object
) -> httpx.Response:
    """An order from the store ``sara``."""
    body = {
        "customer_name": "نورة العتيبي",
        "customer_phone": "0559876543",
        "address": "حي الياسمين، مبنى 12",
        "items": [{"product_id": product["id"], "quantity": quantity}],
        **said,
    }
    return await guest.post("/api/store/sara/orders", json=body)


def fields(answer: httpx.Response) -> dict[str, str]:
    """The code of each bad field."""
    return {each["field"]: each["code"] for each in answer.json()["errors"]}
