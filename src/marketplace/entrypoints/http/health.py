"""Health, over HTTP: whether this process lives, and whether it can serve."""

from collections.abc import Awaitable, Callable

from litestar import Router, get

from marketplace.domain.errors import Unavailable

from .shapes import Output


class HealthOut(Output, frozen=True, kw_only=True):
    status: str


def health(ready: Callable[[], Awaitable[None]]) -> Router:
    """``ready`` raises ``Unavailable`` while a neighbour is missing."""

    @get("/live", public=True)
    async def is_live() -> HealthOut:
        """Tell whether this process answers."""
        return HealthOut(status="ok")

    @get("/ready", public=True, problems=(Unavailable,))
    async def is_ready() -> HealthOut:
        """Tell whether every neighbour answers too."""
        await ready()
        return HealthOut(status="ok")

    return Router("/health", route_handlers=[is_live, is_ready], tags=["health"])
