"""A cursor is good for the very list that gave it out, and for no other."""

from typing import Any

import httpx
import pytest

from .conftest import place, put_up


@pytest.fixture
async def known(merchant: httpx.AsyncClient) -> dict[str, str]:
    """What stands in the addresses of lists."""
    product = await put_up(merchant)
    await put_up(merchant)
    hook = await merchant.post(
        "/api/merchant/webhooks",
        json={"url": "https://hooks.example.com/1", "events": ["order.placed"]},
    )
    assert hook.status_code == 201, hook.text
    return {
        "/api/merchant/products/{id}/stock": product["id"],
        "/api/merchant/webhooks/{id}/deliveries": hook.json()["id"],
    }


async def every_list(guest: httpx.AsyncClient, known: dict[str, str]) -> list[str]:
    schema = (await guest.get("/api/schema")).json()
    lists = [
        path
        for path, calls in schema["paths"].items()
        if any(each["name"] == "cursor" for each in calls.get("get", {}).get("parameters", ()))
    ]
    return [
        path.replace("{username}", "sara").replace("{id}", known.get(path, "{id}"))
        for path in lists
    ]


def stretch(answer: httpx.Response) -> Any:
    body = answer.json()
    return body.get("products", body)


async def test_no_list_takes_the_cursor_of_another(
    merchant: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    known: dict[str, str],
) -> None:
    await place(guest, await put_up(merchant))
    await place(guest, await put_up(merchant))
    paths = await every_list(guest, known)
    assert len(paths) >= 15

    def asking(path: str) -> httpx.AsyncClient:
        return admin if path.startswith("/api/admin") else merchant

    given = {}
    for path in paths:
        answer = await asking(path).get(path, params={"limit": "1"})
        assert answer.status_code == 200, (path, answer.text)
        if cursor := stretch(answer)["next_cursor"]:
            given[path] = cursor
    assert len(given) >= 5

    for path in paths:
        for giver, cursor in given.items():
            answer = await asking(path).get(path, params={"cursor": cursor})
            if giver == path:
                assert answer.status_code == 200, path
            else:
                assert answer.status_code == 400, (path, giver)
                assert [each["code"] for each in answer.json()["errors"]] == ["bad-cursor"]


async def test_a_cursor_of_somebody_else_or_for_something_else_is_refused(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    products = [await put_up(merchant), await put_up(merchant)]
    await put_up(rival)
    for product in products:
        for units in (1, 2):
            await merchant.post(
                f"/api/merchant/products/{product['id']}/stock",
                json={"adjust": units, "reason": "received"},
            )
    ledgers = [f"/api/merchant/products/{each['id']}/stock" for each in products]
    own, theirs = "/api/merchant/products", "/api/store/sara"

    for path, other, who in (
        (own, own, rival),
        (ledgers[0], ledgers[1], merchant),
        (own, f"{own}?status=active", merchant),
        (theirs, f"{theirs}?in_stock=true", guest),
    ):
        cursor = stretch(await merchant.get(path, params={"limit": "1"}))["next_cursor"]
        assert cursor

        mark = "&" if "?" in other else "?"
        refused = await who.get(f"{other}{mark}cursor={cursor}")

        assert refused.status_code == 400, other
        assert [each["code"] for each in refused.json()["errors"]] == ["bad-cursor"]
    shouted = stretch(await guest.get("/api/store/SARA", params={"limit": "1"}))["next_cursor"]
    assert (await guest.get(theirs, params={"cursor": shouted})).status_code == 200
