"""Orders by hand, over HTTP: what goes in, what comes out, and what is refused."""

import json
from typing import Any

import httpx
import pytest

from .conftest import place, put_up


def body(product: dict[str, Any], quantity: int = 2, **said: object) -> dict[str, Any]:
    return {
        "customer_name": "نورة العتيبي",
        "customer_phone": "0559876543",
        "address": "حي الياسمين، مبنى 12",
        "items": [{"product_id": product["id"], "quantity": quantity}],
        **said,
    }


async def an_order(merchant: httpx.AsyncClient, guest: httpx.AsyncClient) -> dict[str, Any]:
    order: dict[str, Any] = (await place(guest, await put_up(merchant))).json()
    return order


async def moved(merchant: httpx.AsyncClient, order: dict[str, Any], *statuses: str) -> None:
    for status in statuses:
        path = f"/api/merchant/orders/{order['id']}/status"
        answer = await merchant.put(path, json={"status": status})
        assert answer.status_code == 200, answer.text


async def test_an_order_is_taken_confirmed_and_told_to_its_merchant_alone(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    said = body(product, source="instagram", confirmed=True, merchant_note="VIP", discount="1.00")

    answer = await merchant.post("/api/merchant/orders", json=said)

    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["etag"] == f'"{told["version"]}"'
    assert (told["source"], told["status"], told["discount"]) == ("instagram", "confirmed", "1.00")
    assert told["merchant_note"] == "VIP"
    assert told["allowed_transitions"] == ["preparing", "shipped", "cancelled"]
    seen = (await guest.get(told["tracking_url"].partition("/api/")[2].join(["/api/", ""]))).json()
    assert (seen["number"], seen["discount"]) == (told["number"], "1.00")
    assert not {"merchant_note", "source", "refunds"} & seen.keys()


async def test_what_a_guest_is_told_has_nothing_of_the_merchants_own(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    told = await an_order(merchant, guest)

    assert not {"merchant_note", "source", "refunds", "amount_refunded"} & told.keys()


@pytest.mark.parametrize(
    "said",
    [
        {"source": "storefront"},
        {"source": 7},
        {"confirmed": "yes"},
        {"discount": "-1"},
        {"discount": [1]},
        {"items": []},
        {"items": [{"product_id": "x", "quantity": 1}]},
        {"merchant_note": "\u202e"},
        {"customer_name": "\ud800"},
        {"unknown": 1},
        {"status": "delivered"},
    ],
)
async def test_an_odd_order_is_a_problem_and_no_accident(
    merchant: httpx.AsyncClient, said: dict[str, Any]
) -> None:
    product = await put_up(merchant)

    content = json.dumps(body(product) | said).encode()
    answer = await merchant.post(
        "/api/merchant/orders", content=content, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "said",
    [
        {"items": None},
        {"items": {}},
        {"items": []},
        {"items": [{"product_id": 1, "quantity": 1}]},
        {"reprice": None},
        {"customer_name": None},
        {"customer_phone": "12"},
        {"address": ""},
        {"discount": "1e3"},
        {"total": "1.00"},
        {"status": "delivered"},
        {"courier": "x" * 101},
        [],
    ],
)
async def test_an_odd_edit_is_a_problem_and_no_accident(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, said: object
) -> None:
    order = await an_order(merchant, guest)

    answer = await merchant.patch(f"/api/merchant/orders/{order['id']}", json=said)

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_an_edit_honours_the_version_and_shows_at_the_guests(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = await an_order(merchant, guest)
    path = f"/api/merchant/orders/{order['id']}"
    tag = (await merchant.get(path)).headers["etag"]
    items = [{"product_id": order["items"][0]["product_id"], "quantity": 1}]

    first = await merchant.patch(
        path, json={"items": items, "email": None}, headers={"if-match": tag}
    )
    second = await merchant.patch(path, json={"note": "x"}, headers={"if-match": tag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert first.headers["etag"] != tag
    assert first.headers["cache-control"] == "no-store"
    changes = first.json()["timeline"][-1]["changes"]
    assert {"items", "total"} == {each["field"] for each in changes}
    token = order["tracking_url"].rpartition("/")[2]
    seen = (await guest.get(f"/api/orders/track/{token}")).json()
    assert (seen["items"][0]["quantity"], seen["total"]) == (1, first.json()["total"])
    assert seen["timeline"][-1]["event"] == "edited"
    assert "changes" not in seen["timeline"][-1]


async def test_what_is_on_its_way_is_not_edited_and_both_languages_say_so(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = await an_order(merchant, guest)
    await moved(merchant, order, "confirmed", "shipped")
    path = f"/api/merchant/orders/{order['id']}"

    late = await merchant.patch(path, json={"address": "else"})
    english = await merchant.patch(
        path, json={"address": "else"}, headers={"accept-language": "en"}
    )
    parcel = await merchant.patch(path, json={"tracking_number": "AX-1"})

    assert (late.status_code, late.json()["code"]) == (409, "not-editable")
    assert late.json()["facts"]["allowed"] == ["pending", "confirmed", "preparing"]
    assert late.json()["title"] != english.json()["title"]
    assert (parcel.status_code, parcel.json()["tracking_number"]) == (200, "AX-1")


async def test_the_sum_of_the_courier_is_put_right_and_counts(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = await an_order(merchant, guest)
    early = await merchant.patch(
        f"/api/merchant/orders/{order['id']}", json={"amount_collected": "1.00"}
    )
    await moved(merchant, order, "confirmed", "shipped", "delivered")
    path = f"/api/merchant/orders/{order['id']}"

    told = (await merchant.patch(path, json={"amount_collected": "90.00"})).json()
    too_much = await merchant.patch(path, json={"amount_collected": "1000000.00"})
    await merchant.post(f"{path}/refunds", json={"amount": "50.00", "reason": "مكسور"})
    too_little = await merchant.patch(path, json={"amount_collected": None})

    assert (early.status_code, early.json()["code"]) == (409, "not-editable")
    assert (told["amount_collected"], told["payment_status"]) == ("90.00", "collected")
    assert (too_much.status_code, too_much.json()["code"]) == (422, "collected-too-much")
    assert (too_little.status_code, too_little.json()["code"]) == (422, "collected-too-little")
    assert "50.00" in too_little.json()["detail"]
    counted = (await merchant.get("/api/merchant/statistics")).json()
    assert counted["period"]["revenue"] == "40.00"


async def test_money_goes_back_once_for_a_key(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = await an_order(merchant, guest)
    await moved(merchant, order, "confirmed", "shipped", "delivered")
    path = f"/api/merchant/orders/{order['id']}/refunds"
    said = {"amount": "1.00", "reason": "مكسور"}

    first = await merchant.post(path, json=said, headers={"idempotency-key": "k"})
    again = await merchant.post(path, json=said, headers={"idempotency-key": "k"})
    other = await merchant.post(path, json=said | {"amount": "2"}, headers={"idempotency-key": "k"})
    too_much = await merchant.post(path, json=said | {"amount": "1000000"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.headers["idempotent-replayed"] == "true"
    assert first.json() == again.json()
    told = (await merchant.get(f"/api/merchant/orders/{order['id']}")).json()
    assert (told["payment_status"], told["amount_refunded"]) == ("partially_refunded", "1.00")
    assert told["amount_missing"] == "0.00"
    assert (too_much.status_code, too_much.json()["code"]) == (422, "refunded-too-much")


async def test_of_many_moved_at_once_each_says_where_it_may_go(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = await an_order(merchant, guest)

    answer = await merchant.post(
        "/api/merchant/orders/status", json={"ids": [order["id"]], "status": "confirmed"}
    )

    assert answer.json()["items"] == [
        {
            "id": order["id"],
            "status": "confirmed",
            "allowed_transitions": ["preparing", "shipped", "cancelled"],
            "problem": None,
        }
    ]


async def test_an_admin_cancels_and_the_book_says_in_which_request(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    order, other = await an_order(merchant, guest), (await place(guest, await put_up(merchant)))
    token = other.json()["tracking_url"].rpartition("/")[2]

    answer = await admin.post(
        f"/api/admin/orders/{order['id']}/cancel",
        json={"reason": "احتيال"},
        headers={"x-request-id": "the-cancelling"},
    )
    await guest.post(
        f"/api/orders/track/{token}/confirm", json={}, headers={"x-request-id": "the-guest"}
    )

    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "cancelled")
    assert not {"customer_name", "customer_phone", "address"} & told.keys()
    book = (await admin.get("/api/admin/audit-logs")).json()["items"]
    placed = [each for each in book if each["action"] == "order.placed"]
    assert {each["subject_id"] for each in placed} == {order["id"], other.json()["id"]}
    assert all(each["address"] == "127.0.0.1" and each["request_id"] for each in placed)
    moves = {each["request_id"]: each for each in book if each["action"] == "order.moved"}
    assert moves["the-cancelling"]["after"] == {"status": "cancelled", "reason": "احتيال"}
    assert moves["the-guest"]["after"] == {"status": "confirmed", "by": "guest"}
    assert moves["the-guest"]["before"] == {"status": "pending"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/status", {"status": "confirmed"}),
        ("POST", "/confirmation", {"outcome": "no_answer"}),
        ("POST", "/confirmation", {"outcome": "confirmed"}),
        ("PATCH", "", {"note": "x"}),
        ("POST", "/refunds", {"amount": "1", "reason": "x"}),
    ],
)
async def test_whoever_writes_to_an_order_has_seen_it(
    merchant: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    order = await an_order(merchant, guest)
    its = f"/api/merchant/orders/{order['id']}"
    old = (await merchant.get(its)).headers["etag"]
    tag = (await merchant.patch(its, json={"courier": "SMSA"})).headers["etag"]

    stale = await merchant.request(method, its + path, json=body, headers={"if-match": old})
    same = await merchant.get(its)
    seen = await merchant.request(method, its + path, json=body, headers={"if-match": tag})

    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert same.headers["etag"] == tag
    assert seen.status_code == (422 if path == "/refunds" else 200)


async def test_an_admin_cancels_the_order_that_was_seen(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    order = await an_order(merchant, guest)
    tag = (await merchant.get(f"/api/merchant/orders/{order['id']}")).headers["etag"]
    path, said = f"/api/admin/orders/{order['id']}/cancel", {"reason": "احتيال"}

    stale = await admin.post(path, json=said, headers={"if-match": '"99"'})
    seen = await admin.post(path, json=said, headers={"if-match": tag})
    again = await admin.post(path, json=said, headers={"if-match": tag})

    assert (stale.status_code, seen.status_code, again.status_code) == (412, 200, 200)
    assert again.json() == seen.json()
    assert seen.headers["etag"] == f'"{seen.json()["version"]}"' != tag


async def test_a_move_whose_answer_was_lost_is_asked_for_again(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = await an_order(merchant, guest)
    path = f"/api/merchant/orders/{order['id']}"
    old = {"if-match": (await merchant.get(path)).headers["etag"]}
    first = await merchant.put(f"{path}/status", json={"status": "confirmed"}, headers=old)

    again = await merchant.put(f"{path}/status", json={"status": "confirmed"}, headers=old)
    odd = await merchant.put(f"{path}/status", json={"status": "confirmed", "note": "\u202e"})
    other = await merchant.put(f"{path}/status", json={"status": "shipped"}, headers=old)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert (odd.status_code, other.status_code) == (400, 412)


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ({"restock": True}, []),
        ({"restock": False}, [("damaged", "", "2 × عباءة")]),
        ({"restock": 1}, [("damaged", "", "1 × عباءة")]),
        ({"restock": 2}, []),
        ({"restock": 0}, [("damaged", "", "2 × عباءة")]),
    ],
)
async def test_the_timeline_tells_its_merchant_what_was_collected_and_what_was_damaged(
    merchant: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    said: dict[str, Any],
    changes: list[tuple[str, str, str]],
) -> None:
    order = await an_order(merchant, guest)
    await moved(merchant, order, "confirmed", "shipped")
    path = f"/api/merchant/orders/{order['id']}/status"
    await merchant.put(path, json={"status": "delivered", "amount_collected": "100"})
    if not isinstance(said["restock"], bool):
        variant = order["items"][0]["variant_id"]
        said = {"restock": [{"variant_id": variant, "quantity": said["restock"]}]}

    told = (await merchant.put(path, json={"status": "returned", **said})).json()

    entries = {
        each["status"]: [(at["field"], at["before"], at["after"]) for at in each["changes"]]
        for each in told["timeline"]
    }
    assert entries["shipped"] == []
    assert entries["delivered"] == [("amount_collected", "", "100.00")]
    assert entries["returned"] == [*changes, ("amount_refunded", "", "100.00")]
    seen = await guest.get(httpx.URL(order["tracking_url"]).path)
    assert "changes" not in seen.text
