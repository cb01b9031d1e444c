"""SKUs are those of one variant of a store, at the end of each request, whatever came between."""

from typing import Any

import httpx
import pytest

from .conftest import put_up

PRODUCTS = "/api/merchant/products"


async def an_abaya(merchant: httpx.AsyncClient, *skus: str) -> dict[str, Any]:
    sizes = "MLX"[: len(skus)]
    return await put_up(
        merchant,
        stock=None,
        options=[{"name": "Size", "values": list(sizes)}],
        variants=[
            {"options": {"Size": size}, "sku": sku} for size, sku in zip(sizes, skus, strict=True)
        ],
    )


def skus_of(product: dict[str, Any]) -> list[str]:
    return [each["sku"] for each in product["variants"]]


async def change(
    merchant: httpx.AsyncClient, product: dict[str, Any], **said: object
) -> httpx.Response:
    return await merchant.put(f"{PRODUCTS}/{product['id']}", json=said)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["K1", "K2"], ["K2", "K1"]),
        (["K1", "K2"], ["K2", "K3"]),
        (["K1", "K2", "K3"], ["K3", "k1", "K2"]),
        (["K1", "K2"], ["", "K1"]),
    ],
)
async def test_variants_exchange_and_shift_their_skus(
    merchant: httpx.AsyncClient, before: list[str], after: list[str]
) -> None:
    abaya = await an_abaya(merchant, *before)
    wishes = [
        {"id": each["id"], "sku": sku} for each, sku in zip(abaya["variants"], after, strict=True)
    ]

    answer = await change(merchant, abaya, variants=wishes)

    assert answer.status_code == 200, answer.text
    assert skus_of(answer.json()) == after


async def test_a_new_variant_takes_the_sku_of_one_that_goes(merchant: httpx.AsyncClient) -> None:
    abaya = await an_abaya(merchant, "K1", "K2")
    first, _ = abaya["variants"]
    options = [{"name": "Size", "values": ["M", "S"]}]
    wishes = [{"options": {"Size": "S"}, "sku": "k2"}, {"id": first["id"]}]

    answer = await change(merchant, abaya, options=options, variants=wishes)

    assert answer.status_code == 200, answer.text
    assert skus_of(answer.json()) == ["k2", "K1"]


async def test_the_same_sku_twice_is_refused_and_another_products_is(
    merchant: httpx.AsyncClient,
) -> None:
    abaya = await an_abaya(merchant, "K1", "K2")
    await put_up(merchant, sku="K9")
    first, second = abaya["variants"]

    for one, other, named in (("K3", "k3", "k3"), ("K2", "K9", "K9")):
        wishes = [{"id": first["id"], "sku": one}, {"id": second["id"], "sku": other}]
        answer = await change(merchant, abaya, variants=wishes)
        assert (answer.status_code, answer.json()["code"]) == (409, "sku-taken")
        assert answer.json()["facts"] == {"sku": named, "options": ["L"]}

    looked = (await merchant.get(f"{PRODUCTS}/{abaya['id']}")).json()
    assert skus_of(looked) == ["K1", "K2"]


@pytest.mark.parametrize("how", ["id", "options", "renamed", "another variant"])
async def test_a_variant_that_comes_back_does_without_a_sku_that_is_anothers_by_now(
    merchant: httpx.AsyncClient, how: str
) -> None:
    abaya = await an_abaya(merchant, "K1", "R-S")
    first, gone = abaya["variants"]
    wishes: list[dict[str, Any]] = [{"id": first["id"]}]
    await change(merchant, abaya, variants=wishes)
    if how == "another variant":
        await change(merchant, abaya, variants=[{"id": first["id"], "sku": "r-s"}])
    else:
        await put_up(merchant, sku="r-s")
    said: dict[str, Any] = {"variants": [*wishes, {"id": gone["id"]}]}
    if how == "options":
        said = {"variants": [*wishes, {"options": {"Size": "L"}}]}
    if how == "renamed":
        said = {"options": [{"name": "المقاس", "values": ["M", "L"]}]}

    answer = await change(merchant, abaya, **said)

    assert answer.status_code == 200, answer.text
    mine = "r-s" if how == "another variant" else "K1"
    assert skus_of(answer.json()) == [mine, ""]
    assert [each["id"] for each in answer.json()["variants"]] == [first["id"], gone["id"]]


async def test_a_variant_that_comes_back_has_its_sku_again_if_nobody_took_it(
    merchant: httpx.AsyncClient,
) -> None:
    abaya = await an_abaya(merchant, "K1", "R-S")
    first, gone = abaya["variants"]
    await change(merchant, abaya, variants=[{"id": first["id"]}])

    answer = await change(merchant, abaya, variants=[{"id": first["id"]}, {"id": gone["id"]}])

    assert skus_of(answer.json()) == ["K1", "R-S"]


async def test_a_sku_that_is_said_of_a_variant_that_comes_back_is_not_dropped(
    merchant: httpx.AsyncClient,
) -> None:
    abaya = await an_abaya(merchant, "K1", "R-S")
    first, gone = abaya["variants"]
    await change(merchant, abaya, variants=[{"id": first["id"]}])
    await put_up(merchant, sku="R-S")

    wishes = [{"id": first["id"]}, {"id": gone["id"], "sku": "R-S"}]
    answer = await change(merchant, abaya, variants=wishes)

    assert (answer.status_code, answer.json()["code"]) == (409, "sku-taken")
    assert answer.json()["facts"] == {"sku": "R-S", "options": ["L"]}


async def test_in_one_go_a_product_takes_the_sku_of_another_that_leaves_the_store(
    merchant: httpx.AsyncClient,
) -> None:
    new = await put_up(merchant, sku="k1", status="archived")
    old = await put_up(merchant, sku="K1")
    items = [{"id": old["id"], "status": "archived"}, {"id": new["id"], "status": "active"}]

    wrong_way_round = (await merchant.post(f"{PRODUCTS}/bulk", json={"items": items[::-1]})).json()
    await merchant.post(f"{PRODUCTS}/bulk", json={"items": [{"id": old["id"], "status": "active"}]})
    answer = (await merchant.post(f"{PRODUCTS}/bulk", json={"items": items})).json()

    assert wrong_way_round["items"][0]["problem"]["code"] == "sku-taken"
    assert [each["status"] for each in answer["items"]] == ["changed", "changed"]
