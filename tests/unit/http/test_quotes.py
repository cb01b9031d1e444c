"""What an order would cost, as a cart asks for it."""

from typing import Any

import httpx

from .conftest import fields, place, put_up

NOBODYS = "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f"


async def quoted(guest: httpx.AsyncClient, *items: dict[str, Any]) -> dict[str, Any]:
    answer = await guest.post("/api/store/sara/quote", json={"items": items})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_quote_tells_what_the_order_then_costs(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, price="249.00", stock=12, sku="ABY")
    line = {"product_id": product["id"], "quantity": 2}

    told = await quoted(guest, line, line)
    order = (await place(guest, product, 4, expected_total=told["total"])).json()

    [item] = told["items"]
    assert item == {
        "product_id": product["id"],
        "variant_id": product["variants"][0]["id"],
        "title": "عباءة",
        "variant": "",
        "sku": "ABY",
        "unit_price": "249.00",
        "quantity": 4,
        "total": "996.00",
        "available": 12,
        "short": False,
    }
    assert (told["subtotal"], told["fees"], told["total"]) == ("996.00", [], "996.00")
    assert (told["currency"], told["min_order_total"]) == ("SAR", "0.00")
    assert (told["accepting_orders"], told["problems"]) == (True, [])
    assert order["total"] == told["total"]


async def test_a_quote_keeps_nothing_and_refuses_nothing_that_is_short(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, stock=3)
    untracked = await put_up(merchant, stock=0, track_stock=False)

    told = await quoted(
        guest,
        {"product_id": product["id"], "quantity": 5},
        {"product_id": untracked["id"], "quantity": 7},
    )

    assert [(each["available"], each["short"]) for each in told["items"]] == [
        (3, True),
        (None, False),
    ]
    assert [each["code"] for each in told["problems"]] == ["out-of-stock"]
    assert told["problems"][0]["facts"]["lines"][0]["available"] == 3
    assert told["problems"][0]["message"]
    seen = (await merchant.get(f"/api/merchant/products/{product['id']}")).json()
    assert seen["version"] == product["version"]


async def test_what_is_not_for_sale_is_named_and_the_rest_is_told(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, rival: httpx.AsyncClient
) -> None:
    options = [{"name": "المقاس", "values": ["M", "L"]}]
    sizes = [{"options": {"المقاس": each}, "stock": 5} for each in "ML"]
    sized = await put_up(merchant, options=options, price="100", stock=None, variants=sizes)
    plain = await put_up(merchant, price="10", stock=1)
    draft = await put_up(merchant, status="draft")
    theirs = await put_up(rival)
    large = sized["variants"][1]["id"]

    told = await quoted(
        guest,
        {"product_id": plain["id"], "quantity": 1},
        {"product_id": sized["id"], "quantity": 1},
        {"product_id": sized["id"], "variant_id": large, "quantity": 1},
        {"product_id": sized["id"], "variant_id": NOBODYS, "quantity": 1},
        *({"product_id": each, "quantity": 1} for each in (draft["id"], theirs["id"], NOBODYS)),
    )

    assert [(each["variant"], each["total"]) for each in told["items"]] == [
        ("", "10.00"),
        ("L", "100.00"),
    ]
    assert told["total"] == "110.00"
    assert [(each["code"], each["facts"].get("product_id")) for each in told["problems"]] == [
        ("variant-required", sized["id"]),
        ("variant-not-found", sized["id"]),
        ("product-not-found", draft["id"]),
        ("product-not-found", theirs["id"]),
        ("product-not-found", NOBODYS),
    ]


async def test_a_cart_that_is_too_small_or_too_early_is_told_so(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, price="10")
    said = {"min_order_total": "50", "closed_until": "2099-01-01T00:00:00Z"}
    assert (await merchant.put("/api/merchant/me", json=said)).status_code == 200

    told = await quoted(guest, {"product_id": product["id"], "quantity": 1})

    assert told["accepting_orders"] is False
    assert told["reopens_at"] == "2099-01-01T00:00:00Z"
    assert [each["code"] for each in told["problems"]] == ["store-on-holiday", "below-minimum"]
    assert told["problems"][1]["facts"] == {"minimum": "50.00", "currency": "SAR"}


async def test_a_quote_of_nothing_or_of_too_many_is_refused(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    line = {"product_id": product["id"], "quantity": 1}
    refused: list[tuple[list[dict[str, Any]], dict[str, str]]] = [
        ([], {"items": "missing"}),
        ([{**line, "quantity": 0}], {"items[0].quantity": "bad-quantity"}),
        ([{**line, "quantity": 10**9}], {"items[0].quantity": "bad-quantity"}),
        (
            [{**line, "product_id": f"{each:032x}"} for each in range(1000)],
            {"items": "too-many-lines"},
        ),
    ]

    for items, expected in refused:
        answer = await guest.post("/api/store/sara/quote", json={"items": items})
        assert (answer.status_code, fields(answer)) == (400, expected)
    assert (await quoted(guest, *[line] * 101))["items"][0]["quantity"] == 101
    named = [{**line, "quantity": 600}, {**line, "variant_id": product["variants"][0]["id"]}] * 2
    answer = await guest.post("/api/store/sara/quote", json={"items": named})
    assert answer.status_code in (200, 400)
    assert (await guest.post("/api/store/nobody/quote", json={"items": [line]})).status_code == 404


async def test_what_comes_to_more_than_any_amount_is_a_mistake_of_the_items(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    palace = await put_up(merchant, price="10000000000.00", track_stock=False)
    lamp = await put_up(merchant, price="0.00", track_stock=False)
    two = {"items": [{"product_id": palace["id"], "quantity": 2}]}
    one = {"items": [{"product_id": palace["id"], "quantity": 1}]}
    whom = {"customer_name": "x", "customer_phone": "0559876543", "address": "x"}
    order = (await place(guest, lamp, 1)).json()
    at = "/api/store/sara"
    its = f"/api/merchant/orders/{order['id']}"

    for said in (two, one):
        if said is one:
            # Alone it is an amount, and not with the fee.
            await merchant.put("/api/merchant/me", json={"delivery": {"default_fee": "1.00"}})
        for answer in (
            await guest.post(f"{at}/quote", json=said),
            await guest.post(f"{at}/orders", json=whom | said),
            await guest.post(f"{at}/orders", json=whom | said, headers={"idempotency-key": "k"}),
            await merchant.post("/api/merchant/orders", json=whom | said | {"discount": "5"}),
            await merchant.patch(its, json=said),
        ):
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid-fields")
            assert fields(answer) == {"items": "amount-too-large"}


async def test_a_price_that_changed_is_told_with_its_discount(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, price="25.00")
    said = {
        "customer_name": "x",
        "customer_phone": "0559876543",
        "address": "x",
        "items": [{"product_id": product["id"], "quantity": 1}],
        "expected_total": "1",
    }

    less = await merchant.post("/api/merchant/orders", json=said | {"discount": "5.00"})
    guests = await guest.post("/api/store/sara/orders", json=said)

    parts = {"subtotal": "25.00", "fees": [], "currency": "SAR"}
    assert less.json()["facts"] == parts | {"discount": "5.00", "total": "20.00"}
    assert guests.json()["facts"] == parts | {"total": "25.00"}
