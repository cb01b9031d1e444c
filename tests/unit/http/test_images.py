"""Images over HTTP: what one has sent can be found again."""

import httpx
import pytest

from .conftest import PNG, put_up


async def sent(merchant: httpx.AsyncClient, **said: str) -> str:
    answer = await merchant.post(
        "/api/merchant/upload-image", files={"image": ("a.png", PNG)}, data=said
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_whoever_has_lost_an_id_finds_it(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    shown = await sent(merchant, product_id=product["id"], alt="مصباح")
    logo = await sent(merchant, purpose="logo")
    spare = await sent(merchant)

    every = await merchant.get("/api/merchant/images?limit=2")
    rest = await merchant.get(
        "/api/merchant/images", params={"limit": 2, "cursor": every.json()["next_cursor"]}
    )
    unused = await merchant.get("/api/merchant/images?unused=true")
    theirs = await rival.get("/api/merchant/images")

    items = [*every.json()["items"], *rest.json()["items"]]
    assert [(each["id"], each["is_used"]) for each in items] == [
        (spare, False),
        (logo, True),
        (shown, True),
    ]
    assert items[2]["alt"] == "مصباح"
    assert items[2]["received_at"].endswith("Z")
    assert "original" not in every.text
    assert rest.json()["next_cursor"] is None
    assert [each["id"] for each in unused.json()["items"]] == [spare]
    assert theirs.json() == {"items": [], "next_cursor": None}
    assert every.headers["cache-control"] == "no-store"


async def test_what_is_found_can_be_taken_away(merchant: httpx.AsyncClient) -> None:
    product = await put_up(merchant)
    image = await sent(merchant, product_id=product["id"])
    await merchant.put(f"/api/merchant/products/{product['id']}", json={"images": []})

    [found] = (await merchant.get("/api/merchant/images?unused=true")).json()["items"]
    gone = await merchant.delete(f"/api/merchant/images/{found['id']}")

    assert (found["id"], gone.status_code) == (image, 204)
    assert (await merchant.get("/api/merchant/images")).json()["items"] == []


@pytest.mark.parametrize(
    "query", ["unused=maybe", "unused=", "used=true", "limit=0", "limit=101", "cursor=x"]
)
async def test_what_cannot_be_asked_is_refused(merchant: httpx.AsyncClient, query: str) -> None:
    answer = await merchant.get(f"/api/merchant/images?{query}")

    assert answer.status_code == 400, answer.text


async def test_a_cursor_of_another_selection_leads_nowhere(merchant: httpx.AsyncClient) -> None:
    for _ in range(2):
        await sent(merchant)
    cursor = (await merchant.get("/api/merchant/images?limit=1")).json()["next_cursor"]

    answer = await merchant.get("/api/merchant/images", params={"unused": "true", "cursor": cursor})

    assert answer.status_code == 400
    assert [each["code"] for each in answer.json()["errors"]] == ["bad-cursor"]
