"""Confirming: asking the guest, the guest's own answer by link, and nobody's answer in time."""

import logging
from collections.abc import Collection
from dataclasses import dataclass

from marketplace.domain.accounts import Actor, digest
from marketplace.domain.errors import Conflict, Form, must_be_seen
from marketplace.domain.orders import (
    Move,
    Order,
    OrderId,
    OrderStatus,
    Outcome,
    Party,
    parse_outcome,
)
from marketplace.domain.text import line, prose

from ..ports import BeginUnitOfWork, Clock, Ids, Views
from .following import OrderInHand, TrackedOrder, in_hand, own_order, tracked
from .moving import Guest, move

AT_ONCE = 50
"""Orders that expire in one unit of work."""

STRANGER = Guest()

_log = logging.getLogger("marketplace.orders")

_FOLLOWS = {Outcome.CONFIRMED: OrderStatus.CONFIRMED, Outcome.DECLINED: OrderStatus.CANCELLED}
"""The answers that settle it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskGuest:
    """A merchant asked a guest whether they mean it, and heard ``outcome``."""

    acting: Actor
    order_id: OrderId
    outcome: str
    note: str = ""
    seen: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class ConfirmingService:
    """From placed to confirmed or given up, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def ask(self, wanted: AskGuest) -> OrderInHand:
        """
        Write down one attempt; ``confirmed`` and ``declined`` move the order as well.

        Raises ``WrongOrderStatus`` where nothing is left to ask.
        """
        with Form() as form:
            outcome = form.read("outcome", parse_outcome, wanted.outcome)
            note = form.read("note", prose(1000), wanted.note)
        now = self.clock.now()
        async with self.begin() as market:
            order, store = await own_order(market, wanted.acting, wanted.order_id)
            must_be_seen(order.version, wanted.seen)
            await market.orders.save(order, order.attempt(outcome, note, now))
            if outcome in _FOLLOWS:
                said = Move(to=_FOLLOWS[outcome], by=Party.MERCHANT, reason=outcome, note=note)
                await move(market, [order], said, self.clock, self.ids, wanted.acting)
        return in_hand(order, store, now)

    async def confirm_by_guest(self, token: str, guest: Guest = STRANGER) -> TrackedOrder:
        """Whoever has the link stands by the order; once more changes nothing."""
        return await self._by_guest(token, Move(to=OrderStatus.CONFIRMED, by=Party.GUEST), guest)

    async def cancel_by_guest(
        self, token: str, reason: str = "", guest: Guest = STRANGER
    ) -> TrackedOrder:
        """Whoever has the link wants it no more, while it has not been prepared."""
        with Form() as form:
            why = form.read("reason", line(300, at_least=0), reason)
        said = Move(to=OrderStatus.CANCELLED, by=Party.GUEST, reason=why or "by the guest")
        return await self._by_guest(token, said, guest)

    async def expire_due(self) -> int:
        """
        Give up the orders that nobody has confirmed in time; how many there were.

        Any number of processes may do it at once: each order expires once, its stock with it.
        """
        said = Move(to=OrderStatus.EXPIRED, by=Party.CLOCK)
        expired, at_once, stuck = 0, AT_ONCE, list[OrderId]()
        while True:
            due: list[Order] = []
            try:
                async with self.begin() as market:
                    due = await market.orders.hold_overdue(self.clock.now(), at_once, stuck)
                    await move(market, due, said, self.clock, self.ids, None)
            except Conflict as refused:
                # One that cannot go keeps no other: they are taken one by one, and it is left.
                if len(due) == 1:
                    stuck.append(due[0].id)
                    _log.warning("order %s cannot expire: %r", due[0].id, refused)
                at_once = 1
                continue
            expired += len(due)
            if len(due) < at_once:
                return expired

    async def _by_guest(self, token: str, said: Move, guest: Guest) -> TrackedOrder:
        async with self.begin() as market:
            order = await market.orders.hold_tracked(digest(token))
            if order.status is not said.to:
                await move(market, [order], said, self.clock, self.ids, guest)
        return tracked(await self.views.tracked(digest(token)), self.clock.now())
