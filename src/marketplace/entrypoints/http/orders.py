"""Orders, over HTTP: as their merchant sees them."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from marketplace.application.orders import (
    AskGuest,
    Back,
    ConfirmingService,
    ListedOrder,
    MovedOrder,
    MoveOrder,
    MoveOrders,
    MovingService,
    OrderInHand,
    OrderService,
)
from marketplace.domain.accounts import Actor, Locale
from marketplace.domain.delivery import FeeCode
from marketplace.domain.errors import ChangedMeanwhile, StaleVersion
from marketplace.domain.orders import (
    CollectedTooMuch,
    ConfirmationMethod,
    ConfirmationState,
    Happening,
    NothingToCollect,
    NothingToRefund,
    Order,
    OrderId,
    OrderNotFound,
    OrderSource,
    OrderStatus,
    Outcome,
    Party,
    PaymentStatus,
    RefundedTooMuch,
    TooManyConfirmationAttempts,
    WrongOrderStatus,
)
from marketplace.domain.variants import OutOfStock

from .messages import preferred
from .order_filters import OneOfSorts, Payments, Said, SinceDay, Statuses, UntilDay, filters
from .problems import Refusal, refused
from .risk import OriginalOut, RiskOut
from .shapes import (
    Amount,
    AmountSaid,
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    Moment,
    Output,
    StrictRequest,
    paging,
    tagged,
    words,
)


class BackIn(Input, frozen=True, kw_only=True):
    variant_id: UUID
    quantity: int


class MoveOrderIn(Input, frozen=True, kw_only=True):
    """
    ``amount_collected`` belongs to ``delivered``; left out it is the whole total.

    ``amount_refunded`` belongs to ``returned``, of what was paid; left out it is all that is left.
    ``restock`` belongs to ``returned``: whether it goes on the shelf again, or which units of it.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "status": "shipped",
        "tracking_number": "SMSA-290131",
        "courier": "SMSA",
    }

    status: Annotated[str, words(OrderStatus)]
    reason: str | None = None
    note: str | None = None
    tracking_number: str | None = None
    courier: str | None = None
    amount_collected: AmountSaid | None = None
    amount_refunded: AmountSaid | None = None
    restock: bool | list[BackIn] = True

    def wanted(self, acting: Actor, id: UUID, seen: frozenset[int] | None) -> MoveOrder:
        said = self.said()
        if not isinstance(self.restock, bool):
            said["restock"] = [Back(**each.said()) for each in self.restock]
        return MoveOrder(**said, acting=acting, order_id=OrderId(id), seen=seen)


class MoveOrdersIn(Input, frozen=True, kw_only=True):
    """The same move for up to 100 orders, each on its own."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "ids": ["0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f"],
        "status": "shipped",
        "courier": "SMSA",
    }

    ids: list[UUID]
    status: Annotated[str, words(OrderStatus)]
    reason: str | None = None
    note: str | None = None
    courier: str | None = None
    restock: bool = True

    def wanted(self, acting: Actor) -> MoveOrders:
        said = self.said()
        order_ids = [OrderId(each) for each in said.pop("ids")]
        return MoveOrders(order_ids=order_ids, acting=acting, **said)


class ConfirmationIn(Input, frozen=True, kw_only=True):
    """``confirmed`` and ``declined`` move the order as well."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"outcome": "no_answer", "note": "الجوال مغلق"}

    outcome: Annotated[str, words(Outcome)]
    note: str | None = None

    def wanted(self, acting: Actor, id: UUID, seen: frozenset[int] | None) -> AskGuest:
        return AskGuest(**self.said(), acting=acting, order_id=OrderId(id), seen=seen)


class ConfirmationOut(Output, frozen=True, kw_only=True):
    method: ConfirmationMethod
    state: ConfirmationState


class AttemptOut(Output, frozen=True, kw_only=True):
    at: Moment
    outcome: Outcome
    note: str


class OwnConfirmationOut(ConfirmationOut, frozen=True, kw_only=True):
    """With every time the guest was asked."""

    attempts: list[AttemptOut]


class OrderLineOut(Output, frozen=True, kw_only=True):
    """Units of one variant, as it was called and priced when it was ordered."""

    product_id: UUID
    variant_id: UUID
    title: str
    variant: str
    sku: str
    quantity: int
    unit_price: Amount
    total: Amount


class ChangedOut(Output, frozen=True, kw_only=True):
    """One thing of an order, as it was told before and after."""

    field: str
    before: str
    after: str


class FeeOut(Output, frozen=True, kw_only=True):
    """What is paid beside the goods; ``name`` is in the language of the store."""

    code: FeeCode
    name: str
    amount: Amount


class TimelineEntryOut(Output, frozen=True, kw_only=True):
    """
    What happened; ``changes`` are those of an edit or a refund, what was collected when it was
    delivered, and what was ``damaged`` when it came back.
    """

    at: Moment
    status: OrderStatus
    event: Happening
    by: Party
    reason: str
    note: str
    changes: list[ChangedOut]


class RefundOut(Output, frozen=True, kw_only=True):
    at: Moment
    amount: Amount
    reason: str
    note: str
    by: Party


class OrderOut(Output, frozen=True, kw_only=True):
    """
    An order; a pending one that nobody confirms expires at ``confirm_by``. Its ``total`` is the
    ``subtotal`` of the goods and the ``fees``, less the ``discount``.

    ``allowed_transitions`` is where whoever is asking can move it now.
    """

    id: UUID
    number: int
    status: OrderStatus
    payment_status: PaymentStatus
    confirmation: ConfirmationOut
    customer_name: str
    customer_phone: str
    address: str
    city: str
    email: str | None
    note: str
    items: list[OrderLineOut]
    subtotal: Amount
    fees: list[FeeOut]
    discount: Amount | None
    total: Amount
    currency: str
    placed_at: Moment
    confirm_by: Moment
    tracking_number: str
    courier: str
    amount_collected: Amount | None
    timeline: list[TimelineEntryOut]
    allowed_transitions: list[OrderStatus]
    version: int

    @classmethod
    def of(cls, order: Order, **more: object) -> Self:
        return cls.told(
            order,
            order.customer,
            customer_name=order.customer.name,
            customer_phone=order.customer.phone,
            items=order.lines,
            **more,
        )


class OwnOrderOut(OrderOut, frozen=True, kw_only=True):
    """
    An order as its merchant sees it.

    ``risk`` is what the store knows of its phone, and ``duplicate_of`` the order that it may be the
    double of. Both are looked up for a list and for one order; after a change they are null.

    ``amount_to_collect`` is the ``total`` until it is delivered, and nothing from then on, or if it
    never is. ``amount_missing`` is by how much less was collected than the ``total``;
    null until delivered.
    """

    source: OrderSource
    confirmation: OwnConfirmationOut
    merchant_note: str
    amount_to_collect: Amount
    amount_missing: Amount | None
    amount_refunded: Amount | None
    refunds: list[RefundOut]
    risk: RiskOut | None
    duplicate_of: OriginalOut | None

    @classmethod
    def listed(cls, seen: ListedOrder, locale: Locale) -> Self:
        return cls.of(
            seen.order,
            allowed_transitions=seen.allowed_transitions,
            risk=RiskOut.of(seen.background, locale),
            duplicate_of=seen.background.original,
        )


class OrderInHandOut(OwnOrderOut, frozen=True, kw_only=True):
    """With a link that opens a message to the guest."""

    whatsapp_url: str

    @classmethod
    def of_merchant(cls, seen: OrderInHand, locale: Locale = Locale.ARABIC) -> Self:
        known = seen.background
        return cls.of(
            seen.order,
            allowed_transitions=seen.allowed_transitions,
            whatsapp_url=seen.whatsapp_url,
            risk=RiskOut.of(known, locale) if known else None,
            duplicate_of=known.original if known else None,
        )


class MovedOrderOut(Output, frozen=True, kw_only=True):
    """One of many: its new ``status``, or the ``problem`` that kept it where it is."""

    id: UUID
    status: OrderStatus | None
    allowed_transitions: list[OrderStatus]
    problem: Refusal | None


class MovedOrdersOut(Output, frozen=True, kw_only=True):
    items: list[MovedOrderOut]


class OrderController(Controller):
    path = "/orders"

    @get()
    async def of_merchant(
        self,
        request: StrictRequest,
        orders: NamedDependency[OrderService],
        q: Said = "",
        status: Statuses = None,
        payment_status: Payments = None,
        city: Said = "",
        since: SinceDay = "",
        until: UntilDay = "",
        sort: OneOfSorts = "",
        include: Include = "",
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Listed[OwnOrderOut]:
        """
        List the orders of one's own store, newest first unless `sort` says `oldest`.

        `q` is an order's number, a telephone in any form or its last digits, or a name in any
        spelling. `include=total` counts them too. A cursor is good for what it was given out for.
        """
        wanted = filters(
            q=q,
            status=status,
            payment_status=payment_status,
            city=city,
            since=since,
            until=until,
            sort=sort,
        )
        of = request.list_of(wanted)
        page = await orders.of_merchant(request.user, paging(limit, cursor, of), wanted)
        total = await orders.count(request.user, wanted) if include else UNSET
        locale = preferred(request.headers.get("accept-language", ""))
        return Listed.of(page, lambda each: OwnOrderOut.listed(each, locale), of, total)

    @get("/{id:uuid}", problems=(OrderNotFound,))
    async def find(
        self, request: StrictRequest, id: FromPath[UUID], orders: NamedDependency[OrderService]
    ) -> Response[OrderInHandOut]:
        """Look at one order."""
        locale = preferred(request.headers.get("accept-language", ""))
        seen = await orders.find(request.user, OrderId(id))
        return tagged(OrderInHandOut.of_merchant(seen, locale))

    @put(
        "/{id:uuid}/status",
        problems=(
            OrderNotFound,
            WrongOrderStatus,
            OutOfStock,
            NothingToCollect,
            CollectedTooMuch,
            NothingToRefund,
            RefundedTooMuch,
            ChangedMeanwhile,
            StaleVersion,
        ),
    )
    async def move(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[MoveOrderIn],
        moving: NamedDependency[MovingService],
    ) -> Response[OrderInHandOut]:
        """
        Bring an order to another status, its stock with it.

        The status it has already is no move: that answers 200, whatever `If-Match` says.
        """
        moved = await moving.move(data.wanted(request.user, id, request.seen))
        return tagged(OrderInHandOut.of_merchant(moved))

    @post("/status", status_code=200)
    async def move_many(
        self,
        request: StrictRequest,
        data: JSONBody[MoveOrdersIn],
        moving: NamedDependency[MovingService],
    ) -> MovedOrdersOut:
        """Bring up to 100 orders to another status; each is answered for."""
        language = request.headers.get("accept-language", "")
        moved = await moving.move_many(data.wanted(request.user))
        return MovedOrdersOut(items=[_moved(each, language) for each in moved])

    @post(
        "/{id:uuid}/confirmation",
        status_code=200,
        repeatable=True,
        problems=(
            OrderNotFound,
            WrongOrderStatus,
            TooManyConfirmationAttempts,
            ChangedMeanwhile,
            StaleVersion,
        ),
    )
    async def ask(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[ConfirmationIn],
        confirming: NamedDependency[ConfirmingService],
    ) -> Response[OrderInHandOut]:
        """Write down that the guest was asked, and what they said."""
        asked = await confirming.ask(data.wanted(request.user, id, request.seen))
        return tagged(OrderInHandOut.of_merchant(asked))


def _moved(each: MovedOrder, language: str) -> MovedOrderOut:
    return MovedOrderOut(
        id=each.order_id,
        status=each.order.status if each.order else None,
        allowed_transitions=list(each.allowed_transitions),
        problem=refused(each.refused, language) if each.refused else None,
    )
