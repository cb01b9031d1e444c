"""Webhooks over HTTP: what is told of them, and when."""

from typing import Any

import httpx
import pytest

from marketplace.application.marketplace import Marketplace

from .conftest import fields, place, put_up

PATH = "/api/merchant/webhooks"
WANTED = {"url": "https://erp.example/hooks", "events": ["order.placed"], "description": "المخزن"}


async def test_the_secret_is_told_when_it_is_made_and_never_again(
    merchant: httpx.AsyncClient,
) -> None:
    added = await merchant.post(PATH, json=WANTED)
    hook = added.json()
    found = await merchant.get(f"{PATH}/{hook['id']}")
    edited = await merchant.put(f"{PATH}/{hook['id']}", json={"events": ["*"]})
    rotated = await merchant.post(f"{PATH}/{hook['id']}/rotate-secret")
    listed = await merchant.get(PATH)

    assert added.status_code == 201
    assert hook["secret"].startswith("whsec_")
    assert rotated.json()["secret"] not in ("", hook["secret"])
    for answer in (found, edited, listed):
        assert answer.is_success
        assert "whsec_" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert edited.json()["events"] == ["*"]


async def test_a_change_of_something_older_is_refused(merchant: httpx.AsyncClient) -> None:
    hook = (await merchant.post(PATH, json=WANTED)).json()
    path = f"{PATH}/{hook['id']}"
    tag = (await merchant.get(path)).headers["etag"]

    first = await merchant.put(path, json={"enabled": False}, headers={"if-match": tag})
    second = await merchant.put(path, json={"enabled": True}, headers={"if-match": tag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert first.json()["disabled_because"] == "by_merchant"


async def test_the_log_tells_what_was_sent_and_how_that_went(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, marketplace: Marketplace
) -> None:
    hook = (await merchant.post(PATH, json=WANTED)).json()
    order = (await place(guest, await put_up(merchant))).json()
    await marketplace.jobs.run_all()

    [row] = (await merchant.get(f"{PATH}/{hook['id']}/deliveries")).json()["items"]
    whole = (await merchant.get(f"{PATH}/{hook['id']}/deliveries/{row['id']}")).json()

    assert (row["event"], row["status"], row["failures"]) == ("order.placed", "pending", 1)
    assert row["last"]["failure"] == "unreachable"
    assert "body" not in row
    assert order["id"] in whole["body"]
    assert whole["tries"] == [row["last"]]
    assert row["next_at"] is not None


async def test_the_log_is_walked_with_its_filters(merchant: httpx.AsyncClient) -> None:
    hook = (await merchant.post(PATH, json=WANTED)).json()
    path = f"{PATH}/{hook['id']}/deliveries"
    for _ in range(3):
        assert (await merchant.post(f"{PATH}/{hook['id']}/test")).status_code == 202

    asked = {"status": "pending", "event": "webhook.test", "limit": "2"}
    first = (await merchant.get(path, params=asked)).json()
    second = await merchant.get(path, params=asked | {"cursor": first["next_cursor"]})
    other = await merchant.get(path, params={"limit": "2", "cursor": first["next_cursor"]})

    assert [len(first["items"]), len(second.json()["items"])] == [2, 1]
    assert second.json()["next_cursor"] is None
    assert other.status_code == 400


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=eaten", "status"),
        ("event=order.eaten", "event"),
        ("since=yesterday", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("until=0001-01-01T00:00:00%2B23:59", "until"),
        ("cursor=x", "cursor"),
        ("from=2026-01-01", "from"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    merchant: httpx.AsyncClient, query: str, field: str
) -> None:
    hook = (await merchant.post(PATH, json=WANTED)).json()

    answer = await merchant.get(f"{PATH}/{hook['id']}/deliveries?{query}")

    assert answer.status_code == 400
    assert list(fields(answer)) == [field]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"url": "https://127.0.0.1/"}, {"url": "host-not-allowed"}),
        ({"url": "https://user:pass@erp.example/"}, {"url": "bad-webhook-url"}),
        ({"url": 7}, {"url": "wrong-type"}),
        ({"events": ["order.eaten"]}, {"events": "unknown-event"}),
        ({"events": ["*"] * 200}, {"events": "unknown-event"}),
        ({"events": "order.placed"}, {"events": "wrong-type"}),
        ({"description": "\u202e"}, {"description": "bad-characters"}),
        ({"secret": "whsec_x"}, {"secret": "unknown-field"}),
    ],
)
async def test_a_webhook_that_cannot_be_is_refused(
    merchant: httpx.AsyncClient, said: dict[str, Any], codes: dict[str, str]
) -> None:
    answer = await merchant.post(PATH, json=WANTED | said)

    assert answer.status_code == 400
    assert fields(answer) == codes


@pytest.mark.parametrize("hours", [-1, 169, 10**30])
async def test_nobody_signs_with_an_old_secret_for_ever(
    merchant: httpx.AsyncClient, hours: int
) -> None:
    hook = (await merchant.post(PATH, json=WANTED)).json()

    answer = await merchant.post(
        f"{PATH}/{hook['id']}/rotate-secret", json={"overlap_hours": hours}
    )

    assert answer.status_code == 400
    assert list(fields(answer)) == ["overlap_hours"]


async def test_an_eleventh_is_one_too_many(merchant: httpx.AsyncClient) -> None:
    told = [(await merchant.post(PATH, json=WANTED)).status_code for _ in range(11)]

    assert told == [201] * 10 + [422]


async def test_what_is_disabled_is_not_tested(merchant: httpx.AsyncClient) -> None:
    hook = (await merchant.post(PATH, json=WANTED | {"enabled": False})).json()

    answer = await merchant.post(f"{PATH}/{hook['id']}/test")

    assert (answer.status_code, answer.json()["code"]) == (422, "endpoint-disabled")


async def test_a_webhook_that_was_not_seen_is_neither_removed_nor_given_a_secret(
    merchant: httpx.AsyncClient,
) -> None:
    hook = {"url": "https://erp.example/hooks", "events": ["*"]}
    path = f"/api/merchant/webhooks/{(await merchant.post(PATH, json=hook)).json()['id']}"
    seen = {"if-match": (await merchant.get(path)).headers["etag"]}
    await merchant.put(path, json={"description": "other"})

    rotated = await merchant.post(f"{path}/rotate-secret", json={}, headers=seen)
    removed = await merchant.delete(path, headers=seen)
    now = {"if-match": (await merchant.get(path)).headers["etag"]}

    assert [rotated.status_code, removed.status_code] == [412, 412]
    assert (await merchant.delete(path, headers=now)).status_code == 204
