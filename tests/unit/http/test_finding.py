"""Finding and browsing, as a front end asks for it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from marketplace.application.finding import FindProducts
from marketplace.application.ports import Page, Place
from marketplace.entrypoints.http.shapes import Listed
from marketplace.entrypoints.http.storefront import front_of

from .conftest import PNG, fields, put_up


async def listed(client: httpx.AsyncClient, **asked: object) -> list[str]:
    """The titles on the page of the store ``sara``."""
    params = {name: str(value) for name, value in asked.items()}
    answer = await client.get("/api/store/sara", params=params)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["products"]["items"]]


async def shelf(merchant: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await merchant.post("/api/merchant/categories", json={"name": name})
    category: dict[str, Any] = answer.json()
    return category


async def test_a_store_is_searched_in_any_spelling(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    await put_up(merchant, title="عباءة سوداء", tags=["جديد"], description="من قماش الكريب")
    await put_up(merchant, title="iPhone 15 Case", sku="CS-15")

    assert await listed(guest, q="عباءه السوداء") == ["عباءة سوداء"]
    assert await listed(guest, q="الجديد كريب") == ["عباءة سوداء"]
    assert await listed(guest, q="آيفون") == ["iPhone 15 Case"]
    assert await listed(guest, q="سامسونج") == []
    assert await listed(guest, q="iphone١٥") == ["iPhone 15 Case"]
    assert await listed(guest, q="cs-15") == ["iPhone 15 Case"]
    assert await listed(guest, q="سودااء") == ["عباءة سوداء"]
    assert await listed(guest, q="!؟") == ["iPhone 15 Case", "عباءة سوداء"]


async def test_what_stands_on_a_shelf_is_found_by_its_name_also_after_a_new_one(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    category = await shelf(merchant, "ساعات")
    await put_up(merchant, title="كاسيو ذهبية", category=category["id"])
    await put_up(merchant, title="خاتم ذهبي")

    assert await listed(guest, q="ساعة ذهبية") == ["كاسيو ذهبية"]
    await merchant.put(f"/api/merchant/categories/{category['id']}", json={"name": "هدايا"})
    assert await listed(guest, q="هدية") == ["كاسيو ذهبية"]
    assert await listed(guest, q="ساعة") == []


async def test_a_store_is_filtered(merchant: httpx.AsyncClient, guest: httpx.AsyncClient) -> None:
    category = await shelf(merchant, "إضاءة")
    await put_up(merchant, title="a", price="10", stock=0, tags=["new", "red"])
    await put_up(merchant, title="b", price="20", category=category["id"])
    await put_up(merchant, title="c", price="30", stock=0, track_stock=False)
    await put_up(merchant, title="d", price="20", status="draft")

    assert await listed(guest) == ["c", "b", "a"]
    assert await listed(guest, category=category["id"]) == ["b"]
    assert await listed(guest, category="إضاءة") == ["b"]
    assert await listed(guest, category="nothing") == []
    assert await listed(guest, tag="new") == ["a"]
    assert await listed(guest, in_stock="true") == ["c", "b"]
    assert await listed(guest, in_stock="false") == ["a"]
    assert await listed(guest, min_price="20") == ["c", "b"]
    assert await listed(guest, max_price="٢٠٫٠٠") == ["b", "a"]
    assert await listed(guest, min_price="10.01", max_price="29.99") == ["b"]
    assert await listed(guest, q="b", min_price="20.01") == []
    assert await listed(guest, min_price="0") == ["c", "b", "a"]
    assert await listed(guest, max_price="0") == []
    assert await listed(guest, sort="price_asc") == ["a", "b", "c"]
    assert await listed(guest, sort="price_desc") == ["c", "b", "a"]
    assert await listed(guest, sort="title") == ["a", "b", "c"]
    assert await listed(guest, sort="relevance") == ["c", "b", "a"]
    assert await listed(guest, q="", category="", min_price="", sort="") == ["c", "b", "a"]


async def test_a_merchant_filters_too(merchant: httpx.AsyncClient) -> None:
    category = await shelf(merchant, "إضاءة")
    await put_up(merchant, title="a", status="draft", sku="LMP-7")
    await put_up(merchant, title="b", stock=0, category=category["id"])
    archived = await put_up(merchant, title="c")
    await merchant.delete(f"/api/merchant/products/{archived['id']}")

    async def mine(**asked: str) -> list[str]:
        answer = await merchant.get("/api/merchant/products", params=asked)
        assert answer.status_code == 200, answer.text
        return [each["title"] for each in answer.json()["items"]]

    assert await mine() == ["b", "a"]
    assert await mine(status="draft") == ["a"]
    assert await mine(status="active") == ["b"]
    assert await mine(status="archived") == ["c"]
    assert await mine(status="archived", q="c") == ["c"]
    assert await mine(q="LMP-7") == ["a"]
    assert await mine(q="c") == []
    assert await mine(category="إضاءة") == ["b"]
    assert await mine(in_stock="false") == ["b"]
    assert await mine(sort="title") == ["a", "b"]


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ("min_price=x", {"min_price": "bad-amount"}),
        ("max_price=-1", {"max_price": "negative-amount"}),
        (
            "min_price=1.234&max_price=1e5",
            {"min_price": "too-many-decimals", "max_price": "bad-amount"},
        ),
        ("in_stock=maybe", {"in_stock": "wrong-type"}),
        ("sort=cheapest", {"sort": "not-one-of"}),
        ("category=%21", {"category": "bad-slug"}),
        ("tag=%E2%80%AEb", {"tag": "bad-characters"}),
        ("q=" + "x" * 101, {"q": "too-long"}),
        ("status=draft", {"status": "unknown-field"}),
        ("colour=red", {"colour": "unknown-field"}),
        ("limit=1&limit=2", {"limit": "said-twice"}),
        ("q=a&q=a&colour=red", {"colour": "unknown-field", "q": "said-twice"}),
    ],
)
async def test_a_bad_filter_is_named(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, asked: str, refused: dict[str, str]
) -> None:
    answer = await guest.get(f"/api/store/sara?{asked}")

    assert (answer.status_code, fields(answer)) == (400, refused)


@pytest.mark.parametrize("path", ["/api/store/sara", "/api/merchant/products"])
async def test_no_query_breaks_anything(merchant: httpx.AsyncClient, path: str) -> None:
    await put_up(merchant)
    hostile = [
        *("'", "''", '"', "\\", "\\'", "a'b\\", ":*", "a:*&!b|(c)", "<->", "((", "%", "%s", "$1"),
        *("\0", "a\0b", "x" * 10_000, "ع" * 10_000, "\u202e", "\u200b", "﷽" * 90, "ﷺ" * 100),
    ]
    texts = [quote(each) for each in hostile]
    texts += ["%ED%A0%80", "%FF%FE", "%", "%00", "a+b", "+++"]
    for name in ("q", "category", "tag", "min_price", "sort", "cursor", "in_stock", "status"):
        for text in texts:
            answer = await merchant.get(f"{path}?{name}={text}")
            assert answer.status_code in (200, 400), (name, text[:40], answer.text)


async def test_a_cursor_is_good_for_what_it_was_given_for(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    for price in ("10", "20", "30"):
        await put_up(merchant, price=price)
    asked = "/api/store/sara?limit=1&sort=price_asc&min_price=5"
    cursor = (await guest.get(asked)).json()["products"]["next_cursor"]

    again = await guest.get(f"{asked}&cursor={cursor}")
    other_limit = await guest.get(f"{asked.replace('limit=1', 'limit=9')}&cursor={cursor}")
    other_sort = await guest.get(f"/api/store/sara?sort=price_desc&min_price=5&cursor={cursor}")
    other_filter = await guest.get(f"/api/store/sara?sort=price_asc&cursor={cursor}")
    other_list = await merchant.get(f"/api/merchant/products?cursor={cursor}")

    assert [each["price"] for each in again.json()["products"]["items"]] == ["20.00"]
    assert len(other_limit.json()["products"]["items"]) == 2
    for refused in (other_sort, other_filter, other_list):
        assert (refused.status_code, fields(refused)) == (400, {"cursor": "bad-cursor"})


async def test_a_cursor_that_was_tampered_with_is_refused(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await put_up(merchant)
    cursor = (await guest.get("/api/store/sara?limit=1")).json()["products"]["next_cursor"]
    raw = urlsafe_b64decode(f"{cursor}==")
    odd = [
        "",
        "x",
        "=",
        cursor[:-1],
        f"{cursor}=",
        f"{cursor}A",
        f" {cursor}",
        f"{cursor}!",
        "A" * 5000,
    ]
    odd += [
        urlsafe_b64encode(each).decode().rstrip("=")
        for each in (raw[1:], raw + b"\0", b"\xc0", b"")
    ]

    for each in odd:
        answer = await guest.get("/api/store/sara", params={"limit": "1", "cursor": each})
        assert (answer.status_code, fields(answer)) == (400, {"cursor": "bad-cursor"}), each


@pytest.mark.parametrize("sort", ["newest", "price_asc", "price_desc", "title", "relevance"])
async def test_a_cursor_that_was_made_up_is_refused(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, sort: str
) -> None:
    """It can be: who reads this code knows how."""
    product = await put_up(merchant)
    good = {"newest": None, "title": "a"}.get(sort, 1)

    for key in (None, 1, -1, 2**63 - 1, 2**63, -(2**64) + 2**63, "a", "a\0b", "", "ى" * 300):
        place = Place(id=UUID(product["id"]), key=key)
        wanted = FindProducts(q="a", sort=sort)
        try:
            of = front_of("sara", wanted)
            cursor = Listed.of(Page(items=(), next=place), str, of).next_cursor
        except OverflowError:
            continue
        asked = {"q": "a", "sort": sort, "cursor": cursor or ""}
        answer = await guest.get("/api/store/sara", params=asked)
        fits = type(key) is type(good) and key not in (2**63, -(2**63), "a\0b")
        assert answer.status_code == (200 if fits else 400), key


async def test_one_product_is_shown_by_its_id_or_slug(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, rival: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, title="عباءة سوداء", description="قماش " * 100)
    draft = await put_up(merchant, status="draft")
    theirs = await put_up(rival)

    by_id = await guest.get(f"/api/store/sara/products/{product['id']}")
    by_slug = await guest.get("/api/store/SARA/products/عباءة-سوداء")

    assert by_id.status_code == by_slug.status_code == 200
    assert by_id.content == by_slug.content
    shown = by_id.json()
    assert shown["id"] == product["id"]
    assert shown["variants"][0]["stock"] == 12
    assert shown["preview"]["title"] == "عباءة سوداء"
    assert shown["preview"]["image"] is None
    assert 190 < len(shown["preview"]["description"]) <= 200
    assert shown["preview"]["description"].endswith("قماش…")
    again = await guest.get(
        f"/api/store/sara/products/{product['id']}",
        headers={"if-none-match": by_id.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    for called in (draft["id"], draft["slug"], theirs["id"], "nothing", "-", "x" * 3000, "%00"):
        missing = await guest.get(f"/api/store/sara/products/{called}")
        assert missing.status_code in (400, 404), called
        assert missing.json()["code"] in ("product-not-found", "malformed-request")


async def test_categories_are_listed_with_how_much_they_hold(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    lamps, watches = await shelf(merchant, "إضاءة"), await shelf(merchant, "ساعات")
    await put_up(merchant, category=lamps["id"])
    await put_up(merchant, category=lamps["id"], status="draft")

    answer = await guest.get("/api/store/sara/categories")

    assert answer.headers["cache-control"] == "public, max-age=5"
    told = answer.json()
    assert told["next_cursor"] is None
    assert [(each["id"], each["slug"], each["product_count"]) for each in told["items"]] == [
        (lamps["id"], "إضاءة", 1),
        (watches["id"], "ساعات", 0),
    ]


async def test_a_link_to_a_store_shows_what_it_is(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    image = await merchant.post(
        "/api/merchant/upload-image", files={"image": ("a.png", PNG)}, data={"purpose": "logo"}
    )
    if image.status_code == 400:
        image = await merchant.post("/api/merchant/upload-image", files={"image": ("a.png", PNG)})
    said = {"logo": image.json()["id"], "description": "كل ما يضيء\nبيتك"}
    assert (await merchant.put("/api/merchant/me", json=said)).status_code == 200

    store = (await guest.get("/api/store/sara")).json()["store"]

    assert store["preview"] == {
        "title": "متجر sara",
        "description": "كل ما يضيء بيتك",
        "image": image.json()["url"],
    }


@pytest.mark.parametrize("path", ["products/{id}", "categories"])
async def test_a_renamed_store_leads_on_and_a_closed_one_does_not(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, admin: httpx.AsyncClient, path: str
) -> None:
    product = await put_up(merchant)
    path = path.replace("{id}", product["slug"])
    mine = (await merchant.put("/api/merchant/me", json={"username": "sara-new"})).json()

    led_on = await guest.get(f"/api/store/sara/{path}", follow_redirects=True)
    quoted = await guest.post(
        "/api/store/sara/quote", json={"items": [{"product_id": product["id"], "quantity": 1}]}
    )
    await admin.post(f"/api/admin/merchants/{mine['id']}/suspend", json={"reason": "fraud"})
    gone = await guest.get(f"/api/store/sara-new/{path}")

    assert led_on.status_code == 200
    assert [each.status_code for each in led_on.history] == [308]
    assert (quoted.status_code, quoted.headers["location"]) == (308, "/api/store/sara-new/quote")
    assert (gone.status_code, gone.json()["code"]) == (404, "store-not-found")


async def walked(client: httpx.AsyncClient, asked: str) -> AsyncIterator[list[str]]:
    """The titles of each page of a list, one after the other."""
    cursor = ""
    while cursor is not None:
        answer = await client.get(f"{asked}&cursor={cursor}" if cursor else asked)
        assert answer.status_code == 200, answer.text
        page = answer.json().get("products") or answer.json()
        yield [each["title"] for each in page["items"]]
        cursor = page["next_cursor"]


@pytest.mark.parametrize("path", ["/api/store/sara", "/api/merchant/products"])
async def test_a_misspelt_search_is_walked_to_its_end_whatever_comes(
    merchant: httpx.AsyncClient, path: str
) -> None:
    titles = [f"قميص موديل {number}" for number in range(9)]
    for title in titles:
        await put_up(merchant, title=title)

    found: list[str] = []
    async for page in walked(merchant, f"{path}?q=قمبص&limit=3"):
        found += page
        # Each of these would be a better match for who asks anew.
        for title in ("قمبص", "قمبصه", "كمبص"):
            await put_up(merchant, title=title)

    assert [each for each in found if each in titles] == titles[::-1]


@pytest.mark.parametrize("path", ["/api/store/sara", "/api/merchant/products"])
async def test_a_search_that_found_something_never_goes_on_loosely(
    merchant: httpx.AsyncClient, path: str
) -> None:
    await put_up(merchant, title="قميص")
    exact = [await put_up(merchant, title="قمبص") for _ in range(2)]

    pages = walked(merchant, f"{path}?q=قمبص&limit=1")
    first = await anext(pages)
    await merchant.delete(f"/api/merchant/products/{exact[0]['id']}")

    assert (first, [page async for page in pages]) == (["قمبص"], [[]])


@pytest.mark.parametrize(
    "loosely",
    [
        (("قميص",), ()),
        (("قميص",), ("x",)),
        ((),),
        (("قميص",), (), ()),
        *((each, ()) for each in (("a\0b",), ("",), ("+",), ("قمِيص",), ("a b",), ("a" * 65,))),
        (tuple("abcdefghi"), ()),
    ],
)
async def test_a_cursor_does_not_say_what_a_slip_of_the_pen_cannot_be(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, loosely: tuple[tuple[str, ...], ...]
) -> None:
    product = await put_up(merchant, title="قميص")
    asked: dict[str, Any] = {"q": "قمبص x", "sort": "newest"}
    of = front_of("sara", FindProducts(**asked))
    place = Place(id=UUID(product["id"]), loosely=loosely)
    cursor = Listed.of(Page(items=(), next=place), str, of).next_cursor

    answer = await guest.get("/api/store/sara", params={**asked, "cursor": cursor or ""})

    fits = loosely == (("قميص",), ()) or loosely == (("قميص",), ("x",))
    assert answer.status_code == (200 if fits else 400), answer.text
    if not fits:
        assert fields(answer) == {"cursor": "bad-cursor"}


async def test_two_words_that_are_written_as_one_are_found_whole(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    honeys = ["عسل جبلي", "عسل لوز", "عسل سدر"]
    shirts = ["Black Shirt", "Shirt Slim", "Blue Shirt Tall"]
    for title in (*reversed(honeys), *reversed(shirts), "Lap Top"):
        await put_up(merchant, title=title)

    assert await listed(guest, q="عسلل") == honeys
    assert await listed(guest, q="عسلل", sort="title") == sorted(honeys)
    assert sorted(await listed(guest, q="shirtt")) == sorted(shirts)
    assert await listed(guest, q="عسللوز") == ["عسل لوز"]
    for typed in ("laptop", "laptops", "لابتوب", "lapto", "laptpo"):
        assert await listed(guest, q=typed) == ["Lap Top"]
