"""Orders on paper: a sheet of all that are looked for, and the slips that go into the parcels."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from marketplace.domain.accounts import Actor, Locale
from marketplace.domain.errors import Form
from marketplace.domain.merchants import MerchantId
from marketplace.domain.order_sheets import By, heading, written
from marketplace.domain.orders import OrderId, OrderNotFound
from marketplace.domain.text import Missing, word

from ..merchants import selling
from ..ports import OrderSelection, OrderSlip, Paging, Views
from .finding import FindOrders
from .moving import MOST_AT_ONCE, TooManyOrders

STRETCH = 500
"""Orders that are read at once for a sheet: a search is done again for each stretch."""
AT_A_GO = 10
"""Orders that are written before others have their turn."""


@dataclass(frozen=True, slots=True)
class PaperService:
    """Orders on paper, one method per use case."""

    views: Views

    def sheet(
        self, acting: Actor, wanted: FindOrders, by: str, locale: Locale
    ) -> AsyncIterator[str]:
        """
        A CSV, in pieces. What is wrong with the question is said before the first of them.

        Each piece is read when it is asked for: nobody holds a connection for a slow reader.
        """
        merchant_id = selling(acting)
        with Form() as form:
            row = form.read("by", word(By), by)
        return self._pieces(merchant_id, wanted.selection(), row, locale)

    async def _pieces(
        self, merchant_id: MerchantId, selection: OrderSelection, by: By, locale: Locale
    ) -> AsyncIterator[str]:
        yield heading(by, locale)
        paging: Paging | None = Paging(limit=STRETCH)
        while paging is not None:
            page = await self.views.dated_orders(merchant_id, selection, paging)
            for begin in range(0, len(page.items), AT_A_GO):
                some = page.items[begin : begin + AT_A_GO]
                yield written(((each.order, each.placed) for each in some), by, locale)
                # Writing is work for the processor, and whoever is sent it may not keep us waiting.
                await asyncio.sleep(0)
            paging = Paging(limit=STRETCH, after=page.next) if page.next else None

    async def slip(self, acting: Actor, order_id: OrderId) -> OrderSlip:
        """What goes into one parcel, or ``OrderNotFound``."""
        [slip] = await self.slips(acting, [order_id])
        return slip

    async def slips(self, acting: Actor, order_ids: Sequence[OrderId]) -> list[OrderSlip]:
        """What goes into up to 100 parcels, in this order; all of them, or ``OrderNotFound``."""
        merchant_id = selling(acting)
        with Form() as form:
            if not order_ids:
                form.refuse("ids", Missing())
            if len(order_ids) > MOST_AT_ONCE:
                form.refuse("ids", TooManyOrders(at_most=MOST_AT_ONCE))
        each = dict.fromkeys(order_ids)
        found = {slip.order.id: slip for slip in await self.views.slips(merchant_id, list(each))}
        if len(found) < len(each):
            raise OrderNotFound
        return [found[order_id] for order_id in each]
