"""
The front of a store, told before anybody looks for a route.

It is asked for more often than everything else together, and to find its route, and the parameters
that nobody gave, takes longer than to tell it. It is the use case of that route, in its words; what
is more than a plain look at a store that is there goes on to the route itself.
"""

from typing import Generic, TypeVar

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from marketplace.application.ports import Paging, Site
from marketplace.application.storefront import StorefrontService
from marketplace.domain.merchants import StoreMoved

from .page_cache import share
from .storefront import StorePageOut, front_of

App = TypeVar("App", bound=ASGIApp)

_PATH = "/api/store/"
_TEMPLATE = "/api/store/{username}"


class Front(Generic[App]):
    """An ASGI application around an ASGI application."""

    def __init__(self, app: App, storefront: StorefrontService, site: Site) -> None:
        self.app, self.storefront, self.site = app, storefront, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        username = _looked_at(scope)
        if username is None:
            await self.app(scope, receive, send)
            return
        scope["path_template"] = _TEMPLATE
        try:
            page = await self.storefront.page(username, Paging())
        except StoreMoved:
            # The route knows how to lead there.
            await self.app(scope, receive, send)
            return
        body = StorePageOut.encoded(page, self.site, front_of(username))
        await share(body, scope, send, page.store.id, until=page.reopens_at)


def _looked_at(scope: Scope) -> str | None:
    """The store whose front is asked for, and nothing else."""
    if (
        scope["type"] != ScopeType.HTTP
        or scope["method"] != "GET"
        or scope["query_string"]
        or scope.get("root_path")
        or not scope["path"].startswith(_PATH)
    ):
        return None
    username = scope["path"][len(_PATH) :]
    return None if not username or "/" in username else username
