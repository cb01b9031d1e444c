"""Orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.orders import Order, OrderId

from .repository import Repository


class Orders(Repository[OrderId, Order], Protocol):
    """Every order with its lines and its timeline."""

    async def add_all(self, orders: Sequence[Order], /, *happened: Event) -> None:
        """Like ``add`` for many, in one statement for all."""
        ...

    async def hold_tracked(self, tracking_hash: bytes, /) -> Order:
        """The order one of whose links this is, held, or ``OrderNotFound``."""
        ...

    async def numbered(self, merchant_id: MerchantId, number: int, /) -> Order:
        """The order a store knows by this number, or ``OrderNotFound``."""
        ...

    async def link(self, order_id: OrderId, tracking_hash: bytes, at: datetime, /) -> None:
        """One link more that leads to this order; once more changes nothing."""
        ...

    async def unlink(self, order_id: OrderId, /) -> None:
        """None of the links that were added to this order leads there any more."""
        ...

    async def hold_overdue(
        self, at: datetime, limit: int, but: Sequence[OrderId] = (), /
    ) -> list[Order]:
        """Pending orders that nobody confirmed in time, held; those somebody holds are left out."""
        ...

    async def revise(self, order: Order, /, *happened: Event) -> None:
        """Save an order whose lines are others, or of other numbers, than they were."""
        ...

    async def open_of(self, merchant_id: MerchantId, /) -> list[OrderId]:
        """The orders of a merchant that somebody still has to do something about."""
        ...
