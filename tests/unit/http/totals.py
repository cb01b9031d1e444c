"""How many there are in all is told of every list, where `include=total` asks for it."""

from typing import Any

import httpx

from .conftest import PNG, place, put_up

MERCHANT = (
    "/api/merchant/products",
    "/api/merchant/products?q=lamp",
    "/api/merchant/products?sort=price_asc&in_stock=true",
    "/api/merchant/products?sort=title",
    "/api/merchant/products?status=archived",
    "/api/merchant/products?q=nothing-of-that-name",
    "/api/merchant/products/{product}/stock",
    "/api/merchant/categories",
    "/api/merchant/images",
    "/api/merchant/images?unused=true",
    "/api/merchant/imports",
    "/api/merchant/orders",
    "/api/merchant/notifications",
    "/api/merchant/blocked-phones",
    "/api/merchant/webhooks",
    "/api/merchant/webhooks/{webhook}/deliveries",
    "/api/merchant/me/kyc",
    "/api/auth/sessions",
)
ADMIN = (
    "/api/admin/merchants",
    "/api/admin/merchants?sort=oldest",
    "/api/admin/merchants?sort=name",
    "/api/admin/merchants?sort=orders&q=sara",
    "/api/admin/notifications",
    "/api/admin/audit-logs",
    "/api/admin/jobs",
    "/api/admin/products",
    "/api/admin/products?q=lamp&taken_down=false",
)
STORE = (
    "/api/store/sara",
    "/api/store/sara?q=lamp",
    "/api/store/sara?sort=price_desc",
    "/api/store/sara?q=nothing-of-that-name",
    "/api/store/sara/categories",
)


async def fill(
    merchant: httpx.AsyncClient, admin: httpx.AsyncClient, guest: httpx.AsyncClient
) -> dict[str, str]:
    """Two of everything, in the store ``sara``; what is named in paths."""
    shelf = (await merchant.post("/api/merchant/categories", json={"name": "a"})).json()
    await merchant.post("/api/merchant/categories", json={"name": "b"})
    product = await put_up(merchant, title="Lamp", category=shelf["id"])
    await put_up(merchant, title="Lamp too", category=shelf["id"])
    await put_up(merchant, title="Old", status="archived")
    for name in ("a.png", "b.png"):
        await merchant.post("/api/merchant/upload-image", files={"image": (name, PNG)})
    for phone in ("0559876543", "0559876544"):
        assert (await place(guest, product, 1, customer_phone=phone)).status_code == 201
        said = {"phone": phone.replace("98", "11")}
        await merchant.post("/api/merchant/blocked-phones", json=said)
    hook = {"url": "https://erp.example/hooks", "events": ["*"]}
    webhook = (await merchant.post("/api/merchant/webhooks", json=hook)).json()
    await merchant.post(f"/api/merchant/webhooks/{webhook['id']}/test")
    await merchant.post(f"/api/merchant/webhooks/{webhook['id']}/test")
    await merchant.post("/api/merchant/products/import?dry_run=true", files={"file": b"title\na\n"})
    form = {"legal_name": "سارة", "registration_number": "1010101010"}
    await merchant.post("/api/merchant/me/kyc", data=form, files={"documents": ("a.png", PNG)})
    for title in ("a", "b"):
        said = {"title": title, "body": title, "target_type": "all_merchants"}
        await admin.post("/api/admin/notifications", json=said)
    return {"product": product["id"], "webhook": webhook["id"]}


async def told_of(client: httpx.AsyncClient, path: str) -> tuple[int, int]:
    """How many there are, as is told, and as one finds out by reading all of it."""
    whole = path.endswith("/categories")
    path += "&" if "?" in path else "?"

    async def read(query: str) -> dict[str, Any]:
        answer = await client.get(path + query)
        assert answer.status_code == 200, (path, answer.text)
        told: dict[str, Any] = answer.json()
        listed: dict[str, Any] = told.get("products", told)
        return listed

    said = await read("include=total" if whole else "include=total&limit=1")
    found, cursor = 0, ""
    while True:
        page = await read("" if whole else f"limit=100{cursor}")
        assert "total" not in page, path
        found += len(page["items"])
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    if said["next_cursor"]:
        after = await read(f"include=total&limit=1&cursor={said['next_cursor']}")
        assert after["total"] == said["total"], path
    return said["total"], found
