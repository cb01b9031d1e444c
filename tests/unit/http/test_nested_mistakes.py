"""Mistakes inside of lists are told together with those beside them."""

from typing import Any

import httpx
import pytest

from .conftest import place, put_up

NOBODYS = "0192f0c1-8a5e-7cc0-8d6f-3a1b2c3d4e5f"


def told(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {each["field"]: each["code"] for each in answer.json()["errors"]}


BAD_ORDER: dict[str, Any] = {
    "customer_name": "",
    "customer_phone": "12",
    "address": "",
    "items": [{"product_id": NOBODYS, "quantity": 0}, {"product_id": NOBODYS, "quantity": 10**9}],
    "confirmation_method": "pigeon",
    "expected_total": "x",
}
MISTAKES = {
    "items[0].quantity": "bad-quantity",
    "items[1].quantity": "bad-quantity",
    "customer_name": "missing",
    "customer_phone": "bad-phone",
    "address": "missing",
    "confirmation_method": "not-one-of",
    "expected_total": "bad-amount",
}


async def test_a_guest_hears_of_every_mistake_in_an_order(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await put_up(merchant)

    refused = await guest.post("/api/store/sara/orders", json=BAD_ORDER)
    empty = await guest.post("/api/store/sara/orders", json={**BAD_ORDER, "items": []})

    assert told(refused) == MISTAKES
    assert told(empty)["items"] == "missing"
    assert told(empty).keys() >= {"customer_name", "expected_total"}


async def test_a_merchant_hears_of_every_mistake_in_an_order(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = (await place(guest, await put_up(merchant))).json()
    [known] = (await merchant.get("/api/merchant/orders")).json()["items"]
    assert known["number"] == order["number"]

    taken = await merchant.post("/api/merchant/orders", json=BAD_ORDER)
    edited = await merchant.patch(
        f"/api/merchant/orders/{known['id']}",
        json={"items": BAD_ORDER["items"], "customer_phone": "12"},
    )

    assert told(taken) == MISTAKES
    assert told(edited) == {
        "items[0].quantity": "bad-quantity",
        "items[1].quantity": "bad-quantity",
        "customer_phone": "bad-phone",
    }


@pytest.mark.parametrize("method", ["post", "put"])
async def test_a_product_is_told_every_mistake_in_its_options_and_variants(
    merchant: httpx.AsyncClient, method: str
) -> None:
    body = {
        "title": 5,
        "options": [{"name": 5}, {"name": "a", "values": [1]}],
        "variants": [{"options": 3, "sku": 1, "odd": 1}, {"price": []}, 7],
    }
    path = "/api/merchant/products"
    if method == "put":
        path += f"/{(await put_up(merchant))['id']}"

    refused = await merchant.request(method, path, json=body)

    assert told(refused).keys() - {"price"} == {
        "title",
        "options[0].name",
        "options[0].values",
        "options[1].values[0]",
        "variants[0].options",
        "variants[0].sku",
        "variants[0].odd",
        "variants[1].price",
        "variants[2]",
    }
