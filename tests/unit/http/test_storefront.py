"""The public page of a store, as browsers and caches see it."""

from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.domain.accounts import Username

from .conftest import place, put_up


async def test_a_store_is_not_sent_again_to_whoever_has_it(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await put_up(merchant)
    first = await guest.get("/api/store/sara")
    etag = first.headers["etag"]

    for known in ([etag], [f"W/{etag}"], [f'"other", {etag}'], [etag, '"other"'], ["*"]):
        lines = [("if-none-match", line) for line in known]
        again = await guest.get("/api/store/sara", headers=lines)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "content-type" not in again.headers

    await put_up(merchant)
    changed = await guest.get("/api/store/sara", headers={"if-none-match": etag})

    assert first.headers["cache-control"] == "public, max-age=5"
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_a_store_says_which_way_it_reads(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    store = (await guest.get("/api/store/SARA")).json()["store"]

    assert (store["locale"], store["dir"], store["currency"]) == ("ar", "rtl", "SAR")
    assert store["accepting_orders"] is True
    assert store["reopens_at"] is None


async def test_a_store_on_holiday_is_seen_and_takes_no_orders(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    product = await put_up(merchant)
    async with marketplace.ports.begin() as market:
        [served] = (await market.merchants.hold_stores([Username("sara")])).values()
        store = served.store
        store.closed_until = datetime(2099, 1, 1, tzinfo=UTC)
        await market.merchants.save(store)

    shown = (await guest.get("/api/store/sara")).json()["store"]
    refused = await place(guest, product)

    assert (shown["accepting_orders"], shown["reopens_at"]) == (False, "2099-01-01T00:00:00Z")
    assert (refused.status_code, refused.json()["code"]) == (409, "store-on-holiday")
    assert refused.json()["facts"] == {"reopens_at": "2099-01-01T00:00:00Z"}


async def test_an_order_at_another_price_than_expected_is_asked_again(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    refused = await place(guest, await put_up(merchant), 2, expected_total="100")

    assert refused.status_code == 409
    assert refused.json()["facts"] == {
        "subtotal": "498.00",
        "fees": [],
        "total": "498.00",
        "currency": "SAR",
    }


async def test_an_old_address_leads_to_the_new_one(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    await merchant.put("/api/merchant/me", json={"username": "sara-new"})

    for asking in (guest, merchant):
        led_on = await asking.get("/api/store/SARA?limit=1")
        assert led_on.status_code == 308
        assert led_on.headers["location"] == "/api/store/sara-new?limit=1"
        assert led_on.headers["cache-control"] == "public, max-age=60"
        assert led_on.json()["facts"] == {"username": "sara-new"}
    plain = await guest.get("/api/store/sara")
    followed = await guest.get("/api/store/sara?limit=1", follow_redirects=True)
    guest.follow_redirects = True
    placed = await place(guest, product)

    assert plain.headers["location"] == "/api/store/sara-new"
    assert followed.json()["store"]["username"] == "sara-new"
    assert placed.status_code == 201
    [moved] = placed.history
    assert (moved.status_code, moved.headers["location"]) == (308, "/api/store/sara-new/orders")


async def test_an_old_slug_leads_to_the_product(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    old, page = product["slug"], "/api/store/sara/products"
    for slug in ("a", "عباءة-جديدة"):
        await merchant.put(f"/api/merchant/products/{product['id']}", json={"slug": slug})

    led_on = await guest.get(f"{page}/{old}")
    shown = await guest.get(f"{page}/A", follow_redirects=True)

    assert led_on.status_code == 308
    assert led_on.headers["location"] == f"{page}/{quote('عباءة-جديدة')}"
    assert led_on.headers["cache-control"] == "public, max-age=60"
    assert (led_on.json()["code"], led_on.json()["facts"]) == (
        "product-moved",
        {"product": "عباءة-جديدة"},
    )
    assert (shown.status_code, shown.json()["id"]) == (200, product["id"])

    other = await put_up(merchant, slug="a")
    assert (await guest.get(f"{page}/a")).json()["id"] == other["id"]
    await merchant.delete(f"/api/merchant/products/{product['id']}")
    assert (await guest.get(f"{page}/{quote(old)}")).status_code == 404


async def test_a_store_that_is_shut_leads_nobody_on(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    moved = await merchant.put("/api/merchant/me", json={"username": "sara-new"})
    await admin.delete(f"/api/admin/merchants/{moved.json()['id']}")

    shown, refused = await guest.get("/api/store/sara"), await place(guest, product)

    assert (shown.status_code, shown.json()["code"]) == (404, "store-not-found")
    assert (refused.status_code, refused.json()["code"]) == (404, "store-not-found")


@pytest.mark.parametrize("name", ["a" * 300, "a" * 600, "/".join("a" * 300), "..", "x/../../y"])
async def test_no_address_of_an_image_breaks_anything(
    passer_by: httpx.AsyncClient, name: str
) -> None:
    answer = await passer_by.get(f"/media/{name}.jpg")

    assert answer.status_code == 404
