"""
A call that adds something can be sent again, with an ``Idempotency-Key``, and adds it once.

After draft-ietf-httpapi-idempotency-key-header-07. Only a success is kept: whatever was refused may
succeed the next time.
"""

import re
from collections.abc import Callable
from hashlib import sha256

import msgspec
from litestar.enums import RequestEncodingType, ScopeType
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.application.once import Answer, Once, RequestKey
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import FieldProblem, InvalidFields, MarketplaceError

from .edge import once_more, request_id, say
from .problems import BadIdempotencyKey, answer
from .shapes import StrictRequest, must_be_shallow

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

_KEY = re.compile(r'"(?P<quoted>(?:[ !#-\[\]-~]|\\["\\])+)"|(?P<bare>[!#-~](?:[ -~]*[!-~])?)')
"""A string (RFC 9651, 3.3.3), or the same without quotes."""
_LONGEST_KEY = 255

_AS_WRITTEN = msgspec.json.Decoder(float_hook=lambda digits: msgspec.Raw(digits.encode()))


def is_repeatable(handler: BaseRouteHandler) -> bool:
    """
    Whether a route honours a key.

    Every one that creates something does, and those that say so: what they do adds up.
    """
    if not isinstance(handler, HTTPRouteHandler) or "POST" not in handler.http_methods:
        return False
    return handler.status_code == 201 or bool(handler.opt.get("repeatable"))


def idempotency(once: Once) -> Callable[[ASGIApp], ASGIApp]:
    """
    The middleware of every route. Without the header it is not there.

    It is a function because Litestar copies every other kind, with everything it holds.
    """
    return lambda app: _Idempotency(app, once)


class _Idempotency:
    def __init__(self, app: ASGIApp, once: Once) -> None:
        self.app = app
        self.once = once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        keys = []
        if scope["type"] == ScopeType.HTTP and scope["method"] == "POST":
            keys = [value for name, value in scope["headers"] if name == b"idempotency-key"]
        if keys and is_repeatable(scope["route_handler"]):
            await self._once(keys, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _once(self, keys: list[bytes], scope: Scope, receive: Receive, send: Send) -> None:
        request = StrictRequest(scope, receive, send)
        # Whoever may not come in is not told what was answered when they might.
        await request.route_handler.authorize_connection(request)
        key = parse_key([each.decode("latin-1") for each in keys])
        body = b"".join([chunk async for chunk in request.stream()])
        path = _address(scope)
        actor = scope.get("user")
        whose = f"account {actor.account_id} " if isinstance(actor, Actor) else ""
        asked = RequestKey(
            scope=f"{whose}{path}", key=key, fingerprint=fingerprint(request, path, body)
        )

        async def act() -> Answer:
            recorder = _Recorder()
            await self.app(scope, once_more(body, receive), recorder.send)
            return recorder.answer()

        try:
            told = await self.once.once(asked, act)
        except MarketplaceError as error:
            # Litestar takes what was only recorded for sent, and would answer no error any more.
            told = _refusal(error, request)
        await _tell(told, send)


def _address(scope: Scope) -> str:
    """Where it was sent, however that is spelt: ids in any form, names of stores in any case."""
    said = {name: str(each) for name, each in scope["path_params"].items()}
    if "username" in said:
        said["username"] = said["username"].strip().lower()
    return " ".join([scope["path_template"], *said.values()])


def parse_key(said: list[str]) -> str:
    """The key, or ``InvalidFields``, which names the header."""
    match = _KEY.fullmatch(said[0].strip(" \t")) if len(said) == 1 else None
    if match is not None:
        quoted = match["quoted"]
        key: str = match["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        if len(key) <= _LONGEST_KEY:
            return key
    raise InvalidFields(FieldProblem(HEADER, BadIdempotencyKey.code, {}))


def fingerprint(request: StrictRequest, path: str, body: bytes) -> bytes:
    """The SHA-256 of everything that was asked, and of nothing of how it was written down."""
    asked = sha256()
    query = request.scope["query_string"]
    for part in (request.method.encode(), path.encode(), query, *_parts(request, body)):
        asked.update(len(part).to_bytes(8, "big"))
        asked.update(part)
    return asked.digest()


def _parts(request: StrictRequest, body: bytes) -> list[bytes]:
    media_type, parameters = request.content_type
    if media_type == RequestEncodingType.MULTI_PART:
        # Whoever sends a form again separates its fields another way each time.
        boundary = parameters.get("boundary", "")
        return body.split(b"--" + boundary.encode()) if boundary else [body]
    must_be_shallow(body)
    try:
        return [msgspec.json.encode(_AS_WRITTEN.decode(body), order="sorted")]
    except (msgspec.MsgspecError, UnicodeError):
        # Nobody will be able to read it, so that nothing is kept.
        return [body]


class _Recorder:
    """Remembers what is sent."""

    def __init__(self) -> None:
        self._status = 0
        self._headers: list[tuple[str, str]] = []
        self._sent: list[bytes] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message["headers"]
            ]
        elif message["type"] == "http.response.body":
            self._sent.append(message["body"])

    def answer(self) -> Answer:
        return Answer(status=self._status, headers=tuple(self._headers), body=b"".join(self._sent))


def _refusal(error: MarketplaceError, request: StrictRequest) -> Answer:
    language = request.headers.get("accept-language", "")
    problem = answer(error, accept_language=language, request_id=request_id.get())
    length = ("content-length", str(len(problem.body)))
    return Answer(
        status=problem.status, headers=(*problem.headers.items(), length), body=problem.body
    )


async def _tell(told: Answer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.headers]
    if told.is_replayed:
        headers.append((REPLAYED.lower().encode(), b"true"))
    await say(send, told.status, headers, told.body)
