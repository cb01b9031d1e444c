"""Products in sheets, as a merchant's front end and a spreadsheet see them."""

import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest

from marketplace.application.marketplace import Marketplace

from .conftest import place, put_up

BOM = "\ufeff"
EXCEL = (
    "اسم المنتج;السعر;الكمية;رمز المنتج;التصنيف;السعر قبل الخصم\r\n"
    "مصباح;١٬٢٣٤٫٥٠;١٢;LMP-1;إضاءة;\r\n"
    "فانوس;49,5;3;LMP-2;إضاءة;60\r\n"
)


async def hand_in(
    merchant: httpx.AsyncClient, sheet: str | bytes, query: str = "", **form: str
) -> httpx.Response:
    content = sheet.encode() if isinstance(sheet, str) else sheet
    return await merchant.post(
        f"/api/merchant/products/import{query}",
        files={"file": ("products.csv", content, "text/csv")},
        data=form,
        headers={"accept-language": "en"},
    )


async def imported(
    merchant: httpx.AsyncClient, marketplace: Marketplace, sheet: str | bytes, **form: str
) -> dict[str, Any]:
    answer = await hand_in(merchant, sheet, **form)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == answer.json()["url"]
    await marketplace.jobs.run_all()
    looked = await merchant.get(answer.json()["url"], headers={"accept-language": "en"})
    told: dict[str, Any] = looked.json()
    assert told["status"] == "done"
    assert told["rows_done"] == told["rows_total"]
    return told


async def products(merchant: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Oldest first."""
    found: list[dict[str, Any]] = (await merchant.get("/api/merchant/products?limit=100")).json()[
        "items"
    ]
    return found[::-1]


async def exported(merchant: httpx.AsyncClient, language: str = "en") -> str:
    answer = await merchant.get(
        "/api/merchant/products/export", headers={"accept-language": language}
    )
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    return answer.content.decode()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


def without_its_number(text: str) -> list[list[str]]:
    """The cells of an export; its number is the last of each row."""
    return [row[:-1] for row in csv.reader(io.StringIO(text, newline=""))]


def sheet_of(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def counts(told: dict[str, Any]) -> tuple[int, int, int, int]:
    return told["created"], told["changed"], told["unchanged"], told["refused"]


async def a_shop_with_everything(merchant: httpx.AsyncClient) -> None:
    shelf = (await merchant.post("/api/merchant/categories", json={"name": "=إضاءة"})).json()
    await put_up(
        merchant,
        title="=SUM(A1:A9)",
        description='سطر\nو"آخر"، وفاصلة, هنا',
        sku="+966",
        tags=["a,b", "ج"],
        category=shelf["id"],
        low_stock_at=2,
        compare_at_price="300",
    )
    await put_up(merchant, title="'=1+1", tags=["x", "-y"], status="draft", track_stock=False)
    await put_up(
        merchant,
        title="عباءة",
        stock=None,
        options=[
            {"name": "المقاس", "values": ["M", "L", "XL"]},
            {"name": "@لون", "values": ["=أسود", "أبيض"]},
        ],
        variants=[
            {"options": {"المقاس": "L", "@لون": "=أسود"}, "sku": "A-L", "stock": 3},
            {"options": {"المقاس": "M", "@لون": "أبيض"}, "sku": "A-M", "price": "1.05"},
        ],
    )


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_what_was_exported_changes_nothing_when_it_is_imported(
    merchant: httpx.AsyncClient, marketplace: Marketplace, language: str
) -> None:
    await a_shop_with_everything(merchant)
    before = await products(merchant)
    sheet = await exported(merchant, language)

    told = await imported(merchant, marketplace, sheet)

    assert counts(told) == (0, 0, 3, 0), told["errors"]
    assert await products(merchant) == before
    assert without_its_number(await exported(merchant, language)) == without_its_number(sheet)


async def test_another_store_gets_the_same_products_from_the_sheet(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    await a_shop_with_everything(merchant)
    rows = rows_of(await exported(merchant))
    text = io.StringIO()
    writer = csv.DictWriter(text, [name for name in rows[0] if name != "ID"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)

    told = await imported(rival, marketplace, text.getvalue())

    assert counts(told) == (3, 0, 0, 0), told["errors"]
    own = {"ID": "", "Export number": ""}
    theirs = [row | own for row in rows_of(await exported(rival))]
    assert theirs == [row | own for row in rows]


async def test_excel_opens_the_export_in_arabic_and_calculates_nothing(
    merchant: httpx.AsyncClient,
) -> None:
    await a_shop_with_everything(merchant)

    text = await exported(merchant, "ar")

    assert text.startswith(f"{BOM}المعرّف,")
    assert text.count("\r\n") == 5
    cells = [cell for row in csv.reader(io.StringIO(text[1:], newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r＝＋－＠")]
    assert {"'=SUM(A1:A9)", "''=1+1", "'+966", "'=أسود", "249.00", "1.05"} <= set(cells)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
async def test_what_excel_saves_is_read_in_every_encoding(
    merchant: httpx.AsyncClient, marketplace: Marketplace, encoding: str
) -> None:
    sheet = EXCEL
    if encoding == "cp1256":
        sheet = sheet.replace("١٬٢٣٤٫٥٠", "1234.50").replace("١٢", "12")
    if encoding == "utf-16":
        sheet = sheet.replace(";", "\t")

    told = await imported(merchant, marketplace, sheet.encode(encoding))

    assert counts(told) == (2, 0, 0, 0), told["errors"]
    assert told["columns"]["title"] == "اسم المنتج"
    lamp, lantern = await products(merchant)
    assert (lamp["title"], lamp["price"], lamp["stock"]) == ("مصباح", "1234.50", 12)
    assert (lantern["price"], lantern["compare_at_price"]) == ("49.50", "60.00")
    assert lamp["category"] == lantern["category"]
    assert lamp["category"]["name"] == "إضاءة"


@pytest.mark.parametrize(
    ("sheet", "title"),
    [
        ("title,price\nمصباح – كلاسيك é,5\n".encode("cp1256"), "مصباح – كلاسيك é"),
        ("title;price\n«مصباح» – “x” … café;5\n".encode("cp1256"), "«مصباح» – “x” … café"),
        ("title,price\nفقط، ط§,5\nلمبة كبيرة,6\n".encode("cp1256"), "فقط، ط§"),
        ("title,price\nمصباح,5\n".encode("utf-16-le"), "مصباح"),
        ("اسم المنتج\tالسعر\nمصباح\t5\n".encode("utf-16-be"), "مصباح"),
        ("title,price\nLamp,5\n".encode("utf-16-le"), "Lamp"),
    ],
)
async def test_what_has_no_mark_is_read_if_it_is_certain(
    merchant: httpx.AsyncClient, marketplace: Marketplace, sheet: bytes, title: str
) -> None:
    told = await imported(merchant, marketplace, sheet)

    assert told["refused"] == 0, told["errors"]
    assert (await products(merchant))[0]["title"] == title


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("اسم المنتج,السعر (ر.س),الكمية (قطعة)", "title price stock"),
        ("Name,price (SAR),Inventory Qty,Variant SKU", "title price stock sku"),
        ("المنتج,السعر - ر.س,رمز المنتج sku,المتوفر", "title price sku stock"),
        ("Name,SKU,Regular price,Sale price,Stock", "title sku compare_at_price price stock"),
        ("Name,Regular price,Type,Categories", "title price - category"),
        ("Title,Product Category,Type,Variant Price", "title category - price"),
        ("Title,Type,Variant Price", "title category price"),
        ("Name,Attribute 1 name,Attribute 1 value(s)", "title option1_name option1_value"),
        ("اسم المنتج (عربي),اسم المنتج (انجليزي),سعر البيع", "title - price"),
        ("title,price,price (USD)", "title price -"),
        ("title,Price / International", "title -"),
    ],
)
async def test_headings_of_others_are_understood(
    merchant: httpx.AsyncClient, headings: str, columns: str
) -> None:
    row = ",".join("x" for _ in headings.split(","))

    told = (await hand_in(merchant, f"{headings}\n{row}\n", "?dry_run=true")).json()

    pairs = zip(headings.split(","), columns.split(), strict=True)
    assert told["columns"] == {column: name for name, column in pairs if column != "-"}


@pytest.mark.parametrize("foreign", ["price (USD)", "Price EUR", "السعر (دولار)", "السعر (د.ك)"])
async def test_a_price_in_another_currency_than_the_stores_is_no_price(
    merchant: httpx.AsyncClient, marketplace: Marketplace, foreign: str
) -> None:
    alone = await imported(merchant, marketplace, f"title,{foreign},stock\nLamp,100,1\n")
    beside = await imported(merchant, marketplace, f"title,{foreign},price (SAR)\nPot,2,1\n")

    assert alone["ignored"] == beside["ignored"] == [foreign]
    assert [(each["column"], each["code"]) for each in alone["errors"]] == [("price", "missing")]
    assert [each["price"] for each in await products(merchant)] == ["1.00"]


@pytest.mark.parametrize("word", ["Item top", "Product mad", "Price all", "Codecad"])
async def test_a_word_that_ends_like_a_currency_is_none(
    merchant: httpx.AsyncClient, marketplace: Marketplace, word: str
) -> None:
    told = await imported(merchant, marketplace, f"title,price,{word}\nLamp,1,2\n")

    assert told["ignored"] == [word]


async def test_nothing_before_is_no_former_price(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    told = await imported(
        merchant, marketplace, "title,price,compare at price\nLamp,5,0\nLantern,5,4\nPot,5,0.00\n"
    )

    assert [(each["row"], each["column"], each["code"]) for each in told["errors"]] == [
        (3, "compare_at_price", "no-bargain")
    ]
    assert [each["compare_at_price"] for each in await products(merchant)] == [None, None]


async def test_rows_of_one_product_are_its_variants(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    sheet = (
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Quantity,Image Src\n"
        "abaya,Abaya,Size,M,S-M,10,1,https://x.example/a.jpg\n"
        "abaya,,,L,S-L,,2,\n"
    )

    told = await imported(merchant, marketplace, sheet)

    assert told["ignored"] == ["Image Src"]
    [product] = await products(merchant)
    assert product["options"] == [{"name": "Size", "values": ["M", "L"]}]
    assert [(each["sku"], each["price"], each["stock"]) for each in product["variants"]] == [
        ("S-M", "10.00", 1),
        ("S-L", "10.00", 2),
    ]

    more = await imported(
        merchant, marketplace, "sku,option1 name,option1 value,handle,price\nS-X,Size,XL,abaya,12\n"
    )

    assert counts(more) == (0, 1, 0, 0), more["errors"]
    [product] = await products(merchant)
    assert [each["sku"] for each in product["variants"]] == ["S-M", "S-L", "S-X"]


async def test_a_price_list_by_sku_changes_prices_alone(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    await a_shop_with_everything(merchant)

    told = await imported(
        merchant, marketplace, "رمز المنتج,السعر,الكمية\na-l,7,9\nnobody,8,1\n'+966,249,12\n"
    )

    assert counts(told) == (0, 1, 1, 1)
    assert [(each["row"], each["column"], each["code"]) for each in told["errors"]] == [
        (3, "sku", "product-not-found")
    ]
    abaya = (await products(merchant))[2]
    assert [(each["price"], each["stock"]) for each in abaya["variants"]] == [
        ("7.00", 9),
        ("1.05", 0),
    ]
    path = f"/api/merchant/products/{abaya['id']}/stock"
    assert (await merchant.get(path)).json()["items"][0]["reason"] == "imported"


async def test_every_mistake_is_told_by_row_and_column(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    sheet = (
        "title,price,stock,sku,track stock,status,low stock at,slug\n"
        "Fine,5,1,S1,yes,active,,\n"
        ",5,1,,,,,\n"
        "No price,,1,,,,,\n"
        "Worded,dear,many,,perhaps,gone,few,\n"
        "Negative,-5,-1,,,,,\n"
        "Twice,5,1,s1,,,,\n"
        "Fine \u202etoo,5,1,,,,,\n"
        "N\0l,5,1,,,,,\n"
        "Comma,5,1,,,,,,more\n"
        f"{'x' * 201},5.001,1,,,,,\n"
        "One,5,1,A,,,,one\n"
        "Other,5,1,B,,,,one\n"
        'Thousand,"1,234",1,,,,,\n'
    )

    told = await imported(merchant, marketplace, sheet)

    found = {(each["row"], each["column"]): each["code"] for each in told["errors"]}
    [taken] = [each["facts"] for each in told["errors"] if each["code"] == "sku-taken"]
    assert taken == {"sku": "s1", "row": 2}
    assert found == {
        (3, "title"): "missing",
        (4, "price"): "missing",
        (5, "price"): "bad-amount",
        (5, "stock"): "bad-stock",
        (5, "track_stock"): "bad-flag",
        (5, "status"): "not-one-of",
        (5, "low_stock_at"): "bad-stock",
        (6, "price"): "negative-amount",
        (6, "stock"): "bad-stock",
        (7, "sku"): "sku-taken",
        (8, "title"): "bad-characters",
        (9, "title"): "bad-characters",
        (10, None): "too-many-cells",
        (11, "title"): "too-long",
        (11, "price"): "too-many-decimals",
        (13, "title"): "rows-disagree",
        (14, "price"): "ambiguous-amount",
    }
    told_of = {(each["row"], each["column"]): each["message"] for each in told["errors"]}
    assert "row 2 " in told_of[7, "sku"]
    assert "1234" in told_of[14, "price"]
    assert "1.234" in told_of[14, "price"]
    assert all(each["message"].isascii() for each in told["errors"])
    assert counts(told) == (1, 0, 0, 11)


async def test_a_dry_run_says_what_would_happen_and_does_nothing(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    await put_up(merchant, title="Lamp", sku="L1")

    answer = await hand_in(
        merchant,
        "title,sku,price,category\nLamp,L1,1,New\nNew,L2,x,New\nOther,,3,Else\n",
        "?dry_run=true",
    )

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["status"], told["dry_run"]) == ("done", True)
    assert counts(told) == (1, 1, 0, 1)
    assert [(each["row"], each["code"]) for each in told["errors"]] == [(3, "bad-amount")]
    await marketplace.jobs.run_all()
    assert [each["title"] for each in await products(merchant)] == ["Lamp"]
    assert (await merchant.get("/api/merchant/categories")).json()["items"] == []
    assert (await merchant.get(told["url"])).json()["status"] == "done"


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (b"", "empty-sheet"),
        (b" \r\n\r\n", "empty-sheet"),
        (b"title,price\r\n", "empty-sheet"),
        (b"title,price\r\n,\r\n\r\n", "empty-sheet"),
        (b"PK\x03\x04" + b"x" * 100, "unreadable-sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "unreadable-sheet"),
        (b"\0" * 2000, "unreadable-sheet"),
        (b"\xff\xd8\xff\xe0", "unreadable-sheet"),
        (b"colour,shape\nred,round\n", "columns-missing"),
        (b"name,title\na,b\n", "same-columns"),
        (b'title,price\n"Lamp,5\nMore,6\n', "broken-sheet"),
        (b'title,price\n"Lamp"x,5\n', "broken-sheet"),
        (b"title," + b"x," * 10_000 + b"\na,\n", "too-many-columns"),
        (b"title,price\n" + b"x" * 200_000 + b",5\n", "broken-sheet"),
        (b"title," + b"x" * 9_000_000, "broken-sheet"),
        (b'title,price\n"' + b"a\n" * 200_000, "broken-sheet"),
        (b"title,price\n" + b"x,1\n" * 20_001, "too-many-rows"),
        (b"title,price\n" + b"\n" * 2_000_000, "too-many-rows"),
        ("title,price\nلمبة,5\n".encode()[:-8] + b"\xff,5\n", "unknown-encoding"),
        ("title\ncafé Müller Straße\n".encode("latin-1"), "unknown-encoding"),
        ("\ufefftitle\nx".encode("utf-16-le") + b"\x00\xd8\x00\xd8", "unknown-encoding"),
    ],
)
async def test_what_is_no_sheet_is_refused_with_a_clear_code(
    merchant: httpx.AsyncClient, sheet: bytes, code: str
) -> None:
    answer = await hand_in(merchant, sheet)

    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code
    assert (await merchant.get("/api/merchant/imports")).json()["items"] == []


async def test_a_file_of_more_than_ten_megabytes_is_too_large(merchant: httpx.AsyncClient) -> None:
    answer = await hand_in(merchant, b"title,price\n" + b"x,1\n" * 2_700_000)

    assert answer.status_code == 413


async def test_headings_mean_what_the_mapping_says(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    sheet = "Artikel,Preis,price\nLampe,5,9\n"
    mapping = '{"Artikel": "title", "Preis": "price", "price": ""}'

    told = await imported(merchant, marketplace, sheet, mapping=mapping)

    assert told["columns"] == {"title": "Artikel", "price": "Preis"}
    assert [each["price"] for each in await products(merchant)] == ["5.00"]
    for bad, status in (("{", 400), ('{"Artikel": "colour"}', 400), ("[1]", 400)):
        assert (await hand_in(merchant, sheet, mapping=bad)).status_code == status


async def test_one_import_at_a_time(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    first = (await hand_in(merchant, "title,price\nLamp,5\n")).json()

    again = await hand_in(merchant, "title,price\nLamp,5\n")
    theirs = await hand_in(rival, "title,price\nLamp,5\n")

    assert (again.status_code, again.json()["code"]) == (409, "import-running")
    assert again.json()["facts"] == {"import_id": first["id"]}
    assert theirs.status_code == 202
    assert (await rival.get(first["url"])).json()["code"] == "import-not-found"
    await marketplace.jobs.run_all()
    assert (await hand_in(merchant, "title,price\nLamp,5\n")).status_code == 202
    listed = (await merchant.get("/api/merchant/imports")).json()["items"]
    assert [each["status"] for each in listed] == ["queued", "done"]


async def test_what_is_another_stores_is_not_found_and_not_touched(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    lamp = await put_up(merchant, title="Lamp", sku="L1")
    sheet = f"id,title,sku,price,slug\n{lamp['id']},Mine,,1,\n,Own,L1,2,{lamp['slug']}\n"

    told = await imported(rival, marketplace, sheet)

    assert counts(told) == (1, 0, 0, 1)
    assert [(each["row"], each["column"], each["code"]) for each in told["errors"]] == [
        (2, "id", "product-not-found")
    ]
    assert await products(merchant) == [lamp]
    assert [each["sku"] for each in await products(rival)] == ["L1"]


@pytest.mark.parametrize(
    ("currency", "said", "price"),
    [
        ("KWD", "٤٫٧٥٠", "4.750"),
        ("KWD", "1٬234.5", "1234.500"),
        ("JPY", "١٢٠٠", "1200"),
        ("JPY", "1,500", "1500"),
        ("JPY", "1,500.00", "1500"),
    ],
)
async def test_prices_have_the_digits_of_the_currency(
    guest: httpx.AsyncClient,
    visit: Any,
    marketplace: Marketplace,
    currency: str,
    said: str,
    price: str,
) -> None:
    registered = await guest.post(
        "/api/auth/register",
        json={
            "email": "k@example.com",
            "username": "kuwait",
            "password": "a long sentence is a good password",
            "phone": "+96550000000",
            "name": "متجر",
            "currency": currency,
        },
    )
    keeper = await visit(registered.json()["token"])

    told = await imported(keeper, marketplace, f"title;price\nLamp;{said}\n")

    assert counts(told) == (1, 0, 0, 0), told["errors"]
    assert [each["price"] for each in await products(keeper)] == [price]
    again = await imported(keeper, marketplace, await exported(keeper))
    assert counts(again) == (0, 0, 1, 0)


async def stock_of(merchant: httpx.AsyncClient) -> list[tuple[int, int, int]]:
    """On the shelf, promised and free, of every variant there is."""
    return [
        (each["on_hand"], each["reserved"], each["on_hand"] - each["reserved"])
        for product in await products(merchant)
        for each in product["variants"]
    ]


async def test_what_was_sold_since_the_export_stays_sold(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    lamp = await put_up(merchant, title="Lamp", stock=5)
    [row] = rows_of(await exported(merchant))
    assert (await place(guest, lamp, 4)).status_code == 201

    told = await imported(merchant, marketplace, sheet_of([row | {"Price": "7"}]))

    assert counts(told) == (0, 1, 0, 0), told["errors"]
    assert (await products(merchant))[0]["price"] == "7.00"
    assert await stock_of(merchant) == [(5, 4, 1)]


async def test_a_stock_that_was_changed_in_an_export_moves_by_the_difference_and_once(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    lamp = await put_up(merchant, title="Lamp", stock=5)
    [row] = rows_of(await exported(merchant))
    assert row["Stock when exported"] == row["Stock"] == "5"
    await place(guest, lamp, 4)
    edited = sheet_of([row | {"Stock": "8"}])

    dry = (await hand_in(merchant, edited, "?dry_run=true")).json()
    assert counts(dry) == (0, 1, 0, 0)
    assert await stock_of(merchant) == [(5, 4, 1)]
    assert counts(await imported(merchant, marketplace, edited)) == (0, 1, 0, 0)
    assert await stock_of(merchant) == [(8, 4, 4)]
    assert counts(await imported(merchant, marketplace, edited)) == (0, 0, 1, 0)
    await place(guest, lamp, 2)
    assert counts(await imported(merchant, marketplace, edited)) == (0, 0, 1, 0)

    assert await stock_of(merchant) == [(8, 6, 2)]
    further = await imported(merchant, marketplace, sheet_of([row | {"Stock": "9"}]))
    assert counts(further) == (0, 1, 0, 0)
    assert await stock_of(merchant) == [(9, 6, 3)]
    ledger = (await merchant.get(f"/api/merchant/products/{lamp['id']}/stock")).json()["items"]
    assert [
        (each["on_hand"], each["reference"]) for each in ledger if each["reason"] == "imported"
    ] == [(1, row["Export number"]), (3, row["Export number"])]


async def test_no_more_goes_than_nobody_was_promised(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    lamp = await put_up(merchant, title="Lamp", stock=5)
    await put_up(merchant, title="Lantern", stock=3)
    rows = rows_of(await exported(merchant))
    await place(guest, lamp, 4)
    rows[0]["Stock"], rows[1]["Stock"] = "3", "2"

    told = await imported(merchant, marketplace, sheet_of(rows))

    assert counts(told) == (0, 1, 0, 1)
    assert [(each["row"], each["column"], each["code"]) for each in told["errors"]] == [
        (2, "stock", "not-enough-on-hand")
    ]
    assert await stock_of(merchant) == [(5, 4, 1), (2, 0, 2)]


async def test_of_an_export_each_variant_moves_for_itself(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    abaya = await put_up(
        merchant,
        stock=None,
        track_stock=False,
        options=[{"name": "Size", "values": ["M", "L", "XL"]}],
        variants=[
            {"options": {"Size": size}, "stock": 5, "sku": f"S-{size}"} for size in ("M", "L", "XL")
        ],
    )
    rows = rows_of(await exported(merchant))
    small, large, gone = abaya["variants"]
    kept = [{"id": small["id"]}, {"id": large["id"]}]
    await merchant.put(f"/api/merchant/products/{abaya['id']}", json={"variants": kept})
    items = [{"product_id": abaya["id"], "variant_id": large["id"], "quantity": 2}]
    await merchant.put(f"/api/merchant/products/{abaya['id']}", json={"track_stock": True})
    assert (await place(guest, abaya, items=items)).status_code == 201
    rows[0] |= {"Stock": "6", "Track stock": ""}
    rows[2] |= {"Stock": "4", "SKU": ""}

    told = await imported(merchant, marketplace, sheet_of(rows))

    assert counts(told) == (0, 1, 0, 0), told["errors"]
    assert await stock_of(merchant) == [(6, 0, 6), (5, 2, 3), (4, 0, 4)]
    found = (await products(merchant))[0]["variants"]
    assert [each["id"] for each in found] == [small["id"], large["id"], gone["id"]]
    assert counts(await imported(merchant, marketplace, sheet_of(rows))) == (0, 0, 1, 0)


@pytest.mark.parametrize("stock", ["5", "20", "0"])
async def test_a_row_that_was_copied_for_a_new_product_brings_its_stock_once(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace, stock: str
) -> None:
    await put_up(merchant, title="Lamp", stock=5)
    [row] = rows_of(await exported(merchant))
    other = row | {"ID": "", "Slug": "", "Title": "Lantern", "SKU": "NEW", "Stock": stock}
    sheet = sheet_of([row, other])

    assert counts(await imported(merchant, marketplace, sheet)) == (1, 0, 1, 0)
    lantern = (await products(merchant))[1]
    if stock != "0":
        await place(guest, lantern, 2)
    before = await stock_of(merchant)
    assert before[1][0] == int(stock)

    told = await imported(merchant, marketplace, sheet)

    assert counts(told) == (0, 0, 2, 0), told["errors"]
    assert await stock_of(merchant) == before


async def test_what_came_later_to_a_size_that_was_copied_stays(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    variants = [{"options": {"size": "M"}, "stock": 10}]
    options = [{"name": "size", "values": ["M"]}]
    product = await put_up(merchant, title="Shirt", options=options, variants=variants)
    [row] = rows_of(await exported(merchant))
    sheet = sheet_of([row, row | {"Option 1 value": "L", "SKU": "", "Stock": "0"}])
    assert counts(await imported(merchant, marketplace, sheet)) == (0, 1, 0, 0)
    new = (await products(merchant))[0]["variants"][1]
    came = {"variant_id": new["id"], "adjust": 12, "reason": "received"}
    path = f"/api/merchant/products/{product['id']}/stock"
    assert (await merchant.post(path, json=came)).status_code == 200

    told = await imported(merchant, marketplace, sheet)

    assert counts(told) == (0, 0, 1, 0), told["errors"]
    assert [each["stock"] for each in (await products(merchant))[0]["variants"]] == [10, 12]


async def test_a_sheet_of_very_many_exports_is_none(
    merchant: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    for number in range(30):
        await put_up(merchant, title=f"Lamp {number}", stock=5)
    rows = rows_of(await exported(merchant))
    for row in rows:
        row |= {"Stock": "6", "Export number": str(uuid4())}

    told = await imported(merchant, marketplace, sheet_of(rows))

    assert counts(told) == (0, 20, 0, 10)
    assert {each["code"] for each in told["errors"]} == {"unknown-export"}


@pytest.mark.parametrize("sku", ["x\0y", "x" * 90_000])
async def test_a_sku_nobody_can_keep_is_refused_wherever_it_stands(
    merchant: httpx.AsyncClient, marketplace: Marketplace, sku: str
) -> None:
    told = await imported(merchant, marketplace, f"title,price,sku\nA,1,{sku}\nB,1,{sku}\n")

    assert [(each["row"], each["column"]) for each in told["errors"]] == [(2, "sku"), (3, "sku")]
    assert {each["code"] for each in told["errors"]} <= {"bad-characters", "too-long"}


@pytest.mark.parametrize(
    ("lost", "column"),
    [
        ({"Export number": ""}, "export"),
        ({"Export number": "12"}, "export"),
        ({"Stock when exported": ""}, "stock_was"),
        ({"Stock when exported": "many"}, "stock_was"),
    ],
)
async def test_a_stock_is_not_moved_if_it_cannot_be_told_by_how_much_or_whether_it_was(
    merchant: httpx.AsyncClient, marketplace: Marketplace, lost: dict[str, str], column: str
) -> None:
    await put_up(merchant, title="Lamp", stock=5)
    [row] = rows_of(await exported(merchant))

    told = await imported(merchant, marketplace, sheet_of([row | {"Stock": "6"} | lost]))

    assert counts(told) == (0, 0, 0, 1)
    [error] = told["errors"]
    code = "bad-stock" if "many" in lost.values() else "unknown-export"
    assert (error["column"], error["code"]) == (column, code)
    assert await stock_of(merchant) == [(5, 0, 5)]


async def test_a_sheet_that_is_no_export_says_how_many_there_are(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    lamp = await put_up(merchant, title="Lamp", stock=5, sku="L")
    await place(guest, lamp, 4)

    told = await imported(merchant, marketplace, "sku,stock\nL,8\n")

    assert counts(told) == (0, 1, 0, 0)
    assert await stock_of(merchant) == [(12, 4, 8)]
