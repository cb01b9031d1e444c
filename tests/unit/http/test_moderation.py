"""Products as an admin sees them, and what becomes of one that is taken down, over HTTP."""

from typing import Any

import httpx
import pytest

from .conftest import fields, place, put_up

REASON = {"reason": "منتج مقلّد"}


async def take_down(
    admin: httpx.AsyncClient, product: dict[str, Any], what: str = "takedown"
) -> dict[str, Any]:
    path = f"/api/admin/products/{product['id']}/{what}"
    answer = await admin.post(path, json=REASON if what == "takedown" else None)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


async def test_a_takedown_is_seen_by_everybody_whom_it_concerns(
    admin: httpx.AsyncClient, merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    page = "/api/store/sara"
    shown = await guest.get(page)
    assert len(shown.json()["products"]["items"]) == 1
    detail = f"{page}/products/{product['slug']}"
    assert (await guest.get(detail)).status_code == 200

    told = await take_down(admin, product)

    assert (told["status"], told["takedown_reason"]) == ("draft", "منتج مقلّد")
    assert told["taken_down_at"].endswith("Z")
    assert told["store"]["username"] == "sara"
    again = await guest.get(page, headers={"if-none-match": shown.headers["etag"]})
    assert again.json()["products"]["items"] == []
    assert (await guest.get(detail)).status_code == 404
    assert (await place(guest, product)).status_code == 404
    [listed] = (await merchant.get("/api/merchant/products")).json()["items"]
    own = (await merchant.get(f"/api/merchant/products/{product['id']}")).json()
    for each in (listed, own):
        assert each["taken_down_at"] == told["taken_down_at"]
        assert each["takedown_reason"] == "منتج مقلّد"
    [found] = (await admin.get("/api/admin/products?taken_down=true")).json()["items"]
    assert found == told == (await admin.get(f"/api/admin/products/{product['id']}")).json()

    back = await take_down(admin, product, "restore")

    assert (back["status"], back["taken_down_at"], back["takedown_reason"]) == (
        "active",
        None,
        None,
    )
    assert len((await guest.get(page)).json()["products"]["items"]) == 1
    assert (await guest.get(detail)).status_code == 200


async def test_its_merchant_is_refused_in_both_languages(
    admin: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    await take_down(admin, product)
    path = f"/api/merchant/products/{product['id']}"

    refusals = [
        await merchant.put(path, json={"status": "active"}, headers={"accept-language": language})
        for language in ("ar", "en")
    ]
    bulk = await merchant.post(
        "/api/merchant/products/bulk", json={"items": [{"id": product["id"], "status": "active"}]}
    )

    for refused in refusals:
        assert refused.status_code == 409
        assert refused.json()["code"] == "product-taken-down"
        assert refused.json()["facts"] == REASON
        assert "منتج مقلّد" in refused.json()["detail"]
    assert "إدارة المنصة" in refusals[0].json()["title"]
    assert "taken this product down" in refusals[1].json()["title"]
    assert bulk.json()["items"][0]["problem"]["code"] == "product-taken-down"


async def test_what_an_admin_has_changed_is_not_what_the_merchant_has_seen(
    admin: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    await take_down(admin, product)

    stale = await merchant.put(
        f"/api/merchant/products/{product['id']}",
        json={"title": "x"},
        headers={"if-match": f'"{product["version"]}"'},
    )

    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": None}, "reason"),
        ({"reason": 7}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"reason": "x", "status": "active"}, "status"),
    ],
)
async def test_a_takedown_says_why_and_nothing_else(
    admin: httpx.AsyncClient, merchant: httpx.AsyncClient, body: object, field: str
) -> None:
    product = await put_up(merchant)

    answer = await admin.post(f"/api/admin/products/{product['id']}/takedown", json=body)

    assert answer.status_code == 400
    assert list(fields(answer)) == [field]


async def test_products_of_all_stores_are_listed_a_stretch_at_a_time(
    admin: httpx.AsyncClient, merchant: httpx.AsyncClient, rival: httpx.AsyncClient
) -> None:
    products = [await put_up(each) for each in (merchant, rival, merchant)]
    path = "/api/admin/products"

    first = (await admin.get(path, params={"limit": 2})).json()
    rest = (await admin.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()

    listed = [each["id"] for each in (*first["items"], *rest["items"])]
    assert listed == [each["id"] for each in products[::-1]]
    assert rest["next_cursor"] is None
    whose = first["items"][1]["store"]["id"]
    of_rival = (await admin.get(path, params={"merchant_id": whose})).json()["items"]
    assert [each["id"] for each in of_rival] == [products[1]["id"]]
    for wrong in (
        {"cursor": first["next_cursor"], "taken_down": "false"},
        {"limit": "101"},
        {"merchant_id": "sara"},
        {"taken_down": "perhaps"},
        {"status": "draft"},
        {"q": "x" * 1000},
        {"q": "\0"},
    ):
        assert (await admin.get(path, params=wrong)).status_code == 400, wrong
