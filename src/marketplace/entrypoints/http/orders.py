"""Orders, over HTTP: as their merchant sees them."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from marketplace.application.orders import MoveOrder, OrderInHand, OrderService
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.orders import (
    CollectedTooMuch,
    ConfirmationMethod,
    ConfirmationState,
    NothingToCollect,
    Order,
    OrderId,
    OrderNotFound,
    OrderStatus,
    Party,
    PaymentStatus,
    WrongOrderStatus,
)
from marketplace.domain.variants import OutOfStock

from .shapes import (
    Amount,
    AmountSaid,
    Cursor,
    Input,
    Limit,
    Listed,
    Moment,
    Output,
    StrictRequest,
    paging,
    words,
)


class MoveOrderIn(Input, frozen=True, kw_only=True):
    """``amount_collected`` belongs to ``delivered``; left out it is the whole total."""

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
    restock: bool = True

    def wanted(self, acting: Actor, id: UUID) -> MoveOrder:
        return MoveOrder(**self.said(), acting=acting, order_id=OrderId(id))


class ConfirmationOut(Output, frozen=True, kw_only=True):
    method: ConfirmationMethod
    state: ConfirmationState


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


class TimelineEntryOut(Output, frozen=True, kw_only=True):
    at: Moment
    status: OrderStatus
    by: Party
    reason: str
    note: str


class OrderOut(Output, frozen=True, kw_only=True):
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
    total: Amount
    currency: str
    placed_at: Moment
    tracking_number: str
    courier: str
    amount_collected: Amount | None
    timeline: list[TimelineEntryOut]
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


class OrderInHandOut(OrderOut, frozen=True, kw_only=True):
    """With what can be done next, and a link that opens a message to the guest."""

    allowed_transitions: list[OrderStatus]
    whatsapp_url: str

    @classmethod
    def of_merchant(cls, seen: OrderInHand) -> Self:
        return cls.of(
            seen.order,
            allowed_transitions=seen.allowed_transitions,
            whatsapp_url=seen.whatsapp_url,
        )


class OrderController(Controller):
    path = "/orders"

    @get()
    async def of_merchant(
        self,
        request: StrictRequest,
        orders: NamedDependency[OrderService],
        status: FromQuery[OrderStatus | None] = None,
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Listed[OrderOut]:
        """List the orders of one's own store."""
        page = await orders.of_merchant(request.user, paging(limit, cursor), status)
        return Listed.of(page, OrderOut.of)

    @get("/{id:uuid}", problems=(OrderNotFound,))
    async def find(
        self, request: StrictRequest, id: FromPath[UUID], orders: NamedDependency[OrderService]
    ) -> OrderInHandOut:
        """Look at one order."""
        return OrderInHandOut.of_merchant(await orders.find(request.user, OrderId(id)))

    @put(
        "/{id:uuid}/status",
        problems=(
            OrderNotFound,
            WrongOrderStatus,
            OutOfStock,
            NothingToCollect,
            CollectedTooMuch,
            ChangedMeanwhile,
        ),
    )
    async def move(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[MoveOrderIn],
        orders: NamedDependency[OrderService],
    ) -> OrderInHandOut:
        """Bring an order to another status, its stock with it."""
        return OrderInHandOut.of_merchant(await orders.move(data.wanted(request.user, id)))
