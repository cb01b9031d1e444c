"""Nothing a client can send is a 500."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http.accounts import RegisterIn, ResetIn
from marketplace.entrypoints.http.admin import AnnounceIn, ReasonIn
from marketplace.entrypoints.http.guest_orders import PlaceOrderIn, QuoteIn
from marketplace.entrypoints.http.merchants import MerchantIn
from marketplace.entrypoints.http.orders import MoveOrderIn
from marketplace.entrypoints.http.products import ProductChange, ProductIn
from marketplace.entrypoints.http.sessions import SignInIn
from marketplace.entrypoints.http.shapes import Input

from .conftest import PNG, Visit, fields, place, put_up

JSON = {"content-type": "application/json"}
TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "a\r\nBcc: everybody@example.com",
    "\x1b[31m",
    "\x85\u2028\u2029",
    "\u202eadmin",
    "\u2066x",
    "\u200b",
    "a\u0301" * 50,
    "ﷺ" * 5000,
    "😀" * 200,
    "x" * 100_000,
    "%s%n{0}{x.__class__}",
    "'; DROP TABLE orders; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
]
NUMBERS = [
    *"0 -1 -0 1e2 1E400 0.5 1.0 NaN Infinity -Infinity 2147483648 01 +1 1_0 ١".split(),
    "12345678901234567890123456789012345",
    "9" * 5000,
]
VALUES = ["null", "true", "[]", "{}", '["x"]', '{"id": 1}', '{"id": null}', '"2"']
AMOUNTS = [
    *'"NaN" "sNaN" "Infinity" "-Infinity" "1E+999999" "1e2" "-0.01" "1,5" "1.2.3" "1_0" ""'.split(),
    *'"0x10" "\\u0000" 1e2 -1 0.001 10000000000000001 true null [] {}'.split(),
    '" "',
    "9" * 4000,
    f'"{"9" * 4000}"',
]
BODIES = [
    b"",
    b" ",
    b"{",
    b"}",
    b"null",
    b"17",
    b'"text"',
    b"[" * 100_000,
    b'{"a":' * 30_000,
    b'{"email":' * 30_000 + b"1" + b"}" * 30_000,
    b'{"email": "' + b"[" * 200_000 + b'"}',
    b'"\\"' * 60_000,
    b'{"email": "\xff", "password": "x"}',
    b'{"\xff": 1}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"email": "a", "email": "b", "password": "c"}',
    b'{"email": "\\ud800", "password": "\\u0000"}',
    b'{"email": 1e400, "password": -1e400}',
    b"{} {}",
    b"{}\x00",
    b" " * 300_000,
]


async def test_a_body_that_is_no_json_is_refused(passer_by: httpx.AsyncClient) -> None:
    for path in ("/api/auth/login", "/api/store/sara/orders"):
        for body in BODIES:
            answer = await passer_by.post(path, content=body, headers=JSON)
            assert answer.status_code in (400, 401, 413), body[:40]
            assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_is_read_that_is_nested_too_deep(merchant: httpx.AsyncClient) -> None:
    for brackets in ("[" * 100 + "]" * 100, '{"x":' * 20_000 + "1" + "}" * 20_000):
        for where in ('"price": {}', '"price": 1, "images": [{{"id": "1", "x": {}}}]'):
            body = f'{{"title": "t", {where.format(brackets)}}}'.encode()
            answer = await merchant.post("/api/merchant/products", content=body, headers=JSON)
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_brackets_inside_of_text_are_not_nested(passer_by: httpx.AsyncClient) -> None:
    said = {"email": "[" * 100 + '\\"{' * 100, "password": "{" * 100}

    answer = await passer_by.post("/api/auth/login", json=said)

    assert answer.status_code == 401


async def test_no_text_in_any_field_breaks_anything(
    merchant: httpx.AsyncClient, admin: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await put_up(merchant)
    order = (await place(guest, product)).json()
    calls: list[tuple[httpx.AsyncClient, str, type[Input]]] = [
        (guest, "POST /api/auth/register", RegisterIn),
        (guest, "POST /api/auth/login", SignInIn),
        (guest, "POST /api/auth/password-reset/confirm", ResetIn),
        (guest, "POST /api/store/sara/orders", PlaceOrderIn),
        (guest, "POST /api/store/sara/quote", QuoteIn),
        (merchant, "PUT /api/merchant/me", MerchantIn),
        (merchant, "POST /api/merchant/products", ProductIn),
        (merchant, f"PUT /api/merchant/products/{product['id']}", ProductChange),
        (merchant, f"PUT /api/merchant/orders/{order['id']}/status", MoveOrderIn),
        (admin, "POST /api/admin/notifications", AnnounceIn),
        (admin, f"POST /api/admin/merchants/{product['id']}/suspend", ReasonIn),
    ]
    for client, call, shape in calls:
        method, path = call.split()
        for name in shape.__struct_fields__:
            for body in spoilt(shape.EXAMPLE, name):
                answer = await client.request(method, path, content=body, headers=JSON)
                assert answer.status_code < 500, (call, body[:80])


def spoilt(example: dict[str, Any], name: str) -> Iterator[bytes]:
    """The example with something else in one field."""
    for text in TEXTS:
        yield json.dumps({**example, name: text}).encode()
    for value in (*NUMBERS, *VALUES):
        yield json.dumps({**example, name: "?"}).replace('"?"', value).encode()


async def test_no_text_is_kept_that_could_deceive(merchant: httpx.AsyncClient) -> None:
    for text in ("a\x00b", "\u202eadmin", "a\r\nBcc: x", "\x1b[31m"):
        answer = await merchant.post("/api/merchant/products", json={"title": text, "price": 1})
        assert fields(answer) == {"title": "bad-characters"}, text


async def test_a_lone_surrogate_is_no_json(merchant: httpx.AsyncClient) -> None:
    body = b'{"title": "\\ud800", "price": 1}'

    answer = await merchant.post("/api/merchant/products", content=body, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_no_price_is_accepted_that_is_no_price(merchant: httpx.AsyncClient) -> None:
    for amount in AMOUNTS:
        body = f'{{"title": "t", "price": {amount}}}'.encode()
        answer = await merchant.post("/api/merchant/products", content=body, headers=JSON)
        assert (answer.status_code, [*fields(answer)]) == (400, ["price"]), amount[:40]


@pytest.mark.parametrize(
    "quantity", ["0", "-1", "10001", "2147483648", "9" * 30, "1.0", '"1"', "true"]
)
async def test_no_quantity_is_accepted_that_is_no_quantity(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, quantity: str
) -> None:
    product = await put_up(merchant)
    said = {**PlaceOrderIn.EXAMPLE, "items": [{"product_id": product["id"], "quantity": "?"}]}
    body = json.dumps(said).replace('"?"', quantity).encode()

    answer = await guest.post("/api/store/sara/orders", content=body, headers=JSON)

    assert (answer.status_code, [*fields(answer)]) == (400, ["items[0].quantity"])


CUT = b"--x\r\nContent-Disposition: form-data; name="
FORMS: list[tuple[str, bytes, int]] = [
    ("multipart/form-data", b"", 400),
    ("multipart/form-data", b"--x--\r\n", 400),
    ("multipart/form-data; boundary=", b"--x--\r\n", 400),
    ("multipart/form-data; boundary=x", b"", 400),
    ("multipart/form-data; boundary=x", b"--x--\r\n", 400),
    ("multipart/form-data; boundary=x", CUT + b'"image"\r\n\r\nhello\r\n--x--\r\n', 400),
    ("multipart/form-data; boundary=x", CUT + b'"image"\r\n\r\naGVsbG8=\r\n--x--\r\n', 400),
    (
        "multipart/form-data; boundary=x",
        CUT + b'"image"; filename="a"\r\n\r\nhello\r\n--x--\r\n',
        422,
    ),
    ("multipart/form-data; boundary=x", CUT + b'"image"; filename="a"\r\n\r\nhel', 400),
    ("multipart/form-data; boundary=x", CUT + b'"alt"\r\n\r\n\xff\xfe\r\n--x--\r\n', 400),
    (
        "multipart/form-data; boundary=x",
        CUT + b'"alt"\r\nContent-Type: text/plain; charset=bogus\r\n\r\na\r\n--x--\r\n',
        400,
    ),
    (
        "multipart/form-data; boundary=x",
        CUT + b'"alt"\r\nContent-Type: text/plain; charset=base64\r\n\r\na\r\n--x--\r\n',
        400,
    ),
    ("multipart/form-data; boundary=x", b"\x00" * 1000, 400),
    ("multipart/form-data; boundary=" + "x" * 1000, b"--x--", 400),
    ("application/json", b'{"image": "x"}', 415),
    ("application/x-www-form-urlencoded", b"image=x", 415),
    ("text/plain", b"x", 415),
]


async def test_a_form_that_is_none_is_refused(merchant: httpx.AsyncClient) -> None:
    for media_type, body, status in FORMS:
        answer = await merchant.post(
            "/api/merchant/upload-image", content=body, headers={"content-type": media_type}
        )
        assert answer.status_code == status, (media_type, body, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_papers_that_are_no_form_are_refused(merchant: httpx.AsyncClient) -> None:
    for media_type, body, status in FORMS:
        sent = body.replace(b'"image"', b'"documents"').replace(b'"alt"', b'"legal_name"')
        answer = await merchant.post(
            "/api/merchant/me/kyc", content=sent, headers={"content-type": media_type}
        )
        assert answer.status_code == (400 if status == 422 else status), (sent, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_field_of_a_form_is_judged_like_any_other(merchant: httpx.AsyncClient) -> None:
    image = {"image": ("a.png", PNG)}

    async def judged(said: dict[str, Any], files: Any = image) -> dict[str, str]:
        answer = await merchant.post("/api/merchant/upload-image", files=files, data=said)
        assert answer.status_code == 400, answer.text
        return fields(answer)

    assert await judged({"alt": "x" * 301}) == {"alt": "too-long"}
    assert await judged({"alt": "a\x00b"}) == {"alt": "bad-characters"}
    assert await judged({"product_id": "x"}) == {"product_id": "bad-id"}
    assert await judged({"purpose": "x"}) == {"purpose": "not-one-of"}
    assert await judged({"caption": "x"}) == {"caption": "unknown-field"}
    assert await judged({}, files={"alt": (None, "x")}) == {"image": "missing"}
    assert await judged({}, files=[("image", ("a", PNG)), ("image", ("b", PNG))]) == {
        "image": "wrong-type"
    }


async def test_an_upload_may_be_larger_than_json_but_not_by_any_size(
    merchant: httpx.AsyncClient,
) -> None:
    fits = {"image": ("a.png", PNG + b"\x00" * 9_000_000)}
    too_large = {"image": ("a.png", PNG + b"\x00" * 11_000_000)}

    assert (await merchant.post("/api/merchant/upload-image", files=fits)).status_code == 201
    assert (await merchant.post("/api/merchant/upload-image", files=too_large)).status_code == 413


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\x00.png", "C:\\x", "x" * 5000, "\u202egnp"]
)
async def test_the_name_of_a_file_means_nothing(
    merchant: httpx.AsyncClient, marketplace: Marketplace, name: str
) -> None:
    answer = await merchant.post("/api/merchant/upload-image", files={"image": (name, PNG)})

    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        assert answer.json()["url"].rpartition("/media/")[2].split("/")[0] == answer.json()["id"]


async def test_headers_may_say_anything(passer_by: httpx.AsyncClient) -> None:
    odd = [
        (b"accept-language", b"\xff" * 100_000),
        (b"accept-language", b"en;q=" + b"9" * 10_000),
        (b"user-agent", b"\x00\x01\xff" * 1000),
        (b"authorization", b"Bearer \xff"),
        (b"authorization", b"Bearer " + b"a" * 100_000),
        (b"cookie", b"=;=;;\xff"),
        (b"if-none-match", b'"\xff", W/, *'),
        (b"content-length", b"-1"),
        (b"content-type", b"application/json; charset"),
        (b"content-type", b"\xff/\xff;;=;"),
        (b"host", b"a b"),
        (b"host", b"\xff"),
        (b"x-forwarded-for", b"\xff" * 1000),
        (b"range", b"bytes=9-1"),
        (b"expect", b"201-continue"),
    ]
    body = json.dumps(SignInIn.EXAMPLE).encode()
    for name, value in odd:
        for method, path in (("POST", "/api/auth/login"), ("GET", "/api/merchant/me")):
            headers = [(b"content-type", b"application/json"), (name, value), (name, value)]
            request = passer_by.build_request(method, path, content=body)
            request.headers = httpx.Headers(headers)
            answer = await passer_by.send(request)
            assert answer.status_code < 500, (name, value[:20])


async def test_methods_and_addresses_may_be_anything(passer_by: httpx.AsyncClient) -> None:
    for method in ("BREW", "TRACE", "CONNECT", "PATCH", "get", "HEAD", "OPTIONS"):
        for path in (
            "/",
            "//",
            "/api//docs",
            "/api/docs/../schema",
            "/" + "a/" * 5000,
            "/api/store/" + "x" * 9000,
        ):
            answer = await passer_by.request(method, path)
            assert answer.status_code < 500, (method, path[:40])


async def test_a_token_of_a_letter_may_be_anything(
    passer_by: httpx.AsyncClient, visit: Visit
) -> None:
    for text in (
        *TEXTS[:8],
        "x" * 100_000,
        "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f",
        "..",
        "{}",
        "é",
    ):
        body = json.dumps({"refresh": text}).encode()
        refreshed = await passer_by.post("/api/auth/token/refresh", content=body, headers=JSON)
        over = await passer_by.post("/api/auth/logout", content=body, headers=JSON)
        verified = await passer_by.post(
            "/api/auth/verify-email", content=json.dumps({"token": text}).encode(), headers=JSON
        )
        assert refreshed.status_code in (400, 401), text[:20]
        assert over.status_code in (204, 400), text[:20]
        assert verified.status_code in (400, 410), text[:20]
