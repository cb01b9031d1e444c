"""The web: the same use cases, over HTTP."""

from .app import MarketplacePlugin, create_app
from .edge import HttpOptions

__all__ = ["HttpOptions", "MarketplacePlugin", "create_app"]
