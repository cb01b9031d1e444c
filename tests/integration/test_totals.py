"""How many there are in all, of every list, as the database counts it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from marketplace.entrypoints.http import create_app
from tests.unit.http.totals import ADMIN, MERCHANT, STORE, fill, told_of
from tests.unit.world import World


@pytest.fixture
async def people(world: World) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A merchant, an admin, and a guest."""
    seller = await world.a_merchant("sara")
    await world.an_admin()
    app = create_app(world.marketplace)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app=app),  # type: ignore[arg-type]
                    base_url="http://shop.example",
                )
            )
            for _ in range(3)
        ]
        said = {"email": "boss@example.com", "password": "correct horse"}
        boss = (await clients[2].post("/api/auth/login", json=said)).json()["token"]
        for client, token in zip(clients, (seller.access, boss), strict=False):
            client.headers["authorization"] = f"Bearer {token}"
        yield clients


async def test_every_list_is_counted_as_it_is_read(
    people: list[httpx.AsyncClient], world: World
) -> None:
    merchant, admin, guest = people
    named = await fill(merchant, admin, guest)
    await world.run_jobs()

    for client, paths in ((merchant, MERCHANT), (admin, ADMIN), (guest, STORE)):
        for path in paths:
            total, found = await told_of(client, path.format(**named))
            assert total == found, path
