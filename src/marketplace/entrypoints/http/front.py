"""
What the public does most often, done before anybody looks for a route.

The front of a store is asked for more often than everything else together, and nothing is to go
quicker than an order. To find their routes, and the parameters that nobody gave, takes longer than
to answer. Both are the use cases of those routes, in their words; what is more than a plain look at
a store that is there, or a plain order, goes on to the route itself.
"""

import re
from typing import Generic, TypeVar

from litestar.enums import ScopeType
from litestar.serialization import encode_json
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from marketplace.application.orders import PlacingService
from marketplace.application.ports import Paging, Site
from marketplace.application.storefront import StorefrontService
from marketplace.domain.merchants import StoreMoved

from .edge import once_more, request_id, say
from .guest_orders import PlacedOrderOut, PlaceOrderIn
from .page_cache import share
from .shapes import read_json
from .storefront import StorePageOut, front_of

App = TypeVar("App", bound=ASGIApp)

MOST_BODY = 256 * 1024
"""Bytes that a request may bring."""

_STORE = "/api/store/"
_LENGTH = re.compile(rb"[0-9]{1,7}")
_NOT_PLAIN = {b"transfer-encoding", b"idempotency-key"}


class Front(Generic[App]):
    """An ASGI application around an ASGI application."""

    def __init__(
        self, app: App, storefront: StorefrontService, placing: PlacingService, site: Site
    ) -> None:
        self.app, self.storefront, self.placing, self.site = app, storefront, placing, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
        elif (store := _looked_at(scope)) is not None:
            await self._show(store, scope, receive, send)
        elif (store := _ordered_from(scope)) is not None:
            await self._take(store, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _show(self, store: str, scope: HTTPScope, receive: Receive, send: Send) -> None:
        scope["path_template"] = "/api/store/{username}"
        try:
            page = await self.storefront.page(store, Paging())
        except StoreMoved:
            # The route knows how to lead there.
            await self.app(scope, receive, send)
            return
        body = StorePageOut.encoded(page, self.site, front_of(store))
        await share(body, scope, send, page.store.id, until=page.reopens_at)

    async def _take(self, store: str, scope: HTTPScope, receive: Receive, send: Send) -> None:
        scope["path_template"] = "/api/store/{username}/orders"
        said = await _whole(receive)
        if len(said) > MOST_BODY:
            # It is longer than was said, and the route has an answer to that.
            await self.app(scope, once_more(said, receive), send)
            return
        client = scope["client"]
        try:
            wanted = read_json(said or b"{}", PlaceOrderIn).wanted(
                store, client[0] if client else None, request_id.get()
            )
            placed = await self.placing.place(wanted)
        except StoreMoved:
            await self.app(scope, once_more(said, receive), send)
            return
        body = encode_json(PlacedOrderOut.of_guest(placed))
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        await say(send, 201, headers, body)


def _looked_at(scope: HTTPScope) -> str | None:
    """The store whose front is asked for, and nothing else."""
    return _named(scope, "GET", "")


def _ordered_from(scope: HTTPScope) -> str | None:
    """The store that something plain is ordered from."""
    store = _named(scope, "POST", "/orders")
    return store if store is not None and _is_plain(scope) else None


def _named(scope: HTTPScope, method: str, rest: str) -> str | None:
    """The store at whose address, and a rest, something is asked without more ado."""
    path = scope["path"]
    if (
        scope["method"] != method
        or scope["query_string"]
        or scope.get("root_path")
        or not path.startswith(_STORE)
        or not path.endswith(rest)
    ):
        return None
    name = path[len(_STORE) : len(path) - len(rest)]
    return None if not name or "/" in name else name


def _is_plain(scope: HTTPScope) -> bool:
    """JSON of a length that was said beforehand, and that may be sent once only."""
    lengths, kinds = [], []
    for name, value in scope["headers"]:
        if name == b"content-length":
            lengths.append(value)
        elif name == b"content-type":
            kinds.append(value)
        elif name in _NOT_PLAIN:
            return False
    return (
        kinds == [b"application/json"]
        and len(lengths) == 1
        and _LENGTH.fullmatch(lengths[0]) is not None
        and int(lengths[0]) <= MOST_BODY
    )


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > MOST_BODY:
            return body
