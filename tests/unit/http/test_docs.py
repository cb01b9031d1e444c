"""The documentation is complete, true, and needs nobody else's server."""

import re
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.params import BodyKwarg
from litestar.routes import HTTPRoute
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator

from marketplace.application.marketplace import Marketplace
from marketplace.domain.errors import MarketplaceError
from marketplace.entrypoints.http.app import routes
from marketplace.entrypoints.http.edge import DEFAULT
from marketplace.entrypoints.http.examples import FACTS
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
        "post /api/admin/products/{id}/takedown",
        "get /api/admin/jobs",
        "post /api/admin/jobs/{id}/retry",
        "get /health/ready",
    } <= calls
    assert len(calls) == 100


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
            if not status.startswith("2") and status != "304":
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


async def test_every_answer_has_an_example_that_is_one(described: dict[str, Any]) -> None:
    components = described["components"]

    for name, operation in operations(described):
        for status, response in operation["responses"].items():
            if status in ("202", "204", "304") and "content" not in response:
                continue
            [(media_type, content)] = response["content"].items()
            if media_type == "application/problem+json":
                examples = [
                    components["examples"][each["$ref"].rpartition("/")[2]]["value"]
                    for each in content["examples"].values()
                ]
            else:
                examples = [content["example"]]
            assert examples, (name, status)
            schema = {**content["schema"], "components": {"schemas": components["schemas"]}}
            for example in examples:
                mistakes = [
                    *OAS31Validator(schema, format_checker=oas31_format_checker).iter_errors(
                        example
                    )
                ]
                assert mistakes == [], (name, status)
                if media_type == "application/json" and isinstance(example, dict):
                    assert example, name


async def test_an_example_of_a_problem_tells_what_it_is_about(described: dict[str, Any]) -> None:
    for code, example in described["components"]["examples"].items():
        problem = example["value"]
        assert "…" not in problem["title"] + problem["detail"], code
        # What is wrong with us is nobody's affair.
        if problem["status"] < 500:
            assert problem["facts"].keys() >= set(FACTS.get(code, ())), code
        named = set(re.findall(r"``(\w+)``", MarketplaceError.codes[code].__doc__ or ""))
        if problem["status"] < 500 and named and code != "invalid-fields":
            assert problem["facts"].keys() & named, code


async def test_the_headers_of_every_call_are_described(described: dict[str, Any]) -> None:
    headers = described["components"]["headers"]
    for name, operation in operations(described):
        asked = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        responses = operation["responses"]
        said = {status: {*response["headers"]} for status, response in responses.items()}
        successes = [each for status, each in said.items() if status.startswith("2")]
        success = successes[0]
        assert successes == [success] * len(successes), name

        assert "X-Request-ID" in asked, name
        assert all("X-Request-ID" in each for each in said.values()), name
        assert ("If-Match" in asked) == ("412" in said), name
        assert ("If-None-Match" in asked) == ("304" in said), name
        assert ("Idempotency-Key" in asked) == ("Idempotent-Replayed" in success), name
        assert "Retry-After" in said["default"], name
        for status in {"429", "503"} & said.keys():
            assert "Retry-After" in said[status], name
        if "Idempotency-Key" in asked:
            assert "Retry-After" in said["409"], name
        if "304" in said:
            assert {"ETag", "Cache-Control"} <= success, name
        for response in responses.values():
            for header, described_as in response["headers"].items():
                assert described_as == {"$ref": f"#/components/headers/{header}"}
                assert headers[header]["description"], header
                assert headers[header]["example"], header


async def test_what_is_said_to_have_a_version_tells_it(
    merchant: httpx.AsyncClient, guest: httpx.AsyncClient, described: dict[str, Any]
) -> None:
    product = await put_up(merchant)
    order = (await merchant.get("/api/merchant/orders")).json()["items"]
    assert order == []
    await place(guest, product)
    [order] = (await merchant.get("/api/merchant/orders")).json()["items"]
    ids = {"orders": order["id"], "products": product["id"]}
    tagged = {
        name.partition(" ")[2]
        for name, operation in operations(described)
        if name.startswith("get ") and "ETag" in operation["responses"]["200"]["headers"]
    }

    for name, _ in operations(described):
        path = name.partition(" ")[2]
        if not name.startswith("get ") or "{token}" in path or "webhooks" in path:
            continue
        if "admin" in path or "stream" in path or "imports/" in path:
            continue
        told = path.replace("{id}", ids.get(path.split("/")[3], "") if "{id}" in path else "")
        told = told.replace("{username}", "sara").replace("{product}", product["id"])
        answer = await merchant.get(told)
        assert answer.status_code in (200, 503), told
        assert ("etag" in answer.headers) == (path in tagged), path
        assert answer.headers["x-request-id"]


async def test_a_dry_run_of_a_small_sheet_is_described_as_answered_at_once(
    described: dict[str, Any],
) -> None:
    answers = described["paths"]["/api/merchant/products/import"]["post"]["responses"]

    assert {"200", "202"} <= answers.keys()
    assert answers["200"]["content"] == answers["202"]["content"]


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


async def test_health_says_that_it_may_be_bad(described: dict[str, Any]) -> None:
    live, ready = (
        described["paths"][f"/health/{each}"]["get"]["responses"] for each in ("live", "ready")
    )

    assert "503" not in live
    [(media_type, told)] = ready["503"]["content"].items()
    assert media_type == "application/problem+json"
    assert told["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert set(told["examples"]) == {"unavailable"}
    assert set(ready["503"]["headers"]) == {"Retry-After", "X-Request-ID"}


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
