"""Images on their way to anybody: the same for ever, and nothing else with them."""

from typing import Any

import httpx
import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.domain.images import MOST_BYTES

from .conftest import PNG


@pytest.fixture
async def image(merchant: httpx.AsyncClient) -> dict[str, Any]:
    answer = await merchant.post("/api/merchant/upload-image", files={"image": ("a.png", PNG)})
    said: dict[str, Any] = answer.json()
    return said | {"path": said["url"].removeprefix("http://127.0.0.1:8000")}


async def test_an_image_may_be_kept_for_ever_and_can_do_nothing(
    guest: httpx.AsyncClient, image: dict[str, Any]
) -> None:
    shown = await guest.get(image["path"])

    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert shown.headers["content-disposition"] == "inline"


@pytest.mark.parametrize(
    "form",
    [{}, {"alt": "قمر" * 90}, {"alt": "", "purpose": "logo"}],
    ids=["bare", "with a long text", "with other fields"],
)
async def test_a_photo_has_ten_megabytes_and_no_byte_more(
    merchant: httpx.AsyncClient, form: dict[str, str]
) -> None:
    """However much of a form stands around it."""
    answers = []
    for more in (0, 1, 50_000, 100_000, 1_000_000):
        photo = PNG + bytes(MOST_BYTES + more - len(PNG))
        files = {"image": ("a.png", photo)}
        answers.append(await merchant.post("/api/merchant/upload-image", files=files, data=form))

    assert [each.status_code for each in answers] == [201, 413, 413, 413, 413]
    assert {each.json()["code"] for each in answers[1:]} == {"body-too-large"}


async def test_whoever_has_an_image_is_not_sent_it_again(
    guest: httpx.AsyncClient, image: dict[str, Any]
) -> None:
    etag = (await guest.get(image["path"])).headers["etag"]

    known = await guest.get(image["path"], headers={"if-none-match": f'W/"x", {etag}'})
    other = await guest.get(image["path"], headers={"if-none-match": '"0123456789abcdef"'})

    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    assert "immutable" in known.headers["cache-control"]
    assert other.status_code == 200


async def test_the_head_can_be_asked_for_and_no_part(
    guest: httpx.AsyncClient, image: dict[str, Any]
) -> None:
    whole = await guest.get(image["path"])

    head = await guest.head(image["path"])
    part = await guest.get(image["path"], headers={"range": "bytes=0-3"})

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert (part.status_code, part.content) == (200, whole.content)
    assert part.headers["accept-ranges"] == "none"


@pytest.mark.parametrize(
    "path",
    [
        "/media/{id}/original",
        "/media/private/{id}/original",
        "/media/../private/{id}/original",
        "/media/%2e%2e/private/{id}/original",
        "/media/..%2fprivate%2f{id}%2foriginal",
        "/media/%2e%2e%2fprivate%2f{id}%2foriginal",
        "/media/%252e%252e/private/{id}/original",
        "/media/..%5cprivate%5c{id}%5coriginal",
        "/media//private/{id}/original",
        "/media/{id}/../../private/{id}/original",
        "/media/{id}/%2e%2e/%2e%2e/private/{id}/original",
        "/media/.%2e/.%2e/etc/passwd",
        "/media/incoming/{id}/{id}",
        "/media//etc/passwd",
        "/media/{id}/640-0123456789abcdef.jpg%00.png",
        "/media/{id}/640-0123456789abcdef.html",
        "/media/",
    ],
)
async def test_no_way_leads_to_what_is_private(
    guest: httpx.AsyncClient, marketplace: Marketplace, image: dict[str, Any], path: str
) -> None:
    assert await marketplace.ports.images.get(f"private/{image['id']}/original") == PNG
    raw = path.replace("{id}", image["id"]).encode()

    answer = await guest.get(httpx.URL("http://shop.example").copy_with(raw_path=raw))

    assert answer.status_code in (400, 404), answer.text
    assert PNG not in answer.content
    assert answer.headers["content-type"] == "application/problem+json"
