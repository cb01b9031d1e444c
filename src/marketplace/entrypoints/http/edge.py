"""
What concerns every request, whatever comes of it.

This wraps the whole application, because a framework's own middleware sees neither unknown paths
nor wrong methods nor its own failures.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from secrets import token_hex
from time import perf_counter
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, ReceiveMessage, Scope, Send

from marketplace.domain.errors import MarketplaceError

from .problems import (
    CLIENT_CLOSED_REQUEST,
    Answer,
    ClientGone,
    EncodedBody,
    MalformedRequest,
    UnknownHost,
)
from .problems import answer as answer_to
from .proxies import Network, client_address
from .turnstile import Turnstile

App = TypeVar("App", bound=ASGIApp)
Line = tuple[bytes, bytes]

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request at hand: answers, problems, logs and the audit book carry the same one."""

_log = logging.getLogger("marketplace.http")
_access = logging.getLogger("marketplace.http.access")

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]*)(?::[0-9]*)?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN = re.compile(rb"[A-Za-z0-9/._~-]*")
"""Text that is what it looks like, as most addresses are."""
_LONG_SEGMENT = re.compile(r"[^/]{40,}")
"""As long as a token is, and longer than an id."""

_LISTS = frozenset(
    {b"accept", b"accept-language", b"content-encoding", b"if-match", b"if-none-match"}
)
"""Whose lines, if there are several, mean what one line would (RFC 9110, 5.3)."""

_PLAIN_BODY = re.compile(r"[ \t]*(?:identity[ \t]*(?:,[ \t]*|$))*", re.IGNORECASE)
"""A body that is what it looks like (RFC 9110, 8.4.1); of all others we take none."""
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})

_ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""On every answer that does not say otherwise itself."""
_PREFLIGHT = {
    "access-control-allow-headers": "accept-language, authorization, content-type, "
    "idempotency-key, if-match, if-none-match, last-event-id, x-request-id",
    "access-control-allow-methods": "DELETE, GET, PATCH, POST, PUT",
    "access-control-max-age": "600",
}
_EXPOSED = b"content-disposition, etag, idempotent-replayed, location, retry-after, x-request-id"


async def always_ready() -> None:
    """The answer of a marketplace that has no neighbours to wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """
    How the marketplace is shown to the web.

    No ``allowed_hosts`` means any; ``.example.com`` means its subdomains too. Whoever asks from one
    of ``trusted_proxies`` is believed about whom they ask for. ``page_cache`` is how many bytes of
    public pages are kept; none with 0. ``ready`` raises ``Unavailable`` while a neighbour is
    missing.
    """

    allowed_hosts: Sequence[str] = ()
    cors_allowed_origins: Sequence[str] = ()
    trusted_proxies: Sequence[Network] = ()
    page_cache: int = 32 * 1024 * 1024
    ready: Callable[[], Awaitable[None]] = always_ready


DEFAULT = HttpOptions()


async def say(send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
    """A whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def once_more(body: bytes, receive: Receive) -> Receive:
    """A body that was read is there to be read again, and then what comes after it."""
    unread = [body]

    async def read() -> ReceiveMessage:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return read


def unreadable() -> bytes:
    """The whole answer to what is not HTTP, and so reaches no application."""
    id = token_hex(16)
    told = answer_to(MalformedRequest(), accept_language="", request_id=id)
    headers = [
        *((name.encode(), value.encode()) for name, value in told.headers.items()),
        *_ALWAYS,
        (b"content-length", str(len(told.body)).encode()),
        (b"connection", b"close"),
        (b"x-request-id", id.encode()),
    ]
    _access.info("? ? %d 0.0 ms %s", told.status, id)
    head = b"".join(b"%b: %b\r\n" % line for line in headers)
    return b"HTTP/1.1 400 Bad Request\r\n%b\r\n%b" % (head, told.body)


def _joined(lines: Iterable[Line]) -> list[Line]:
    """A list that came in several lines in one, so that all who read it read the same."""
    fields: dict[bytes, bytes] = {}
    for name, said in lines:
        if name in _LISTS:
            fields[name] = b"%b, %b" % (fields[name], said) if name in fields else said
    return [*(each for each in lines if each[0] not in fields), *fields.items()]


class Edge(Generic[App]):
    """An ASGI application around an ASGI application; any number may share a ``turnstile``."""

    def __init__(
        self, app: App, options: HttpOptions = DEFAULT, turnstile: Turnstile | None = None
    ) -> None:
        self.app = app
        self.options = options
        self._turnstile = turnstile or Turnstile()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return await self.app(scope, receive, send)
        # Whoever watches over the process asks whether it answers at all.
        if not scope["path"].startswith("/health/"):
            await self._turnstile.pass_through()
        exchange = Exchange(scope, receive, send, self.options)
        before = request_id.set(exchange.id)
        try:
            exchange.check()
            if exchange.is_preflight:
                await exchange.answer(Answer(204, dict(_PREFLIGHT), b""))
            else:
                await self.app(exchange.asked, exchange.receive, exchange.send)
        except Exception as error:
            # The last resort: whatever it was, there is an answer, and it is on record.
            if exchange.status:
                raise
            if not isinstance(error, MarketplaceError):
                _log.exception("request %s failed", exchange.id)
            await exchange.refuse(error)
        finally:
            exchange.record()
            request_id.reset(before)


class Exchange:
    """One request and its answer; ``asked`` is the scope as the application sees it."""

    def __init__(
        self, scope: HTTPScope, receive: Receive, send: Send, options: HttpOptions
    ) -> None:
        self.began = perf_counter()
        self.scope, self.options = scope, options
        lines = _joined(scope["headers"])
        self.headers = {name: value.decode("latin-1") for name, value in lines}
        said = self.headers.get(b"x-request-id", "")
        self.id = said if _SANE_ID.fullmatch(said) else token_hex(16)
        self.is_head = scope["method"] == "HEAD"
        self.asked: HTTPScope = {
            **scope,
            "method": "GET" if self.is_head else scope["method"],
            "client": self._client(),
            "headers": lines,
            # Whoever answers for ever has to know that nobody reads it.
            "is_head": self.is_head,  # type: ignore[typeddict-unknown-key]
        }
        self.status = 0
        self._receive, self._send = receive, send

    @property
    def is_preflight(self) -> bool:
        """A browser asks whether a page of another site may ask (Fetch, 3.2.2)."""
        asks = self.scope["method"] == "OPTIONS"
        return asks and b"access-control-request-method" in self.headers

    def check(self) -> None:
        """The host is ours, the address is text, and the body is not packed."""
        if self.options.allowed_hosts and not self._is_ours(self.headers.get(b"host", "")):
            raise UnknownHost
        path = self.scope.get("raw_path") or self.scope["path"].encode("utf-8", "replace")
        for part in (path, self.scope["query_string"]):
            if _PLAIN.fullmatch(part):
                continue
            try:
                text = unquote_to_bytes(part).decode()
            except UnicodeDecodeError:
                raise MalformedRequest from None
            if _CONTROL.search(text):
                raise MalformedRequest
        packed = self.headers.get(b"content-encoding", "")
        if not _PLAIN_BODY.fullmatch(packed) and self.scope["method"] not in _BODILESS:
            raise EncodedBody

    async def receive(self) -> ReceiveMessage:
        message = await self._receive()
        if message["type"] == "http.disconnect" and not self.status:
            raise ClientGone
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            said = list(message["headers"])
            names = {name.lower() for name, _ in said}
            message["headers"] = [
                *said,
                *(each for each in _ALWAYS if each[0] not in names),
                *self._allowed_origin(),
                (b"x-request-id", self.id.encode()),
            ]
        elif message["type"] == "http.response.body" and self.is_head:
            if message["more_body"]:
                return
            message["body"] = b""
        await self._send(message)

    async def answer(self, answer: Answer) -> None:
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        if answer.body:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        await say(self.send, answer.status, headers, answer.body)

    async def refuse(self, error: Exception) -> None:
        language = self.headers.get(b"accept-language", "")
        await self.answer(answer_to(error, accept_language=language, request_id=self.id))

    def record(self) -> None:
        """One line per request. Neither query nor headers, and no path with a secret in it."""
        raw = (self.scope.get("raw_path") or b"").decode("latin-1")[:500]
        path = self.asked.get("path_template") or _LONG_SEGMENT.sub("…", raw)
        status = self.status or CLIENT_CLOSED_REQUEST
        took = (perf_counter() - self.began) * 1000
        _access.info("%s %s %d %.1f ms %s", self.scope["method"], path, status, took, self.id)

    def _client(self) -> tuple[str, int] | None:
        peer = self.scope.get("client")
        if not peer or not self.options.trusted_proxies:
            return peer
        forwarded = [
            value.decode("latin-1")
            for name, value in self.scope["headers"]
            if name == b"x-forwarded-for"
        ]
        return client_address(peer[0], forwarded, self.options.trusted_proxies), peer[1]

    def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        name = match["name"].lower() if match else ""
        return any(
            name == each or (each.startswith(".") and f".{name}".endswith(each)) or each == "*"
            for each in self.options.allowed_hosts
        )

    def _allowed_origin(self) -> list[tuple[bytes, bytes]]:
        allowed, origin = self.options.cors_allowed_origins, self.headers.get(b"origin")
        if not allowed:
            return []
        headers = [(b"vary", b"origin")]
        if origin is not None and (origin in allowed or "*" in allowed):
            headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
            headers.append((b"access-control-expose-headers", _EXPOSED))
        return headers
