"""A marketplace in memory behind its front door, and the people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from marketplace.adapters.memory.neighbours import (
    FrozenClock,
    MemoryBell,
    MemoryMailer,
    MemoryMessenger,
    MemoryThrottle,
)
from marketplace.adapters.memory.store import MemoryStore
from marketplace.adapters.memory.unit_of_work import MemoryUnitOfWork
from marketplace.adapters.memory.views import MemoryViews
from marketplace.adapters.system import SystemIds
from marketplace.application.accounts import CreateAdmin
from marketplace.application.marketplace import Marketplace
from marketplace.application.watching import StoreWatch
from marketplace.entrypoints.http import create_app
from marketplace.entrypoints.in_memory import in_memory

PASSWORD = "a long sentence is a good password"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 8 + (800).to_bytes(4, "big") + (600).to_bytes(4, "big")

Visit = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def standing_store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(scope="session")
def standing_mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture(scope="session")
def standing_messenger() -> MemoryMessenger:
    return MemoryMessenger()


@pytest.fixture(scope="session")
def standing_throttle() -> MemoryThrottle:
    return MemoryThrottle(FrozenClock())


@pytest.fixture(scope="session")
def standing_marketplace(
    standing_store: MemoryStore,
    standing_mailer: MemoryMailer,
    standing_messenger: MemoryMessenger,
    standing_throttle: MemoryThrottle,
) -> Marketplace:
    ids, bell, watch = SystemIds(), MemoryBell(), StoreWatch(alone=True)
    ports = replace(
        in_memory(mailer=standing_mailer, messenger=standing_messenger),
        begin=lambda: MemoryUnitOfWork(standing_store, ids, bell, watch),
        views=MemoryViews(standing_store),
        throttle=standing_throttle,
        watch=watch,
    )
    return Marketplace(ports)


@pytest.fixture(scope="session")
def standing_app(standing_marketplace: Marketplace) -> ASGIApp:
    """Made once, because making an application takes longer than most tests."""
    return create_app(standing_marketplace)


@pytest.fixture
def mailer(standing_mailer: MemoryMailer) -> MemoryMailer:
    standing_mailer.sent.clear()
    return standing_mailer


@pytest.fixture
def messenger(standing_messenger: MemoryMessenger) -> MemoryMessenger:
    standing_messenger.sent.clear()
    return standing_messenger


@pytest.fixture
def marketplace(
    standing_marketplace: Marketplace,
    standing_store: MemoryStore,
    standing_throttle: MemoryThrottle,
    mailer: MemoryMailer,
    messenger: MemoryMessenger,
) -> Marketplace:
    """As empty as on the first day."""
    vars(standing_throttle).update(vars(MemoryThrottle(FrozenClock())))
    vars(standing_store).update(vars(MemoryStore()))
    standing_marketplace.ports.watch.forget()
    return standing_marketplace


@pytest.fixture
def app(marketplace: Marketplace, standing_app: ASGIApp) -> ASGIApp:
    return standing_app


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
async def passer_by(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Only looks, at an empty marketplace."""
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
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


JPEG = b"\xff\xd8\xff\xe0 a commercial register"


async def hand_in(merchant: httpx.AsyncClient, *documents: bytes, **said: str) -> httpx.Response:
    """Papers of a merchant."""
    body = {"legal_name": "مؤسسة سارة", "registration_number": "1010-123456", **said}
    files = [("documents", ("scan.jpg", each)) for each in documents or (JPEG,)]
    return await merchant.post("/api/merchant/me/kyc", data=body, files=files)


def fields(answer: httpx.Response) -> dict[str, str]:
    """The code of each bad field."""
    return {each["field"]: each["code"] for each in answer.json()["errors"]}
