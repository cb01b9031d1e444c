"""Quotes: what an order would cost and what would refuse it, while nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.domain.delivery import CityMissing, CityNotServed, Fee, total_with
from marketplace.domain.errors import Form, MarketplaceError
from marketplace.domain.merchants import Merchant, StoreOnHoliday
from marketplace.domain.money import Money
from marketplace.domain.orders import total_of
from marketplace.domain.text import line

from ..merchants import leading_on, store_address
from ..ports import Clock, Views
from .pricing import COST_OF_ITEMS, Priced, Wish, below_minimum, merged, priced, short_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """
    Lines at what they cost today, and what would refuse an order of all that was asked for.

    What is not for sale is no line, and one of the ``refusals``. So is a city that is not served:
    then no fee of it is known.
    """

    store: Merchant
    lines: tuple[Priced, ...]
    fees: tuple[Fee, ...]
    subtotal: Money
    total: Money
    accepting_orders: bool
    reopens_at: datetime | None
    refusals: tuple[MarketplaceError, ...]


@dataclass(frozen=True, slots=True)
class QuoteService:
    """Told by the same rules as an order."""

    views: Views
    clock: Clock

    async def quote(self, username: str, items: Sequence[Wish], city: str = "") -> Quote:
        """What a guest in this city would pay; raises ``StoreNotFound`` or ``StoreMoved``."""
        wishes, address = merged(items), store_address(username)
        with Form() as form:
            where = form.read("city", line(100, at_least=0), city)
        async with leading_on(self.views, address):
            store = (await self.views.store(address)).merchant
        ids = list({product_id for product_id, _ in wishes})
        products = await self.views.products_on_sale(store.id, ids)
        lines, refusals = priced(wishes, products, store.id)
        goods = [each.written_down() for each in lines]
        with COST_OF_ITEMS:
            subtotal = total_of(goods) if goods else Money.zero(store.currency)
        fees: tuple[Fee, ...] = ()
        open_now = store.accepts_orders(self.clock.now())
        if not open_now:
            refusals.append(StoreOnHoliday(reopens_at=store.closed_until))
        if short := short_of(lines):
            refusals.append(short)
        try:
            fees = store.fees(subtotal, where)
        except (CityNotServed, CityMissing) as refusal:
            refusals.append(refusal)
        if few := below_minimum(subtotal, store):
            refusals.append(few)
        with COST_OF_ITEMS:
            total = total_with(subtotal, fees)
        return Quote(
            store=store,
            lines=tuple(lines),
            fees=fees,
            subtotal=subtotal,
            total=total,
            accepting_orders=open_now,
            reopens_at=None if open_now else store.closed_until,
            refusals=tuple(refusals),
        )
