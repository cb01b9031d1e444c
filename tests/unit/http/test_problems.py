"""Every refusal is a problem that programs and people can read."""

import string
from typing import Any

import httpx
import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.domain.accounts import Locale
from marketplace.domain.errors import Conflict, MarketplaceError, TooMany, Unavailable
from marketplace.entrypoints.http import HttpOptions, create_app
from marketplace.entrypoints.http.messages import MESSAGES, preferred
from marketplace.entrypoints.http.problems import STATUS, answer, field_problem, status_of

from .conftest import Visit, fields, put_up

OURS = {
    code
    for code, kind in MarketplaceError.codes.items()
    if kind.__module__.startswith("marketplace.") and ".adapters." not in kind.__module__
}


@pytest.mark.parametrize("code", sorted(OURS))
def test_every_refusal_has_a_text_in_both_languages(code: str) -> None:
    wording = MESSAGES[code]

    assert any("\u0600" <= letter <= "\u06ff" for letter in wording.ar)
    assert wording.en.isascii()
    assert wording.ar.endswith(".")
    assert wording.en.endswith(".")
    assert names(wording.ar) == names(wording.en)


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_text_is_left_of_a_refusal_that_is_gone() -> None:
    assert MESSAGES.keys() - {"marketplace-error"} == OURS


def test_an_error_of_an_adapter_speaks_as_its_kind() -> None:
    class DiskFull(Unavailable):
        """Named nowhere."""

    told = answer(DiskFull(), accept_language="en", request_id="1")

    assert told.status == 503
    assert b'"detail":"Try again in a little while."' in told.body
    del MarketplaceError.codes[DiskFull.code]


@pytest.mark.parametrize("kind", [*MarketplaceError.codes.values()])
def test_only_what_we_did_not_foresee_is_a_500(kind: type[MarketplaceError]) -> None:
    ours_to_fix = {"unexpected", "mail-refused", "message-refused"}

    assert (status_of(kind) == 500) == (kind.code in ours_to_fix)
    assert status_of(kind) in STATUS.values()


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        ("", Locale.ARABIC),
        ("en", Locale.ENGLISH),
        ("en-GB,en;q=0.9", Locale.ENGLISH),
        ("ar-SA, en;q=0.8", Locale.ARABIC),
        ("en;q=0.2, ar;q=0.7", Locale.ARABIC),
        ("fr, en;q=0.5", Locale.ENGLISH),
        ("fr", Locale.ARABIC),
        ("*", Locale.ARABIC),
        ("en;q=0", Locale.ARABIC),
        ("en;q=x, ;;, =", Locale.ARABIC),
        ("en;q=nan", Locale.ARABIC),
        ("en;q=inf", Locale.ARABIC),
        ("\udcff" * 10_000, Locale.ARABIC),
    ],
)
def test_the_language_is_the_one_asked_for(asked: str, locale: Locale) -> None:
    assert preferred(asked) is locale


async def test_a_problem_is_told_in_the_language_asked_for(passer_by: httpx.AsyncClient) -> None:
    arabic = await passer_by.post(
        "/api/auth/login", json={"email": "a@example.com", "password": "x"}
    )
    english = await passer_by.post(
        "/api/auth/login",
        json={"email": "a@example.com", "password": "x"},
        headers={"accept-language": "en", "x-request-id": "one-2.3_4"},
    )

    assert english.json() == {
        "type": "/problems/wrong-credentials",
        "title": "No account has this name with this password",
        "status": 401,
        "detail": "Check both of them.",
        "code": "wrong-credentials",
        "request_id": "one-2.3_4",
        "errors": [],
        "facts": {},
    }
    assert english.headers["content-type"] == "application/problem+json"
    assert english.headers["content-language"] == "en"
    assert english.headers["vary"] == "accept-language"
    assert arabic.json()["title"] == "بيانات الدخول غير صحيحة"
    assert arabic.headers["content-language"] == "ar"


async def test_every_bad_field_is_named_with_what_is_wrong(passer_by: httpx.AsyncClient) -> None:
    said = {"email": "x", "username": "admin", "password": "12345678", "phone": "1", "name": " "}

    answer = await passer_by.post(
        "/api/auth/register", json=said, headers={"accept-language": "en"}
    )

    assert answer.status_code == 400
    assert fields(answer) == {
        "email": "bad-email",
        "username": "reserved-username",
        "password": "common-password",
        "phone": "bad-phone",
        "name": "missing",
    }
    assert answer.json()["errors"][-2]["message"]


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({}, {"customer_name": "missing"}),
        ({"items": [{}]}, {"items[0].product_id": "missing"}),
        ({"items": [{"product_id": "x"}]}, {"items[0].product_id": "bad-id"}),
        ({"items": [{"product_id": 5}]}, {"items[0].product_id": "wrong-type"}),
        ({"items": {}}, {"items": "wrong-type"}),
        ({"items": [{"price": 1}]}, {"items[0].price": "unknown-field"}),
        ({"customer_name": None}, {"customer_name": "wrong-type"}),
        ({"total": 1}, {"total": "unknown-field"}),
        ({"expected_total": True}, {"expected_total": "wrong-type"}),
        ([], {"": "wrong-type"}),
    ],
)
async def test_a_body_of_another_shape_is_refused_by_field(
    passer_by: httpx.AsyncClient, body: Any, bad: dict[str, str]
) -> None:
    answer = await passer_by.post("/api/store/sara/orders", json=body)

    assert answer.status_code == 400
    assert bad.items() <= fields(answer).items()


async def test_a_form_hears_of_everything_that_is_missing_mistyped_or_too_much(
    passer_by: httpx.AsyncClient,
) -> None:
    order = {
        "customer_name": 5,
        "address": "حي",
        "items": [{"product_id": "x"}, {"quantity": "two", "price": 1}],
        "total": 1,
    }

    answer = await passer_by.post("/api/store/sara/orders", json=order)

    assert fields(answer) == {
        "customer_name": "wrong-type",
        "customer_phone": "missing",
        "items[0].product_id": "bad-id",
        "items[0].quantity": "missing",
        "items[1].product_id": "missing",
        "items[1].quantity": "wrong-type",
        "items[1].price": "unknown-field",
        "total": "unknown-field",
    }


def test_a_complaint_that_quotes_the_client_is_cut_short() -> None:
    complaint = f"Object contains unknown field `{'x - at `$.y`' * 1000}`"

    assert len(field_problem(complaint).field) <= 100


BAD_QUERIES: list[tuple[str, dict[str, str]]] = [
    ("limit=0", {"limit": "out-of-range"}),
    ("limit=101", {"limit": "out-of-range"}),
    ("limit=-1", {"limit": "out-of-range"}),
    ("limit=1000000000000000000000000", {"limit": "out-of-range"}),
    ("limit=x", {"limit": "wrong-type"}),
    ("limit=1_0", {"limit": "wrong-type"}),
    ("limit=١٠", {"limit": "wrong-type"}),
    ("limit=", {"limit": "wrong-type"}),
    ("status=eaten", {"status": "not-one-of"}),
    ("cursor=x", {"cursor": "bad-cursor"}),
    ("cursor=%C3%BC", {"cursor": "bad-cursor"}),
    ("cursor=" + "A" * 1000, {"cursor": "bad-cursor"}),
    ("limits=10&page=2", {"limits": "unknown-field", "page": "unknown-field"}),
]


async def test_a_query_nobody_can_follow_is_refused_by_parameter(
    merchant: httpx.AsyncClient,
) -> None:
    for query, bad in BAD_QUERIES:
        answer = await merchant.get(f"/api/merchant/orders?{query}")
        assert (answer.status_code, fields(answer)) == (400, bad), query


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "no-such-path"),
        ("GET", "/api/nothing", 404, "no-such-path"),
        ("GET", "/api/merchant/products/17", 404, "no-such-path"),
        ("DELETE", "/api/auth/login", 405, "method-not-allowed"),
        ("BREW", "/api/auth/login", 405, "method-not-allowed"),
        ("GET", "/api/store/nobody", 404, "store-not-found"),
        ("GET", "/api/store/..%2f..%2fetc", 404, "no-such-path"),
        ("GET", "/api/orders/track/guess", 404, "order-not-found"),
        ("GET", "/media/nothing.webp", 404, "image-not-found"),
        ("GET", "/media/../private/x.webp", 404, "no-such-path"),
        ("GET", "/media/%2e%2e/private/x/original", 404, "image-not-found"),
        ("GET", "/api/docs/assets/secrets.js", 404, "no-such-path"),
    ],
)
async def test_what_is_not_there_is_a_problem_too(
    passer_by: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await passer_by.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_is_told_the_right_ones(passer_by: httpx.AsyncClient) -> None:
    answer = await passer_by.delete("/api/merchant/me")

    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT", "OPTIONS"}


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/xml",
        "application/x-msgpack",
        "application/json; charset=utf-16",
        "",
    ],
)
async def test_only_json_is_taken_for_json(passer_by: httpx.AsyncClient, media_type: str) -> None:
    headers = {"content-type": media_type} if media_type else {}

    answer = await passer_by.post("/api/auth/login", content=b'{"email": "a"}', headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "wrong-media-type")


async def test_a_mistake_of_ours_tells_nothing_about_us(
    marketplace: Marketplace, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise RuntimeError("the password of the database is hunter2")

    client = await visit(app=create_app(marketplace, options=HttpOptions(ready=broken)))

    answer = await client.get("/health/ready", headers={"x-request-id": "r-1"})

    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "hunter2" not in answer.text
    assert "request r-1 failed" in caplog.text
    assert "hunter2" in caplog.text


async def test_whoever_has_to_wait_is_told_how_long(marketplace: Marketplace, visit: Visit) -> None:
    async def busy() -> None:
        raise TooMany(retry_after=7)

    async def down() -> None:
        raise Unavailable

    for ready, status, seconds in ((busy, 429, "7"), (down, 503, "1")):
        client = await visit(app=create_app(marketplace, options=HttpOptions(ready=ready)))
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.headers["retry-after"]) == (status, seconds)


async def test_facts_are_told_whatever_they_are_made_of(merchant: httpx.AsyncClient) -> None:
    product = await put_up(merchant)
    said = {"status": "eaten"}

    refused = await merchant.put(f"/api/merchant/products/{product['id']}", json=said)
    [error] = refused.json()["errors"]
    told = answer(Conflict(odd={1, 2}), accept_language="en", request_id="")

    assert error["code"] == "not-one-of"
    assert error["facts"] == {"allowed": ["draft", "active", "archived"]}
    assert told.status == 409
