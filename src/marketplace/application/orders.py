"""What one can do with orders: place one, follow it, see it through."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from marketplace.domain import whatsapp
from marketplace.domain.accounts import Actor, digest, parse_email
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
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
from marketplace.domain.merchants import Merchant, MerchantId, StoreOnHoliday
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    MOST_LINES,
    BelowMinimum,
    ConfirmationMethod,
    Customer,
    Move,
    NotInOrder,
    Order,
    OrderCancelled,
    OrderExpired,
    OrderId,
    OrderLine,
    OrderMoved,
    OrderNotFound,
    OrderReopened,
    OrderReturned,
    OrderShipped,
    OrderStatus,
    Party,
    PriceChanged,
    StockEffect,
    TooManyLines,
    parse_confirmation_method,
    parse_quantity,
    total_of,
)
from marketplace.domain.phones import parse_phone
from marketplace.domain.products import Product, ProductId, ProductNotFound, VariantRequired
from marketplace.domain.text import Missing, line, prose, word
from marketplace.domain.variants import (
    OutOfStock,
    StockChange,
    StockMovement,
    StockReason,
    Variant,
    VariantId,
    VariantNotFound,
)

from .merchants import leading_on, selling, store_address
from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    OrderView,
    Page,
    Paging,
    Secrets,
    UnitOfWork,
    Views,
)
from .stock import keep_stock, written_down

MOST_AT_ONCE = 100
"""Orders that are moved by one call."""


class TooManyOrders(BadValue):
    """At most ``at_most`` at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """So many units of a product; of its default variant where none is named."""

    product_id: ProductId
    quantity: int
    variant_id: VariantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """
    So many units of one variant, at what it costs today.

    They are counted where the product's are, and where those of the order were, ``is_counted``.
    """

    product: Product
    variant: Variant
    quantity: int
    is_counted: bool = False

    @property
    def available(self) -> int | None:
        """Units that could be ordered; None where nobody counts them."""
        if self.variant.retired:
            return 0
        counted = self.is_counted or self.product.track_stock
        return self.variant.available if counted else None

    @property
    def short(self) -> bool:
        return self.available is not None and self.available < self.quantity

    def written_down(self) -> OrderLine:
        """As an order keeps it."""
        return OrderLine(
            product_id=self.product.id,
            variant_id=self.variant.id,
            title=self.product.title,
            variant=self.variant.title,
            sku=self.variant.sku,
            unit_price=self.variant.price,
            quantity=self.quantity,
            tracked=self.product.track_stock,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """
    A guest orders from a store, in their own words.

    ``expected_total`` is what they were told it costs, as a decimal of the store's currency.
    """

    store: str
    customer_name: str
    customer_phone: str
    address: str
    items: Sequence[Wish]
    confirmation_method: str = ConfirmationMethod.WHATSAPP
    city: str = ""
    note: str = ""
    email: str | None = None
    expected_total: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """
    The order, the secret of its link (told this once), and the message that confirms it.

    ``allowed_transitions`` is what the guest can still do about it.
    """

    order: Order
    tracking_token: str
    whatsapp_url: str
    allowed_transitions: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedOrder:
    """An order as whoever has its link sees it, with what they can still do about it."""

    order: Order
    store: Merchant
    allowed_transitions: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrder:
    """An order in a list of its merchant, with what can be done next."""

    order: Order
    allowed_transitions: tuple[OrderStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """So many units of a variant came back whole."""

    variant_id: VariantId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOrder:
    """
    A merchant moves an order. ``amount_collected`` is a decimal of the order's currency.

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
    refused: MarketplaceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInHand:
    """An order as its merchant sees it: with what can be done next, and a message to the guest."""

    order: Order
    allowed_transitions: tuple[OrderStatus, ...]
    whatsapp_url: str


@dataclass(frozen=True, slots=True)
class OrderService:
    """The life of an order, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets

    async def place(self, wanted: PlaceOrder) -> PlacedOrder:
        """
        Take the stock and keep the promise, or neither.

        Raises ``StoreNotFound``, ``StoreMoved``, ``StoreOnHoliday``, ``ProductNotFound``,
        ``OutOfStock`` with every short line, ``PriceChanged`` or ``BelowMinimum``.
        """
        wishes = merged(wanted.items)
        token, now = self.secrets.token(), self.clock.now()
        address = store_address(wanted.store)
        async with leading_on(self.views, address), self.begin() as market:
            store = await market.merchants.of_store(address)
            customer, method, note, expected = _read(wanted, store)
            if not store.accepts_orders(now):
                raise StoreOnHoliday(reopens_at=store.closed_until)
            products = await market.products.hold_all(list({each[0] for each in wishes}))
            lines, changes = _reserved(wishes, products, store.id)
            total = total_of(lines)
            if expected is not None and expected != total:
                raise PriceChanged(total=total.amount, currency=total.currency)
            if total < store.min_order_total:
                raise BelowMinimum(minimum=store.min_order_total.amount, currency=total.currency)
            order_id = OrderId(self.ids.new())
            moved = written_down(
                changes, StockReason.ORDER_PLACED, self.ids, at=now, reference=order_id
            )
            await keep_stock(market, products.values(), moved)
            order, placed = Order.place(
                id=order_id,
                merchant_id=store.id,
                number=await market.merchants.next_order_number(store.id),
                customer=customer,
                method=method,
                note=note,
                lines=lines,
                tracking_hash=digest(token),
                confirm_within=timedelta(hours=store.confirm_within_hours),
                at=now,
            )
            await market.orders.add(order, placed)
        return PlacedOrder(
            order=order,
            tracking_token=token,
            whatsapp_url=whatsapp.to_store(order, store),
            allowed_transitions=order.allowed(Party.GUEST, now),
        )

    async def track(self, token: str) -> TrackedOrder:
        """The order behind a guest's link, or ``OrderNotFound``."""
        return tracked(await self.views.tracked(digest(token)), self.clock.now())

    async def of_merchant(
        self, acting: Actor, paging: Paging, status: OrderStatus | None = None
    ) -> Page[ListedOrder]:
        page = await self.views.orders(selling(acting), paging, status)
        now = self.clock.now()
        listed = (
            ListedOrder(order=each, allowed_transitions=each.allowed(Party.MERCHANT, now))
            for each in page.items
        )
        return Page(items=tuple(listed), next=page.next)

    async def find(self, acting: Actor, order_id: OrderId) -> OrderInHand:
        seen = await self.views.order(selling(acting), order_id)
        return in_hand(seen.order, seen.store, self.clock.now())

    async def move(self, wanted: MoveOrder) -> OrderInHand:
        """
        Bring an order to another status, its stock with it. The same status again does nothing.

        Raises ``WrongOrderStatus``, which says what is allowed, or ``OutOfStock`` on reopening.
        """
        async with self.begin() as market:
            order, store = await own_order(market, wanted.acting, wanted.order_id)
            must_be_seen(order.version, wanted.seen)
            said = _said(wanted, order, store)
            if said.to is not order.status:
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
                moved = MovedOrder(order_id=key, order=(await self.move(said)).order)
            except (NotFound, Conflict, RuleBroken, InvalidFields) as refused:
                moved = MovedOrder(order_id=key, refused=refused)
            results.append(moved)
        return results


async def move(
    market: UnitOfWork,
    orders: Sequence[Order],
    said: Move,
    clock: Clock,
    ids: Ids,
    acting: Actor | None,
) -> None:
    """Move held orders inside a unit of work: stock, timeline, event and audit with them."""
    now = clock.now()
    was = {order.id: order.status for order in orders}
    with Form() as form:
        moves = [form.read("reason", partial(order.move, at=now), said) for order in orders]
    await _restock(market, list(zip(orders, moves, strict=True)), said.restock, ids)
    for order, moved in zip(orders, moves, strict=True):
        await market.orders.save(order, moved)
        await market.audit.add(
            AuditEntry.of(
                Action.ORDER_MOVED,
                id=AuditEntryId(ids.new()),
                at=now,
                actor=acting,
                subject_type="order",
                subject_id=order.id,
                before={"status": was[order.id]},
                after={"status": order.status},
            )
        )


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
    _must_be_there(
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

Wishes = Mapping[tuple[ProductId, VariantId | None], int]


def merged(items: Sequence[Wish]) -> Wishes:
    """One wish per variant: two lines of the same one must not each be checked alone."""
    wishes: dict[tuple[ProductId, VariantId | None], int] = {}
    with Form() as form:
        if not items:
            form.refuse("items", Missing())
        if len(items) > MOST_LINES:
            form.refuse("items", TooManyLines(at_most=MOST_LINES))
        for position, each in enumerate(items[:MOST_LINES]):
            name, key = f"items[{position}].quantity", (each.product_id, each.variant_id)
            quantity = form.read(name, parse_quantity, each.quantity)
            if quantity:
                together = (wishes.get(key) or 0) + quantity
                wishes[key] = form.read(name, parse_quantity, together)
    return wishes


def _read(
    wanted: PlaceOrder, store: Merchant
) -> tuple[Customer, ConfirmationMethod, str, Money | None]:
    with Form() as form:
        customer = Customer(
            name=form.read("customer_name", line(120), wanted.customer_name),
            phone=form.read(
                "customer_phone",
                lambda text: parse_phone(text, store.country),
                wanted.customer_phone,
            ),
            address=form.read("address", prose(500, at_least=1), wanted.address),
            city=form.read("city", line(100, at_least=0), wanted.city),
            email=form.read("email", parse_email, wanted.email) if wanted.email else None,
        )
        method = form.read(
            "confirmation_method", parse_confirmation_method, wanted.confirmation_method
        )
        note = form.read("note", prose(1000), wanted.note)
        expected = None
        if wanted.expected_total is not None:
            expected = form.read(
                "expected_total",
                lambda text: Money.parse(text, store.currency),
                wanted.expected_total,
            )
    return customer, method, note, expected


def _reserved(
    wishes: Wishes, products: Mapping[ProductId, Product], store: MerchantId
) -> tuple[list[OrderLine], list[StockChange]]:
    """Reserve every line at what it costs today, all of them or none."""
    lines, refusals = priced(wishes, products, store)
    if refusals:
        raise refusals[0]
    _must_be_there(lines)
    changes = [each.variant.reserve(each.quantity) for each in lines if each.product.track_stock]
    return [each.written_down() for each in lines], changes


def priced(
    wishes: Wishes, products: Mapping[ProductId, Product], store: MerchantId
) -> tuple[list[Priced], list[MarketplaceError]]:
    """Every wish at what it costs today, and why some of them are none that could be granted."""
    chosen: dict[tuple[ProductId, VariantId], Priced] = {}
    refusals: list[MarketplaceError] = []
    with Form() as form:
        for (product_id, said), quantity in wishes.items():
            product = products.get(product_id)
            if product is None or product.merchant_id != store or not product.is_on_sale:
                refusals.append(ProductNotFound(product_id=product_id))
                continue
            try:
                variant = product.variant(said)
            except (VariantNotFound, VariantRequired) as refusal:
                refusals.append(refusal)
                continue
            # A variant that is named and the default one that is not may be the same.
            before = chosen.get((product_id, variant.id))
            together = quantity + ((before and before.quantity) or 0)
            chosen[product_id, variant.id] = Priced(
                product=product,
                variant=variant,
                quantity=form.read("items", parse_quantity, together),
            )
    return list(chosen.values()), refusals


def _must_be_there(lines: Iterable[Priced]) -> None:
    """``OutOfStock`` that names every short line, or nothing."""
    if refusal := short_of(lines):
        raise refusal


def short_of(lines: Iterable[Priced]) -> OutOfStock | None:
    """What is asked for and not there."""
    short = [
        {
            "product_id": each.product.id,
            "variant_id": each.variant.id,
            "wanted": each.quantity,
            "available": each.available,
        }
        for each in lines
        if each.short
    ]
    return OutOfStock(lines=short) if short else None


def _said(wanted: MoveOrder, order: Order, store: Merchant) -> Move:
    with Form() as form:
        return Move(
            to=form.read("status", word(OrderStatus), wanted.status),
            by=Party.MERCHANT,
            reason=form.read("reason", line(300, at_least=0), wanted.reason),
            note=form.read("note", prose(1000), wanted.note),
            tracking_number=form.read(
                "tracking_number", line(100, at_least=0), wanted.tracking_number
            ),
            courier=form.read("courier", line(100, at_least=0), wanted.courier),
            amount_collected=None
            if wanted.amount_collected is None
            else form.read(
                "amount_collected",
                lambda text: Money.parse(text, order.currency),
                wanted.amount_collected,
            ),
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


async def own_order(market: UnitOfWork, acting: Actor, order_id: OrderId) -> tuple[Order, Merchant]:
    """An order of this actor's store, held, and the store; another merchant's is not there."""
    merchant_id = selling(acting)
    order = await market.orders.hold(order_id)
    if order.merchant_id != merchant_id:
        raise OrderNotFound
    return order, await market.merchants.get(merchant_id)


def tracked(seen: OrderView, at: datetime) -> TrackedOrder:
    """An order as its guest sees it."""
    return TrackedOrder(
        order=seen.order,
        store=seen.store,
        allowed_transitions=seen.order.allowed(Party.GUEST, at),
    )


def in_hand(order: Order, store: Merchant, at: datetime) -> OrderInHand:
    """An order as its merchant sees it."""
    return OrderInHand(
        order=order,
        allowed_transitions=order.allowed(Party.MERCHANT, at),
        whatsapp_url=whatsapp.to_customer(order, store),
    )
