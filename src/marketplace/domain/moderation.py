"""Moderation: what an admin takes out of a store, whatever its merchant wants."""

from dataclasses import dataclass
from datetime import datetime

from .errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """
    Since when a product is taken down, and why, as its merchant is told.

    ``was_on_sale`` says that it is to be on sale again once it is restored.
    """

    at: datetime
    reason: str
    was_on_sale: bool


class ProductTakenDown(Conflict):
    """An admin has taken the product down for ``reason``: until it is restored nobody sells it."""
