"""Papers and profiles over HTTP: what is taken, what is told, and who gets to see it."""

import json

import httpx
import pytest

from marketplace.adapters.memory.store import MemoryStore
from marketplace.application.marketplace import Marketplace

from .conftest import JPEG, PASSWORD, PNG, Visit, fields, hand_in, place, put_up, register

PDF = b"%PDF-1.7 <script>alert(1)</script>"


async def test_papers_go_all_the_way(
    merchant: httpx.AsyncClient, admin: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    handed_in = await hand_in(merchant, JPEG, PDF)
    papers = handed_in.json()
    me = (await merchant.get("/api/merchant/me")).json()

    assert handed_in.status_code == 201
    assert (papers["kyc_status"], me["kyc_status"]) == ("pending", "pending")
    assert [each["media_type"] for each in papers["documents"]] == ["image/jpeg", "application/pdf"]
    assert papers["documents"][1]["size"] == len(PDF)

    again = await hand_in(merchant)
    assert (again.status_code, again.json()["code"]) == (409, "wrong-kyc-status")
    assert again.json()["facts"] == {"kyc_status": "pending"}

    [listed] = (await admin.get("/api/admin/merchants?kyc_status=pending")).json()["items"]
    file = (await admin.get(f"/api/admin/merchants/{listed['id']}")).json()
    assert file["kyc"][0]["id"] == papers["id"]
    path = f"/api/admin/merchants/{listed['id']}/kyc"
    bare = await admin.post(path, json={"decision": "rejected"})
    assert (bare.status_code, fields(bare)) == (400, {"reason": "missing"})
    judged = await admin.post(path, json={"decision": "rejected", "reason": "غير واضحة"})
    assert (judged.status_code, judged.json()["kyc_status"]) == (200, "rejected")
    twice = await admin.post(path, json={"decision": "approved"})
    assert (twice.status_code, twice.json()["code"]) == (409, "wrong-kyc-status")

    await marketplace.jobs.run_all()
    [slip] = (await merchant.get("/api/merchant/notifications")).json()["items"]
    assert slip["topic"] == "kyc_decision"
    assert "غير واضحة" in slip["body"]
    [mine] = (await merchant.get("/api/merchant/me/kyc")).json()["items"]
    assert (mine["kyc_status"], mine["reason"]) == ("rejected", "غير واضحة")
    assert mine["reviewer"] == "admin"
    assert not {"decided_by", "merchant_id"} & mine.keys()
    assert (await hand_in(merchant)).status_code == 201

    book = (await admin.get("/api/admin/audit-logs")).json()["items"]
    assert [each["action"] for each in book if each["action"] != "admin.created"] == [
        "kyc.submitted",
        "kyc.rejected",
        "merchant.viewed",
        "kyc.submitted",
    ]


async def test_a_document_is_handed_to_an_admin_as_a_file_and_on_record(
    merchant: httpx.AsyncClient, rival: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    [document] = (await hand_in(merchant, PDF)).json()["documents"]
    path = f"/api/admin/kyc-documents/{document['id']}"

    opened = await admin.get(path)

    assert opened.content == PDF
    assert opened.headers["content-type"] == "application/pdf"
    assert opened.headers["content-disposition"] == f'attachment; filename="{document["id"]}.pdf"'
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert opened.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert opened.headers["cache-control"] == "no-store"
    [entry, *_] = (await admin.get("/api/admin/audit-logs")).json()["items"]
    assert (entry["action"], entry["actor_role"]) == ("document.viewed", "admin")
    for caller in (merchant, rival):
        assert (await caller.get(path)).status_code == 403


async def test_no_document_is_media(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, standing_marketplace: Marketplace
) -> None:
    [document] = (await hand_in(merchant, PDF)).json()["documents"]
    owner = (await merchant.get("/api/merchant/me")).json()["id"]
    key = f"kyc/{owner}/{document['id']}"
    assert await standing_marketplace.ports.images.get(f"private/{key}") == PDF

    for path in (key, f"private/{key}", f"../private/{key}", f"%2e%2e/private/{key}", f"/{key}"):
        assert (await guest.get(f"/media/{path}")).status_code in (400, 404), path


@pytest.mark.parametrize(
    ("files", "said", "bad"),
    [
        ([JPEG] * 4, {}, {"documents": "wrong-number-of-documents"}),
        ([JPEG, b"GIF89a"], {}, {"documents[1]": "bad-document"}),
        ([b""], {}, {"documents[0]": "bad-document"}),
        ([PNG], {"legal_name": ""}, {"legal_name": "missing"}),
        ([PNG], {"legal_name": "\u202e"}, {"legal_name": "bad-characters"}),
        ([PNG], {"registration_number": "1"}, {"registration_number": "bad-registration-number"}),
        ([PNG], {"status": "approved"}, {"status": "unknown-field"}),
    ],
)
async def test_what_is_wrong_with_papers_is_told(
    merchant: httpx.AsyncClient, files: list[bytes], said: dict[str, str], bad: dict[str, str]
) -> None:
    body = {"legal_name": "منى", "registration_number": "1010", **said}
    form = [("documents", ("x", each)) for each in files]

    refused = await merchant.post("/api/merchant/me/kyc", data=body, files=form)

    assert refused.status_code == 400, refused.text
    assert bad.items() <= fields(refused).items()
    assert (await merchant.get("/api/merchant/me")).json()["kyc_status"] == "not_submitted"


async def test_papers_without_documents_are_none(merchant: httpx.AsyncClient) -> None:
    parts = {"legal_name": (None, "منى"), "registration_number": (None, "1010")}

    refused = await merchant.post("/api/merchant/me/kyc", files=parts)

    assert (refused.status_code, fields(refused)) == (400, {"documents": "missing"})


async def test_text_is_no_document(merchant: httpx.AsyncClient) -> None:
    for value in ("hello", "[1]", "{}"):
        parts = {
            "legal_name": (None, "منى"),
            "registration_number": (None, "1010"),
            "documents": (None, value),
        }

        refused = await merchant.post("/api/merchant/me/kyc", files=parts)

        assert refused.status_code == 400, value


async def test_documents_are_not_larger_than_they_may_be(merchant: httpx.AsyncClient) -> None:
    large = PDF.ljust(10 * 1024 * 1024 + 1)

    one = await hand_in(merchant, large)
    many = await hand_in(merchant, large, large, large, large)

    assert (one.status_code, fields(one)) == (400, {"documents[0]": "document-too-large"})
    assert (many.status_code, many.json()["code"]) == (413, "body-too-large")


async def test_a_profile_is_changed_as_it_was_seen(merchant: httpx.AsyncClient) -> None:
    seen = await merchant.get("/api/merchant/me")
    tag = {"if-match": seen.headers["etag"]}

    first = await merchant.put("/api/merchant/me", json={"name": "أ"}, headers=tag)
    second = await merchant.put("/api/merchant/me", json={"name": "ب"}, headers=tag)
    weak = await merchant.put("/api/merchant/me", json={"name": "ب"}, headers={"if-match": "x"})
    any_ = await merchant.put("/api/merchant/me", json={"name": "ج"}, headers={"if-match": "*"})

    assert seen.headers["etag"] == f'"{seen.json()["version"]}"'
    assert (first.status_code, first.headers["etag"]) == (200, f'"{first.json()["version"]}"')
    assert (second.status_code, second.json()["code"]) == (412, "stale-version")
    assert second.json()["facts"] == {"version": first.json()["version"]}
    assert (weak.status_code, any_.status_code) == (412, 200)


async def test_a_currency_is_fixed_by_the_first_price(merchant: httpx.AsyncClient) -> None:
    free = await merchant.put("/api/merchant/me", json={"currency": "KWD", "country": "KW"})
    await put_up(merchant, price="4.750")
    fixed = await merchant.put("/api/merchant/me", json={"currency": "SAR"})

    assert (free.status_code, free.json()["currency"]) == (200, "KWD")
    assert free.json()["min_order_total"] == "0.000"
    assert (fixed.status_code, fixed.json()["code"]) == (409, "currency-fixed")


ODD = [
    "",
    " ",
    "\0",
    "\ud800",
    "\u202e",
    "é" * 5000,
    "'; --",
    "%00",
    "١٢",
    "{}",
    "@",
    "@x",
    "https://",
]


@pytest.mark.parametrize(
    "field",
    """name username logo payment_preference whatsapp_link instagram_link facebook_link description
    country currency locale time_zone whatsapp_phone closed_until min_order_total
    confirm_within_hours delivery blocked_phone_policy""".split(),
)
async def test_nothing_said_of_a_profile_is_too_much(
    merchant: httpx.AsyncClient, field: str
) -> None:
    odd: list[object] = [*ODD, None, True, -1, 0, 10**30, 1e308, [], {}, [[]], {"id": 1}]
    odd += ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2030-01-01", "NaN"]

    for value in odd:
        text = json.dumps({field: value})
        answer = await merchant.put(
            "/api/merchant/me", content=text, headers={"content-type": "application/json"}
        )

        assert answer.status_code in (200, 400, 404, 409), (value, answer.text)


async def test_merchants_are_looked_for(
    guest: httpx.AsyncClient,
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    admin: httpx.AsyncClient,
) -> None:
    async def found(asked: str) -> list[str]:
        answer = await admin.get(f"/api/admin/merchants?{asked}")
        assert answer.status_code == 200, answer.text
        return [each["username"] for each in answer.json()["items"]]

    assert await found("") == ["rival", "sara"]
    assert await found("sort=oldest") == ["sara", "rival"]
    assert await found("sort=name") == ["rival", "sara"]
    assert await found("q=SARA") == ["sara"]
    assert await found("q=rival@example") == ["rival"]
    assert await found("q=%D9%A0%D9%A5%D9%A0%20123%204567") == ["sara"]
    assert await found("q=%2B966%20(0)50-123") == ["sara"]
    assert await found("q=0096650765") == ["rival"]
    assert await found("q=%25") == []
    assert await found("q=_") == []
    assert await found("q=nobody") == []
    assert await found("status=suspended") == []
    assert await found("kyc_status=not_submitted&status=active&q=a") == ["rival", "sara"]


@pytest.mark.parametrize("sort", ["newest", "oldest", "name", "orders"])
async def test_merchants_are_walked_by_cursor(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient, admin: httpx.AsyncClient, sort: str
) -> None:
    for number in range(4):
        await register(guest, f"store-{number}", f"05000000{number:02}")
    await place(guest, await put_up(merchant))
    seen, cursor = [], ""
    while True:
        answer = await admin.get(f"/api/admin/merchants?sort={sort}&limit=2{cursor}")
        seen += [each["username"] for each in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.json()['next_cursor']}"

    stores = ["store-0", "store-1", "store-2", "store-3"]
    assert (
        seen
        == {
            "newest": [*reversed(stores), "sara"],
            "oldest": ["sara", *stores],
            "name": ["sara", *stores],
            "orders": ["sara", *reversed(stores)],
        }[sort]
    )


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("status=gone", "status"),
        ("kyc_status=perhaps", "kyc_status"),
        ("sort=price", "sort"),
        ("q=%E2%80%AE", "q"),
        ("q=" + "x" * 101, "q"),
        ("name=x", "name"),
        ("cursor=x", "cursor"),
        ("sort=name&cursor=AAAAAAAAAAAAAAAAAAAAAAA", "cursor"),
        ("sort=name&cursor=AZAAAAAAcACAAAAAAAAAAGEAYg", "cursor"),
        ("sort=orders&cursor=AZAAAAAAcACAAAAAAAAAAGFi", "cursor"),
        ("sort=orders&cursor=AZAAAAAAcACAAAAAAAAAAA", "cursor"),
        ("cursor=AZAAAAAAcACAAAAAAAAAAGFi", "cursor"),
    ],
)
async def test_what_cannot_be_looked_for_is_refused(
    admin: httpx.AsyncClient, asked: str, field: str
) -> None:
    refused = await admin.get(f"/api/admin/merchants?{asked}")

    assert (refused.status_code, list(fields(refused))) == (400, [field])


async def test_the_file_of_a_merchant_counts(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await place(guest, await put_up(merchant))
    me = (await merchant.get("/api/merchant/me")).json()

    file = (await admin.get(f"/api/admin/merchants/{me['id']}")).json()

    assert file == {"merchant": me, "products": {"active": 1}, "orders": {"pending": 1}, "kyc": []}
    assert (await admin.get(f"/api/admin/merchants/{me['id'][:-1]}0")).status_code in (200, 404)


async def test_an_admin_sees_who_has_read_an_announcement(
    merchant: httpx.AsyncClient,
    rival: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    marketplace: Marketplace,
) -> None:
    said = {"title": "صيانة", "body": "فجر الجمعة", "target_type": "all_merchants"}
    made = (await admin.post("/api/admin/notifications", json=said)).json()
    await marketplace.jobs.run_all()
    [slip] = (await merchant.get("/api/merchant/notifications")).json()["items"]
    await merchant.post(f"/api/merchant/notifications/{slip['id']}/read")

    listed = await admin.get("/api/admin/notifications")

    assert listed.json()["items"] == [made | {"received": 2, "read": 1}]
    assert (await admin.get("/api/admin/notifications?x=1")).status_code == 400


async def test_papers_are_gone_with_their_merchant(
    merchant: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    visit: Visit,
    guest: httpx.AsyncClient,
    marketplace: Marketplace,
    standing_store: MemoryStore,
) -> None:
    [document] = (await hand_in(merchant, PDF, legal_name="سارة القحطاني")).json()["documents"]
    me = (await merchant.get("/api/merchant/me")).json()

    await admin.delete(f"/api/admin/merchants/{me['id']}")
    await marketplace.jobs.run_all()

    assert (await admin.get(f"/api/admin/kyc-documents/{document['id']}")).status_code == 404
    file = (await admin.get(f"/api/admin/merchants/{me['id']}")).json()
    assert (file["kyc"][0]["documents"], file["kyc"][0]["legal_name"]) == ([], "")
    assert "القحطاني" not in str(vars(standing_store))
    assert PASSWORD not in str(file)
