"""Orders by hand, over HTTP: taken by phone, edited before they leave, paid back."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from marketplace.application.orders import (
    EditingService,
    EditOrder,
    PayingService,
    RefundOrder,
    TakenOrder,
    TakeOrder,
    TakingService,
    Wish,
)
from marketplace.domain.accounts import Actor
from marketplace.domain.delivery import CityMissing, CityNotServed
from marketplace.domain.errors import ChangedMeanwhile, StaleVersion
from marketplace.domain.moderation import ProductTakenDown
from marketplace.domain.orders import (
    CollectedTooLittle,
    CollectedTooMuch,
    ConfirmationMethod,
    DiscountTooLarge,
    NotEditable,
    NothingToRefund,
    OrderId,
    OrderNotFound,
    OrderSource,
    PriceChanged,
    RefundedTooMuch,
    TooManyEdits,
    TooManyRefunds,
)
from marketplace.domain.products import ProductNotFound, VariantRequired
from marketplace.domain.variants import OutOfStock, VariantNotFound

from .guest_orders import WishIn
from .orders import OrderInHandOut
from .shapes import AmountSaid, Change, Input, Maybe, StrictRequest, tagged, words

_TAKEN = [each for each in OrderSource if each is not OrderSource.STOREFRONT]


class TakeOrderIn(Input, frozen=True, kw_only=True):
    """
    What a guest said, and where. One that is ``confirmed`` need not be asked again.

    ``discount`` is off the whole; ``expected_total`` is what the guest was told it costs.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "customer_name": "نورة العتيبي",
        "customer_phone": "0559876543",
        "address": "حي الياسمين، شارع أنس بن مالك، مبنى 12",
        "city": "الرياض",
        "items": [{"product_id": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f", "quantity": 2}],
        "source": "instagram",
        "confirmed": True,
        "discount": "20.00",
    }

    customer_name: str
    customer_phone: str
    address: str
    items: list[WishIn]
    source: Annotated[str, words(_TAKEN)] | None = None
    confirmed: bool = False
    confirmation_method: Annotated[str, words(ConfirmationMethod)] | None = None
    city: str | None = None
    note: str | None = None
    merchant_note: str | None = None
    email: str | None = None
    discount: AmountSaid | None = None
    expected_total: AmountSaid | None = None

    def wanted(self, acting: Actor) -> TakeOrder:
        items = [Wish(**each.said()) for each in self.items]
        return TakeOrder(**{**self.said(), "items": items}, acting=acting)


class TakenOrderOut(OrderInHandOut, frozen=True, kw_only=True):
    """``tracking_url`` is told only now; ``whatsapp_url`` opens a message that has it."""

    tracking_url: str

    @classmethod
    def of_taken(cls, taken: TakenOrder) -> Self:
        return cls.of(
            taken.order,
            allowed_transitions=taken.allowed_transitions,
            tracking_url=taken.tracking_url,
            whatsapp_url=taken.whatsapp_url,
            risk=None,
            duplicate_of=None,
        )


class EditOrderIn(Change, frozen=True, kw_only=True):
    """
    What is to be otherwise: left out it stays, null or empty text takes it away.

    ``items`` is all the order is to be made of. What is in it already keeps its price, unless
    ``reprice``. Before it is shipped everything can be changed; later only ``merchant_note``,
    ``tracking_number`` and ``courier``, and once it is delivered ``amount_collected``.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "items": [{"product_id": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f", "quantity": 3}],
        "address": "حي الياسمين، شارع أنس بن مالك، مبنى 14",
        "merchant_note": "اتصلت وطلبت حبة إضافية",
    }

    items: Maybe[list[WishIn]] = UNSET
    reprice: Maybe[bool] = UNSET
    customer_name: Maybe[str] = UNSET
    customer_phone: Maybe[str] = UNSET
    address: Maybe[str] = UNSET
    city: Maybe[str | None] = UNSET
    email: Maybe[str | None] = UNSET
    note: Maybe[str | None] = UNSET
    merchant_note: Maybe[str | None] = UNSET
    tracking_number: Maybe[str | None] = UNSET
    courier: Maybe[str | None] = UNSET
    discount: Maybe[AmountSaid | None] = UNSET
    amount_collected: Maybe[AmountSaid | None] = UNSET

    def wanted(self, acting: Actor, id: UUID, seen: frozenset[int] | None) -> EditOrder:
        said = self.said()
        if self.items is not UNSET:
            said["items"] = [Wish(**each.said()) for each in self.items]
        return EditOrder(**said, acting=acting, order_id=OrderId(id), seen=seen)


class RefundIn(Input, frozen=True, kw_only=True):
    """Money that was given back: at most what was collected and is left."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"amount": "50.00", "reason": "حبة وصلت مكسورة"}

    amount: AmountSaid
    reason: str
    note: str | None = None

    def wanted(self, acting: Actor, id: UUID, seen: frozenset[int] | None) -> RefundOrder:
        return RefundOrder(**self.said(), acting=acting, order_id=OrderId(id), seen=seen)


class OrderByHandController(Controller):
    path = "/orders"

    @post(
        problems=(
            ProductNotFound,
            VariantNotFound,
            VariantRequired,
            OutOfStock,
            CityNotServed,
            CityMissing,
            PriceChanged,
            DiscountTooLarge,
        )
    )
    async def take(
        self,
        request: StrictRequest,
        data: JSONBody[TakeOrderIn],
        taking: NamedDependency[TakingService],
    ) -> Response[TakenOrderOut]:
        """Write down an order that was given by phone or in a message."""
        return tagged(TakenOrderOut.of_taken(await taking.take(data.wanted(request.user))))

    @patch(
        "/{id:uuid}",
        problems=(
            OrderNotFound,
            NotEditable,
            TooManyEdits,
            ProductNotFound,
            ProductTakenDown,
            VariantNotFound,
            VariantRequired,
            OutOfStock,
            CityNotServed,
            CityMissing,
            DiscountTooLarge,
            CollectedTooMuch,
            CollectedTooLittle,
            ChangedMeanwhile,
            StaleVersion,
        ),
    )
    async def edit(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[EditOrderIn],
        editing: NamedDependency[EditingService],
    ) -> Response[OrderInHandOut]:
        """Change an order, its stock with it: all that is asked for or nothing."""
        edited = await editing.edit(data.wanted(request.user, id, request.seen))
        return tagged(OrderInHandOut.of_merchant(edited))

    @post(
        "/{id:uuid}/refunds",
        problems=(
            OrderNotFound,
            NothingToRefund,
            RefundedTooMuch,
            TooManyRefunds,
            ChangedMeanwhile,
            StaleVersion,
        ),
    )
    async def refund(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[RefundIn],
        paying: NamedDependency[PayingService],
    ) -> Response[OrderInHandOut]:
        """Write down that money was given back: some of what was collected, or all of it."""
        refunded = await paying.refund(data.wanted(request.user, id, request.seen))
        return tagged(OrderInHandOut.of_merchant(refunded))
