"""Who may call what: every route, every kind of caller, and what each of them is told."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from marketplace.adapters.memory.store import MemoryStore
from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http.app import routes
from marketplace.entrypoints.http.edge import DEFAULT
from marketplace.entrypoints.in_memory import in_memory

from .conftest import PASSWORD, PNG, Visit, hand_in, place, put_up, register

CALLERS = ("anonymous", "garbage", "refresh", "ended", "suspended", "other", "merchant", "admin")
"""
Nobody; somebody with a token that was made up; with a refresh token for a token; with a session
that has ended; a merchant who is suspended; one who keeps another store; one whom everything that
is named in an address belongs to; an admin. They call one after the other.
"""

ACCESS = """
POST   /api/auth/register                       400 400 400 400 400 400 400 400
POST   /api/auth/login                          400 400 400 400 400 400 400 400
POST   /api/auth/token/refresh                  400 400 400 400 400 400 400 400
POST   /api/auth/password-reset                 400 400 400 400 400 400 400 400
POST   /api/auth/password-reset/confirm         400 400 400 400 400 400 400 400
POST   /api/auth/verify-email                   400 400 400 400 400 400 400 400
POST   /api/auth/logout                         400 400 400 400 400 400 400 400
POST   /api/auth/verify-email/resend            401 401 401 401 403 202 202 202
POST   /api/auth/password                       401 401 401 401 403 400 400 400
POST   /api/auth/logout-all                     401 401 401 401 403 204 204 204
GET    /api/auth/sessions                       401 401 401 401 403 200 200 200
DELETE /api/auth/sessions/{id}                  401 401 401 401 403 404 204 404
GET    /api/store/{username}                    200 200 200 200 200 200 200 200
GET    /api/store/{username}/products/{product} 200 200 200 200 200 200 200 200
GET    /api/store/{username}/categories         200 200 200 200 200 200 200 200
GET    /api/store/{username}/delivery           200 200 200 200 200 200 200 200
POST   /api/store/{username}/quote              400 400 400 400 400 400 400 400
POST   /api/store/{username}/orders             400 400 400 400 400 400 400 400
POST   /api/store/{username}/orders/lookup      400 400 400 400 400 400 400 400
GET    /api/orders/track/{token}                200 200 200 200 200 200 200 200
POST   /api/orders/track/{token}/confirm        200 200 200 200 200 200 200 200
POST   /api/orders/track/{token}/cancel         200 200 200 200 200 200 200 200
GET    /api/merchant/me                         401 401 401 401 403 200 200 403
PUT    /api/merchant/me                         401 401 401 401 403 200 200 403
GET    /api/merchant/me/kyc                     401 401 401 401 403 200 200 403
POST   /api/merchant/me/kyc                     401 401 401 401 403 400 400 403
GET    /api/merchant/products                   401 401 401 401 403 200 200 403
POST   /api/merchant/products                   401 401 401 401 403 400 400 403
POST   /api/merchant/products/bulk              401 401 401 401 403 400 400 403
POST   /api/merchant/products/import            401 401 401 401 403 400 400 403
GET    /api/merchant/products/export            401 401 401 401 403 200 200 403
GET    /api/merchant/imports                    401 401 401 401 403 200 200 403
GET    /api/merchant/imports/{id}               401 401 401 401 403 404 200 403
GET    /api/merchant/products/{id}              401 401 401 401 403 404 200 403
PUT    /api/merchant/products/{id}              401 401 401 401 403 404 200 403
DELETE /api/merchant/products/{id}              401 401 401 401 403 404 204 403
POST   /api/merchant/products/{id}/stock        401 401 401 401 403 404 200 403
GET    /api/merchant/products/{id}/stock        401 401 401 401 403 404 200 403
GET    /api/merchant/categories                 401 401 401 401 403 200 200 403
POST   /api/merchant/categories                 401 401 401 401 403 400 400 403
PUT    /api/merchant/categories/{id}            401 401 401 401 403 404 200 403
DELETE /api/merchant/categories/{id}            401 401 401 401 403 404 204 403
POST   /api/merchant/upload-image               401 401 401 401 403 400 400 403
GET    /api/merchant/images                     401 401 401 401 403 200 200 403
DELETE /api/merchant/images/{id}                401 401 401 401 403 404 204 403
POST   /api/merchant/uploads                    401 401 401 401 403 400 400 403
POST   /api/merchant/uploads/{id}/complete      401 401 401 401 403 404 404 403
GET    /api/merchant/orders                     401 401 401 401 403 200 200 403
POST   /api/merchant/orders                     401 401 401 401 403 400 400 403
GET    /api/merchant/orders/export              401 401 401 401 403 200 200 403
POST   /api/merchant/orders/packing-slips       401 401 401 401 403 404 404 403
GET    /api/merchant/orders/{id}/packing-slip   401 401 401 401 403 404 200 403
GET    /api/merchant/orders/{id}                401 401 401 401 403 404 200 403
PATCH  /api/merchant/orders/{id}                401 401 401 401 403 404 200 403
POST   /api/merchant/orders/{id}/refunds        401 401 401 401 403 404 422 403
PUT    /api/merchant/orders/{id}/status         401 401 401 401 403 404 200 403
POST   /api/merchant/orders/status              401 401 401 401 403 200 200 403
POST   /api/merchant/orders/{id}/confirmation   401 401 401 401 403 404 200 403
GET    /api/merchant/blocked-phones             401 401 401 401 403 200 200 403
POST   /api/merchant/blocked-phones             401 401 401 401 403 400 400 403
DELETE /api/merchant/blocked-phones/{id}        401 401 401 401 403 404 204 403
GET    /api/merchant/statistics                 401 401 401 401 403 200 200 403
GET    /api/merchant/notifications              401 401 401 401 403 200 200 403
POST   /api/merchant/notifications/{id}/read    401 401 401 401 403 404 200 403
POST   /api/merchant/notifications/read-all     401 401 401 401 403 200 200 403
GET    /api/merchant/notifications/preferences  401 401 401 401 403 200 200 403
PUT    /api/merchant/notifications/preferences  401 401 401 401 403 200 200 403
GET    /api/merchant/notifications/stream       401 401 401 401 403 200 200 403
GET    /api/merchant/webhooks                   401 401 401 401 403 200 200 403
POST   /api/merchant/webhooks                   401 401 401 401 403 400 400 403
GET    /api/merchant/webhooks/{id}              401 401 401 401 403 404 200 403
PUT    /api/merchant/webhooks/{id}              401 401 401 401 403 404 200 403
POST   /api/merchant/webhooks/{id}/rotate-secret 401 401 401 401 403 404 200 403
POST   /api/merchant/webhooks/{id}/test         401 401 401 401 403 404 202 403
POST   /api/merchant/webhooks/{id}/redeliver    401 401 401 401 403 404 202 403
GET    /api/merchant/webhooks/{id}/deliveries   401 401 401 401 403 404 200 403
GET    /api/merchant/webhooks/{id}/deliveries/{delivery} 401 401 401 401 403 404 200 403
POST   /api/merchant/webhooks/{id}/deliveries/{delivery}/redeliver 401 401 401 401 403 404 202 403
DELETE /api/merchant/webhooks/{id}              401 401 401 401 403 404 204 403
GET    /api/admin/statistics                    401 401 401 401 403 403 403 200
GET    /api/admin/merchants                     401 401 401 401 403 403 403 200
GET    /api/admin/merchants/{id}                401 401 401 401 403 403 403 200
POST   /api/admin/merchants/{id}/kyc            401 401 401 401 403 403 403 200
GET    /api/admin/kyc-documents/{id}            401 401 401 401 403 403 403 200
POST   /api/admin/merchants/{id}/suspend        401 401 401 401 403 403 403 200
POST   /api/admin/merchants/{id}/reactivate     401 401 401 401 403 403 403 409
DELETE /api/admin/merchants/{id}                401 401 401 401 403 403 403 409
POST   /api/admin/orders/{id}/cancel            401 401 401 401 403 403 403 200
GET    /api/admin/products                      401 401 401 401 403 403 403 200
GET    /api/admin/products/{id}                 401 401 401 401 403 403 403 200
POST   /api/admin/products/{id}/takedown        401 401 401 401 403 403 403 200
POST   /api/admin/products/{id}/restore         401 401 401 401 403 403 403 200
POST   /api/admin/notifications                 401 401 401 401 403 403 403 400
GET    /api/admin/notifications                 401 401 401 401 403 403 403 200
GET    /api/admin/audit-logs                    401 401 401 401 403 403 403 200
GET    /api/admin/jobs                          401 401 401 401 403 403 403 200
POST   /api/admin/jobs/{id}/retry               401 401 401 401 403 403 403 200
POST   /api/admin/jobs/{id}/discard             401 401 401 401 403 403 403 204
GET    /api/docs                                200 200 200 200 200 200 200 200
GET    /api/docs/assets/{name}                  200 200 200 200 200 200 200 200
GET    /api/schema                              200 200 200 200 200 200 200 200
GET    /health/live                             200 200 200 200 200 200 200 200
GET    /health/ready                            200 200 200 200 200 200 200 200
GET    /verify-email                            200 200 200 200 200 200 200 200
GET    /reset-password                          200 200 200 200 200 200 200 200
GET    /api/pages/{name}                        404 404 404 404 404 404 404 404
GET    /media/{path}                            404 404 404 404 404 404 404 404
"""
"""
What each caller is told, in the order of :data:`CALLERS`.

A 400 was let in with a body that lacks something, a 409 with one that comes at the wrong time.
"""

BODIES = {
    "PUT /api/merchant/orders/{id}/status": {"status": "confirmed"},
    "POST /api/merchant/orders/status": {"ids": [str(UUID(int=7))], "status": "confirmed"},
    "POST /api/merchant/orders/packing-slips": {"ids": [str(UUID(int=7))]},
    "POST /api/merchant/orders/{id}/confirmation": {"outcome": "no_answer"},
    "POST /api/merchant/products/{id}/stock": {"adjust": 1, "reason": "received"},
    "POST /api/merchant/orders/{id}/refunds": {"amount": "1.00", "reason": "broken"},
    "POST /api/admin/orders/{id}/cancel": {"reason": "fraud"},
    "POST /api/admin/products/{id}/takedown": {"reason": "counterfeit"},
    "POST /api/merchant/webhooks/{id}/redeliver": {"since": "2026-01-01T00:00:00Z"},
    "POST /api/admin/merchants/{id}/kyc": {"decision": "approved"},
    "POST /api/admin/merchants/{id}/suspend": {"reason": "fraud"},
}

TABLE = {
    f"{method} {path}": dict(zip(CALLERS, map(int, told), strict=True))
    for method, path, *told in map(str.split, ACCESS.strip().splitlines())
}


def every_call() -> Iterator[str]:
    app = Litestar(
        [routes(Marketplace(ports=in_memory()), DEFAULT)], openapi_config=None, logging_config=None
    )
    for route in app.routes:
        for method in route.methods if isinstance(route, HTTPRoute) else ():
            if method != "OPTIONS":
                yield f"{method} {route.path_format}"


@dataclass(frozen=True)
class Cast:
    """Everybody who calls, and what the merchant has."""

    callers: dict[str, httpx.AsyncClient]
    ids: dict[str, str]

    def address(self, path: str) -> str:
        owned = next((id for kind, id in self.ids.items() if f"/{kind}/{{id}}" in path), "")
        named = {"{username}": "sara", "{name}": "start.js", "{path}": "nothing.webp"}
        named |= {"{delivery}": self.ids["deliveries"]}
        named |= {"{id}": owned, "{token}": self.ids["token"], "{product}": self.ids["products"]}
        for name, value in named.items():
            path = path.replace(name, value)
        return path


@pytest.fixture
async def cast(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    visit: Visit,
    marketplace: Marketplace,
) -> Cast:
    said = {"email": "sara@example.com", "password": PASSWORD}
    over, kept = [(await guest.post("/api/auth/login", json=said)).json() for _ in range(2)]
    await guest.post("/api/auth/logout", json={"refresh": over["refresh"]})
    product = await put_up(merchant)
    shelf = await merchant.post("/api/merchant/categories", json={"name": "إضاءة"})
    category = shelf.json()
    image = await merchant.post("/api/merchant/upload-image", files={"image": ("a.png", PNG)})
    order = (await place(guest, product)).json()
    sheet = {"file": ("a.csv", b"title,price\nLamp,5\n")}
    imported = (await merchant.post("/api/merchant/products/import", files=sheet)).json()
    await marketplace.jobs.run_all()
    [slip] = (await merchant.get("/api/merchant/notifications")).json()["items"]
    [document] = (await hand_in(merchant)).json()["documents"]
    phone = {"phone": "0559999999"}
    blocked = (await merchant.post("/api/merchant/blocked-phones", json=phone)).json()
    wanted = {"url": "https://erp.example/hooks", "events": ["*"]}
    hook = (await merchant.post("/api/merchant/webhooks", json=wanted)).json()
    sent = (await merchant.post(f"/api/merchant/webhooks/{hook['id']}/test")).json()
    shut_out = await register(guest, "shut-out", "0502222222")
    path = f"/api/admin/merchants/{shut_out['merchant']['id']}/suspend"
    await admin.post(path, json={"reason": "fraud"})
    [job, *_] = (await admin.get("/api/admin/jobs")).json()["items"]
    return Cast(
        callers={
            "anonymous": guest,
            "garbage": await visit("garbage"),
            "refresh": await visit(kept["refresh"]),
            "ended": await visit(over["token"]),
            "suspended": await visit(shut_out["token"]),
            "other": rival,
            "merchant": merchant,
            "admin": admin,
        },
        ids={
            "products": product["id"],
            "categories": category["id"],
            "images": image.json()["id"],
            "uploads": str(UUID(int=0)),
            "imports": imported["id"],
            "orders": order["id"],
            "blocked-phones": blocked["id"],
            "notifications": slip["id"],
            "webhooks": hook["id"],
            "deliveries": sent["id"],
            "kyc-documents": document["id"],
            "jobs": job["id"],
            "sessions": str(UUID(kept["refresh"].partition(".")[0])),
            "merchants": (await merchant.get("/api/merchant/me")).json()["id"],
            "token": order["tracking_url"].rpartition("/")[2],
        },
    )


def test_every_route_has_a_line_in_the_table() -> None:
    assert set(every_call()) == set(TABLE)


@pytest.mark.parametrize("said", TABLE)
async def test_each_is_told_what_the_table_says_and_a_refusal_changes_nothing(
    cast: Cast, standing_store: MemoryStore, said: str
) -> None:
    method, path = said.split()
    told = {}

    for caller, client in cast.callers.items():
        before = deepcopy(standing_store.entities)
        # What is answered for ever is only asked how it would begin.
        method = "HEAD" if path.endswith("/stream") else method
        answer = await client.request(method, cast.address(path), json=BODIES.get(said))
        told[caller] = answer.status_code
        if answer.status_code >= 400:
            assert standing_store.entities == before, caller

    assert told == TABLE[said]
