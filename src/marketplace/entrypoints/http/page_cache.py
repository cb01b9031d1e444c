"""
Pages everybody may see, kept as the bytes they are sent as.

A page is shown as long as nobody has changed its store, in this process or in another, and not
longer than ``LONGEST``. Whoever misses one loads it alone while the others wait. What is not a page
of a public store passes through.
"""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from marketplace.application.ports import Clock
from marketplace.application.watching import StoreWatch
from marketplace.domain.errors import MarketplaceError
from marketplace.domain.merchants import MerchantId

from .edge import say

App = TypeVar("App", bound=ASGIApp)

LONGEST = timedelta(seconds=10)
"""What a page may miss at most that nobody told the watch of, such as an operator's own SQL."""

FRESH_FOR = 5
"""Seconds for which a shared cache may show a store as it was."""

LONGEST_QUERY = 300
"""Bytes; a longer one is nobody's favourite page."""

AROUND = 1000
"""Bytes that an entry takes beside its body, or a little less."""

_PUBLIC = "/api/store/"
_SLOT = "marketplace_page"

Key = tuple[str, str, bytes]


Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Ready:
    """A page ready to be sent, with its headers: in full, and to whoever has it already."""

    body: bytes
    etag: str
    in_full: Headers
    not_modified: Headers

    @classmethod
    def of(cls, body: bytes) -> "Ready":
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        always = [
            (b"cache-control", f"public, max-age={FRESH_FOR}".encode()),
            (b"etag", etag.encode()),
        ]
        of_body = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        return cls(body, etag, [*always, *of_body], always)

    def is_known(self, if_none_match: str) -> bool:
        """RFC 9110, 13.1.2."""
        tags = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
        return if_none_match == "*" or self.etag in tags


def shared(
    body: bytes, request: Request[Any, Any, Any], store: MerchantId, until: datetime | None
) -> Response[Any]:
    """
    An answer everybody may have, and caches may keep; whoever has it is not sent it again.

    It is about one store, and as it is ``until`` then at most.
    """
    ready = _kept(body, request.scope, store, until)
    headers = {name.decode(): value.decode() for name, value in ready.not_modified}
    if ready.is_known(request.headers.get("if-none-match", "")):
        return Response(None, status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


async def share(
    body: bytes, scope: Scope, send: Send, store: MerchantId, until: datetime | None
) -> None:
    """The same, said by whoever has no request to answer but a scope."""
    await _send(_kept(body, scope, store, until), scope, send)


def _kept(body: bytes, scope: Scope, store: MerchantId, until: datetime | None) -> Ready:
    ready = Ready.of(body)
    slot = scope.get(_SLOT)
    if isinstance(slot, _Slot):
        slot.keep(ready, scope["path_template"], store, until)
    return ready


class _Outcome(Enum):
    """What came of a load, for those who waited for it."""

    KEPT = auto()
    NOT_TO_BE_KEPT = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page, and for how long it is right."""

    ready: Ready
    path_template: str
    store: MerchantId
    since: int
    until: datetime

    @property
    def size(self) -> int:
        return len(self.ready.body) + AROUND


@dataclass(slots=True)
class _Slot:
    """Where the one who loads a page leaves it; ``since`` was noted before anything was read."""

    pages: "ReadyPages"
    key: Key
    since: int
    ended: "asyncio.Future[_Outcome]" = field(default_factory=asyncio.Future)

    def keep(
        self, ready: Ready, path_template: str, store: MerchantId, until: datetime | None
    ) -> None:
        latest = self.pages.clock.now() + LONGEST
        until = latest if until is None else min(until, latest)
        self.pages.put(self.key, _Kept(ready, path_template, store, self.since, until))
        self.end(_Outcome.KEPT)

    def end(self, outcome: _Outcome) -> None:
        if not self.ended.done():
            self.ended.set_result(outcome)


class ReadyPages:
    """The pages that are kept, and those that are on their way; ``most`` is how many bytes."""

    def __init__(self, watch: StoreWatch, clock: Clock, most: int) -> None:
        self.watch, self.clock, self.most = watch, clock, most
        self.loading: dict[Key, _Slot] = {}
        self._size = 0
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()

    def find(self, key: Key) -> _Kept | None:
        """A page that is right, as far as anybody knows."""
        kept = self._kept.get(key)
        if kept is None or self.watch.count is None:
            return None
        if not self.watch.unchanged(kept.store, kept.since) or self.clock.now() >= kept.until:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept

    def put(self, key: Key, kept: _Kept) -> None:
        """Keep a page, and let go of those that were not asked for longest."""
        self._drop(key)
        self._kept[key] = kept
        self._size += kept.size
        while self._size > self.most:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= kept.size


class PageCache(Generic[App]):
    """An ASGI application around an ASGI application; any number may share their pages."""

    def __init__(self, app: App, pages: ReadyPages) -> None:
        self.app, self.pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = None
        if (key := self._key(scope)) is not None:
            kept = self.pages.find(key)
            while kept is None and (loading := self.pages.loading.get(key)) is not None:
                # Only who is given up is followed by the next: where there is nothing to keep, or
                # it has changed already, everybody loads at once, and nobody queues.
                outcome = await asyncio.shield(loading.ended)
                kept = self.pages.find(key)
                if kept is None and outcome is not _Outcome.GIVEN_UP:
                    key = None
                    break
        if kept is not None:
            # For the access log, which shows no path as it was typed.
            scope["path_template"] = kept.path_template
            await _send(kept.ready, scope, send)
        elif key is None or (count := self.pages.watch.count) is None:
            await self.app(scope, receive, send)
        else:
            await self._load(_Slot(self.pages, key, count), scope, receive, send)

    def _key(self, scope: Scope) -> Key | None:
        """What the answer depends on; None where there is nothing to keep."""
        if (
            not self.pages.most
            or scope["type"] != ScopeType.HTTP
            or scope["method"] != "GET"
            or _PUBLIC not in scope["path"]
            or len(scope["query_string"]) > LONGEST_QUERY
        ):
            return None
        return scope.get("root_path", ""), scope["path"], scope["query_string"]

    async def _load(self, slot: _Slot, scope: Scope, receive: Receive, send: Send) -> None:
        self.pages.loading[slot.key] = slot
        outcome = _Outcome.GIVEN_UP
        try:
            scope[_SLOT] = slot  # type: ignore[literal-required]
            await self.app(scope, receive, send)
            outcome = _Outcome.NOT_TO_BE_KEPT
        except MarketplaceError:
            # What is refused is answered further out, and is no more kept than other answers.
            outcome = _Outcome.NOT_TO_BE_KEPT
            raise
        finally:
            slot.end(outcome)
            if self.pages.loading.get(slot.key) is slot:
                del self.pages.loading[slot.key]


async def _send(ready: Ready, scope: Scope, send: Send) -> None:
    known = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
    if known and ready.is_known(known.decode("latin-1")):
        status, headers, body = 304, ready.not_modified, b""
    else:
        status, headers, body = 200, ready.in_full, ready.body
    await say(send, status, headers, body)
