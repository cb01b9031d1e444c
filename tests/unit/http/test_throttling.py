"""What a client sees who tries too often: the same, whoever it is about."""

from ipaddress import ip_network

import httpx
import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http import HttpOptions, create_app

from .conftest import PASSWORD, Visit, register

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
