"""Orders, over HTTP: what an admin can do about one."""

from typing import Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from marketplace.application.orders import CancelledOrder, CancelOrder, MovingService
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import ChangedMeanwhile, StaleVersion
from marketplace.domain.orders import OrderId, OrderNotFound, OrderStatus, WrongOrderStatus

from .shapes import Amount, Input, Moment, Output, StrictRequest, tagged


class CancelOrderIn(Input, frozen=True, kw_only=True):
    """The reason stands in the timeline, for the merchant, and in the audit book."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "بلاغ احتيال من صاحب الرقم"}

    reason: str

    def wanted(self, acting: Actor, id: UUID, seen: frozenset[int] | None) -> CancelOrder:
        return CancelOrder(**self.said(), acting=acting, order_id=OrderId(id), seen=seen)


class WatchedOrderOut(Output, frozen=True, kw_only=True):
    """An order as an admin sees it: nothing of its guest."""

    id: UUID
    merchant_id: UUID
    number: int
    status: OrderStatus
    total: Amount
    currency: str
    placed_at: Moment
    allowed_transitions: list[OrderStatus]
    version: int

    @classmethod
    def of(cls, seen: CancelledOrder) -> Self:
        return cls.told(seen.order, allowed_transitions=seen.allowed_transitions)


class AdminOrderController(Controller):
    path = "/orders"

    @post(
        "/{id:uuid}/cancel",
        status_code=200,
        problems=(OrderNotFound, WrongOrderStatus, ChangedMeanwhile, StaleVersion),
    )
    async def cancel(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[CancelOrderIn],
        moving: NamedDependency[MovingService],
    ) -> Response[WatchedOrderOut]:
        """Cancel an order that has not been shipped, whoever's it is; once more changes nothing."""
        cancelled = await moving.cancel_by_admin(data.wanted(request.user, id, request.seen))
        return tagged(WatchedOrderOut.of(cancelled))
