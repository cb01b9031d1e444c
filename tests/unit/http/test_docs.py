"""The documentation is complete, true, and needs nobody else's server."""

import re
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.params import BodyKwarg
from litestar.routes import HTTPRoute
from openapi_spec_validator import OpenAPIV31SpecValidator

from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http.app import routes
from marketplace.entrypoints.http.edge import DEFAULT
from marketplace.entrypoints.http.images import UploadIn
from marketplace.entrypoints.http.imports import SheetIn
from marketplace.entrypoints.http.kyc import PapersIn
from marketplace.entrypoints.http.merchants import MerchantOut
from marketplace.entrypoints.http.shapes import Input, read_json
from marketplace.entrypoints.http.storefront import StoreOut
from marketplace.entrypoints.in_memory import in_memory

from .conftest import place, put_up

BODIES = sorted(
    {
        field.annotation
        for route in Litestar(
            [routes(Marketplace(ports=in_memory()), DEFAULT)],
            openapi_config=None,
            logging_config=None,
        ).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for field in handler.parsed_fn_signature.parameters.values()
        if isinstance(field.kwarg_definition, BodyKwarg)
    },
    key=lambda shape: str(shape.__name__),
)


@pytest.fixture
async def described(passer_by: httpx.AsyncClient) -> dict[str, Any]:
    said: dict[str, Any] = (await passer_by.get("/api/schema")).json()
    return said


def operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


async def test_the_description_is_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(described).validate()


async def test_the_description_has_every_call_of_the_contract(described: dict[str, Any]) -> None:
    calls = {name for name, _ in operations(described)}

    assert {
        "post /api/auth/register",
        "post /api/auth/token/refresh",
        "put /api/merchant/me",
        "post /api/merchant/upload-image",
        "delete /api/merchant/images/{id}",
        "delete /api/merchant/products/{id}",
        "put /api/merchant/orders/{id}/status",
        "post /api/store/{username}/orders",
        "get /api/orders/track/{token}",
        "delete /api/admin/merchants/{id}",
        "get /api/admin/audit-logs",
        "get /api/admin/jobs",
        "post /api/admin/jobs/{id}/retry",
        "get /health/ready",
    } <= calls
    assert len(calls) == 95


async def test_every_call_is_told_in_full(described: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(described)]

    assert len(set(ids)) == len(ids)
    for name, operation in operations(described):
        assert operation["summary"], name
        assert operation["tags"], name
        statuses = operation["responses"].keys()
        assert any(status.startswith("2") for status in statuses), name
        assert "default" in statuses, name
        if operation["security"]:
            assert operation["security"] == [{"bearer": []}]
            assert {"401", "403"} <= statuses, name
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                assert list(response["content"]) == ["application/problem+json"], name


@pytest.mark.parametrize("shape", BODIES)
def test_every_body_has_an_example_that_would_be_taken(shape: type[Input]) -> None:
    assert shape.EXAMPLE
    if shape not in (UploadIn, PapersIn, SheetIn):
        assert read_json(msgspec.json.encode(shape.EXAMPLE), shape)


async def test_every_body_is_closed_and_has_its_example(described: dict[str, Any]) -> None:
    for name, operation in operations(described):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            shape = body["schema"]["$ref"].rpartition("/")[2]
            assert body["example"], name
            assert described["components"]["schemas"][shape]["additionalProperties"] is False


async def test_an_example_of_an_answer_is_one(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]

    for shape in (MerchantOut, StoreOut):
        [example] = schemas[shape.__name__]["examples"]
        assert set(example) == set(schemas[shape.__name__]["properties"])
        told = msgspec.convert(example, shape, dec_hook=lambda kind, value: kind(value))
        assert msgspec.json.decode(msgspec.json.encode(told, enc_hook=str)) == example


async def test_a_document_is_described_as_bytes(described: dict[str, Any]) -> None:
    call = described["paths"]["/api/admin/kyc-documents/{id}"]["get"]

    assert list(call["responses"]["200"]["content"]) == ["application/octet-stream"]


async def test_every_problem_named_has_an_example(described: dict[str, Any]) -> None:
    examples = described["components"]["examples"]
    conflict = described["paths"]["/api/store/{username}/orders"]["post"]["responses"]["409"]

    assert {"out-of-stock", "price-changed", "store-on-holiday", "in-progress"} == set(
        conflict["content"]["application/problem+json"]["examples"]
    )
    for code, example in examples.items():
        assert example["value"]["code"] == code
        assert example["value"]["status"] in (308, *range(400, 504))


async def test_money_is_described_as_it_goes_over_the_wire(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]

    assert schemas["ListedProductOut"]["properties"]["price"]["type"] == "string"
    said, unsaid = schemas["ProductIn"]["properties"]["price"]["anyOf"]
    assert said["anyOf"] == [{"type": "string"}, {"type": "number"}]
    assert unsaid == {"type": "null"}
    assert schemas["ListedProductOut"]["properties"]["created_at"]["format"] == "date-time"


async def test_what_is_answered_is_what_is_described(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, described: dict[str, Any]
) -> None:
    product = await put_up(merchant)
    order = (await place(guest, product)).json()
    shapes = {
        "OwnProductOut": product,
        "PlacedOrderOut": order,
        "MerchantOut": (await merchant.get("/api/merchant/me")).json(),
        "StorePageOut": (await guest.get("/api/store/sara")).json(),
        "Problem": (await guest.get("/nothing")).json(),
    }

    for name, told in shapes.items():
        assert set(described["components"]["schemas"][name]["properties"]) == set(told)


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/"])
async def test_the_page_and_all_it_needs_come_from_here(
    passer_by: httpx.AsyncClient, path: str
) -> None:
    page = await passer_by.get(path)
    needed = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert not re.search(r"<script>|<style|\son\w+=", page.text)
    assert len(needed) == 4
    for each in needed:
        asset = await passer_by.get(each)
        assert asset.status_code == 200, each
        assert asset.content, each

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy


async def test_the_page_asks_nobody_to_judge_the_description(passer_by: httpx.AsyncClient) -> None:
    start = (await passer_by.get("/api/docs/assets/start.js")).text

    assert "validatorUrl: null" in start
    assert "http" not in start


async def test_the_description_answers_with_and_without_a_slash(
    passer_by: httpx.AsyncClient,
) -> None:
    assert (await passer_by.get("/api/schema")).content == (
        await passer_by.get("/api/schema/")
    ).content
