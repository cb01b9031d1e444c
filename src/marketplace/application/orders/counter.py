"""
The counter, where what guests order is taken: of several at once, and of each for itself.

Most of what an order costs is to go and store something. So those who come at the same moment go
together, as long as nobody else is at what they want. Whoever wants what is being held waits for it
with others who order from that store, and keeps nobody else waiting.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from marketplace.domain.accounts import Username
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.blocked_phones import OrderRefused
from marketplace.domain.errors import (
    ChangedMeanwhile,
    FieldProblem,
    Form,
    MarketplaceError,
    Unavailable,
)
from marketplace.domain.merchants import (
    BlockedPhonePolicy,
    Merchant,
    MerchantId,
    StoreNotFound,
    StoreOnHoliday,
)
from marketplace.domain.orders import Order, OrderId, OrderPlaced, total_of
from marketplace.domain.products import Product, ProductId, StockRanLow
from marketplace.domain.variants import StockMovement, StockReason

from ..gathering import Gathering
from ..once import is_attempted
from ..ports import BeginUnitOfWork, Ids, Served, UnitOfWork
from ..stock import moved_by, ran_low, written_down
from .ordering import Ordered, granted, read_ordered, reserved
from .pricing import COST_OF_ITEMS, Wishes, must_be_enough, must_be_expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What a guest wants of the store at this address, and what is wrong with it so far."""

    store: Username
    ordered: Ordered
    wishes: Wishes
    problems: Sequence[FieldProblem]
    tracking_hash: bytes
    at: datetime
    client: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An order, and the store that has it now."""

    order: Order
    store: Merchant


FEW = 20
"""Lines of an order that goes together with others: a longer one would hold them up."""

Outcome = Taken | MarketplaceError
"""The order, or why there is none."""


class OrderCounter:
    """Takes the stock and keeps the promise, or neither."""

    def __init__(self, begin: BeginUnitOfWork, ids: Ids) -> None:
        self._begin, self._ids = begin, ids
        self._free = Gathering(self._take_free)
        # As long as somebody waits there.
        self._queues: WeakValueDictionary[Username, Gathering[Slip, Outcome]] = (
            WeakValueDictionary()
        )

    async def take(self, slip: Slip) -> Taken:
        """
        Store the order that comes of it.

        Raises ``StoreNotFound``, or why the store does not take this order.
        """
        # What is part of something greater succeeds and fails with that, and with nobody else.
        if is_attempted() or len(slip.wishes) > FEW:
            [outcome] = await self._take_waiting([slip])
        else:
            try:
                outcome = await self._free.ask(slip)
            except ChangedMeanwhile as lost:
                outcome = lost
            if isinstance(outcome, ChangedMeanwhile):
                queue = self._queues.setdefault(slip.store, Gathering(self._take_waiting))
                outcome = await queue.ask(slip)
        if isinstance(outcome, Taken):
            return outcome
        raise outcome

    async def _take_free(self, slips: Sequence[Slip]) -> list[Outcome]:
        """``ChangedMeanwhile`` is the outcome where somebody else holds what a slip is about."""
        return await self._take(slips, waiting=False)

    async def _take_waiting(self, slips: Sequence[Slip]) -> list[Outcome]:
        return await self._take(slips, waiting=True)

    async def _take(self, slips: Sequence[Slip], *, waiting: bool) -> list[Outcome]:
        wanted = list({product for each in slips for product, _ in each.wishes})
        outcomes: list[Outcome] = []
        try:
            async with self._begin() as market:
                # Products before stores, as everybody holds them: nobody waits in a circle.
                market.products.foresee(wanted, waiting=waiting)
                stores = await market.merchants.hold_stores(
                    {each.store for each in slips}, waiting=waiting
                )
                products = await market.products.hold_all(wanted, waiting=waiting)
                round_ = _Round(market, self._ids, stores, products, all_there=waiting)
                outcomes = [await round_.outcome(slip) for slip in slips]
                await round_.store()
        except _NothingTaken:
            pass
        return outcomes


class _NothingTaken(Exception):
    """There is nothing to store."""


@dataclass(slots=True)
class _Round:
    """
    What is held for several slips; whoever comes later finds what is left of it.

    Unless it is ``all_there``, what is missing may be in somebody else's hands.
    """

    market: UnitOfWork
    ids: Ids
    stores: Mapping[Username, Served]
    products: Mapping[ProductId, Product]
    all_there: bool
    orders: list[Order] = field(default_factory=list)
    placed: list[OrderPlaced] = field(default_factory=list)
    moved: list[StockMovement] = field(default_factory=list)
    low: list[StockRanLow] = field(default_factory=list)
    given: Counter[MerchantId] = field(default_factory=Counter)
    booked: list[AuditEntry] = field(default_factory=list)

    async def outcome(self, slip: Slip) -> Outcome:
        try:
            return await self._taken(slip)
        except Unavailable:
            # That is no answer to a slip: whatever was held is held no more.
            raise
        except MarketplaceError as refusal:
            return refusal

    async def store(self) -> None:
        """All that was taken, or raise if nothing was."""
        if not self.orders:
            raise _NothingTaken
        await self.market.merchants.count_orders(self.given)
        if self.moved:
            products = moved_by(self.moved, self.products.values())
            await self.market.products.save_stock(products, self.moved, *self.low)
        await self.market.orders.add_all(self.orders, *self.placed)
        await self.market.audit.add_all(self.booked)

    async def _taken(self, slip: Slip) -> Taken:
        served = self.stores.get(slip.store)
        if not self.all_there and (
            served is None or any(product not in self.products for product, _ in slip.wishes)
        ):
            raise ChangedMeanwhile
        if served is None:
            raise StoreNotFound
        store, ordered = served.store, slip.ordered
        with Form(slip.problems) as form:
            customer, method, note, expected = read_ordered(form, ordered, store)
        if not store.accepts_orders(slip.at):
            raise StoreOnHoliday(reopens_at=store.closed_until)
        # Most stores have blocked nobody, and need not be asked.
        if (
            served.blocks_phones
            and store.blocked_phone_policy is BlockedPhonePolicy.REFUSE
            and await self.market.blocked_phones.is_blocked(store.id, customer.phone)
        ):
            raise OrderRefused
        lines = granted(slip.wishes, self.products, store.id)
        written = [each.written_down() for each in lines]
        with COST_OF_ITEMS:
            subtotal = total_of(written)
            fees = store.fees(subtotal, customer.city)
            must_be_expected(expected, subtotal, fees)
        must_be_enough(subtotal, store)
        order, placed = Order.place(
            id=OrderId(self.ids.new()),
            merchant_id=store.id,
            number=served.number + self.given[store.id],
            customer=customer,
            method=method,
            note=note,
            lines=written,
            fees=fees,
            tracking_hash=slip.tracking_hash,
            confirm_within=timedelta(hours=store.confirm_within_hours),
            at=slip.at,
        )
        # From here on nothing is refused: what one order has taken is not there for the next.
        moved = written_down(
            reserved(lines),
            StockReason.ORDER_PLACED,
            self.ids,
            at=slip.at,
            reference=order.id,
        )
        self.low += ran_low((each.product for each in lines), moved)
        self.moved += moved
        self.given[store.id] += 1
        self.orders.append(order)
        self.placed.append(placed)
        self.booked.append(self._booked(order, slip))
        return Taken(order=order, store=store)

    def _booked(self, order: Order, slip: Slip) -> AuditEntry:
        """Where it came from: that is all anybody knows of a guest."""
        return AuditEntry.of(
            Action.ORDER_PLACED,
            id=AuditEntryId(self.ids.new()),
            at=slip.at,
            actor=None,
            subject_type="order",
            subject_id=order.id,
            after={"status": order.status, "source": order.source, "total": order.total.amount},
            address=slip.client,
            request_id=slip.request_id,
        )
