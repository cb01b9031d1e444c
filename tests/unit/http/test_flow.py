"""The whole life of a store, as a front end lives it."""

import re

import httpx

from marketplace.adapters.memory.neighbours import MemoryMailer
from marketplace.application.marketplace import Marketplace

from .conftest import PASSWORD, PNG, Visit, fields, place, put_up, register


async def test_a_merchant_who_registers_is_signed_in_and_has_a_store(
    guest: httpx.AsyncClient,
) -> None:
    said = await register(guest, "sara", "0501234567")

    assert said["user"] | {"id": ""} == {
        "id": "",
        "email": "sara@example.com",
        "username": "sara",
        "phone": "+966501234567",
        "user_type": "merchant",
        "is_verified": False,
    }
    assert said["merchant"]["status"] == "active"
    assert said["merchant"]["min_order_total"] == "0.00"
    assert (await guest.get("/api/store/sara")).json()["store"]["name"] == "متجر sara"


async def test_a_session_lives_by_its_refresh_token(
    guest: httpx.AsyncClient, visit: Visit, merchant: httpx.AsyncClient
) -> None:
    said = {"email": "050 123 4567", "password": PASSWORD}
    signed_in = (await guest.post("/api/auth/login", json=said)).json()
    refreshed = await guest.post("/api/auth/token/refresh", json={"refresh": signed_in["refresh"]})
    again = await visit(refreshed.json()["access"])

    assert signed_in["user"]["username"] == "sara"
    assert refreshed.status_code == 200
    assert (await again.get("/api/merchant/me")).status_code == 200

    over = await guest.post("/api/auth/logout", json={"refresh": refreshed.json()["refresh"]})

    assert (over.status_code, over.content) == (204, b"")
    assert (await again.get("/api/merchant/me")).status_code == 401


async def test_a_device_is_found_in_the_list_and_signed_out(
    guest: httpx.AsyncClient, visit: Visit, merchant: httpx.AsyncClient
) -> None:
    said = {"email": "sara@example.com", "password": PASSWORD}
    headers = {"user-agent": "a phone\u0007"}
    phone = (await guest.post("/api/auth/login", json=said, headers=headers)).json()
    listed = (await merchant.get("/api/auth/sessions?limit=1")).json()
    [there] = listed["items"]
    rest = await merchant.get(f"/api/auth/sessions?cursor={listed['next_cursor']}")
    [here] = rest.json()["items"]

    assert set(there) == {"id", "created_at", "last_used_at", "user_agent", "current"}
    assert (there["user_agent"], there["current"], here["current"]) == ("a phone", False, True)

    ended = await merchant.delete(f"/api/auth/sessions/{there['id']}")
    again = await merchant.delete(f"/api/auth/sessions/{there['id']}")

    assert (ended.status_code, ended.content) == (204, b"")
    assert (again.status_code, again.json()["code"]) == (404, "session-not-found")
    assert (await (await visit(phone["token"])).get("/api/merchant/me")).status_code == 401


async def test_whoever_signs_out_everywhere_is_signed_in_nowhere(
    guest: httpx.AsyncClient, visit: Visit, admin: httpx.AsyncClient
) -> None:
    said = {"email": "root@example.com", "password": PASSWORD}
    phone = await visit((await guest.post("/api/auth/login", json=said)).json()["token"])

    assert (await phone.post("/api/auth/logout-all")).status_code == 204

    for client in (phone, admin):
        assert (await client.get("/api/admin/statistics")).status_code == 401


async def test_a_password_is_changed_by_whoever_knows_it(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    path = "/api/auth/password"
    said = {"current_password": "wrong", "new_password": "another long sentence"}
    wrong = await merchant.post(path, json=said, headers={"accept-language": "en"})
    right = await merchant.post(path, json=said | {"current_password": PASSWORD})
    signed_in = await guest.post(
        "/api/auth/login",
        json={"email": "sara@example.com", "password": "another long sentence"},
    )

    assert (wrong.status_code, fields(wrong)) == (400, {"current_password": "wrong-password"})
    assert wrong.json()["errors"][0]["message"] == "That is not your current password."
    assert (right.status_code, right.content) == (204, b"")
    assert signed_in.status_code == 200
    assert (await merchant.get("/api/merchant/me")).status_code == 200


async def test_the_letter_that_verifies_is_sent_again(
    merchant: httpx.AsyncClient, marketplace: Marketplace, mailer: MemoryMailer
) -> None:
    answer = await merchant.post("/api/auth/verify-email/resend")
    await marketplace.jobs.run_all()

    assert answer.status_code == 202
    assert len([each for each in mailer.sent if "verify-email#" in each.text]) == 2


async def test_a_lost_password_is_replaced_by_way_of_a_letter(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    marketplace: Marketplace,
    mailer: MemoryMailer,
) -> None:
    known = await guest.post("/api/auth/password-reset", json={"email": "sara@example.com"})
    unknown = await guest.post("/api/auth/password-reset", json={"email": "who@example.com"})
    await marketplace.jobs.run_all()
    tokens = [
        match[1]
        for letter in mailer.sent
        if (match := re.search(r"reset-password#token=([\w-]+)", letter.text))
    ]
    said = {"token": tokens[-1], "password": "another long sentence"}

    assert known.status_code == unknown.status_code == 202
    assert known.content == unknown.content
    assert (await guest.post("/api/auth/password-reset/confirm", json=said)).status_code == 204
    assert (await guest.post("/api/auth/password-reset/confirm", json=said)).status_code == 410
    assert (await merchant.get("/api/merchant/me")).status_code == 401


async def test_a_mailbox_is_verified_by_way_of_a_letter(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    marketplace: Marketplace,
    mailer: MemoryMailer,
) -> None:
    await marketplace.jobs.run_all()
    [token] = [
        match[1]
        for letter in mailer.sent
        if (match := re.search(r"verify-email#token=([\w-]+)", letter.text))
    ]
    answer = await guest.post("/api/auth/verify-email", json={"token": token})
    said = {"email": "sara@example.com", "password": PASSWORD}
    signed_in = await guest.post("/api/auth/login", json=said)

    assert answer.status_code == 204
    assert signed_in.json()["user"]["is_verified"]


async def test_a_merchant_changes_what_the_store_says(merchant: httpx.AsyncClient) -> None:
    said = {
        "name": "عباءات سارة",
        "instagram_link": "https://instagram.com/sara",
        "username": "abayas",
    }
    changed = await merchant.put("/api/merchant/me", json=said)
    cleared = await merchant.put("/api/merchant/me", json={"instagram_link": None})

    assert changed.status_code == 200, changed.text
    assert changed.json()["instagram_link"] == "https://instagram.com/sara"
    assert changed.json()["username"] == "abayas"
    assert (cleared.json()["instagram_link"], cleared.json()["name"]) == ("", "عباءات سارة")


async def test_a_price_may_be_text_or_a_number_in_any_digits(merchant: httpx.AsyncClient) -> None:
    said = ['"129"', "129", "129.5", "12.50", '"١٢٩٫٥٠"', "0.10", "1234567890.25"]

    prices = []
    for price in said:
        body = f'{{"title": "t", "price": {price}}}'.encode()
        answer = await merchant.post(
            "/api/merchant/products", content=body, headers={"content-type": "application/json"}
        )
        prices.append(answer.json()["price"])

    assert prices == ["129.00", "129.00", "129.50", "12.50", "129.50", "0.10", "1234567890.25"]


async def test_a_product_is_put_up_changed_and_taken_down(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, description="كريب", sku="ABY-1")
    path = f"/api/merchant/products/{product['id']}"
    changed = await merchant.put(path, json={"price": 229, "description": None})

    assert (changed.json()["price"], changed.json()["description"]) == ("229.00", "")
    assert changed.json()["title"] == "عباءة"
    assert changed.json()["version"] == product["version"] + 1
    assert (await merchant.get(path)).json() == changed.json()

    assert (await merchant.delete(path)).status_code == 204

    assert (await guest.get("/api/store/sara")).json()["products"]["items"] == []
    assert (await merchant.get(path)).json()["status"] == "archived"


async def test_the_public_sees_no_more_of_a_product_than_it_needs(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    own = await put_up(merchant)
    [listed] = (await guest.get("/api/store/sara")).json()["products"]["items"]
    shown = (await guest.get(f"/api/store/sara/products/{own['id']}")).json()

    # In a list the variants are counted; they are told where one of them is chosen.
    assert shown.keys() - listed.keys() == {"variants", "preview"}
    assert {name: shown[name] for name in listed} == listed
    assert own.keys() - shown.keys() == {
        "version",
        "track_stock",
        "low_stock_at",
        "taken_down_at",
        "takedown_reason",
    }
    assert own["variants"][0].keys() - shown["variants"][0].keys() == {"on_hand", "reserved"}
    assert shown["stock"] == shown["variants"][0]["stock"] == 12


async def test_a_list_goes_on_where_its_cursor_says(merchant: httpx.AsyncClient) -> None:
    for number in range(5):
        await put_up(merchant, title=f"t{number}")

    titles, cursor = [], ""
    while cursor is not None:
        page = (await merchant.get(f"/api/merchant/products?limit=2{cursor}")).json()
        titles.append([each["title"] for each in page["items"]])
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"

    assert titles == [["t4", "t3"], ["t2", "t1"], ["t0"]]


async def test_an_uploaded_image_can_be_shown_at_once_and_put_on_products(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    form = {"image": ("a.png", PNG, "image/png")}
    uploaded = await merchant.post("/api/merchant/upload-image", files=form, data={"alt": "سوداء"})
    image = uploaded.json()

    assert uploaded.status_code == 201, uploaded.text
    assert (image["status"], image["width"], image["alt"]) == ("pending", 800, "سوداء")

    product = await put_up(merchant, images=[image])
    by_id = await put_up(merchant, images=[image["id"]])
    await marketplace.jobs.run_all()
    ready = (await merchant.get(f"/api/merchant/products/{product['id']}")).json()["images"][0]

    assert product["images"] == by_id["images"] == [image]
    assert ready["status"] == "ready"
    assert ready["url"] == image["url"]
    assert set(ready["renditions"]) == {"160", "320", "640"}
    for url in (image["url"], *ready["renditions"].values()):
        shown = await guest.get(url.removeprefix("http://127.0.0.1:8000"))
        assert shown.status_code == 200
        assert shown.headers["content-type"] in ("image/jpeg", "image/webp")
        assert "immutable" in shown.headers["cache-control"]
        assert "sandbox" in shown.headers["content-security-policy"]
        assert shown.headers["x-content-type-options"] == "nosniff"


async def test_an_image_can_be_sent_straight_to_a_product_or_be_the_logo(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    uploaded = await merchant.post(
        "/api/merchant/upload-image",
        files={"image": ("a.png", PNG)},
        data={"product_id": product["id"]},
    )
    image = uploaded.json()
    path = f"/api/merchant/products/{product['id']}"

    assert [each["id"] for each in (await merchant.get(path)).json()["images"]] == [image["id"]]
    for logo in (image, image["id"]):
        answer = await merchant.put("/api/merchant/me", json={"logo": logo})
        assert answer.json()["logo"]["id"] == image["id"]
    assert (await guest.get("/api/store/sara")).json()["store"]["logo"]["id"] == image["id"]
    for nothing in (None, ""):
        answer = await merchant.put("/api/merchant/me", json={"logo": nothing})
        assert answer.json()["logo"] is None
    sent = await merchant.post(
        "/api/merchant/upload-image", files={"image": ("a.png", PNG)}, data={"purpose": "logo"}
    )
    shown = (await merchant.get("/api/merchant/me")).json()["logo"]
    assert shown == sent.json()
    assert shown["placeholder"] == "#808080"
    refused = await merchant.put("/api/merchant/me", json={"logo": "picture"})
    assert fields(refused) == {"logo": "bad-id"}


async def test_an_image_is_taken_away_with_its_files(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    form = {"image": ("a.png", PNG)}
    image = (await merchant.post("/api/merchant/upload-image", files=form)).json()
    product = await put_up(merchant, images=[image])

    removed = await merchant.delete(f"/api/merchant/images/{image['id']}")
    await marketplace.jobs.run_all()

    assert (removed.status_code, removed.content) == (204, b"")
    [shown] = (await guest.get("/api/store/sara")).json()["products"]["items"]
    assert (shown["id"], shown["images"]) == (product["id"], [])
    gone = await guest.get(image["url"].removeprefix("http://127.0.0.1:8000"))
    assert (gone.status_code, gone.json()["code"]) == (404, "image-not-found")
    again = await merchant.delete(f"/api/merchant/images/{image['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "image-not-found")


async def test_without_a_bucket_an_upload_is_refused_with_the_way_to_go(
    merchant: httpx.AsyncClient,
) -> None:
    said = {"content_type": "image/png", "size": 10}

    refused = await merchant.post(
        "/api/merchant/uploads", json=said, headers={"accept-language": "en"}
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "no-direct-uploads")
    assert "/api/merchant/upload-image" in refused.json()["detail"]
    bad = await merchant.post("/api/merchant/uploads", json={"content_type": "x", "size": 0})
    assert fields(bad) == {"content_type": "not-one-of", "size": "bad-size"}


async def test_an_order_is_placed_seen_through_and_followed(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    product = await put_up(merchant)
    placed = await place(guest, product, 2, expected_total=498, city="الرياض")
    order = placed.json()

    assert placed.status_code == 201, placed.text
    assert (order["number"], order["status"], order["total"]) == (1001, "pending", "498.00")
    assert order["items"][0]["unit_price"] == "249.00"
    assert order["whatsapp_url"].startswith("https://wa.me/966501234567?text=")
    assert order["placed_at"].endswith("Z")

    path = f"/api/merchant/orders/{order['id']}"
    seen = (await merchant.get(path)).json()

    assert seen["allowed_transitions"] == ["confirmed", "cancelled"]
    assert seen["whatsapp_url"].startswith("https://wa.me/966559876543?text=")
    assert seen["confirmation"] == {"method": "whatsapp", "state": "awaited", "attempts": []}

    for status in ("confirmed", "shipped", "delivered"):
        moved = await merchant.put(f"{path}/status", json={"status": status})
        assert moved.json()["status"] == status
    refused = await merchant.put(f"{path}/status", json={"status": "confirmed"})

    assert moved.json()["amount_collected"] == "498.00"
    assert refused.status_code == 409
    assert refused.json()["facts"]["allowed"] == ["returned"]

    tracked = await guest.get(order["tracking_url"].removeprefix("http://127.0.0.1:8000"))

    assert tracked.json()["status"] == "delivered"
    assert tracked.json()["customer_name"] == "ن••• ا•••"
    assert tracked.json()["customer_phone"] == "+9665••••••43"
    assert "address" not in tracked.json()
    assert "note" not in tracked.json()["timeline"][0]
    assert tracked.headers["cache-control"] == "no-store"
    assert tracked.headers["x-robots-tag"] == "noindex"

    listed = (await merchant.get("/api/merchant/orders?status=delivered")).json()["items"]
    none = (await merchant.get("/api/merchant/orders?status=pending")).json()["items"]

    assert [each["id"] for each in listed] == [order["id"]]
    assert none == []


async def test_an_order_for_more_than_there_is_names_every_short_line(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, stock=1)

    refused = await place(guest, product, 3)

    assert (refused.status_code, refused.json()["code"]) == (409, "out-of-stock")
    assert refused.json()["facts"] == {
        "lines": [
            {
                "product_id": product["id"],
                "variant_id": product["variants"][0]["id"],
                "wanted": 3,
                "available": 1,
            }
        ]
    }


async def test_a_new_order_is_in_the_inbox_until_it_is_read(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    order = (await place(guest, await put_up(merchant))).json()
    await marketplace.jobs.run_all()
    inbox = (await merchant.get("/api/merchant/notifications")).json()
    [slip] = inbox["items"]

    assert (inbox["unread"], slip["subject_id"], slip["read_at"]) == (1, order["id"], None)

    read = await merchant.post(f"/api/merchant/notifications/{slip['id']}/read")

    assert read.status_code == 200
    assert read.json()["read_at"]
    assert (await merchant.get("/api/merchant/notifications")).json()["unread"] == 0


async def test_an_admin_watches_speaks_and_shuts_out(
    admin: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    order = (await place(guest, await put_up(merchant))).json()
    for status in ("confirmed", "shipped", "delivered"):
        await merchant.put(f"/api/merchant/orders/{order['id']}/status", json={"status": status})
    statistics = (await admin.get("/api/admin/statistics")).json()
    [listed] = (await admin.get("/api/admin/merchants?status=active")).json()["items"]
    path = f"/api/admin/merchants/{listed['id']}"

    assert statistics["revenue"] == {"SAR": "498.00"}
    assert statistics["top_stores"][0]["username"] == "sara"
    assert listed["email"] == "sara@example.com"

    said = {"title": "صيانة", "body": "فجر الجمعة", "target_type": "all_merchants"}
    announced = await admin.post("/api/admin/notifications", json=said)
    await marketplace.jobs.run_all()

    assert announced.status_code == 201
    assert announced.json()["created_by"]
    assert announced.json()["created_at"].endswith("Z")
    inbox = (await merchant.get("/api/merchant/notifications")).json()
    assert "صيانة" in [each["title"] for each in inbox["items"]]

    suspended = await admin.post(f"{path}/suspend")

    assert (suspended.status_code, suspended.json()["status"]) == (200, "suspended")
    assert suspended.json()["status_reason"] == "no reason given"
    assert (await merchant.get("/api/merchant/me")).json()["code"] == "account-suspended"
    assert (await guest.get("/api/store/sara")).status_code == 404

    assert (await admin.post(f"{path}/reactivate", json={})).json()["status"] == "active"
    assert (await merchant.get("/api/merchant/me")).status_code == 200

    await place(guest, await put_up(merchant))
    waiting = await admin.delete(path)

    assert (waiting.status_code, waiting.json()["facts"]) == (409, {"open_orders": 1})
    assert (await admin.delete(f"{path}?force=true")).status_code == 204
    assert (await merchant.get("/api/merchant/me")).status_code == 401

    logs = (await admin.get("/api/admin/audit-logs?limit=100")).json()["items"]
    closed = next(each for each in logs if each["action"] == "merchant.closed")

    assert closed["before"] == {"status": "active"}
    assert closed["address"] == "127.0.0.1"
    assert closed["request_id"]
