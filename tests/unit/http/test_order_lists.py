"""Orders are found, taken along in a sheet and printed, as a merchant does it."""

import csv
import re
from base64 import b64encode
from hashlib import sha256
from io import StringIO
from typing import Any

import httpx
import pytest

from marketplace.entrypoints.http.bars import drawn, values

from .conftest import fields, place, put_up

ORDERS = "/api/merchant/orders"


@pytest.fixture
async def placed(merchant: httpx.AsyncClient, guest: httpx.AsyncClient) -> list[dict[str, Any]]:
    product = await put_up(merchant, title="عباءة <b>سوداء</b>", sku="=1+1")
    said: list[dict[str, Any]] = [
        {"customer_name": "نورة العتيبي", "city": "الرياض"},
        {"customer_name": '=HYPERLINK("http://x")', "customer_phone": "0501112222", "city": "جدة"},
        {"customer_name": "<script>alert(1)</script>", "note": "@SUM(A1)\nسطر ثان"},
    ]
    return [(await place(guest, product, **each)).json() for each in said]


async def listed(client: httpx.AsyncClient, **asked: Any) -> list[int]:
    answer = await client.get(ORDERS, params=asked)
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json()["items"]]


async def test_a_merchant_finds_orders(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, placed: list[dict[str, Any]]
) -> None:
    path = f"{ORDERS}/{placed[0]['id']}/status"
    await merchant.put(path, json={"status": "confirmed"})

    assert await listed(merchant) == [1003, 1002, 1001]
    assert await listed(merchant, sort="oldest") == [1001, 1002, 1003]
    assert await listed(merchant, status="confirmed") == [1001]
    assert await listed(merchant, status=["confirmed", "pending"], sort="oldest") == [
        1001,
        1002,
        1003,
    ]
    assert await listed(merchant, status="confirmed,pending", payment_status="collected") == []
    assert await listed(merchant, q="#1002") == [1002]
    assert await listed(merchant, q="٠٥٠١١١٢٢٢٢") == [1002]
    assert await listed(merchant, q="نوره") == [1001]
    assert await listed(merchant, city="جده") == [1002]
    assert await listed(merchant, city="رياض") == [1001]
    assert await listed(merchant, **{"from": "2100-01-01"}) == []
    assert await listed(merchant, to="2100-01-01T00:00:00+03:00") == [1003, 1002, 1001]
    assert await listed(merchant, q="", status="", city="", to="") == [1003, 1002, 1001]
    assert await listed(rival, q="#1002") == []


async def test_a_count_is_told_where_it_is_asked_for(
    merchant: httpx.AsyncClient, placed: list[dict[str, Any]]
) -> None:
    plain = (await merchant.get(ORDERS)).json()
    asked = {"include": "total", "limit": "1", "q": "نورة"}
    counted = (await merchant.get(ORDERS, params=asked)).json()

    assert "total" not in plain
    assert counted["total"] == 1
    assert (await merchant.get(ORDERS, params={"include": "total", "limit": "1"})).json()[
        "total"
    ] == 3


async def test_a_cursor_is_good_for_what_it_was_given_out_for(
    merchant: httpx.AsyncClient, placed: list[dict[str, Any]]
) -> None:
    first = (await merchant.get(ORDERS, params={"limit": "2", "status": "pending"})).json()
    cursor = first["next_cursor"]

    rest = {"limit": "2", "cursor": cursor, "status": "pending"}
    assert await listed(merchant, **rest) == [1001]
    for other in ({}, {"status": "pending", "sort": "oldest"}, {"status": "pending", "q": "x"}):
        answer = await merchant.get(ORDERS, params={"cursor": cursor, **other})
        assert answer.status_code == 400
        assert fields(answer) == {"cursor": "bad-cursor"}


@pytest.mark.parametrize("path", [ORDERS, f"{ORDERS}/export"])
@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ("status=lost", {"status": "not-one-of"}),
        ("payment_status=maybe", {"payment_status": "not-one-of"}),
        ("from=yesterday&to=2026-13-01", {"from": "bad-day", "to": "bad-day"}),
        ("from=2026-01-01T00:00:00", {"from": "bad-day"}),
        ("from=2026-W01-1", {"from": "bad-day"}),
        ("from=0001-01-01", {"from": "bad-day"}),
        ("from=2026-02-02&to=2026-02-01", {"to": "ends-before-it-begins"}),
        ("sort=loudest", {"sort": "not-one-of"}),
        ("q=" + "x" * 101, {"q": "too-long"}),
        ("city=%E2%80%AEb", {"city": "bad-characters"}),
        ("since=2026-01-01", {"since": "unknown-field"}),
        ("from=2026-01-01&from=2026-01-02", {"from": "said-twice"}),
    ],
)
async def test_a_bad_filter_is_named(
    merchant: httpx.AsyncClient, path: str, asked: str, refused: dict[str, str]
) -> None:
    answer = await merchant.get(f"{path}?{asked}")

    assert answer.status_code == 400
    assert fields(answer) == refused


async def sheet(client: httpx.AsyncClient, language: str, **asked: str) -> list[dict[str, str]]:
    headers = {"accept-language": language}
    answer = await client.get(f"{ORDERS}/export", params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))


async def test_orders_are_taken_along_in_a_sheet_that_calculates_nothing(
    merchant: httpx.AsyncClient, placed: list[dict[str, Any]]
) -> None:
    rows = await sheet(merchant, "en", sort="oldest")

    assert [row["Order number"] for row in rows] == ["1001", "1002", "1003"]
    assert rows[0]["Phone"] == "'+966559876543"
    assert rows[0]["Total"] == rows[0]["Subtotal"] == "498.00"
    assert rows[0]["Fees"] == "0.00"
    assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}", rows[0]["Placed at"])
    assert not [each for row in rows for each in row.values() if each[:1] in set("=+-@")]
    assert [row["رقم الطلب"] for row in await sheet(merchant, "ar", q="نورة")] == ["1001"]
    lines = await sheet(merchant, "en", by="line", city="جدة")
    assert [(row["SKU"], row["Quantity"], row["Unit price"]) for row in lines] == [
        ("'=1+1", "2", "249.00")
    ]


async def test_a_sheet_by_something_else_is_refused(merchant: httpx.AsyncClient) -> None:
    answer = await merchant.get(f"{ORDERS}/export", params={"by": "week"})

    assert fields(answer) == {"by": "not-one-of"}


async def test_a_slip_is_a_page_without_a_script_in_the_direction_of_the_store(
    merchant: httpx.AsyncClient, placed: list[dict[str, Any]]
) -> None:
    answer = await merchant.get(f"{ORDERS}/{placed[2]['id']}/packing-slip")
    page = answer.text
    style = page.partition("<style>")[2].partition("</style>")[0]

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'")
    assert '<html lang="ar" dir="rtl">' in page
    assert "<script" not in page
    assert "style=" not in page
    assert "http" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;سوداء&lt;/b&gt;" in page
    assert page.count("498.00 SAR") == 2
    assert "المبلغ المطلوب تحصيله" in page


async def test_several_slips_are_one_page_in_the_order_they_were_asked_for(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, placed: list[dict[str, Any]]
) -> None:
    ids = [placed[2]["id"], placed[0]["id"], placed[2]["id"]]
    answer = await merchant.post(f"{ORDERS}/packing-slips", json={"ids": ids})

    assert re.findall(r">#(\d+)<", answer.text) == ["1003", "1001"]
    foreign = await rival.post(f"{ORDERS}/packing-slips", json={"ids": ids})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "order-not-found")
    for wrong, code in (([], "missing"), ([ids[0]] * 101, "too-many-orders")):
        refused = await merchant.post(f"{ORDERS}/packing-slips", json={"ids": wrong})
        assert fields(refused) == {"ids": code}


def test_bars_are_those_of_the_standard() -> None:
    # The check of 1001 by hand: 104 + 1*17 + 2*16 + 3*16 + 4*17 = 269, and 269 - 2 * 103 = 63.
    assert values("1001") == [104, 17, 16, 16, 17, 63, 106]
    assert 'width="99"' in drawn("1001")
