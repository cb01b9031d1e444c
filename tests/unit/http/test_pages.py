"""The pages our letters lead to."""

import re

import httpx
import pytest

from marketplace.adapters.memory.neighbours import MemoryMailer
from marketplace.application.marketplace import Marketplace

from .conftest import register


@pytest.mark.parametrize("kind", ["verify-email", "reset-password"])
async def test_the_link_in_a_letter_leads_to_a_page_that_asks_the_right_call(
    guest: httpx.AsyncClient, marketplace: Marketplace, mailer: MemoryMailer, kind: str
) -> None:
    await register(guest, "sara", "0501234567")
    await guest.post("/api/auth/password-reset", json={"email": "sara@example.com"})
    await marketplace.jobs.run_all()
    [link] = [
        found
        for letter in mailer.sent
        for found in re.findall(rf"http\S+/{kind}#token=\S+", letter.text)
    ]
    address, _, token = link.partition("#token=")

    page = await guest.get(httpx.URL(address).path)
    [action] = re.findall(r'<form action="([^"]+)"', page.text)
    asked = await guest.post(action, json={"token": token} | _fields(page.text))

    assert page.status_code == 200
    assert asked.status_code == 204


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
async def test_a_page_is_in_the_language_of_its_reader(
    passer_by: httpx.AsyncClient, language: str, direction: str
) -> None:
    page = await passer_by.get("/reset-password", headers={"accept-language": language})

    assert f'<html lang="{language}" dir="{direction}">' in page.text


async def test_a_page_runs_nothing_but_our_own_script(passer_by: httpx.AsyncClient) -> None:
    page = await passer_by.get("/verify-email")
    linked = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)

    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    assert "://" not in page.text
    assert [(await passer_by.get(each)).status_code for each in linked] == [200, 200]
    assert (await passer_by.get("/api/pages/page.php")).status_code == 404


def _fields(page: str) -> dict[str, str]:
    """What a reader types into the form."""
    return {"password": "a new and better password"} if 'name="password"' in page else {}


async def test_a_browser_that_comes_to_the_server_finds_the_documentation(
    passer_by: httpx.AsyncClient,
) -> None:
    answer = await passer_by.get("/", follow_redirects=True)

    assert (answer.url.path, answer.status_code) == ("/api/docs/", 200)
