"""Finding products over HTTP, in PostgreSQL: what people type, and what they get to see first."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from marketplace.entrypoints.http import create_app
from tests.unit.world import Seller, World

CATALOGUE = [
    ("عباءة سوداء مطرزة", "كريب ناعم بتطريز يدوي", ["عبايات"]),
    ("فستان سهرة أحمر", "طويل من الساتان", ["فساتين"]),
    ("حقيبة جلد نسائية", "جلد طبيعي، بني", ["حقائب"]),
    ("سماعة بلوتوث لاسلكية", "صوت نقي وبطارية ١٢ ساعة", ["إلكترونيات"]),
    ("كفر آيفون ١٥ برو", "حماية من السقوط — iPhone 15 Pro case", ["جوالات"]),
    ("عطر عود فاخر", "مسك وعنبر، ٥٠ مل", ["عطور"]),
    ("قهوة عربية محمصة", "هيل وزعفران", ["قهوة"]),
    ("ساعة يد رجالية", "مقاومة للماء", ["ساعات"]),
    ("Wireless Charger", "شاحن لاسلكي سريع", ["electronics"]),
    ("ثوب أبيض رجالي", "قطن ياباني", ["أثواب"]),
]

QUERIES = [
    ("عباية", "عباءة سوداء مطرزة"),
    ("العباءه السودا", "عباءة سوداء مطرزة"),
    ("عَبَاءَة", "عباءة سوداء مطرزة"),
    ("عبـــاءة", "عباءة سوداء مطرزة"),
    ("عبايات", "عباءة سوداء مطرزة"),
    ("فساتين", "فستان سهرة أحمر"),
    ("فستان احمر", "فستان سهرة أحمر"),
    ("الفستان الاحمر", "فستان سهرة أحمر"),
    ("فست", "فستان سهرة أحمر"),
    ("شنط جلد", None),
    ("حقيبه جلد", "حقيبة جلد نسائية"),
    ("وحقيبة", "حقيبة جلد نسائية"),
    ("بلوتوث", "سماعة بلوتوث لاسلكية"),
    ("بلوتوت", "سماعة بلوتوث لاسلكية"),
    ("بلوثوت", "سماعة بلوتوث لاسلكية"),
    ("سماعات", "سماعة بلوتوث لاسلكية"),
    ("ايفون 15", "كفر آيفون ١٥ برو"),
    ("آيفون١٥", "كفر آيفون ١٥ برو"),
    ("iphone", "كفر آيفون ١٥ برو"),
    ("IPHONE15 كفر", "كفر آيفون ١٥ برو"),
    ("ip", "كفر آيفون ١٥ برو"),
    ("عطور", "عطر عود فاخر"),
    ("قهوه", "قهوة عربية محمصة"),
    ("قهوة عربيه", "قهوة عربية محمصة"),
    ("قهوى", "قهوة عربية محمصة"),
    ("ساعة", "ساعة يد رجالية"),
    ("charger شاحن", "Wireless Charger"),
    ("wirless", "Wireless Charger"),
    ("أثواب", "ثوب أبيض رجالي"),
    ("ثوب ابيض", "ثوب أبيض رجالي"),
    ("طاولة", None),
]


@pytest.fixture
async def seller(world: World) -> Seller:
    return await world.a_merchant("sara")


@pytest.fixture
async def guest(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(world.marketplace))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        yield client


async def items(guest: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    answer = await guest.get("/api/store/sara", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["products"]["items"]
    return found


async def test_what_people_type_is_found_first(
    world: World, seller: Seller, guest: httpx.AsyncClient
) -> None:
    for title, description, tags in CATALOGUE:
        await world.a_product(seller, title=title, description=description, tags=tags)

    found = {query: [each["title"] for each in await items(guest, q=query)] for query, _ in QUERIES}

    wrong = {
        query: found[query] for query, best in QUERIES if [best] != (found[query] or [None])[:1]
    }
    assert wrong == {}


async def test_the_best_comes_first_and_the_list_goes_on(
    world: World, seller: Seller, guest: httpx.AsyncClient
) -> None:
    wanted = ["حقيبة سفر", "حقيبة", "حقائب", "كيس", "محفظة"]
    for title in reversed(wanted):
        text = "تصلح حقيبة" if title in ("كيس", "محفظة") else ""
        await world.a_product(seller, title=title, description=text)

    walked, asked = [], {"q": "حقيبة", "limit": "2"}
    while True:
        page = (await guest.get("/api/store/sara", params=asked)).json()["products"]
        walked += [each["title"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]

    assert len(walked) == len(wanted)
    assert set(walked[:2]) == {"حقيبة سفر", "حقيبة"}
    assert walked[2] == "حقائب"
    assert set(walked[3:]) == {"كيس", "محفظة"}


async def test_a_list_of_slips_goes_on_as_it_began(
    world: World, seller: Seller, guest: httpx.AsyncClient
) -> None:
    for _ in range(3):
        await world.a_product(seller, title="بلوتوث")

    first = (await guest.get("/api/store/sara?q=بلوتوت&limit=2")).json()["products"]
    await world.a_product(seller, title="بلوتوث")
    rest = await items(guest, q="بلوتوت", limit="2", cursor=first["next_cursor"])

    assert len(first["items"]) == 2
    assert [each["title"] for each in rest] == ["بلوتوث"]


@pytest.mark.parametrize(
    ("currency", "prices", "least", "told"),
    [
        ("KWD", ["4.749", "4.750", "٤٫٧٥١"], "٤٫٧٥", ["4.750", "4.751"]),
        ("JPY", ["1499", "1500", "١٥٠١"], "1500", ["1500", "1501"]),
        ("SAR", ["14.99", "15", "15.01"], "١٥", ["15.00", "15.01"]),
    ],
)
async def test_prices_are_compared_in_the_currency_of_the_store(
    world: World,
    guest: httpx.AsyncClient,
    currency: str,
    prices: list[str],
    least: str,
    told: list[str],
) -> None:
    seller = await world.a_merchant("sara", currency=currency)
    for price in prices:
        await world.a_product(seller, price=price)

    found = await items(guest, min_price=least, sort="price_asc")

    assert [each["price"] for each in found] == told
    refused = await guest.get("/api/store/sara?min_price=1.2345")
    assert refused.json()["errors"][0]["code"] == "too-many-decimals"


async def test_no_query_means_anything_to_the_database(
    world: World, seller: Seller, guest: httpx.AsyncClient
) -> None:
    await world.a_product(seller, title="a'b\\c")
    hostile = ["'", '"', "\\", "a'b\\c", ":*", "a:*&!b|(c)", "<->", "((", "%s", "$1", "﷽" * 90]
    hostile += [f"{each}{other}" for each in hostile for other in "'\\:"]

    for sort in ("", "title", "price_asc"):
        for text in hostile:
            answer = await guest.get("/api/store/sara", params={"q": text[:100], "sort": sort})
            assert answer.status_code == 200, (text, answer.text)
    for name in ("category", "tag", "sort", "min_price"):
        for text in hostile:
            answer = await guest.get("/api/store/sara", params={name: text})
            assert answer.status_code in (200, 400), (name, text)


async def test_the_whole_of_a_long_title_sorts(
    world: World, seller: Seller, guest: httpx.AsyncClient
) -> None:
    for end in "ba":
        await world.a_product(seller, title="ﷺ" * 199 + end)

    first = (await guest.get("/api/store/sara?sort=title&limit=1")).json()["products"]
    rest = await items(guest, sort="title", limit="1", cursor=first["next_cursor"])

    assert len({first["items"][0]["id"], *(each["id"] for each in rest)}) == 2


async def test_an_answer_is_not_sent_twice(
    world: World, seller: Seller, guest: httpx.AsyncClient
) -> None:
    product = await world.a_product(seller, title="مصباح نحاسي")

    for path in ("products/مصباح-نحاسي", f"products/{product}", "categories"):
        first = await guest.get(f"/api/store/sara/{path}")
        again = await guest.get(
            f"/api/store/sara/{path}", headers={"if-none-match": first.headers["etag"]}
        )
        assert (first.status_code, again.status_code) == (200, 304)
        assert first.headers["cache-control"] == "public, max-age=5"
