"""Orders: placed, confirmed, moved and followed, a module for each phase of their life."""

from .confirming import AskGuest, ConfirmingService
from .following import (
    ListedOrder,
    OrderInHand,
    OrderService,
    TrackedOrder,
)
from .moving import (
    MOST_AT_ONCE,
    Back,
    MovedOrder,
    MoveOrder,
    MoveOrders,
    MovingService,
    TooManyOrders,
    move,
)
from .placing import PlacedOrder, PlaceOrder, PlacingService
from .pricing import Priced, Wish, merged, priced, short_of
from .quoting import Fee, Quote, QuoteService
from .seeking import SeekingService, SeekOrder

__all__ = [
    "MOST_AT_ONCE",
    "AskGuest",
    "Back",
    "ConfirmingService",
    "Fee",
    "ListedOrder",
    "MoveOrder",
    "MoveOrders",
    "MovedOrder",
    "MovingService",
    "OrderInHand",
    "OrderService",
    "PlaceOrder",
    "PlacedOrder",
    "PlacingService",
    "Priced",
    "Quote",
    "QuoteService",
    "SeekOrder",
    "SeekingService",
    "TooManyOrders",
    "TrackedOrder",
    "Wish",
    "merged",
    "move",
    "priced",
    "short_of",
]
