"""Who may come in: nobody, unless it is said so."""

import uuid

import httpx
import pytest

from marketplace.application.marketplace import Marketplace

from .conftest import place, put_up
from .test_access import TABLE

PRIVATE = sorted(said for said, told in TABLE.items() if told["anonymous"] == 401)


async def call(client: httpx.AsyncClient, said: str, id: object = None) -> httpx.Response:
    method, path = said.split()
    for name in ("{id}", "{delivery}"):
        path = path.replace(name, str(id or uuid.uuid4()))
    return await client.request(method, path)


@pytest.mark.parametrize("said", PRIVATE)
async def test_a_stranger_is_asked_to_sign_in(passer_by: httpx.AsyncClient, said: str) -> None:
    answer = await call(passer_by, said)

    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-required")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header", ["{}", "Basic {}", "Bearer", "Bearer {} {}", "Bearer ü{}", "token {}"]
)
async def test_only_a_bearer_token_signs_in(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, header: str
) -> None:
    token = merchant.headers["authorization"].removeprefix("Bearer ")
    said = {b"authorization": header.format(token, token).encode()}

    answer = await guest.get("/api/merchant/me", headers=said)

    assert answer.status_code == 401


@pytest.mark.parametrize("others", [("Bearer x",), ("Basic x",), ("",), ("{}",)])
@pytest.mark.parametrize("first", [True, False])
async def test_whoever_says_twice_who_they_are_has_to_sign_in(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, others: tuple[str, ...], first: bool
) -> None:
    right = merchant.headers["authorization"]
    said = [each.replace("{}", right) for each in others]
    said = [right, *said] if first else [*said, right]

    answer = await guest.get(
        "/api/merchant/me", headers=[(b"authorization", each.encode()) for each in said]
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-required")


BODIES = {
    "POST /api/merchant/orders/{id}/refunds": {"amount": "1.00", "reason": "broken"},
    "PUT /api/merchant/orders/{id}/status": {"status": "confirmed"},
    "POST /api/merchant/orders/{id}/confirmation": {"outcome": "no_answer"},
    "POST /api/merchant/products/{id}/stock": {"adjust": 1, "reason": "received"},
    "POST /api/merchant/webhooks/{id}/redeliver": {"since": "2026-01-01T00:00:00Z"},
}


@pytest.mark.parametrize(
    "said", [each for each in PRIVATE if "/api/merchant/" in each and "{id}" in each]
)
async def test_what_belongs_to_another_merchant_is_not_there(
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    marketplace: Marketplace,
    said: str,
) -> None:
    product = await put_up(merchant)
    order = (await place(guest, product)).json()
    await marketplace.jobs.run_all()
    [slip] = (await merchant.get("/api/merchant/notifications")).json()["items"]
    shelf = (await merchant.post("/api/merchant/categories", json={"name": "إضاءة"})).json()
    sheet = {"file": ("a.csv", b"title,price\nLamp,5\n")}
    handed = (await merchant.post("/api/merchant/products/import", files=sheet)).json()
    phone = {"phone": "0559999999"}
    blocked = (await merchant.post("/api/merchant/blocked-phones", json=phone)).json()
    theirs = {
        "products": product["id"],
        "orders": order["id"],
        "notifications": slip["id"],
        "categories": shelf["id"],
        "imports": handed["id"],
        "blocked-phones": blocked["id"],
    }
    form = {"image": ("a.jpg", b"\xff\xd8\xff a photo")}
    image = (await merchant.post("/api/merchant/upload-image", files=form)).json()
    theirs |= {"images": image["id"], "uploads": image["id"]}
    wanted = {"url": "https://erp.example/hooks", "events": ["*"]}
    hook = (await merchant.post("/api/merchant/webhooks", json=wanted)).json()
    sent = (await merchant.post(f"/api/merchant/webhooks/{hook['id']}/test")).json()
    theirs |= {"webhooks": hook["id"]}
    id = theirs[said.split("/")[3]]
    body = BODIES.get(said)
    method, path = said.replace("{delivery}", sent["id"]).split()
    nobodys = str(uuid.uuid4())

    foreign = await rival.request(method, path.replace("{id}", id), json=body)
    unknown = await rival.request(method, path.replace("{id}", nobodys), json=body)

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}
    assert (await merchant.get(f"/api/merchant/orders/{order['id']}")).json()["status"] == "pending"
    assert (await put_up(merchant, images=[image]))["images"] == [image]


async def test_another_merchants_images_and_products_cannot_be_used(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    form = {"image": ("a.jpg", b"\xff\xd8\xff a photo")}
    image = (await merchant.post("/api/merchant/upload-image", files=form)).json()
    product = await put_up(rival)

    said = {"title": "t", "price": 1, "images": [image["id"]]}
    shown = await rival.post("/api/merchant/products", json=said)
    logo = await rival.put("/api/merchant/me", json={"logo": image["id"]})
    attached = await merchant.post(
        "/api/merchant/upload-image", files=form, data={"product_id": product["id"]}
    )

    assert shown.json()["code"] == logo.json()["code"] == "image-not-found"
    assert attached.json()["code"] == "product-not-found"
    assert (await place(guest, product)).json()["code"] == "product-not-found"


@pytest.mark.parametrize("field", ["merchant_id", "role", "is_admin", "id", "version", "total"])
async def test_a_field_nobody_asked_for_is_refused(merchant: httpx.AsyncClient, field: str) -> None:
    said = {"title": "t", "price": 1, field: "1"}

    answer = await merchant.post("/api/merchant/products", json=said)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert answer.json()["errors"][0]["code"] == "unknown-field"


async def test_anybody_may_ask_for_the_options_of_an_address(guest: httpx.AsyncClient) -> None:
    answer = await guest.options("/api/merchant/me")

    assert (answer.status_code, answer.content) == (204, b"")
