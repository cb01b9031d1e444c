"""The catalogue over HTTP: variants, shelves, stock, and who may overwrite whom."""

import httpx
import pytest

from .conftest import PNG, place, put_up

ABAYA = {
    "title": "عباءة",
    "price": "249.00",
    "options": [{"name": "المقاس", "values": ["M", "L"]}],
    "variants": [
        {"options": {"المقاس": "M"}, "sku": "A-M", "stock": 2},
        {"options": {"المقاس": "L"}, "sku": "A-L", "stock": 3, "price": "259.00"},
    ],
}


async def test_a_product_with_variants_is_told_whole(merchant: httpx.AsyncClient) -> None:
    told = (await merchant.post("/api/merchant/products", json=ABAYA)).json()

    assert (told["price"], told["price_from"], told["price_to"]) == ("249.00", "249.00", "259.00")
    assert (told["stock"], told["in_stock"], told["slug"]) == (5, True, "عباءة")
    assert told["options"] == ABAYA["options"]
    assert [(each["options"], each["stock"], each["price"]) for each in told["variants"]] == [
        ({"المقاس": "M"}, 2, "249.00"),
        ({"المقاس": "L"}, 3, "259.00"),
    ]
    again = (await merchant.get(f"/api/merchant/products/{told['id']}")).json()
    assert again == told


async def test_an_order_names_the_variant_it_is_for(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = (await merchant.post("/api/merchant/products", json=ABAYA)).json()
    wish = {"product_id": product["id"], "quantity": 1}

    unnamed = await place(guest, product)
    order = (
        await place(guest, product, items=[wish | {"variant_id": product["variants"][1]["id"]}])
    ).json()

    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "variant-required")
    assert [(each["title"], each["variant"]) for each in order["items"]] == [("عباءة", "L")]
    assert order["total"] == "259.00"


async def test_an_edit_of_what_was_not_seen_is_refused(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    path = f"/api/merchant/products/{product['id']}"
    seen = (await merchant.get(path)).headers["etag"]
    await place(guest, product)

    late = await merchant.put(path, json={"stock": 12}, headers={"if-match": seen})
    gone = await merchant.delete(path, headers={"if-match": seen})
    now = (await merchant.get(path)).headers["etag"]
    done = await merchant.put(path, json={"stock": 12}, headers={"if-match": f'"0", {now}'})

    assert [late.status_code, gone.status_code, done.status_code] == [412, 412, 200]
    assert late.json()["code"] == "stale-version"
    assert late.json()["facts"] == {"version": int(now.strip('"'))}
    assert done.headers["etag"] == f'"{done.json()["version"]}"'


@pytest.mark.parametrize("said", ["3", 'W/"0"', '"x"', "", '"99999999999999999999"', '"-1"'])
async def test_what_is_no_version_of_ours_was_never_seen(
    merchant: httpx.AsyncClient, said: str
) -> None:
    path = f"/api/merchant/products/{(await put_up(merchant))['id']}"

    answer = await merchant.put(path, json={"title": "x"}, headers={"if-match": said})

    assert answer.status_code == 412


async def test_any_version_may_be_changed_where_any_is_said(merchant: httpx.AsyncClient) -> None:
    path = f"/api/merchant/products/{(await put_up(merchant))['id']}"

    assert (await merchant.put(path, json={}, headers={"if-match": "*"})).status_code == 200


async def test_a_product_stands_on_a_shelf(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    shelf = (await merchant.post("/api/merchant/categories", json={"name": "عباءات"})).json()

    product = await put_up(merchant, category=shelf["id"])
    [shown] = (await guest.get("/api/store/sara")).json()["products"]["items"]
    bare = await merchant.put(f"/api/merchant/products/{product['id']}", json={"category": None})

    named = {"id": shelf["id"], "name": "عباءات", "slug": "عباءات"}
    assert product["category"] == shown["category"] == named
    assert bare.json()["category"] is None
    listed = (await merchant.get("/api/merchant/categories")).json()
    assert listed == {"items": [shelf], "next_cursor": None}


async def test_units_come_and_go_and_the_ledger_tells(merchant: httpx.AsyncClient) -> None:
    product = await put_up(merchant)
    path = f"/api/merchant/products/{product['id']}/stock"

    answer = await merchant.post(path, json={"adjust": -2, "reason": "damaged"})
    ledger = (await merchant.get(path, params={"limit": 1})).json()
    refused = await merchant.post(path, json={"adjust": -100, "reason": "lost"})

    assert (answer.status_code, answer.json()["stock"]) == (200, 10)
    assert ledger["items"] == [answer.json()["movement"]]
    assert ledger["next_cursor"]
    assert (refused.status_code, refused.json()["code"]) == (409, "not-enough-on-hand")


async def test_the_stock_of_a_product_that_was_not_seen_is_left_alone(
    merchant: httpx.AsyncClient,
) -> None:
    product = await put_up(merchant)
    path = f"/api/merchant/products/{product['id']}/stock"
    said = {"adjust": -2, "reason": "damaged"}
    seen = {"if-match": f'"{product["version"]}"'}

    first = await merchant.post(path, json=said, headers=seen)
    late = await merchant.post(path, json=said, headers=seen)
    again = await merchant.post(path, json=said, headers={"if-match": first.headers["etag"]})

    assert (late.status_code, late.json()["code"]) == (412, "stale-version")
    assert late.json()["facts"] == {"version": first.json()["version"]}
    assert (again.status_code, again.json()["stock"]) == (200, 8)
    looked = await merchant.get(f"/api/merchant/products/{product['id']}")
    assert looked.headers["etag"] == again.headers["etag"]


@pytest.mark.parametrize(
    ("reason", "units", "status"),
    [
        ("damaged", 1, 400),
        ("lost", 1, 400),
        ("received", -1, 400),
        ("found", -1, 400),
        ("damaged", -1, 200),
        ("received", 1, 200),
        ("correction", 1, 200),
        ("correction", -1, 200),
    ],
)
async def test_units_come_and_go_for_a_reason_that_says_so(
    merchant: httpx.AsyncClient, reason: str, units: int, status: int
) -> None:
    product = await put_up(merchant)
    path = f"/api/merchant/products/{product['id']}/stock"

    answer = await merchant.post(path, json={"adjust": units, "reason": reason})

    assert answer.status_code == status
    if status == 400:
        [problem] = answer.json()["errors"]
        assert (problem["field"], problem["code"]) == ("adjust", "reason-contradicts")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"options": [{"name": "a", "values": "x"}]}, "options[0].values"),
        ({"variants": [{"options": {"a": 1}}]}, "variants[0].options[...]"),
        ({"variants": [{"price": "1.234"}]}, "variants[0].price"),
        ({"variants": [{"unknown": 1}]}, "variants[0].unknown"),
        ({"category": "none"}, "category"),
        ({"tags": [""]}, "tags"),
        ({"low_stock_at": -1}, "low_stock_at"),
        ({"slug": "!!"}, "slug"),
        ({"compare_at_price": "-1"}, "compare_at_price"),
    ],
)
async def test_what_is_wrong_with_a_product_is_named_by_its_field(
    merchant: httpx.AsyncClient, said: dict[str, object], field: str
) -> None:
    answer = await merchant.post("/api/merchant/products", json={"title": "x", "price": "1"} | said)

    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_null_takes_away_what_a_variant_can_do_without(merchant: httpx.AsyncClient) -> None:
    sizes: list[dict[str, object]] = [
        {"options": {"المقاس": "M"}, "sku": None, "compare_at_price": None, "stock": None},
        {"options": {"المقاس": "L"}, "sku": "A-L"},
    ]
    said = ABAYA | {"compare_at_price": "300", "variants": sizes}
    told = (await merchant.post("/api/merchant/products", json=said)).json()
    path = f"/api/merchant/products/{told['id']}"

    def kept(product: dict[str, list[dict[str, object]]]) -> list[tuple[object, object, object]]:
        return [
            (each["sku"], each["compare_at_price"], each["price"]) for each in product["variants"]
        ]

    assert kept(told) == [("", None, "249.00"), ("A-L", "300.00", "249.00")]
    first, second = told["variants"]

    wishes: list[dict[str, object]] = [{"id": first["id"]}, {"id": second["id"]}]
    same = await merchant.put(path, json={"variants": wishes})
    wishes[1] |= {"sku": None, "compare_at_price": None, "stock": None}
    less = await merchant.put(path, json={"variants": wishes})
    wishes[1] |= {"price": None}
    refused = await merchant.put(path, json={"variants": wishes})

    assert kept(same.json()) == kept(told)
    assert kept(less.json()) == [("", None, "249.00"), ("", None, "249.00")]
    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["errors"]] == ["variants[1].price"]


async def test_what_an_image_shows_can_be_said_otherwise(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    files = {"image": ("a.png", PNG, "image/png")}
    handed = await merchant.post("/api/merchant/upload-image", files=files, data={"alt": "قديم"})
    image = handed.json()
    product = await put_up(merchant, images=[image])
    path = f"/api/merchant/products/{product['id']}"

    async def say(said: dict[str, object]) -> httpx.Response:
        return await merchant.put(path, json={"images": [{"id": image["id"]} | said]})

    kept = await say({})
    new = await say({"alt": "جديد"})
    shown = await guest.get(f"/api/store/sara/products/{product['id']}")
    gone = await say({"alt": None})
    unknown = await say({"zzz": 1})
    bad = await say({"alt": "x\u202e"})
    shelf = await merchant.put(path, json={"category": {"id": image["id"], "zzz": 1}})
    again = await put_up(merchant, images=[{"id": image["id"], "alt": "عباءة"}])

    assert kept.json()["images"] == product["images"] == [image]
    assert new.json()["images"] == shown.json()["images"] == [image | {"alt": "جديد"}]
    assert gone.json()["images"] == [image | {"alt": ""}]
    assert again["images"] == [image | {"alt": "عباءة"}]
    for answer, field, code in (
        (unknown, "images[0].zzz", "unknown-field"),
        (bad, "images[0].alt", "bad-characters"),
        (shelf, "category.zzz", "unknown-field"),
    ):
        [problem] = answer.json()["errors"]
        assert (answer.status_code, problem["field"], problem["code"]) == (400, field, code)


async def test_a_change_that_changes_nothing_leaves_the_version(
    merchant: httpx.AsyncClient,
) -> None:
    files = {"image": ("a.png", PNG, "image/png")}
    image = (await merchant.post("/api/merchant/upload-image", files=files)).json()
    product = await put_up(merchant, images=[image], sku="S", tags=["a"], compare_at_price="300")
    path = f"/api/merchant/products/{product['id']}"
    shelf = (await merchant.post("/api/merchant/categories", json={"name": "a"})).json()
    names = "title description price stock sku slug tags images status compare_at_price"
    same = {name: product[name] for name in names.split()}
    variant = {name: product["variants"][0][name] for name in ("id", "sku", "price", "stock")}

    for said in ({}, same, {"variants": [variant]}):
        answer = await merchant.put(path, json=said)
        assert (answer.status_code, answer.json()) == (200, product)
        assert answer.headers["etag"] == f'"{product["version"]}"'
    renamed = await merchant.put(f"/api/merchant/categories/{shelf['id']}", json={"name": "a"})
    other = await merchant.put(path, json={"images": [image | {"alt": "x"}]})
    ledger = (await merchant.get(f"{path}/stock")).json()["items"]

    assert renamed.json() == shelf
    assert other.json()["version"] > product["version"]
    assert len(ledger) == 1


@pytest.mark.parametrize("former", ["249", "249.00", "1", "0"])
async def test_a_former_price_is_above_the_present_one(
    merchant: httpx.AsyncClient, former: str
) -> None:
    product = await put_up(merchant, compare_at_price="300")
    path = f"/api/merchant/products/{product['id']}"
    said = {"title": "a", "price": "249", "stock": 1, "compare_at_price": former}

    new = await merchant.post("/api/merchant/products", json=said)
    edited = await merchant.put(path, json={"compare_at_price": former})
    wishes = [{"id": product["variants"][0]["id"], "compare_at_price": former}]
    by_variant = await merchant.put(path, json={"variants": wishes})

    for answer, field in (
        (new, "compare_at_price"),
        (edited, "compare_at_price"),
        (by_variant, "variants[0].compare_at_price"),
    ):
        assert answer.status_code == 400
        [problem] = answer.json()["errors"]
        assert (problem["field"], problem["code"]) == (field, "no-bargain")
        assert problem["facts"] == {"price": "249.00"}
    kept = (await merchant.get(path)).json()
    assert kept["compare_at_price"] == "300.00"


async def test_what_becomes_dearer_than_it_was_is_no_bargain_any_more(
    merchant: httpx.AsyncClient,
) -> None:
    product = await put_up(merchant, compare_at_price="300")
    path = f"/api/merchant/products/{product['id']}"

    dearer = await merchant.put(path, json={"price": "299"})
    dearest = await merchant.put(path, json={"price": "300"})

    assert dearer.json()["compare_at_price"] == "300.00"
    assert (dearest.json()["price"], dearest.json()["compare_at_price"]) == ("300.00", None)


async def test_of_a_former_price_for_all_a_dearer_variant_has_none(
    merchant: httpx.AsyncClient,
) -> None:
    sizes = ABAYA["variants"]
    said = ABAYA | {"compare_at_price": "255", "variants": sizes}

    told = (await merchant.post("/api/merchant/products", json=said)).json()

    assert [each["compare_at_price"] for each in told["variants"]] == ["255.00", None]
