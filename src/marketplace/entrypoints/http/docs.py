"""
The documentation, over HTTP: an OpenAPI 3.1 description, and Swagger UI to read it with.

The description is made of the routes that are really served and of the shapes they really read
and tell. msgspec describes its own types exactly; what calls can refuse is named on the routes.
Everything comes from this process, so that it can be read with the network cut off.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from http import HTTPStatus
from importlib.metadata import version
from importlib.resources import files
from typing import Any
from uuid import UUID

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.connection import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, FromPath, PathParameter, QueryParameter
from litestar.response import Stream
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from marketplace.application.once import KeyReused
from marketplace.application.ports import InProgress, Site
from marketplace.domain.accounts import AccountSuspended, SignInRequired, WrongRole
from marketplace.domain.errors import (
    FieldProblem,
    InvalidFields,
    MarketplaceError,
    StaleVersion,
    Unavailable,
)
from marketplace.domain.text import Missing

from .examples import encoded, example_of, refusal
from .idempotency import HEADER, REPLAYED, is_repeatable
from .problems import (
    MEDIA_TYPE,
    BodyTooLarge,
    EncodedBody,
    MalformedRequest,
    NoSuchPath,
    Problem,
    WrongMediaType,
    answer,
    status_of,
)
from .shapes import Amount, AmountSaid, Input, Output
from .streams import EventStream

REF = "#/components/schemas/{name}"
_DECIMAL = r"^[0-9]{1,13}(\.[0-9]{1,4})?$"
_TYPES: dict[object, dict[str, Any]] = {
    Amount: {"type": "string", "pattern": _DECIMAL, "examples": ["249.00"]},
    AmountSaid: {
        "anyOf": [{"type": "string"}, {"type": "number"}],
        "description": "A plain decimal; text may have Arabic digits",
        "examples": ["249.00"],
    },
    UploadFile: {"type": "string", "format": "binary"},
}

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>marketplace</title>
<link rel="icon" type="image/png" href="{root}/api/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="{root}/api/docs/assets/swagger-ui.css">
<div id="ui"></div>
<script src="{root}/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="{root}/api/docs/assets/start.js"></script>
</html>
"""
_START = b"""\
SwaggerUIBundle({
  url: new URL("../../schema/", document.currentScript.src).href,
  dom_id: "#ui",
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: true,
  validatorUrl: null,
});
"""
# Swagger UI draws with inline styles (swagger-api/swagger-ui#10655); scripts are all files of ours.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_ASSETS = {
    "favicon-32x32.png": "image/png",
    "start.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A name for this call, such as a UUID, in quotes or without. Sent again within "
    "24 hours with the same name and body, it is carried out once and answered the same way.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 257},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}
_ETAG = {"type": "string", "pattern": '^"[^"]*"$'}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what was seen: if it is another one now, nothing is changed and "
    "the answer is 412. Several are separated by commas; `*` is any.",
    "schema": {"type": "string"},
    "example": '"3"',
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what is there already: if it is still right, the answer is 304.",
    "schema": {"type": "string"},
    "example": '"5f0c1f6e0d0b4c7f9a3e2d1c0b9a8f7e"',
}
_REQUEST_ID = {
    "name": "X-Request-ID",
    "in": "header",
    "required": False,
    "description": "What the call is to be called in answers and logs; without it, it gets an id.",
    "schema": {"type": "string"},
    "example": "0b5f7c52f3f84d2e8e2c6a1d9f4b7a10",
}
_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Cache-Control": {
        "description": "For how long a cache may show it",
        "schema": {"type": "string"},
        "example": "public, max-age=5",
    },
    "ETag": {
        "description": "Which version this is, for an `If-Match` or an `If-None-Match`",
        "schema": _ETAG,
        "example": '"3"',
    },
    REPLAYED: {
        "description": "The call was carried out before, and this is how it was answered then",
        "schema": {"type": "string", "const": "true"},
        "example": "true",
    },
    "Location": {
        "description": "Where that is now",
        "schema": {"type": "string"},
        "example": "/api/store/sara-abayas",
    },
    "Retry-After": {
        "description": "Seconds after which it is worth another try",
        "schema": {"type": "integer", "minimum": 1},
        "example": 60,
    },
    "WWW-Authenticate": {
        "description": "How to say who is asking",
        "schema": {"type": "string", "const": "Bearer"},
        "example": "Bearer",
    },
    "X-Request-ID": {
        "description": "What the call is called, here and in the logs",
        "schema": {"type": "string"},
        "example": "0b5f7c52f3f84d2e8e2c6a1d9f4b7a10",
    },
}
"""What answers say in headers."""
_EVENTS = 'id: 1042\nevent: notification\ndata: {"title":"طلب جديد","unread":3}\n\n'
_SHEET = "\ufeffnumber,status,total\r\n1001,pending,249.00\r\n"
_SLIP = '<!doctype html>\n<html lang="ar" dir="rtl">…</html>\n'
_TAGS = {
    "auth": "Register, sign in, stay signed in, get back in",
    "merchant": "One's own store; signed in as a merchant",
    "store": "What the public sees of a store, and ordering from it; no account",
    "admin": "Watching over the platform; signed in as an admin",
    "health": "Whether this process lives, and whether it can serve",
}


@get("/docs", public=True, include_in_schema=False)
async def page(request: Request[Any, Any, Any]) -> Response[str]:
    root = request.scope.get("root_path", "")
    return Response(
        _PAGE.format(root=root),
        media_type="text/html",
        headers={"content-security-policy": _PAGE_POLICY},
    )


@get("/docs/assets/{name:str}", public=True, include_in_schema=False)
async def asset(name: FromPath[str]) -> Response[bytes]:
    if name not in _ASSETS:
        raise NoSuchPath
    headers = {"cache-control": "public, max-age=3600"}
    return Response(_asset(name), media_type=_ASSETS[name], headers=headers)


@get("/schema", public=True, include_in_schema=False)
async def schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    return Response(document(request.app), media_type="application/json")


docs = Router("/api", route_handlers=[page, asset, schema])


@lru_cache(maxsize=1)
def document(app: Litestar) -> bytes:
    """The OpenAPI description of the marketplace inside an application."""
    calls = sorted(_calls(app), key=lambda call: (call[0], call[1]))
    shapes = _Shapes(calls)
    refusals = {error.code: error for _, _, handler in calls for error in _refusals(handler)}
    refusals[Unavailable.code] = Unavailable(retry_after=5)
    paths: dict[str, dict[str, Any]] = {}
    for path, method, handler in calls:
        paths.setdefault(path, {})[method] = _operation(path, handler, shapes)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "marketplace",
                "version": version("marketplace"),
                "description": "Problems are told in Arabic or English, as `Accept-Language` asks.",
            },
            "servers": [{"url": "/"}],
            "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
            "paths": paths,
            "components": {
                "schemas": shapes.components,
                "examples": {code: _example(error) for code, error in sorted(refusals.items())},
                "headers": _HEADERS,
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


class _Shapes:
    """Every shape that is read or told, described once."""

    def __init__(self, calls: Iterable[tuple[str, str, HTTPRouteHandler]]) -> None:
        self._kinds: list[Any] = [Problem]
        for _, _, handler in calls:
            for field in handler.parsed_fn_signature.parameters.values():
                if isinstance(field.kwarg_definition, PathParameter | QueryParameter | BodyKwarg):
                    self._kinds.append(field.annotation)
            if (told := _told(handler)) is not None:
                self._kinds.append(told)
        described, self.components = msgspec.json.schema_components(
            self._kinds, schema_hook=_TYPES.__getitem__, ref_template=REF
        )
        self._described = list(described)
        for shape in _answers(Output):
            if shape.__name__ in self.components and "EXAMPLE" in vars(shape):
                self.components[shape.__name__]["examples"] = [shape.EXAMPLE]
        for each in self.components.values():
            if "description" in each:
                each["description"] = each["description"].replace("``", "`")

    def __getitem__(self, kind: Any) -> dict[str, Any]:
        return dict(self._described[self._kinds.index(kind)])


def _answers(kind: type[Output]) -> Iterator[type[Output]]:
    for each in kind.__subclasses__():
        yield each
        yield from _answers(each)


def _calls(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if handler.resolve_include_in_schema() and isinstance(handler.opt.get("site"), Site):
                for method in handler.http_methods:
                    yield route.path_format, method.lower(), handler


def _operation(path: str, handler: HTTPRouteHandler, shapes: _Shapes) -> dict[str, Any]:
    summary, _, more = (handler.fn.__doc__ or "").strip().partition("\n")
    fields = handler.parsed_fn_signature.parameters
    operation = {
        "operationId": re.sub(r"\W+", "_", f"{path}_{handler.fn.__name__}").strip("_"),
        "summary": summary.removesuffix("."),
        "description": more.strip(),
        "tags": sorted(handler.resolve_tags()),
        "security": [] if handler.opt.get("public") else [{"bearer": []}],
        "parameters": [
            _parameter(name, field, shapes)
            for name, field in fields.items()
            if isinstance(field.kwarg_definition, PathParameter | QueryParameter)
        ]
        + _asked(path, handler),
        "responses": {**_success(path, handler, shapes), **_problems(handler)},
    }
    if (data := fields.get("data")) and isinstance(data.kwarg_definition, BodyKwarg):
        operation["requestBody"] = _body(data, shapes)
    return {name: value for name, value in operation.items() if value or name == "security"}


def _asked(path: str, handler: HTTPRouteHandler) -> list[dict[str, Any]]:
    """What a call is asked in headers."""
    asked = [_REQUEST_ID]
    if is_repeatable(handler):
        asked.append(_KEY)
    if StaleVersion in handler.opt.get("problems", ()):
        asked.append(_IF_MATCH)
    if _is_shared(path, handler):
        asked.append(_IF_NONE_MATCH)
    return asked


def _is_shared(path: str, handler: HTTPRouteHandler) -> bool:
    """Whether it is a page of a store, which caches may keep."""
    return path.startswith("/api/store/") and "GET" in handler.http_methods


def _is_tagged(handler: HTTPRouteHandler) -> bool:
    """Whether the answer says its version in a header."""
    told = _told(handler)
    is_versioned = isinstance(told, type) and issubclass(told, Output) and hasattr(told, "version")
    return is_versioned and handler.parsed_return_field.is_subclass_of(Response)


def _said(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(names)}


def _parameter(name: str, field: FieldDefinition, shapes: _Shapes) -> dict[str, Any]:
    asked = field.kwarg_definition
    in_query = isinstance(asked, QueryParameter)
    described = shapes[field.annotation]
    if in_query and isinstance(asked, QueryParameter) and asked.ge is not None:
        described |= {"minimum": asked.ge, "maximum": asked.le}
    if field.has_default and field.default is not None:
        described["default"] = field.default
    if in_query and isinstance(asked, QueryParameter):
        name = asked.name or name
        if asked.description and "description" not in described:
            described["description"] = asked.description
    where = "query" if in_query else "path"
    return {"name": name, "in": where, "required": not in_query, "schema": described}


def _body(field: FieldDefinition, shapes: _Shapes) -> dict[str, Any]:
    shape, asked = field.annotation, field.kwarg_definition
    assert issubclass(shape, Input)
    assert isinstance(asked, BodyKwarg)
    media_type = RequestEncodingType(asked.media_type).value
    required = bool(shapes.components[shape.__name__].get("required"))
    content = {"schema": shapes[shape], "example": shape.EXAMPLE}
    return {"required": required, "content": {media_type: content}}


def _told(handler: HTTPRouteHandler) -> Any:
    field = handler.parsed_return_field
    if field.is_subclass_of(Stream):
        return None
    if field.is_subclass_of(Response):
        [field] = field.inner_types
    return None if field.is_none_type or field.annotation is str else field.annotation


def _success(path: str, handler: HTTPRouteHandler, shapes: _Shapes) -> dict[str, Any]:
    told, status = _told(handler), handler.status_code
    answered: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    names = ["X-Request-ID"]
    if is_repeatable(handler):
        names.append(REPLAYED)
    if _is_tagged(handler):
        names.append("ETag")
    if _is_shared(path, handler):
        names += ["Cache-Control", "ETag"]
    answered["headers"] = _said(*names)
    text = {"type": "string"}
    if handler.parsed_return_field.annotation is EventStream:
        answered["content"] = {"text/event-stream": {"schema": text, "example": _EVENTS}}
    elif handler.parsed_return_field.annotation is Stream:
        answered["content"] = {"text/csv": {"schema": text, "example": _SHEET}}
    elif [each.annotation for each in handler.parsed_return_field.inner_types] == [str]:
        answered["content"] = {"text/html": {"schema": text, "example": _SLIP}}
    elif told is bytes:
        document = {"schema": _TYPES[UploadFile], "example": "%PDF-1.7 …"}
        answered["content"] = {"application/octet-stream": document}
    elif told is not None:
        example = encoded(example_of(told))
        answered["content"] = {"application/json": {"schema": shapes[told], "example": example}}
    answers = {str(status): answered}
    if at_once := handler.opt.get("or_at_once"):
        answers[str(at_once)] = answered | {"description": HTTPStatus(at_once).phrase}
    if _is_shared(path, handler):
        known = {"description": HTTPStatus.NOT_MODIFIED.phrase, "headers": answered["headers"]}
        answers[str(int(HTTPStatus.NOT_MODIFIED))] = known
    return answers


def _problems(handler: HTTPRouteHandler) -> dict[str, Any]:
    by_status: dict[str, list[str]] = {}
    for error in _refusals(handler):
        by_status.setdefault(str(status_of(type(error))), []).append(error.code)
    problem = {"schema": {"$ref": REF.format(name=Problem.__name__)}}
    return {
        **{
            status: {
                "description": ", ".join(f"`{code}`" for code in codes),
                "headers": _said(*_told_with(status, codes)),
                "content": {
                    MEDIA_TYPE: {
                        **problem,
                        "examples": {
                            code: {"$ref": f"#/components/examples/{code}"} for code in codes
                        },
                    }
                },
            }
            for status, codes in sorted(by_status.items())
        },
        "default": {
            "description": "Any other problem",
            "headers": _said("Retry-After", "X-Request-ID"),
            "content": {
                MEDIA_TYPE: {
                    **problem,
                    "examples": {"unavailable": {"$ref": "#/components/examples/unavailable"}},
                }
            },
        },
    }


def _told_with(status: str, codes: Collection[str]) -> list[str]:
    """What a problem says in headers."""
    names = ["X-Request-ID"]
    if status == "308":
        names += ["Cache-Control", "Location"]
    if status == "401":
        names.append("WWW-Authenticate")
    if status in ("429", "503") or InProgress.code in codes:
        names.append("Retry-After")
    return names


def _refusals(handler: HTTPRouteHandler) -> list[MarketplaceError]:
    """What a call can answer instead: what its route names, and what its shape makes possible."""
    fields = handler.parsed_fn_signature.parameters
    refusals: list[MarketplaceError] = [MalformedRequest()]
    if "data" in fields:
        refusals += [BodyTooLarge(), WrongMediaType(), EncodedBody()]
    if any(
        isinstance(each.kwarg_definition, QueryParameter | BodyKwarg) for each in fields.values()
    ):
        refusals.append(InvalidFields(FieldProblem("items[0].quantity", Missing.code, {})))
    if any(each.annotation is UUID for each in fields.values()):
        refusals.append(NoSuchPath())
    if not handler.opt.get("public"):
        refusals += [SignInRequired(), AccountSuspended()]
    if "role" in handler.opt:
        refusals.append(WrongRole(needed=handler.opt["role"]))
    if is_repeatable(handler):
        refusals += [InProgress(retry_after=1), KeyReused()]
    return [*refusals, *(refusal(error) for error in handler.opt.get("problems", ()))]


def _example(error: MarketplaceError) -> dict[str, Any]:
    told = answer(error, accept_language="en", request_id="0b5f7c52f3f84d2e8e2c6a1d9f4b7a10")
    problem = msgspec.json.decode(told.body)
    return {"summary": problem["title"], "value": problem}


@cache
def _asset(name: str) -> bytes:
    if name == "start.js":
        return _START
    [bundle] = (files("swagger_ui_bundle") / "vendor").iterdir()
    return (bundle / name).read_bytes()
