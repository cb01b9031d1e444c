"""A guest's link, in a program and in a browser; and how a lost one is asked for."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from marketplace.adapters.memory.neighbours import MemoryMessenger
from marketplace.application.marketplace import Marketplace
from marketplace.domain.text import masked_name
from marketplace.entrypoints.http.tracking_page import wants_page

from .conftest import fields, place, put_up
from .test_throttling import seen

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LOOKUP = "/api/store/sara/orders/lookup"


async def ordered(guest: httpx.AsyncClient, merchant: httpx.AsyncClient) -> str:
    """The path of the link of an order."""
    answer = await place(guest, await put_up(merchant))
    assert answer.status_code == 201, answer.text
    return httpx.URL(answer.json()["tracking_url"]).path


class Shown(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.forms: list[str] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "form":
            self.forms.append(dict(attrs)["action"] or "")

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html", False),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0", False),
        ("text/html;q=inf", False),
        ("text/html;q=nan", False),
        ("text/html;q=-1", False),
        ("text/html;q=", False),
        ("text/plain", False),
        (";,;q=1,/", False),
        (BROWSER["accept"], True),
        ("text/html", True),
        ("TEXT/HTML; Q=0.9, */*;q=0.1", True),
        ("text/*", True),
        ("application/json;q=0, */*", True),
    ],
)
async def test_whoever_asks_for_html_and_nobody_else_gets_a_page(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, accept: str, page: bool
) -> None:
    assert wants_page(accept) is page
    link = await ordered(guest, merchant)

    answer = await guest.get(link, headers={"accept": accept})

    kind = "text/html; charset=utf-8" if page else "application/json"
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "accept" in answer.headers["vary"]


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
async def test_a_page_tells_the_order_and_neither_who_nor_where(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, language: str, direction: str
) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    product = await put_up(merchant, title=f"عباءة {hostile}")
    order = (await place(guest, product, note="سرّي", customer_name=f"نورة {hostile}")).json()
    await merchant.put(
        f"/api/merchant/orders/{order['id']}/status",
        json={"status": "confirmed", "note": "internal", "reason": "internal"},
    )
    await merchant.put(
        f"/api/merchant/orders/{order['id']}/status",
        json={"status": "shipped", "courier": f"SMSA {hostile}", "tracking_number": "S-1"},
    )

    headers = {**BROWSER, "accept-language": language}
    answer = await guest.get(httpx.URL(order["tracking_url"]).path, headers=headers)

    page = Shown(answer.text)
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert not {"img", "script"} & set(page.tags)
    for told in ("1001", "498.00 SAR", "ن•••", "+9665••••••43", "S-1", "متجر sara", "عباءة"):
        assert told in page.words
    for private in ("نورة", "559876543", "الياسمين", "سرّي", "internal"):
        assert private not in answer.text
    assert page.forms == []


async def test_a_page_runs_nothing_and_sends_forms_to_us_alone(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    answer = await guest.get(await ordered(guest, merchant), headers=BROWSER)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    [style] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.text)
    assert (await guest.get(style)).headers["content-type"].startswith("text/css")


async def test_a_guest_confirms_and_cancels_on_the_page(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    link = await ordered(guest, merchant)
    form = {**BROWSER, "content-type": "application/x-www-form-urlencoded"}

    page = Shown((await guest.get(link, headers=BROWSER)).text)
    assert page.forms == [f"{link}/confirm", f"{link}/cancel"]

    confirmed = await guest.post(page.forms[0], headers=form)
    assert (confirmed.status_code, confirmed.headers["location"]) == (303, link)
    assert (await guest.get(link)).json()["status"] == "confirmed"
    page = Shown((await guest.get(link, headers=BROWSER)).text)
    assert page.forms == [f"{link}/cancel"]

    cancelled = await guest.post(page.forms[0], headers=form)
    assert (cancelled.status_code, cancelled.headers["location"]) == (303, link)
    assert (await guest.get(link)).json()["status"] == "cancelled"

    late = await guest.post(f"{link}/confirm", headers=form)
    assert late.status_code == 409
    assert f'href="{link}"' in late.text
    assert "حالة الطلب الآن: مُلغى." in late.text
    assert "allowed" not in late.text
    assert (await guest.post(f"{link}/confirm")).json()["code"] == "wrong-order-status"


async def test_to_look_at_a_page_changes_nothing(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    link = await ordered(guest, merchant)

    for path in (link, f"{link}/confirm", f"{link}/cancel"):
        await guest.get(path, headers=BROWSER)
        await guest.head(path, headers=BROWSER)

    assert (await guest.get(link)).json()["status"] == "pending"


@pytest.mark.parametrize("token", ["guess", "x" * 43, "x" * 500, "%F0%9F%91%8B", "<b>"])
async def test_a_wrong_link_is_not_found_in_words_a_guest_can_read(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, token: str
) -> None:
    told = await guest.get(f"/api/orders/track/{token}")
    page = await guest.get(f"/api/orders/track/{token}", headers=BROWSER)

    assert (told.status_code, told.json()["code"]) == (404, "order-not-found")
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert 'dir="rtl"' in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("نورة العتيبي", "ن••• ا•••"),
        ("Grace Hopper", "G••• H•••"),
        ("م", "م•••"),
        ("X", "X•••"),
        ("  عبد   الله ", "ع••• ا•••"),
        ("مُحمَّد", "مُ•••"),
        ("e\u0301mile", "e\u0301•••"),
        ("👩‍👩‍👧 سارة", "••• س•••"),
        ("🇸🇦", "•••"),
        ("\u200fسارة", "س•••"),
        ("\u064eسارة", "س•••"),
        ("7amood", "•••"),
        ("a" + "\u0301" * 100, "a\u0301\u0301•••"),
        ("محمد\u0640\u0640", "م•••"),
    ],
)
def test_a_name_is_recognised_by_whoever_has_it(name: str, told: str) -> None:
    assert masked_name(name) == told


# Lookup


async def test_an_order_that_is_there_looks_like_one_that_is_not(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, visit: Any
) -> None:
    await ordered(guest, merchant)

    async def asked(number: object, phone: str) -> list[tuple[int, str, dict[str, str]]]:
        said = {"number": number, "phone": phone}
        return [seen(await guest.post(LOOKUP, json=said)) for _ in range(5)]

    there = await asked(1001, "0559876543")
    other_number = await asked(7777, "0551111111")
    other_phone = await asked(1001, "0552222222")

    assert there == other_number == other_phone
    assert [status for status, _, _ in there] == [202, 202, 202, 429, 429]
    assert len(there[0][1]) == 0 or "1001" not in there[0][1]


async def test_a_lost_link_comes_to_the_telephone_and_works(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    marketplace: Marketplace,
    messenger: MemoryMessenger,
) -> None:
    first = await ordered(guest, merchant)
    await marketplace.jobs.run_all()
    messenger.sent.clear()

    assert (await guest.post(LOOKUP, json={"number": "#١٠٠١", "phone": "٠٥٥٩٨٧٦٥٤٣"})).is_success
    await marketplace.jobs.run_all()

    [message] = messenger.sent
    again = httpx.URL(message.facts["link"]).path
    assert (await guest.get(again)).json() == (await guest.get(first)).json()
    assert (await guest.post(f"{again}/confirm")).json()["status"] == "confirmed"
    assert (await guest.get(first)).json()["status"] == "confirmed"


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        ({}, {"number": "missing", "phone": "missing"}),
        ({"number": True, "phone": "0559876543"}, {"number": "wrong-type"}),
        ({"number": 1001.0, "phone": "0559876543"}, {"number": "wrong-type"}),
        ({"number": None, "phone": None}, {"number": "wrong-type", "phone": "wrong-type"}),
        ({"number": -1, "phone": "x"}, {"number": "bad-order-number", "phone": "bad-phone"}),
        ({"number": 10**18, "phone": "0559876543"}, {"number": "bad-order-number"}),
        ({"number": "", "phone": ""}, {"number": "missing", "phone": "bad-phone"}),
        ({"number": "1001\0", "phone": "0559876543"}, {"number": "bad-order-number"}),
        ({"number": 1001, "phone": "0559876543", "email": "x"}, {"email": "unknown-field"}),
    ],
)
async def test_what_is_no_number_or_phone_is_said(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, said: object, bad: dict[str, str]
) -> None:
    answer = await guest.post(LOOKUP, json=said)

    assert answer.status_code == 400
    assert fields(answer) == bad


async def test_a_store_that_is_not_there_is_not_found(guest: httpx.AsyncClient) -> None:
    said = {"number": 1001, "phone": "0559876543"}

    answer = await guest.post("/api/store/nobody/orders/lookup", json=said)

    assert (answer.status_code, answer.json()["code"]) == (404, "store-not-found")
    assert (await guest.get(LOOKUP)).status_code == 405


async def test_what_says_nothing_has_no_body(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    order = (await place(guest, await put_up(merchant))).json()
    sought = {"number": order["number"], "phone": "0559876543"}
    page = {"accept": "text/html"}

    answers = [
        await guest.post("/api/store/sara/orders/lookup", json=sought),
        await guest.post("/api/auth/password-reset", json={"email": "sara@example.com"}),
        await merchant.post("/api/auth/verify-email/resend"),
        await guest.post(httpx.URL(order["tracking_url"]).path + "/confirm", headers=page),
    ]

    assert [each.status_code for each in answers] == [202, 202, 202, 303]
    for answer in answers:
        assert answer.content == b""
        assert answer.headers["content-length"] == "0"
        assert "content-type" not in answer.headers
