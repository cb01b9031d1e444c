"""Many products at once, over HTTP: each change is judged for itself."""

from typing import Any
from uuid import uuid4

import httpx

from .conftest import fields, put_up

PATH = "/api/merchant/products/bulk"


async def change(merchant: httpx.AsyncClient, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await merchant.post(
        PATH, json={"items": list(items)}, headers={"accept-language": "en"}
    )
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["items"]
    assert [each["index"] for each in results] == list(range(len(items)))
    return results


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    return [
        each["problem"]["code"] if each["status"] == "refused" else each["status"]
        for each in results
    ]


async def look(merchant: httpx.AsyncClient, product: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = (await merchant.get(f"/api/merchant/products/{product['id']}")).json()
    return seen


async def an_abaya(merchant: httpx.AsyncClient) -> dict[str, Any]:
    return await put_up(
        merchant,
        title="عباءة",
        stock=None,
        options=[{"name": "المقاس", "values": ["M", "L"]}],
        variants=[
            {"options": {"المقاس": "M"}, "sku": "A-M", "stock": 3},
            {"options": {"المقاس": "L"}, "sku": "A-L", "stock": 4},
        ],
    )


async def test_good_changes_are_made_and_bad_ones_say_what_is_wrong(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient
) -> None:
    lamp = await put_up(merchant, title="Lamp", sku="L1")
    abaya = await an_abaya(merchant)
    hers = await put_up(rival, title="Hers", sku="H1")

    results = await change(
        merchant,
        {"id": lamp["id"], "price": "٩٩٫٥", "stock": 7, "version": lamp["version"]},
        {"sku": "a-m", "stock": 10, "price": 5},
        {"id": hers["id"], "price": 1},
        {"sku": "H1", "price": 1},
        {"id": str(uuid4()), "price": 1},
        {"sku": "A-L", "adjust": -5},
        {"sku": "A-L", "adjust": -4},
        {"id": abaya["id"], "stock": 3},
        {"id": lamp["id"], "version": 77, "price": 1},
        {"id": lamp["id"], "price": "dear", "compare_at_price": "x"},
        {"price": 1},
        {"id": lamp["id"], "stock": 1, "adjust": 1},
        {"id": lamp["id"], "category": str(uuid4())},
        {"id": lamp["id"], "status": "gone"},
        {"id": lamp["id"], "price": "99.50"},
    )

    assert outcomes(results) == [
        "changed",
        "changed",
        *["product-not-found"] * 3,
        "not-enough-on-hand",
        "changed",
        "invalid-fields",
        "stale-version",
        "invalid-fields",
        "invalid-fields",
        "invalid-fields",
        "category-not-found",
        "invalid-fields",
        "unchanged",
    ]
    assert [each["field"] for each in results[9]["problem"]["errors"]] == [
        "price",
        "compare_at_price",
    ]
    assert [each["code"] for each in results[7]["problem"]["errors"]] == ["several-variants"]
    assert {str(each["problem"]) for each in results[2:5]} == {str(results[2]["problem"])}
    assert all(each["id"] is None for each in results[2:5])
    seen = await look(merchant, lamp)
    assert (seen["price"], seen["stock"], seen["version"]) == ("99.50", 7, lamp["version"] + 1)
    sizes = {each["sku"]: each for each in (await look(merchant, abaya))["variants"]}
    assert (sizes["A-M"]["price"], sizes["A-M"]["stock"]) == ("5.00", 10)
    assert (sizes["A-L"]["price"], sizes["A-L"]["stock"]) == ("249.00", 0)
    assert await look(rival, hers) == hers


async def test_stock_goes_through_the_ledger(merchant: httpx.AsyncClient) -> None:
    abaya = await an_abaya(merchant)

    await change(merchant, {"sku": "A-M", "stock": 5}, {"sku": "A-M", "adjust": -1})

    ledger = (await merchant.get(f"/api/merchant/products/{abaya['id']}/stock")).json()["items"]
    assert [(each["reason"], each["on_hand"]) for each in ledger[:2]] == [
        ("correction", -1),
        ("counted", 2),
    ]


async def test_a_product_goes_out_of_the_store_and_comes_back(merchant: httpx.AsyncClient) -> None:
    lamp = await put_up(merchant, title="Lamp", sku="L1")

    gone = await change(merchant, {"sku": "L1", "status": "archived"})
    other = await put_up(merchant, title="Lamp")
    back = await change(merchant, {"id": lamp["id"], "status": "active"})

    assert outcomes(gone + back) == ["changed", "changed"]
    assert (other["slug"], (await look(merchant, lamp))["slug"]) == ("lamp", "lamp-2")


async def test_a_product_whose_sku_is_taken_meanwhile_stays_away(
    merchant: httpx.AsyncClient,
) -> None:
    lamp = await put_up(merchant, title="Lamp", sku="L1")
    await change(merchant, {"sku": "L1", "status": "archived"})
    await put_up(merchant, title="Other", sku="l1")

    back = await change(merchant, {"id": lamp["id"], "status": "active"})

    assert outcomes(back) == ["sku-taken"]
    assert back[0]["problem"]["facts"] == {"sku": "L1", "options": []}


async def test_of_two_that_come_back_with_one_sku_in_two_cases_the_second_stays_away(
    merchant: httpx.AsyncClient,
) -> None:
    lamps = []
    for sku in ("abc", "ABC"):
        lamps.append(await put_up(merchant, title=f"Lamp {sku}", sku=sku))
        await change(merchant, {"id": lamps[-1]["id"], "status": "archived"})
    other = await put_up(merchant, title="Other", price="1.00")

    told = await change(
        merchant,
        {"id": other["id"], "price": "2.00"},
        *({"id": each["id"], "status": "active"} for each in lamps),
    )

    assert outcomes(told) == ["changed", "changed", "sku-taken"]
    assert (await look(merchant, other))["price"] == "2.00"


async def test_categories_are_given_and_taken_away(merchant: httpx.AsyncClient) -> None:
    shelf = (await merchant.post("/api/merchant/categories", json={"name": "إضاءة"})).json()
    lamp = await put_up(merchant, title="Lamp")

    await change(merchant, {"id": lamp["id"], "category": shelf["id"]})
    on_it = await look(merchant, lamp)
    await change(merchant, {"id": lamp["id"], "category": None, "compare_at_price": "300"})

    assert on_it["category"]["id"] == shelf["id"]
    assert (await look(merchant, lamp))["category"] is None


async def test_there_are_one_to_five_hundred_changes(merchant: httpx.AsyncClient) -> None:
    lamp = await put_up(merchant, title="Lamp")
    one = {"id": lamp["id"], "adjust": 1}

    assert set(outcomes(await change(merchant, *[one] * 500))) == {"changed"}
    assert (await look(merchant, lamp))["stock"] == 512
    for items in ([], [one] * 501):
        answer = await merchant.post(PATH, json={"items": items})
        assert answer.status_code == 400
        assert fields(answer).keys() == {"items"}
    for item in ({"price": None}, {"colour": "red"}, {"id": 5}, {"stock": 1.5}, 7):
        answer = await merchant.post(PATH, json={"items": [item]})
        assert answer.status_code == 400, item
