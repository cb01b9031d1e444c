"""Whom a store takes orders from, and what it knows of whoever orders."""

from typing import Any

import httpx
import pytest

from marketplace.adapters.memory.store import MemoryStore
from marketplace.domain.audit import Action
from marketplace.domain.blocked_phones import BlockedPhone

from .conftest import fields, place, put_up

FORMS = ["0559876543", "+966 55 987 6543", "00966559876543", "٠٥٥٩٨٧٦٥٤٣", "966559876543"]


async def block(merchant: httpx.AsyncClient, phone: str = "0559876543") -> httpx.Response:
    return await merchant.post(
        "/api/merchant/blocked-phones", json={"phone": phone, "reason": "لا"}
    )


async def seen(merchant: httpx.AsyncClient, order: httpx.Response) -> dict[str, Any]:
    """An order as its merchant sees it, alone and in the list alike."""
    id = order.json()["id"]
    alone: dict[str, Any] = (await merchant.get(f"/api/merchant/orders/{id}")).json()
    listed = (await merchant.get("/api/merchant/orders")).json()["items"]
    [same] = [each for each in listed if each["id"] == id]
    assert (same["risk"], same["duplicate_of"]) == (alone["risk"], alone["duplicate_of"])
    return alone


def hints(order: dict[str, Any]) -> dict[str, Any]:
    return {each["code"]: each["facts"] for each in order["risk"]["hints"]}


def messages(order: dict[str, Any], code: str) -> list[str]:
    return [each["message"] for each in order["risk"]["hints"] if each["code"] == code]


async def move(merchant: httpx.AsyncClient, order: httpx.Response, *statuses: str) -> None:
    for status in statuses:
        said = {"status": status, "reason": "refused"}
        path = f"/api/merchant/orders/{order.json()['id']}/status"
        assert (await merchant.put(path, json=said)).status_code == 200


@pytest.mark.parametrize("form", FORMS)
async def test_a_blocked_phone_orders_nothing_however_either_side_types_it(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, form: str
) -> None:
    product = await put_up(merchant)
    assert (await block(merchant, form)).status_code == 201

    refused = [await place(guest, product, customer_phone=each) for each in FORMS]

    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (422, "order-refused")
        assert answer.json()["facts"] == {}
    assert (await place(guest, product, customer_phone="0551111111")).status_code == 201
    assert (await merchant.get(f"/api/merchant/products/{product['id']}")).json()["stock"] == 10


async def test_a_block_is_one_stores_own_and_ends_when_it_is_lifted(
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    standing_store: MemoryStore,
) -> None:
    product = await put_up(merchant)
    await block(rival)
    assert (await place(guest, product)).status_code == 201
    mine = (await block(merchant)).json()
    again = await block(merchant, "+966559876543")
    path = f"/api/merchant/blocked-phones/{mine['id']}"

    assert (again.status_code, again.json()["code"]) == (409, "already-blocked")
    assert (await rival.delete(path)).status_code == 404
    assert (await place(guest, product)).status_code == 422
    listed = (await merchant.get("/api/merchant/blocked-phones")).json()
    assert listed == {"items": [mine], "next_cursor": None}
    assert (mine["phone"], mine["reason"]) == ("+966559876543", "لا")
    assert (await merchant.delete(path)).status_code == 204
    assert (await merchant.delete(path)).status_code == 404
    assert (await merchant.get("/api/merchant/blocked-phones")).json()["items"] == []
    order = await place(guest, product)
    assert order.status_code == 201
    assert hints(await seen(merchant, order))["blocked-before"]["lifted_at"] is not None
    book = [each for each in standing_store.audit if each.subject_type == "blocked_phone"]
    assert [each.action for each in book] == [
        *(Action.PHONE_BLOCKED,) * 2,
        Action.PHONE_UNBLOCKED,
    ]
    assert "559876543" not in str(book)
    assert len(standing_store.all_of(BlockedPhone)) == 2


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({}, {"phone": "missing"}),
        ({"phone": ""}, {"phone": "bad-phone"}),
        ({"phone": "hello"}, {"phone": "bad-phone"}),
        ({"phone": "0559876543", "reason": "\u0000"}, {"reason": "bad-characters"}),
        ({"phone": "0559876543", "reason": "x" * 301}, {"reason": "too-long"}),
        ({"phone": 559876543}, {"phone": "wrong-type"}),
        ({"phone": "0559876543", "name": "x"}, {"name": "unknown-field"}),
    ],
)
async def test_an_odd_phone_is_blocked_by_nobody(
    merchant: httpx.AsyncClient, said: dict[str, object], problems: dict[str, str]
) -> None:
    answer = await merchant.post("/api/merchant/blocked-phones", json=said)

    assert answer.status_code == 400
    assert fields(answer) == problems


async def test_a_store_may_rather_see_the_orders_of_whom_it_has_blocked(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await block(merchant)
    await merchant.put("/api/merchant/me", json={"blocked_phone_policy": "flag"})
    merchant.headers["accept-language"] = "en"

    order = await place(guest, await put_up(merchant))

    assert order.status_code == 201
    told = await seen(merchant, order)
    assert told["risk"]["level"] == "high"
    assert hints(told)["blocked-before"]["lifted_at"] is None
    assert messages(told, "blocked-before") == ["This phone is blocked in your store."]
    odd = await merchant.put("/api/merchant/me", json={"blocked_phone_policy": "shame"})
    assert fields(odd) == {"blocked_phone_policy": "not-one-of"}


async def test_a_first_order_is_called_one_and_no_guest_hears_of_risk(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = await place(guest, await put_up(merchant))

    told = await seen(merchant, order)
    tracked = (
        await guest.get("/api/orders" + order.json()["tracking_url"].partition("/api/orders")[2])
    ).json()

    assert told["risk"]["level"] == "low"
    assert hints(told) == {"first-order": {}}
    assert told["duplicate_of"] is None
    for heard in (order.json(), tracked):
        assert not {"risk", "duplicate_of"} & heard.keys()


async def test_the_same_order_sent_twice_is_taken_twice_and_marked_once(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    first, second = await place(guest, product), await place(guest, product, customer_name="نورا")
    other = await place(guest, product, 1)
    stranger = await place(guest, product, customer_phone="0551111111")

    original = {"id": first.json()["id"], "number": first.json()["number"]}
    assert second.status_code == 201
    assert second.json()["number"] == original["number"] + 1
    told = await seen(merchant, second)
    assert told["duplicate_of"] == original
    assert hints(told)["duplicate-basket"] == {
        "order_id": original["id"],
        "number": original["number"],
    }
    for each in (first, other, stranger):
        assert (await seen(merchant, each))["duplicate_of"] is None


async def test_what_a_phone_refused_kept_and_waits_for_is_told_with_its_numbers(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, stock=50)
    orders = [await place(guest, product, quantity) for quantity in range(1, 7)]
    await move(merchant, orders[0], "confirmed", "shipped", "delivered")
    good = hints(await seen(merchant, orders[5]))
    await move(merchant, orders[1], "confirmed", "shipped", "delivery_failed")
    once = await seen(merchant, orders[5])
    await move(merchant, orders[2], "confirmed", "shipped", "delivery_failed", "returned")
    twice = await seen(merchant, orders[5])

    assert good == {"good-customer": {"count": 1}, "open-orders": {"count": 4}}
    assert once["risk"]["level"] == "medium"
    assert hints(once) == {
        "earlier-refusals": {"count": 1, "delivered": 1},
        "open-orders": {"count": 4},
    }
    assert twice["risk"]["level"] == "high"
    assert hints(twice)["earlier-refusals"] == {"count": 2, "delivered": 1}
    theirs = await put_up(rival)
    body = {
        "customer_name": "نورة",
        "customer_phone": "0559876543",
        "address": "حي الياسمين",
        "items": [{"product_id": theirs["id"], "quantity": 1}],
    }
    elsewhere = await guest.post("/api/store/rival/orders", json=body)
    assert hints(await seen(rival, elsewhere)) == {"first-order": {}}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("ar", "أول طلب بهذا الرقم في متجرك."),
        ("en", "The first order of this phone in your store."),
    ],
)
async def test_a_hint_is_told_in_the_language_of_whoever_asks(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, language: str, message: str
) -> None:
    order = await place(guest, await put_up(merchant))
    merchant.headers["accept-language"] = language

    [hint] = (await seen(merchant, order))["risk"]["hints"]

    assert hint["message"] == message


async def test_whoever_cancels_more_than_they_take_is_not_said_to_take_everything(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    merchant.headers["accept-language"] = "en"
    product = await put_up(merchant, stock=50)
    orders = [await place(guest, product, quantity) for quantity in range(1, 9)]
    await move(merchant, orders[0], "confirmed", "shipped", "delivered")
    for each in orders[1:4]:
        await move(merchant, each, "cancelled")
    await move(merchant, orders[4], "confirmed", "cancelled")
    for each in orders[5:7]:
        path = f"/api/merchant/orders/{each.json()['id']}/confirmation"
        assert (await merchant.post(path, json={"outcome": "declined"})).status_code == 200

    told = await seen(merchant, orders[7])

    assert told["risk"]["level"] == "low"
    assert hints(told) == {"earlier-cancellations": {"count": 6, "delivered": 1}}
    assert messages(told, "earlier-cancellations") == [
        "Orders of this phone that were cancelled: 6, received: 1."
    ]


async def test_a_retry_that_was_taken_is_no_refusal_and_not_everything_either(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    merchant.headers["accept-language"] = "en"
    product = await put_up(merchant, stock=50)
    orders = [await place(guest, product, quantity) for quantity in (1, 2)]
    await move(
        merchant, orders[0], "confirmed", "shipped", "delivery_failed", "shipped", "delivered"
    )

    told = await seen(merchant, orders[1])

    assert hints(told) == {"good-customer": {"count": 1}}
    assert messages(told, "good-customer") == [
        "Orders of this phone that were received: 1, and none was refused for good."
    ]


async def test_what_came_back_through_no_refusal_is_no_alarm(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, stock=50)
    orders = [await place(guest, product, quantity) for quantity in range(1, 6)]
    for each in orders[:2]:
        await move(merchant, each, "confirmed", "shipped", "delivered", "returned")
    for each, reason in zip(orders[2:4], ("damaged", "postponed"), strict=True):
        await move(merchant, each, "confirmed", "shipped")
        said = {"status": "delivery_failed", "reason": reason}
        await merchant.put(f"/api/merchant/orders/{each.json()['id']}/status", json=said)

    told = await seen(merchant, orders[4])

    assert hints(told)["came-back"] == {"count": 4, "delivered": 0}
    assert "earlier-refusals" not in hints(told)
    assert {each["level"] for each in told["risk"]["hints"] if each["code"] == "came-back"} == {
        "low"
    }
