"""Errors, as RFC 9457 problem details: the whole table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from litestar.exceptions import HTTPException, ValidationException

from marketplace.application.ports import InProgress
from marketplace.domain.accounts import LinkExpired
from marketplace.domain.errors import (
    BadValue,
    Conflict,
    FieldProblem,
    Forbidden,
    InvalidFields,
    MarketplaceError,
    NotFound,
    RuleBroken,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from marketplace.domain.merchants import StoreMoved
from marketplace.domain.products import ProductMoved
from marketplace.domain.text import Missing, NotOneOf

from .messages import MESSAGES, Wording, preferred

MEDIA_TYPE = "application/problem+json"
CLIENT_CLOSED_REQUEST = 499
"""What logs say where nobody waits for the answer any more (after nginx; it has no standard)."""


class NoSuchPath(NotFound):
    """Nothing is served at this address."""


class MalformedRequest(MarketplaceError):
    """Not what HTTP, UTF-8 or JSON allow, or nested deeper than anything we ask for."""


class UnknownHost(MalformedRequest):
    """The request was for another site."""


class MethodNotAllowed(MarketplaceError):
    """The address takes only the methods in ``allow``."""

    def __init__(self, allow: str) -> None:
        super().__init__()
        self.allow = allow


class BodyTooLarge(MarketplaceError):
    """More bytes than the address takes."""


class WrongMediaType(MarketplaceError):
    """The address does not take content of this type."""


class EncodedBody(WrongMediaType):
    """The body is compressed, and none is unpacked here."""


class ClientGone(MarketplaceError):
    """Nobody waits for the answer any more."""


class Unexpected(MarketplaceError):
    """A mistake of ours."""


class WrongType(BadValue):
    """A number where text belongs, or the like."""


class UnknownField(BadValue):
    """No field or parameter of this name is known here."""


class SaidTwice(BadValue):
    """One value is asked for, and several came: whoever reads another of them sees other things."""


class OutOfRange(BadValue):
    """A number that is too large or too small."""


class BadId(BadValue):
    """Not an id."""


class BadIdempotencyKey(BadValue):
    """Not one text of 1 to 255 printable ASCII characters, in quotes or without."""


STATUS: Mapping[type[MarketplaceError], int] = {
    ProductMoved: HTTPStatus.PERMANENT_REDIRECT,
    StoreMoved: HTTPStatus.PERMANENT_REDIRECT,
    BadValue: HTTPStatus.BAD_REQUEST,
    InvalidFields: HTTPStatus.BAD_REQUEST,
    MalformedRequest: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    Conflict: HTTPStatus.CONFLICT,
    LinkExpired: HTTPStatus.GONE,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RuleBroken: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    ClientGone: CLIENT_CLOSED_REQUEST,
    MarketplaceError: HTTPStatus.INTERNAL_SERVER_ERROR,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest ancestor of an error decides."""

_FRAMEWORK: Mapping[int, type[MarketplaceError]] = {
    400: MalformedRequest,
    404: NoSuchPath,
    413: BodyTooLarge,
    415: WrongMediaType,
}
"""What an error of Litestar means."""

_UNDECODABLE = (UnicodeDecodeError, LookupError)
"""What Litestar lets through when a form is not in the charset it names."""

_COMPLAINTS: tuple[tuple[re.Pattern[str], type[BadValue]], ...] = (
    (re.compile(r"Object missing required field `(?P<name>.*)`", re.DOTALL), Missing),
    (re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL), UnknownField),
    (re.compile(r"Invalid UUID"), BadId),
    (re.compile(r"Invalid enum value"), NotOneOf),
    (re.compile(r"Expected `int` [<>]|.*out of range"), OutOfRange),
)
_PATH = re.compile(r"(?P<complaint>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_LONGEST_NAME = 100


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    code: str
    message: str
    facts: dict[str, Any]


class Problem(msgspec.Struct, frozen=True):
    """What went wrong; ``code`` is for programs, ``title`` and ``detail`` are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldError]
    facts: dict[str, Any]


class Refusal(msgspec.Struct, frozen=True):
    """Why one of many was refused, as in a problem of its own."""

    code: str
    detail: str
    errors: list[FieldError]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A problem, ready to be sent."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer(error: Exception, *, accept_language: str, request_id: str) -> Answer:
    """Say what went wrong, in the language asked for, and nothing about how we are built."""
    known, locale = understood(error), preferred(accept_language)
    problem = refusal(known, accept_language=accept_language, request_id=request_id)
    headers = {
        "content-type": MEDIA_TYPE,
        "content-language": locale,
        "vary": "accept-language",
        **_headers(known),
    }
    return Answer(problem.status, headers, msgspec.json.encode(problem, enc_hook=str))


def refusal(known: MarketplaceError, *, accept_language: str, request_id: str = "") -> Problem:
    """The same, before it is sent."""
    status, locale = status_of(type(known)), preferred(accept_language)
    facts = known.facts if status < HTTPStatus.INTERNAL_SERVER_ERROR else {}
    title, _, detail = wording(type(known)).told(locale, facts).partition(". ")
    return Problem(
        type=f"/problems/{known.code}",
        title=title.removesuffix("."),
        status=status,
        detail=detail or title,
        code=known.code,
        request_id=request_id,
        errors=[
            FieldError(
                each.field,
                each.code,
                wording(MarketplaceError.codes[each.code]).told(locale, each.facts),
                each.facts,
            )
            for each in (known.problems if isinstance(known, InvalidFields) else ())
        ],
        facts=facts,
    )


def refused(error: MarketplaceError, accept_language: str) -> Refusal:
    """What became of one of many, in the language asked for."""
    whole = refusal(error, accept_language=accept_language)
    return Refusal(code=whole.code, detail=whole.detail, errors=whole.errors, facts=whole.facts)


def told(code: str, facts: Mapping[str, object], *, accept_language: str) -> str:
    """The text for a code that was kept, in the language asked for."""
    return wording(MarketplaceError.codes[code]).told(preferred(accept_language), facts)


def understood(error: Exception) -> MarketplaceError:
    """What an error means to the caller; what we did not foresee means nothing to them."""
    if isinstance(error, MarketplaceError):
        return error
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        return InvalidFields(*(_field(each) for each in error.extra))
    if isinstance(error, HTTPException):
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allow = (error.headers or {}).get("allow", "")
            return MethodNotAllowed(allow.replace("GET", "GET, HEAD"))
        return _FRAMEWORK.get(error.status_code, Unexpected)()
    # Exactly these: a KeyError is a LookupError too, and would be a mistake of ours.
    if type(error) in _UNDECODABLE:
        return MalformedRequest()
    return Unexpected()


def status_of(kind: type[MarketplaceError]) -> int:
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)


def wording(kind: type[MarketplaceError]) -> Wording:
    """The text of an error, or of its nearest ancestor that has one."""
    return next(
        MESSAGES[each.code]
        for each in kind.__mro__
        if issubclass(each, MarketplaceError) and each.code in MESSAGES
    )


def field_problem(complaint: str, field: str = "") -> FieldProblem:
    """What msgspec complains of, as a field (``items[0].quantity``) and a code."""
    parts = _PATH.fullmatch(complaint)
    assert parts is not None
    path = field or parts["path"] or ""
    for pattern, kind in _COMPLAINTS:
        if match := pattern.match(parts["complaint"]):
            name = match.groupdict().get("name")
            place = ".".join(each for each in (path, name) if each)
            return FieldProblem(place[:_LONGEST_NAME], kind.code, {})
    return FieldProblem(path[:_LONGEST_NAME], WrongType.code, {})


def _field(said: Mapping[str, str]) -> FieldProblem:
    key = said.get("key", "")
    return field_problem(said["message"], "" if key == "data" else key)


def _headers(error: MarketplaceError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"www-authenticate": "Bearer"}
    if isinstance(error, TooMany | Unavailable | InProgress):
        return {"retry-after": str(error.facts.get("retry_after", 1))}
    if isinstance(error, EncodedBody):
        return {"accept-encoding": "identity"}
    if isinstance(error, MethodNotAllowed):
        return {"allow": error.allow}
    return {}
