"""
Whatever many people do to many orders, the books are right: a machine that tries.

It goes through the use cases alone, so that it runs on any memory; ``a_world`` says on which.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from types import TracebackType
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from marketplace.application.marketplace import Marketplace
from marketplace.application.orders import (
    AskGuest,
    Back,
    CancelOrder,
    EditOrder,
    MoveOrder,
    MoveOrders,
    RefundOrder,
    TakeOrder,
    Wish,
)
from marketplace.application.ports import BeginUnitOfWork, Paging, UnitOfWork
from marketplace.application.stock import AdjustStock
from marketplace.domain.audit import Action
from marketplace.domain.errors import Conflict, InvalidFields, RuleBroken
from marketplace.domain.events import Event
from marketplace.domain.orders import (
    ConfirmationAttempted,
    Happening,
    Order,
    OrderEdited,
    OrderId,
    OrderMoved,
    OrderPlaced,
    OrderRefunded,
    OrderStatus,
    Outcome,
    Party,
)
from marketplace.domain.products import ProductId
from tests.unit.domain.test_orders import STATUSES, THE_CONTRACT
from tests.unit.world import World

PROMISED = ("pending", "confirmed", "preparing")
AWAY = ("shipped", "delivery_failed", "delivered")
ALLOWED = {(was, now, who) for was, now, parties, *_ in THE_CONTRACT for who in parties.split()}
CAN_GO = {
    was: {now for at, now, who in ALLOWED if (at, who) == (was, "merchant")} for was in STATUSES
}
AHEAD = ("confirmed", "shipped", "delivered", "returned")
AMOUNTS = ("0", "0.01", "7.50", "20", "1000")
NAMES = {each: name for _, each, _, _, name in THE_CONTRACT} | {"pending": "OrderReopened"}

BOOKED = (
    Action.ORDER_PLACED,
    Action.ORDER_TAKEN,
    Action.ORDER_MOVED,
    Action.ORDER_EDITED,
    Action.ORDER_REFUNDED,
)

quantities = st.integers(0, 3)
some = st.integers(0, 10**6)
"""Which of the orders there are."""


class Recorded:
    """A unit of work that remembers which events its orders were stored with, once they are."""

    def __init__(self, inner: Any, kept: list[Event]) -> None:
        self._inner, self._kept = inner, kept

    async def __aenter__(self) -> UnitOfWork:
        market: Any = await self._inner.__aenter__()
        self._said: list[Event] = []
        market.orders = _Listening(market.orders, self._said)
        return market  # type: ignore[no-any-return]

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)
        if error is None:
            self._kept += self._said


class _Listening:
    def __init__(self, orders: Any, said: list[Event]) -> None:
        self._orders, self._said = orders, said

    def __getattr__(self, name: str) -> Any:
        return getattr(self._orders, name)

    async def add(self, order: Order, /, *happened: Event) -> None:
        await self._orders.add(order, *happened)
        self._said += happened

    async def add_all(self, orders: Sequence[Order], /, *happened: Event) -> None:
        await self._orders.add_all(orders, *happened)
        self._said += happened

    async def save(self, order: Order, /, *happened: Event) -> None:
        await self._orders.save(order, *happened)
        self._said += happened

    async def revise(self, order: Order, /, *happened: Event) -> None:
        await self._orders.revise(order, *happened)
        self._said += happened


def recorded(begin: BeginUnitOfWork, kept: list[Event]) -> BeginUnitOfWork:
    return lambda: Recorded(begin(), kept)


class LifeOfOrders(RuleBasedStateMachine):
    """Two products, one store, many hands."""

    def a_world(self, runner: asyncio.Runner) -> AbstractContextManager[World]:
        """A marketplace of its own, for as long as this machine runs."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.runner = self.stack.enter_context(asyncio.Runner())
        self.world: World = self.stack.enter_context(self.a_world(self.runner))
        self.kept: list[Event] = []
        ports = replace(self.world.ports, begin=recorded(self.world.ports.begin, self.kept))
        self.world.ports, self.world.marketplace = ports, Marketplace(ports)
        self.market = self.world.marketplace
        self.orders: list[OrderId] = []
        self.tokens: dict[OrderId, str] = {}
        self.damaged: dict[ProductId, int] = defaultdict(int)
        self.run(self._open())

    async def _open(self) -> None:
        self.boss = await self.world.an_admin()
        self.mona = await self.world.a_merchant()
        self.products = [
            await self.world.a_product(self.mona, price="10.00", stock=stock) for stock in (4, 6)
        ]
        self.bought: dict[ProductId, int] = dict(zip(self.products, (4, 6), strict=True))
        placed = await self.world.an_order(self.mona, *self.wishes(2, 1))
        self.orders.append(placed.order.id)
        self.tokens[placed.order.id] = placed.tracking_token

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(doing)

    def attempt(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """What came of it; whatever was refused must have changed nothing."""
        before = self.run(self._seen())
        try:
            return self.run(doing)
        except (Conflict, RuleBroken, InvalidFields):
            assert self.run(self._seen()) == before
            return None

    async def _seen(self) -> tuple[list[Order], list[tuple[int, int]], int]:
        orders = [await self.world.order(each) for each in self.orders]
        stock = [await self.world.stock(each) for each in self.products]
        return orders, stock, len(self.kept)

    def order(self, which: int) -> OrderId:
        return self.orders[which % len(self.orders)]

    def wishes(self, first: int, second: int) -> list[Wish]:
        return [
            Wish(product_id=product, quantity=quantity)
            for product, quantity in zip(self.products, (first, second), strict=True)
            if quantity
        ]

    def teardown(self) -> None:
        try:
            self.run(self._every_event_once())
        finally:
            self.stack.close()

    # What people do

    @rule(first=quantities, second=quantities)
    def a_guest_orders(self, first: int, second: int) -> None:
        wanted = self.world.an_order_for(self.mona, *self.wishes(first, second))
        if placed := self.attempt(self.market.placing.place(wanted)):
            self.orders.append(placed.order.id)
            self.tokens[placed.order.id] = placed.tracking_token

    @rule(
        first=quantities,
        second=quantities,
        confirmed=st.booleans(),
        discount=st.sampled_from((None, *AMOUNTS)),
    )
    def the_merchant_takes_an_order(
        self, first: int, second: int, confirmed: bool, discount: str | None
    ) -> None:
        wanted = TakeOrder(
            acting=self.mona.actor,
            customer_name="نورة",
            customer_phone="0501234567",
            address="حي",
            items=self.wishes(first, second),
            confirmed=confirmed,
            discount=discount,
        )
        if taken := self.attempt(self.market.taking.take(wanted)):
            self.orders.append(taken.order.id)
            self.tokens[taken.order.id] = taken.tracking_url.rpartition("/")[2]

    @rule(which=some, outcome=st.sampled_from(Outcome))
    def the_merchant_asks(self, which: int, outcome: str) -> None:
        wanted = AskGuest(acting=self.mona.actor, order_id=self.order(which), outcome=outcome)
        self.attempt(self.market.confirming.ask(wanted))

    @rule(which=some, confirms=st.booleans())
    def the_guest_answers(self, which: int, confirms: bool) -> None:
        token, confirming = self.tokens[self.order(which)], self.market.confirming
        answer = confirming.confirm_by_guest if confirms else confirming.cancel_by_guest
        self.attempt(answer(token))

    @rule(
        which=some,
        further=st.booleans(),
        status=st.sampled_from(OrderStatus),
        back=st.one_of(st.booleans(), st.tuples(quantities, quantities)),
        amount=st.sampled_from((None, *AMOUNTS)),
        at_least=st.booleans(),
    )
    def the_merchant_moves(
        self,
        which: int,
        further: bool,
        status: OrderStatus,
        back: bool | tuple[int, int],
        amount: str | None,
        at_least: bool,
    ) -> None:
        before = self.run(self.world.order(self.order(which)))
        allowed = before.allowed(Party.MERCHANT, self.world.clock.now())
        if further and allowed:
            status = allowed[which % len(allowed)]
        restock: bool | list[Back] = True
        if isinstance(back, bool):
            restock = back
        else:
            restock = [
                Back(variant_id=line.variant_id, quantity=min(line.quantity, units))
                for line, units in zip(before.lines, back, strict=False)
            ]
        wanted = MoveOrder(
            acting=self.mona.actor,
            order_id=before.id,
            status=status,
            reason="damaged",
            restock=restock,
            amount_collected=amount if status is OrderStatus.DELIVERED else None,
            amount_refunded=amount if status is OrderStatus.RETURNED and at_least else None,
        )
        moved = self.attempt(self.market.moving.move(wanted))
        if moved and before.status is not moved.order.status is OrderStatus.RETURNED:
            self._came_back(before, restock)

    @rule(which=some, steps=st.sampled_from((4, 3, 2, 1)), damaged=st.booleans())
    def the_merchant_sees_it_through(self, which: int, steps: int, damaged: bool) -> None:
        """As most orders go, and some parcels come back."""
        for _ in range(steps):
            before = self.run(self.world.order(self.order(which)))
            allowed = before.allowed(Party.MERCHANT, self.world.clock.now())
            ahead = [each for each in AHEAD if each in allowed]
            if not ahead:
                return
            restock = not damaged
            wanted = MoveOrder(
                acting=self.mona.actor, order_id=before.id, status=ahead[0], restock=restock
            )
            moved = self.attempt(self.market.moving.move(wanted))
            if moved and moved.order.status is OrderStatus.RETURNED:
                self._came_back(before, restock)

    @rule(which=some)
    def the_merchant_tries_what_no_table_has(self, which: int) -> None:
        order = self.run(self.world.order(self.order(which)))
        for status in sorted(set(STATUSES) - CAN_GO[order.status] - {order.status}):
            wanted = MoveOrder(
                acting=self.mona.actor, order_id=order.id, status=status, reason="refused"
            )
            assert self.attempt(self.market.moving.move(wanted)) is None, "only as the table says"

    @rule(first=some, second=some, status=st.sampled_from(OrderStatus))
    def the_merchant_moves_two(self, first: int, second: int, status: OrderStatus) -> None:
        keys = [self.order(first), self.order(second)]
        before = {each: self.run(self.world.order(each)) for each in keys}
        wanted = MoveOrders(
            acting=self.mona.actor, order_ids=keys, status=status, reason="refused", restock=False
        )
        for each in self.attempt(self.market.moving.move_many(wanted)):
            was = before[each.order_id]
            if each.order and was.status is not each.order.status is OrderStatus.RETURNED:
                self._came_back(was, False)

    @rule(
        which=some,
        lines=st.tuples(quantities, quantities) | st.none(),
        discount=st.sampled_from((None, None, None, "", *AMOUNTS)),
        reprice=st.booleans(),
    )
    def the_merchant_edits(
        self, which: int, lines: tuple[int, int] | None, discount: str | None, reprice: bool
    ) -> None:
        wanted = EditOrder(
            acting=self.mona.actor,
            order_id=self.order(which),
            items=self.wishes(*lines) if lines else None,
            discount=discount,
            reprice=reprice,
            note=f"{which}",
        )
        self.attempt(self.market.editing.edit(wanted))

    @rule(which=some, amount=st.sampled_from(AMOUNTS))
    def the_merchant_counts_what_was_collected_again(self, which: int, amount: str) -> None:
        wanted = EditOrder(
            acting=self.mona.actor, order_id=self.order(which), amount_collected=amount
        )
        self.attempt(self.market.editing.edit(wanted))

    @rule(which=some, amount=st.sampled_from(AMOUNTS))
    def the_merchant_pays_back(self, which: int, amount: str) -> None:
        wanted = RefundOrder(
            acting=self.mona.actor, order_id=self.order(which), amount=amount, reason="broken"
        )
        self.attempt(self.market.paying.refund(wanted))

    @rule(which=some)
    def an_admin_cancels(self, which: int) -> None:
        wanted = CancelOrder(acting=self.boss, order_id=self.order(which), reason="fraud")
        self.attempt(self.market.moving.cancel_by_admin(wanted))

    @rule(which=st.integers(0, 1), by=st.integers(-3, 3).filter(bool))
    def the_merchant_counts(self, which: int, by: int) -> None:
        product = self.products[which]
        wanted = AdjustStock(
            acting=self.mona.actor, product_id=product, adjust=by, reason="correction"
        )
        if self.attempt(self.market.stock.adjust(wanted)):
            self.bought[product] += by

    @rule(hours=st.sampled_from((1, 49, 200)))
    def time_passes(self, hours: int) -> None:
        self.world.clock.pass_(timedelta(hours=hours))
        self.run(self.market.confirming.expire_due())

    def _came_back(self, order: Order, restock: bool | list[Back]) -> None:
        whole = {} if isinstance(restock, bool) else {b.variant_id: b.quantity for b in restock}
        for line in order.lines:
            back = (
                (line.quantity if restock else 0)
                if isinstance(restock, bool)
                else (whole.get(line.variant_id, 0))
            )
            self.damaged[line.product_id] += line.quantity - back

    # What is true all the time

    @invariant()
    def the_books_are_right(self) -> None:
        self.run(self._books())

    async def _books(self) -> None:
        orders = [await self.world.order(each) for each in self.orders]
        for product in self.products:
            on_hand, reserved = await self.world.stock(product)
            ledger = await self._ledger(product)
            promised = units(orders, product, PROMISED)
            assert reserved == promised, "what is promised is what open orders hold"
            assert 0 <= reserved <= on_hand, "no unit is sold twice"
            assert ledger == (on_hand, reserved), "the ledger adds up to what there is"
            away = units(orders, product, AWAY)
            assert on_hand + away + self.damaged[product] == self.bought[product], "none gets lost"
        for order in orders:
            self._one(order)

    async def _ledger(self, product: ProductId) -> tuple[int, int]:
        paging, on_hand, reserved = Paging(limit=100), 0, 0
        while True:
            page = await self.market.stock.movements(self.mona.actor, product, paging)
            on_hand += sum(each.on_hand for each in page.items)
            reserved += sum(each.reserved for each in page.items)
            if page.next is None:
                return on_hand, reserved
            paging = Paging(limit=100, after=page.next)

    def _one(self, order: Order) -> None:
        moves = [each for each in order.timeline if each.event is Happening.MOVED]
        steps = pairwise(moves)
        assert moves[-1].status is order.status
        assert all((a.status, b.status, b.by) in ALLOWED for a, b in steps), "as the table says"
        off = order.discount.minor if order.discount else 0
        cost = sum(each.unit_price.minor * each.quantity for each in order.lines)
        assert order.total.minor == cost - off, "it costs what its lines do"
        back = sum(each.amount.minor for each in order.refunds)
        collected = order.amount_collected.minor if order.amount_collected else 0
        assert 0 <= back <= collected <= order.total.minor, "nobody pays or gets back too much"
        paid = "refunded" if back == collected else "partially_refunded" if back else "collected"
        assert order.payment_status == (paid if collected else "unpaid"), "paid as the sums say"
        assert order.retries <= 3

    async def _every_event_once(self) -> None:
        booked = await self._booked()
        for key in self.orders:
            order = await self.world.order(key)
            of_it: list[Any] = [each for each in self.kept if getattr(each, "order_id", 0) == key]
            told = [each for each in of_it if isinstance(each, OrderPlaced | OrderMoved)]
            moves = [each for each in order.timeline if each.event is Happening.MOVED]
            named = ["OrderPlaced", *(NAMES[each.status] for each in moves[1:])]
            assert [type(each).__name__ for each in told] == named, "every event once"
            counts = {
                kind: sum(isinstance(each, kind) for each in of_it)
                for kind in (OrderEdited, OrderRefunded, ConfirmationAttempted)
            }
            by = {kind: sum(e.event is kind for e in order.timeline) for kind in Happening}
            assert counts == {
                OrderEdited: by[Happening.EDITED],
                OrderRefunded: by[Happening.REFUNDED],
                ConfirmationAttempted: len(order.confirmation.attempts),
            }, "every event once"
            was_taken = order.source != "storefront"
            born_confirmed = was_taken and len(moves) > 1 and moves[1].at == moves[0].at
            # One that was born confirmed is one line in the book; the same moment may be chance.
            moved = booked[key, Action.ORDER_MOVED]
            chance = born_confirmed and moved == len(moves) - 2
            told_in_book = [booked[key, each] for each in BOOKED]
            assert told_in_book == [
                not was_taken,
                was_taken,
                len(moves) - 1 - chance,
                counts[OrderEdited],
                counts[OrderRefunded],
            ], "the book has every change once"

    async def _booked(self) -> dict[tuple[OrderId, Action], int]:
        counts: dict[tuple[Any, Action], int] = defaultdict(int)
        paging = Paging(limit=100)
        while True:
            page = await self.market.admin.audit_entries(self.boss, paging)
            for each in page.items:
                counts[each.subject_id, each.action] += 1
            if page.next is None:
                return counts
            paging = Paging(limit=100, after=page.next)


def units(orders: list[Order], product: ProductId, statuses: tuple[str, ...]) -> int:
    return sum(
        line.quantity
        for order in orders
        if order.status in statuses
        for line in order.lines
        if line.product_id == product
    )
