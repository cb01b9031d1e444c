"""What a client sees who tries too often: the same, whoever it is about."""

from ipaddress import ip_network

import httpx
import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http import HttpOptions, create_app

from .conftest import PASSWORD, Visit, place, put_up, register

PROXIES = [ip_network("127.0.0.1")]
ATTEMPTS = {
    "/api/auth/login": {"password": "a wild guess"},
    "/api/auth/password-reset": {},
}


@pytest.fixture
async def behind(marketplace: Marketplace, visit: Visit) -> httpx.AsyncClient:
    """Asks through a proxy of ours."""
    options = HttpOptions(trusted_proxies=PROXIES)
    return await visit(app=create_app(marketplace, options=options))


def seen(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """All that a client sees of an answer, but for the id of the request."""
    headers = dict(answer.headers)
    id = headers.pop("x-request-id")
    return answer.status_code, answer.text.replace(id, "…"), headers


@pytest.mark.parametrize("path", ATTEMPTS)
async def test_from_the_first_attempt_to_the_last_an_account_looks_like_none(
    behind: httpx.AsyncClient, path: str
) -> None:
    await register(behind, "sara", "0501234567")

    async def attempts(email: str, address: str) -> list[tuple[int, str, dict[str, str]]]:
        headers = {"x-forwarded-for": address}
        said = {"email": email, **ATTEMPTS[path]}
        return [seen(await behind.post(path, json=said, headers=headers)) for _ in range(12)]

    known = await attempts("sara@example.com", "203.0.113.1")
    unknown = await attempts("nobody@example.com", "203.0.113.2")

    assert known == unknown
    assert known[-1][0] == 429


async def test_who_registers_too_often_is_refused_whether_the_mailbox_is_taken_or_not(
    guest: httpx.AsyncClient,
) -> None:
    for number in range(20):
        await register(guest, f"store-{number}", f"05012345{number:02}")

    said = {"username": "new", "password": PASSWORD, "phone": "0507654321", "name": "متجر"}
    answers = [
        seen(await guest.post("/api/auth/register", json={**said, "email": email}))
        for email in ("store-1@example.com", "new@example.com")
    ]

    assert answers[0] == answers[1]
    assert answers[0][0] == 429


async def test_a_refusal_says_when_to_come_back(guest: httpx.AsyncClient) -> None:
    said = {"email": "nobody@example.com", "password": "a wild guess"}
    for _ in range(5):
        assert (await guest.post("/api/auth/login", json=said)).status_code == 401

    answer = await guest.post("/api/auth/login", json=said, headers={"accept-language": "en"})

    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-attempts")
    assert answer.json()["facts"] == {"retry_after": 60}
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["title"] == "Too many attempts"


@pytest.mark.parametrize("through_a_proxy", [False, True])
async def test_made_up_addresses_make_no_new_attempts(
    guest: httpx.AsyncClient, behind: httpx.AsyncClient, through_a_proxy: bool
) -> None:
    client, last = (behind, ", 203.0.113.1") if through_a_proxy else (guest, "")
    said = {"email": "nobody@example.com", "password": "a wild guess"}
    statuses = [
        (
            await client.post(
                "/api/auth/login",
                json=said,
                headers={"x-forwarded-for": f"198.51.100.{number}{last}"},
            )
        ).status_code
        for number in range(7)
    ]

    assert statuses == [401] * 5 + [429] * 2


async def test_who_orders_too_often_from_one_place_waits_and_the_store_stays_open(
    behind: httpx.AsyncClient, merchant: httpx.AsyncClient, rival: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, stock=500)
    theirs = await put_up(rival)

    async def order(number: int, address: str) -> httpx.Response:
        behind.headers["x-forwarded-for"] = address
        return await place(behind, product, 1, customer_phone=f"055{number:07}")

    taken = [await order(number, "203.0.113.1") for number in range(60)]
    refused = await order(60, "203.0.113.1")
    neighbour = await order(61, "203.0.113.2")
    behind.headers["x-forwarded-for"] = "203.0.113.1"
    said = {
        "customer_name": "نورة",
        "customer_phone": "0559876543",
        "address": "حي الياسمين",
        "items": [{"product_id": theirs["id"], "quantity": 1}],
    }
    elsewhere = await behind.post("/api/store/rival/orders", json=said)

    assert {each.status_code for each in taken} == {201}
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-attempts")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (neighbour.status_code, elsewhere.status_code) == (201, 201)


async def test_a_phone_orders_so_often_from_a_store_however_it_is_typed(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, stock=500)
    forms = ["0559876543", "+966559876543", "٠٥٥ ٩٨٧ ٦٥٤٣", "00966-55-987-6543"]

    taken = [
        await place(guest, product, 1, customer_phone=forms[number % 4]) for number in range(100)
    ]
    refused = [await place(guest, product, 1, customer_phone=each) for each in forms]
    other = await place(guest, product, 1, customer_phone="0551111111")

    assert {each.status_code for each in taken} == {201}
    assert {each.status_code for each in refused} == {429}
    assert other.status_code == 201


async def test_what_is_not_ordered_counts_nowhere(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, stock=1)

    refused = [await place(guest, product, 2) for _ in range(120)]

    assert {each.status_code for each in refused} == {409}
    assert (await place(guest, product, 1)).status_code == 201


async def test_guests_behind_a_proxy_nobody_told_us_of_are_not_counted_together(
    guest: httpx.AsyncClient, merchant: httpx.AsyncClient
) -> None:
    product = await put_up(merchant, stock=500)

    taken = [
        await place(guest, product, 1, customer_phone=f"055{number:07}") for number in range(130)
    ]

    assert {each.status_code for each in taken} == {201}
