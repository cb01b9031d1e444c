"""What delivery costs, from the merchant's settings to the parcel at the door."""

from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from .conftest import fields, place, put_up
from .test_quotes import NOBODYS

TERMS: dict[str, Any] = {
    "zones": [
        {"name": "الرياض", "cities": ["الرياض", "Riyadh"], "fee": "15", "free_from": "٣٠٠"},
        {"name": "جدة", "fee": 20},
    ],
    "default_fee": "25.5",
    "not_served": ["شرورة"],
    "cod_fee": "10.00",
}


async def set_up(merchant: httpx.AsyncClient, **delivery: object) -> dict[str, Any]:
    answer = await merchant.put("/api/merchant/me", json={"delivery": delivery})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()["delivery"]
    return told


async def test_a_store_that_has_said_nothing_delivers_everywhere_for_nothing(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = (await place(guest, await put_up(merchant), city="أي مكان")).json()

    assert (await merchant.get("/api/merchant/me")).json()["delivery"] == {
        "zones": [],
        "default_fee": "0.00",
        "free_from": None,
        "not_served": [],
        "cod_fee": "0.00",
    }
    assert (order["fees"], order["subtotal"], order["total"]) == ([], "498.00", "498.00")


async def test_terms_are_told_as_they_were_said_to_the_merchant_and_to_guests(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    assert (await guest.get("/api/store/sara/delivery")).json()["zones"] == []

    told = await set_up(merchant, **TERMS)

    assert told == {
        "zones": [
            {
                "name": "الرياض",
                "cities": ["الرياض", "Riyadh"],
                "fee": "15.00",
                "free_from": "300.00",
            },
            {"name": "جدة", "cities": ["جدة"], "fee": "20.00", "free_from": None},
        ],
        "default_fee": "25.50",
        "free_from": None,
        "not_served": ["شرورة"],
        "cod_fee": "10.00",
    }
    seen = await guest.get("/api/store/sara/delivery")
    assert seen.json() == {**told, "currency": "SAR", "min_order_total": "0.00"}
    assert "etag" in seen.headers


async def test_what_is_left_out_of_the_terms_stays_and_null_takes_away(
    merchant: httpx.AsyncClient,
) -> None:
    before = await set_up(merchant, **TERMS)

    assert await set_up(merchant, cod_fee="3") == {**before, "cod_fee": "3.00"}
    assert await set_up(merchant, default_fee=None, not_served=None, cod_fee=None) == {
        **before,
        "default_fee": None,
        "not_served": [],
        "cod_fee": "0.00",
    }
    gone = await merchant.put("/api/merchant/me", json={"delivery": None})
    assert gone.json()["delivery"]["zones"] == []
    assert gone.json()["delivery"]["default_fee"] == "0.00"


async def test_fees_are_lines_of_their_own_and_part_of_every_total(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await set_up(merchant, **TERMS)
    product = await put_up(merchant, price="50.00")
    wish = {"items": [{"product_id": product["id"], "quantity": 2}], "city": "riyadh"}
    fees = [
        {"code": "delivery", "name": "رسوم التوصيل", "amount": "15.00"},
        {"code": "cash_on_delivery", "name": "رسوم الدفع عند الاستلام", "amount": "10.00"},
    ]
    costs = {"subtotal": "100.00", "fees": fees, "total": "125.00", "currency": "SAR"}

    quote = (await guest.post("/api/store/sara/quote", json=wish)).json()
    short = await place(guest, product, city="Riyadh", expected_total="100.00")
    placed = await place(guest, product, city="Riyadh", expected_total=quote["total"])
    order = placed.json()
    tracked = (
        await guest.get("/api/orders" + order["tracking_url"].partition("/api/orders")[2])
    ).json()
    mine = (await merchant.get(f"/api/merchant/orders/{order['id']}")).json()
    [listed] = (await merchant.get("/api/merchant/orders")).json()["items"]

    assert placed.status_code == 201
    for told in (quote, order, tracked, mine, listed):
        assert {name: told[name] for name in costs} == costs
    assert (short.status_code, short.json()["code"]) == (409, "price-changed")
    assert short.json()["facts"] == costs
    for url in (order["whatsapp_url"], mine["whatsapp_url"]):
        lines = unquote(url).split("\n")
        assert "رسوم التوصيل: \u206615.00 SAR\u2069" in lines
        assert any("\u2066125.00 SAR\u2069" in each for each in lines)


async def test_fees_are_frozen_with_the_order_and_collected_with_it(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await set_up(merchant, **TERMS)
    order = (await place(guest, await put_up(merchant, price="50.00"), city="جده")).json()
    await set_up(merchant, zones=[], default_fee="99", cod_fee="99")
    path = f"/api/merchant/orders/{order['id']}/status"

    for status in ("confirmed", "shipped"):
        assert (await merchant.put(path, json={"status": status})).status_code == 200
    too_much = await merchant.put(path, json={"status": "delivered", "amount_collected": "130.01"})
    delivered = (await merchant.put(path, json={"status": "delivered"})).json()

    assert too_much.json()["facts"] == {"total": "130.00", "currency": "SAR"}
    assert (delivered["total"], delivered["amount_collected"]) == ("130.00", "130.00")


async def test_the_smallest_order_is_of_goods_and_not_of_fees(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await set_up(merchant, **TERMS)
    await merchant.put("/api/merchant/me", json={"min_order_total": "60"})
    product = await put_up(merchant, price="50.00")

    refused = await place(guest, product, 1, city="الرياض")

    assert (refused.status_code, refused.json()["code"]) == (422, "below-minimum")
    assert (await place(guest, product, 2, city="الرياض")).status_code == 201


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_city_that_is_not_served_is_refused_and_a_quote_says_so(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, language: str
) -> None:
    await set_up(merchant, **TERMS)
    product = await put_up(merchant)
    wish = {"items": [{"product_id": product["id"], "quantity": 1}], "city": "شروره"}
    guest.headers["accept-language"] = language

    refused = await place(guest, product, city="شروره")
    quote = (await guest.post("/api/store/sara/quote", json=wish)).json()
    await set_up(merchant, default_fee=None)
    missing = await place(guest, product)

    assert (refused.status_code, refused.json()["code"]) == (422, "city-not-served")
    assert "شروره" in refused.json()["detail"]
    assert [each["code"] for each in quote["problems"]] == ["city-not-served"]
    assert quote["fees"] == []
    assert (missing.status_code, missing.json()["code"]) == (422, "city-missing")
    stock = (await merchant.get(f"/api/merchant/products/{product['id']}/stock")).json()
    assert all(each["reason"] != "order_placed" for each in stock["items"])


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({"default_fee": "-1"}, {"delivery.default_fee": "negative-amount"}),
        ({"cod_fee": "1.234"}, {"delivery.cod_fee": "too-many-decimals"}),
        ({"free_from": "NaN"}, {"delivery.free_from": "bad-amount"}),
        ({"zones": [{"fee": "1"}]}, {"delivery.zones[0].cities": "missing"}),
        ({"zones": [{"name": "جدة"}]}, {"delivery.zones[0].fee": "missing"}),
        ({"zones": [{"name": "!!", "fee": "1"}]}, {"delivery.zones[0].cities": "missing"}),
        (
            {"zones": [{"name": "x", "fee": "1", "cities": ["\u202e"]}]},
            {"delivery.zones[0].cities": "bad-characters"},
        ),
        (
            {
                "zones": [
                    {"name": "جدة", "fee": "1"},
                    {"name": "Jeddah", "cities": ["جده"], "fee": 2},
                ]
            },
            {"delivery.zones[1].cities": "city-twice"},
        ),
        (
            {"zones": [{"name": "جدة", "fee": "1"}], "not_served": ["جده"]},
            {"delivery.not_served": "city-twice"},
        ),
        (
            {"zones": [{"name": f"مدينة {each}", "fee": "1"} for each in range(101)]},
            {"delivery.zones": "too-many-zones"},
        ),
        (
            {"not_served": [f"مدينة {each}" for each in range(501)]},
            {"delivery.not_served": "too-many-cities"},
        ),
        ({"shipping": "1"}, {"delivery.shipping": "unknown-field"}),
        ({"zones": "all"}, {"delivery.zones": "wrong-type"}),
    ],
)
async def test_terms_that_cannot_be_are_refused_by_the_name_of_the_field(
    merchant: httpx.AsyncClient, said: dict[str, object], problems: dict[str, str]
) -> None:
    answer = await merchant.put("/api/merchant/me", json={"delivery": said})

    assert answer.status_code == 400
    assert fields(answer) == problems


async def test_another_currency_takes_the_fees_of_the_old_one_away(
    merchant: httpx.AsyncClient,
) -> None:
    await set_up(merchant, **TERMS)

    told = await merchant.put(
        "/api/merchant/me", json={"currency": "KWD", "delivery": {"cod_fee": "0.750"}}
    )

    assert told.json()["delivery"]["cod_fee"] == "0.750"
    assert told.json()["delivery"]["zones"] == []


async def test_a_fee_that_makes_a_total_nobody_could_pay_is_a_refusal_and_no_crash(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await set_up(merchant, default_fee="10000000000.00", cod_fee="10000000000.00")
    product = await put_up(merchant)
    wish = {"items": [{"product_id": product["id"], "quantity": 1}]}

    assert (await place(guest, product)).status_code == 400
    assert (await guest.post("/api/store/sara/quote", json=wish)).status_code == 400


async def test_a_quote_of_nothing_for_sale_still_tells_the_fees(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await set_up(merchant, **TERMS)
    wish = {"items": [{"product_id": NOBODYS, "quantity": 1}], "city": "الرياض"}

    quote = (await guest.post("/api/store/sara/quote", json=wish)).json()

    assert (quote["subtotal"], quote["total"]) == ("0.00", "25.00")
