"""The front of a store is told in front of the routes, as the route itself would tell it."""

from dataclasses import replace

import httpx
import msgspec
import pytest
from litestar.types import ASGIApp

from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import Site
from marketplace.entrypoints.http import create_app
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
    product = await world.a_product(mona)
    await sent(world, mona, product_id=product)
    site = Site(public_url="https://x.example", media_url='https://"cdn".example/m')

    app = create_app(Marketplace(replace(world.ports, site=site)))

    page = await _asked(app, "/api/store/mona")

    url = page.json()["products"]["items"][0]["images"][0]["url"]
    assert url.startswith('https://"cdn".example/m/')
    assert "\x01" not in page.text
