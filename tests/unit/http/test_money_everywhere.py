"""What an order costs is told with all its parts, and alike wherever it is told."""

import csv
import re
from io import StringIO
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from .conftest import put_up

ORDERS = "/api/merchant/orders"
TERMS = {"default_fee": "15.00", "cod_fee": "5.00"}


@pytest.fixture
async def taken(merchant: httpx.AsyncClient) -> dict[str, Any]:
    """Two for 249.00, with two fees and a discount, while the store tells everything in English."""
    answer = await merchant.put("/api/merchant/me", json={"delivery": TERMS, "locale": "en"})
    assert answer.status_code == 200, answer.text
    product = await put_up(merchant)
    said = {
        "customer_name": "Noura",
        "customer_phone": "0559876543",
        "address": "12 Palm St",
        "items": [{"product_id": product["id"], "quantity": 2}],
        "discount": "18.50",
        "expected_total": "499.50",
    }
    answer = await merchant.post(ORDERS, json=said)
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    return order


def words_of(page: str) -> str:
    """What stands on a page, each part of it after a bar."""
    body = page.partition("</head>")[2] or page.partition("</style>")[2]
    return re.sub(r"\s*(<[^>]*>\s*)+", "|", body)


async def test_a_guest_sees_fees_and_discount_on_the_page(
    guest: httpx.AsyncClient, taken: dict[str, Any]
) -> None:
    path = httpx.URL(taken["tracking_url"]).path

    page = await guest.get(path, headers={"accept": "text/html", "accept-language": "en"})
    arabic = await guest.get(path, headers={"accept": "text/html", "accept-language": "ar"})

    assert (
        "498.00 SAR|Delivery|15.00 SAR|Cash on delivery|5.00 SAR|Discount|−18.50 SAR|"
        "Total on delivery|499.50 SAR|"
    ) in words_of(page.text)
    assert "رسوم التوصيل|15.00 SAR|" in words_of(arabic.text)
    assert "الخصم|−18.50 SAR|" in words_of(arabic.text)


async def test_a_slip_adds_up(merchant: httpx.AsyncClient, taken: dict[str, Any]) -> None:
    slip = await merchant.get(f"{ORDERS}/{taken['id']}/packing-slip")

    assert (
        "Subtotal|498.00 SAR|Delivery|15.00 SAR|Cash on delivery|5.00 SAR|Discount|−18.50 SAR|"
        "Total|499.50 SAR|Amount to collect|499.50 SAR|"
    ) in words_of(slip.text)


@pytest.mark.parametrize("by", ["order", "line"])
async def test_a_sheet_has_a_column_for_each_part(
    merchant: httpx.AsyncClient, taken: dict[str, Any], by: str
) -> None:
    path = f"{ORDERS}/{taken['id']}"
    for step in ("confirmed", "shipped", "delivered"):
        await merchant.put(f"{path}/status", json={"status": step})
    await merchant.post(f"{path}/refunds", json={"amount": "9.50", "reason": "late"})

    answer = await merchant.get(
        f"{ORDERS}/export", params={"by": by}, headers={"accept-language": "en"}
    )

    [row] = csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")))
    columns = ("Subtotal", "Fees", "Discount", "Total", "Amount collected", "Amount refunded")
    assert [row[each] for each in columns] == [
        "498.00",
        "20.00",
        "18.50",
        "499.50",
        "499.50",
        "9.50",
    ]


async def test_a_message_tells_them_too(taken: dict[str, Any]) -> None:
    text = re.sub("[\u2066-\u2069]", "", unquote(taken["whatsapp_url"]))

    for told in ("Delivery: 15.00 SAR", "Cash on delivery: 5.00 SAR", "Discount: 18.50 SAR"):
        assert told in text
    assert "Total on delivery: 499.50 SAR" in text


async def test_a_discount_of_nothing_is_none(
    merchant: httpx.AsyncClient, taken: dict[str, Any]
) -> None:
    items = [{"product_id": taken["items"][0]["product_id"], "quantity": 1}]
    said = {name: taken[name] for name in ("customer_name", "customer_phone", "address")}

    answer = await merchant.post(ORDERS, json={**said, "items": items, "discount": "0"})

    assert (answer.json()["discount"], answer.json()["total"]) == (None, "269.00")


async def test_what_changed_an_order_is_not_told_as_its_status_once_more(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, taken: dict[str, Any]
) -> None:
    path = f"{ORDERS}/{taken['id']}"
    await merchant.patch(path, json={"note": "ring twice"})
    for step in ("confirmed", "shipped", "delivered"):
        await merchant.put(f"{path}/status", json={"status": step})
    await merchant.post(f"{path}/refunds", json={"amount": "9.50", "reason": "late"})

    page = await guest.get(
        httpx.URL(taken["tracking_url"]).path,
        headers={"accept": "text/html", "accept-language": "en"},
    )

    happened = words_of(page.text).partition("What happened so far")[2]
    assert re.findall(r"\|([A-Z][a-z ]+)", happened) == [
        "Waiting to be confirmed",
        "The store changed the order",
        "Confirmed",
        "On its way",
        "Delivered",
        "The store gave money back",
    ]


SENT = [{"status": "confirmed"}, {"status": "shipped"}]
SOME = {"status": "delivered", "amount_collected": "100.00"}
GIVEN_UP = {"status": "cancelled", "reason": "x"}


@pytest.mark.parametrize(
    ("steps", "slip", "page", "message"),
    [
        (
            [],
            "Amount to collect|499.50 SAR",
            "Total on delivery|499.50 SAR|Confirm",
            ["Total on delivery: 499.50 SAR", "Do you confirm it?"],
        ),
        (
            [*SENT, {"status": "delivery_failed", "reason": "no_answer"}],
            "Amount to collect|499.50 SAR",
            "Total on delivery|499.50 SAR|Write",
            ["Total on delivery: 499.50 SAR"],
        ),
        (
            [*SENT, {"status": "delivered"}],
            "Amount collected|499.50 SAR|Paid, nothing to collect",
            "Total|499.50 SAR|Paid|499.50 SAR|Write",
            ["Total: 499.50 SAR", "Paid: 499.50 SAR", "The order was delivered."],
        ),
        (
            [*SENT, {"status": "delivered", "amount_collected": "0"}],
            "Amount collected|0.00 SAR|Amount missing|499.50 SAR",
            "Total|499.50 SAR|Paid|0.00 SAR|Not paid|499.50 SAR|Write",
            [
                "Total: 499.50 SAR",
                "Paid: 0.00 SAR",
                "Not paid: 499.50 SAR",
                "The order was delivered.",
            ],
        ),
        (
            [*SENT, {"status": "delivered"}, {"amount": "9.50", "reason": "late"}],
            "Amount collected|499.50 SAR|Amount refunded|9.50 SAR|Delivered, nothing to collect",
            "Total|499.50 SAR|Paid|499.50 SAR|Given back to you|9.50 SAR|Write",
            [
                "Total: 499.50 SAR",
                "Paid: 499.50 SAR",
                "Given back to you: 9.50 SAR",
                "The order was delivered.",
            ],
        ),
        (
            [*SENT, SOME, {"status": "returned"}],
            "Amount collected|100.00 SAR|Amount refunded|100.00 SAR|Returned, nothing to collect",
            "Total|499.50 SAR|Paid|100.00 SAR|Given back to you|100.00 SAR"
            "|There is nothing to pay.",
            [
                "Total: 499.50 SAR",
                "Paid: 100.00 SAR",
                "Given back to you: 100.00 SAR",
                "The order was returned, there is nothing to pay.",
            ],
        ),
        (
            [*SENT, {"status": "returned"}],
            "Total|499.50 SAR|Returned, nothing to collect",
            "Total|499.50 SAR|There is nothing to pay.",
            ["Total: 499.50 SAR", "The order was returned, there is nothing to pay."],
        ),
        (
            [GIVEN_UP],
            "Total|499.50 SAR|Cancelled, nothing to collect",
            "Total|499.50 SAR|There is nothing to pay.",
            ["Total: 499.50 SAR", "The order is cancelled, there is nothing to pay."],
        ),
    ],
)
async def test_what_is_to_be_paid_is_true_wherever_it_is_told(
    merchant: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    taken: dict[str, Any],
    steps: list[dict[str, str]],
    slip: str,
    page: str,
    message: list[str],
) -> None:
    path = f"{ORDERS}/{taken['id']}"
    for step in steps:
        if "amount" in step:
            answer = await merchant.post(f"{path}/refunds", json=step)
        else:
            answer = await merchant.put(f"{path}/status", json=step)
        assert answer.is_success, answer.text

    order = (await merchant.get(path)).json()
    printed = (await merchant.get(f"{path}/packing-slip")).text
    where = httpx.URL(taken["tracking_url"]).path
    shown = await guest.get(where, headers={"accept": "text/html", "accept-language": "en"})
    tracked = (await guest.get(where)).json()

    assert f"|{slip}|" in words_of(printed) + "|"
    assert "to collect|0.00" not in words_of(printed)
    assert f"|{page}" in words_of(shown.text)
    text = re.sub("[\u2066-\u2069]", "", unquote(order["whatsapp_url"]))
    told = text.partition("Discount: 18.50 SAR\n")[2].split("\n")
    assert [each for each in told if not each.startswith("Address")] == message
    to_collect = "499.50" if "Total on delivery" in message[0] else "0.00"
    assert order["amount_to_collect"] == tracked["amount_to_collect"] == to_collect
    for amount in ("amount_collected", "amount_refunded"):
        assert tracked[amount] == order[amount]


@pytest.mark.parametrize(
    ("step", "slip", "page", "message"),
    [
        (
            {"status": "cancelled", "reason": "x"},
            "الطلب ملغى، لا يُحصَّل شيء",
            "الإجمالي|499.50 SAR|لا يُستحق عليك أي مبلغ.",
            "الإجمالي: 499.50 SAR",
        ),
        (
            {"status": "delivered", "amount_collected": "0"},
            "المبلغ المحصّل|0.00 SAR|المبلغ الناقص|499.50 SAR",
            "الإجمالي|499.50 SAR|المبلغ المدفوع|0.00 SAR|المبلغ المتبقي|499.50 SAR",
            "الإجمالي: 499.50 SAR\nالمبلغ المدفوع: 0.00 SAR\nالمبلغ المتبقي: 499.50 SAR",
        ),
    ],
)
async def test_it_is_true_in_arabic_and_no_number_turns_around(
    merchant: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    taken: dict[str, Any],
    step: dict[str, str],
    slip: str,
    page: str,
    message: str,
) -> None:
    path = f"{ORDERS}/{taken['id']}"
    await merchant.put("/api/merchant/me", json={"locale": "ar"})
    for each in [*(SENT if step["status"] == "delivered" else []), step]:
        assert (await merchant.put(f"{path}/status", json=each)).is_success

    printed = (await merchant.get(f"{path}/packing-slip")).text
    shown = await guest.get(
        httpx.URL(taken["tracking_url"]).path,
        headers={"accept": "text/html", "accept-language": "ar"},
    )
    text = unquote((await merchant.get(path)).json()["whatsapp_url"])

    assert slip in words_of(printed)
    assert page in words_of(shown.text)
    assert "الإجمالي عند الاستلام" not in shown.text + text
    assert message in re.sub("[\u2066-\u2069]", "", text)
    assert text.count("\u2066499.50 SAR\u2069") == message.count("499.50")
    for html in (printed, shown.text):
        assert not re.search(r"[0-9]+\.[0-9]{2} SAR(?!</bdi>)", html)
