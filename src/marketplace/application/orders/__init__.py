"""Orders: placed, confirmed, moved and followed, a module for each phase of their life."""

from .confirming import AskGuest, ConfirmingService
from .finding import BadDay, EndsBeforeItBegins, FindOrders, TooManyDays
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
from .papers import PaperService
from .placing import PlacedOrder, PlaceOrder, PlacingService
from .pricing import Priced, Wish, merged, priced, short_of
from .quoting import Fee, Quote, QuoteService

__all__ = [
    "MOST_AT_ONCE",
    "AskGuest",
    "Back",
    "BadDay",
    "ConfirmingService",
    "EndsBeforeItBegins",
    "Fee",
    "FindOrders",
    "ListedOrder",
    "MoveOrder",
    "MoveOrders",
    "MovedOrder",
    "MovingService",
    "OrderInHand",
    "OrderService",
    "PaperService",
    "PlaceOrder",
    "PlacedOrder",
    "PlacingService",
    "Priced",
    "Quote",
    "QuoteService",
    "TooManyDays",
    "TooManyOrders",
    "TrackedOrder",
    "Wish",
    "merged",
    "move",
    "priced",
    "short_of",
]
