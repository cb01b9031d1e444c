"""Moving an order along its table, with its stock, its timeline and its line in the audit book."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from marketplace.domain.accounts import Actor, Role
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId, Facts
from marketplace.domain.errors import (
    BadValue,
    Conflict,
    Form,
    InvalidFields,
    MarketplaceError,
    NotFound,
    RuleBroken,
    must_be_seen,
)
from marketplace.domain.merchants import Merchant
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    Move,
    NotInOrder,
    Order,
    OrderCancelled,
    OrderExpired,
    OrderId,
    OrderMoved,
    OrderReopened,
    OrderReturned,
    OrderShipped,
    OrderStatus,
    Party,
    StockEffect,
)
from marketplace.domain.text import Missing, line, prose, word
from marketplace.domain.variants import (
    StockMovement,
    StockReason,
    VariantId,
)

from ..ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    UnitOfWork,
)
from ..stock import keep_stock, written_down
from .following import OrderInHand, in_hand, own_order
from .pricing import Priced, must_be_there

MOST_AT_ONCE = 100
"""Orders that are moved by one call."""


class TooManyOrders(BadValue):
    """At most ``at_most`` at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """So many units of a variant came back whole."""

    variant_id: VariantId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOrder:
    """
    A merchant moves an order. The amounts are decimals of the order's currency.

    ``restock`` says whether what was returned goes on the shelf again, or which units of it.
    """

    acting: Actor
    order_id: OrderId
    status: str
    reason: str = ""
    note: str = ""
    tracking_number: str = ""
    courier: str = ""
    amount_collected: str | None = None
    amount_refunded: str | None = None
    restock: bool | Sequence[Back] = True
    seen: Collection[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOrders:
    """The same move for many orders."""

    acting: Actor
    order_ids: Sequence[OrderId]
    status: str
    reason: str = ""
    note: str = ""
    courier: str = ""
    restock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOrder:
    """What became of one of many: the order as it is now, or why it was refused."""

    order_id: OrderId
    order: Order | None = None
    allowed_transitions: tuple[OrderStatus, ...] = ()
    refused: MarketplaceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who is not signed in: from where they ask, and in which request."""

    address: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """An admin takes an order off the hands of its merchant."""

    acting: Actor
    order_id: OrderId
    reason: str
    seen: Collection[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledOrder:
    """An order as an admin sees it, with what they can do about it."""

    order: Order
    allowed_transitions: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True)
class MovingService:
    """How an order gets from one status to another, one method per use case."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids

    async def move(self, wanted: MoveOrder) -> OrderInHand:
        """
        Bring an order to another status, its stock with it. The same status again does nothing.

        Raises ``WrongOrderStatus``, which says what is allowed, or ``OutOfStock`` on reopening.
        """
        async with self.begin() as market:
            order, store = await own_order(market, wanted.acting, wanted.order_id)
            said = _said(wanted, order, store)
            # What is so already may be said again, whatever has been seen (RFC 9110, 13.1.1).
            if said.to is not order.status:
                must_be_seen(order.version, wanted.seen)
                await move(market, [order], said, self.clock, self.ids, wanted.acting)
        return in_hand(order, store, self.clock.now())

    async def move_many(self, wanted: MoveOrders) -> list[MovedOrder]:
        """
        Bring many orders to another status, each on its own: one that cannot go stops no other.

        Raises ``InvalidFields`` for what is wrong with all of them.
        """
        keys = list(dict.fromkeys(wanted.order_ids))
        with Form() as form:
            if not keys:
                form.refuse("ids", Missing())
            if len(keys) > MOST_AT_ONCE:
                form.refuse("ids", TooManyOrders(at_most=MOST_AT_ONCE))
            form.read("status", word(OrderStatus), wanted.status)
        results = []
        for key in keys:
            said = MoveOrder(
                acting=wanted.acting,
                order_id=key,
                status=wanted.status,
                reason=wanted.reason,
                note=wanted.note,
                courier=wanted.courier,
                restock=wanted.restock,
            )
            try:
                seen = await self.move(said)
                moved = MovedOrder(
                    order_id=key, order=seen.order, allowed_transitions=seen.allowed_transitions
                )
            except (NotFound, Conflict, RuleBroken, InvalidFields) as refused:
                moved = MovedOrder(order_id=key, refused=refused)
            results.append(moved)
        return results

    async def cancel_by_admin(self, wanted: CancelOrder) -> CancelledOrder:
        """
        Cancel what has not been shipped, whoever's it is. Once more changes nothing.

        Raises ``OrderNotFound`` or ``WrongOrderStatus``.
        """
        wanted.acting.must_be(Role.ADMIN)
        with Form() as form:
            reason = form.read("reason", line(300), wanted.reason)
        said = Move(to=OrderStatus.CANCELLED, by=Party.ADMIN, reason=reason)
        async with self.begin() as market:
            order = await market.orders.hold(wanted.order_id)
            if order.status is not said.to:
                must_be_seen(order.version, wanted.seen)
                await move(market, [order], said, self.clock, self.ids, wanted.acting)
        return CancelledOrder(
            order=order, allowed_transitions=order.allowed(Party.ADMIN, self.clock.now())
        )


async def move(
    market: UnitOfWork,
    orders: Sequence[Order],
    said: Move,
    clock: Clock,
    ids: Ids,
    acting: Actor | Guest | None,
) -> None:
    """Move held orders inside a unit of work: stock, timeline, event and audit with them."""
    now = clock.now()
    was = {order.id: _told(order) for order in orders}
    whose: Facts = {} if isinstance(acting, Actor) else {"by": said.by}
    why: Facts = {"reason": said.reason} if said.by is Party.ADMIN else {}
    with Form() as form:
        moves = [form.read("reason", partial(order.move, at=now), said) for order in orders]
    await _restock(market, list(zip(orders, moves, strict=True)), said.restock, ids)
    for order, moved in zip(orders, moves, strict=True):
        await market.orders.save(order, moved)
        before, after = was[order.id], _told(order)
        same = {name for name in before if before[name] == after[name]}
        await market.audit.add(
            AuditEntry.of(
                Action.ORDER_MOVED,
                id=AuditEntryId(ids.new()),
                at=now,
                actor=acting if isinstance(acting, Actor) else None,
                subject_type="order",
                subject_id=order.id,
                before={name: fact for name, fact in before.items() if name not in same},
                after={name: fact for name, fact in after.items() if name not in same}
                | whose
                | why,
                address=None if acting is None else acting.address,
                request_id=None if acting is None else acting.request_id,
            )
        )


def _told(order: Order) -> Facts:
    """What the book says of an order that moves."""
    collected = order.amount_collected
    return {
        "status": order.status,
        "payment_status": order.payment_status,
        "amount_collected": collected.amount if collected else None,
    }


async def _restock(
    market: UnitOfWork,
    moves: Sequence[tuple[Order, OrderMoved]],
    restock: bool | Mapping[VariantId, int],
    ids: Ids,
) -> None:
    """What the moves do to the stock of every line, all of it or none."""
    moving = [(order, moved) for order, moved in moves if moved.stock is not StockEffect.NONE]
    if not moving:
        return
    lines = [(line, moved) for order, moved in moving for line in order.lines if line.tracked]
    products = await market.products.hold_all(list({line.product_id for line, _ in lines}))
    must_be_there(
        Priced(
            product=products[line.product_id],
            variant=products[line.product_id].variant(line.variant_id),
            quantity=line.quantity,
            is_counted=True,
        )
        for line, moved in lines
        if moved.stock is StockEffect.RESERVE
    )
    movements: list[StockMovement] = []
    with Form() as form:
        for line, moved in lines:
            variant = products[line.product_id].variant(line.variant_id)
            units = line.quantity
            if moved.stock is StockEffect.RESTOCK and not isinstance(restock, bool):
                units = restock.get(line.variant_id, 0)
            change = form.read("restock", getattr(variant, moved.stock), units)
            if change:
                movements += written_down(
                    [change], _REASONS[type(moved)], ids, at=moved.at, reference=moved.order_id
                )
    await keep_stock(market, products.values(), movements)


_REASONS: Mapping[type[OrderMoved], StockReason] = {
    OrderShipped: StockReason.ORDER_SHIPPED,
    OrderReturned: StockReason.ORDER_RETURNED,
    OrderCancelled: StockReason.ORDER_CANCELLED,
    OrderExpired: StockReason.ORDER_EXPIRED,
    OrderReopened: StockReason.ORDER_REOPENED,
}


def _said(wanted: MoveOrder, order: Order, store: Merchant) -> Move:
    with Form() as form:

        def amount(name: str, said: str | None) -> Money | None:
            if said is None:
                return None
            return form.read(name, lambda text: Money.parse(text, order.currency), said)

        return Move(
            to=form.read("status", word(OrderStatus), wanted.status),
            by=Party.MERCHANT,
            reason=form.read("reason", line(300, at_least=0), wanted.reason),
            note=form.read("note", prose(1000), wanted.note),
            tracking_number=form.read(
                "tracking_number", line(100, at_least=0), wanted.tracking_number
            ),
            courier=form.read("courier", line(100, at_least=0), wanted.courier),
            amount_collected=amount("amount_collected", wanted.amount_collected),
            amount_refunded=amount("amount_refunded", wanted.amount_refunded),
            restock=form.read("restock", partial(_units, order), wanted.restock),
            confirm_within=timedelta(hours=store.confirm_within_hours),
        )


def _units(order: Order, back: bool | Sequence[Back]) -> bool | Mapping[VariantId, int]:
    """How much of each variant comes back whole; of what was said twice, both together."""
    if isinstance(back, bool):
        return back
    units: dict[VariantId, int] = {}
    for each in back:
        if each.quantity < 0:
            raise NotInOrder(variant_id=each.variant_id, ordered=0)
        units[each.variant_id] = units.get(each.variant_id, 0) + each.quantity
    order.must_have(units)
    return units
