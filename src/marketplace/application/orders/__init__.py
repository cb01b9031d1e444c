"""Orders: placed, confirmed, moved and followed, a module for each phase of their life."""

from .confirming import AskGuest, ConfirmingService
from .counter import OrderCounter
from .editing import EditingService, EditOrder
from .finding import BadDay, BeginsAfterToday, EndsBeforeItBegins, FindOrders, TooManyDays
from .following import (
    ListedOrder,
    OrderInHand,
    OrderService,
    TrackedOrder,
)
from .moving import (
    MOST_AT_ONCE,
    Back,
    CancelledOrder,
    CancelOrder,
    Guest,
    MovedOrder,
    MoveOrder,
    MoveOrders,
    MovingService,
    TooManyOrders,
    move,
)
from .papers import PaperService
from .paying import PayingService, RefundOrder
from .placing import PlacedOrder, PlaceOrder, PlacingService
from .pricing import Priced, Wish, merged, priced, short_of
from .quoting import Quote, QuoteService
from .seeking import SeekingService, SeekOrder
from .taking import TakenOrder, TakeOrder, TakingService

__all__ = [
    "MOST_AT_ONCE",
    "AskGuest",
    "Back",
    "BadDay",
    "BeginsAfterToday",
    "CancelOrder",
    "CancelledOrder",
    "ConfirmingService",
    "EditOrder",
    "EditingService",
    "EndsBeforeItBegins",
    "FindOrders",
    "Guest",
    "ListedOrder",
    "MoveOrder",
    "MoveOrders",
    "MovedOrder",
    "MovingService",
    "OrderCounter",
    "OrderInHand",
    "OrderService",
    "PaperService",
    "PayingService",
    "PlaceOrder",
    "PlacedOrder",
    "PlacingService",
    "Priced",
    "Quote",
    "QuoteService",
    "RefundOrder",
    "SeekOrder",
    "SeekingService",
    "TakeOrder",
    "TakenOrder",
    "TakingService",
    "TooManyDays",
    "TooManyOrders",
    "TrackedOrder",
    "Wish",
    "merged",
    "move",
    "priced",
    "short_of",
]
