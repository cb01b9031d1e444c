"""A guest's order, over HTTP: ask what it costs, order, follow it, confirm it, take it back."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ExceptionHandlersMap

from marketplace.application.orders import (
    ConfirmingService,
    Guest,
    OrderService,
    PlacedOrder,
    PlaceOrder,
    PlacingService,
    Priced,
    Quote,
    QuoteService,
    SeekingService,
    SeekOrder,
    TrackedOrder,
    Wish,
)
from marketplace.domain import whatsapp
from marketplace.domain.accounts import Locale, TooManyAttempts
from marketplace.domain.blocked_phones import OrderRefused
from marketplace.domain.delivery import CityMissing, CityNotServed
from marketplace.domain.errors import MarketplaceError
from marketplace.domain.merchants import (
    Merchant,
    StoreMoved,
    StoreNotFound,
    StoreOnHoliday,
)
from marketplace.domain.orders import (
    BelowMinimum,
    ConfirmationMethod,
    Happening,
    OrderNotFound,
    OrderStatus,
    Party,
    PaymentStatus,
    PriceChanged,
    WrongOrderStatus,
)
from marketplace.domain.phones import masked
from marketplace.domain.products import ProductNotFound, VariantRequired
from marketplace.domain.text import masked_name
from marketplace.domain.variants import OutOfStock, VariantNotFound

from .edge import request_id
from .messages import preferred
from .orders import ConfirmationOut, FeeOut, OrderLineOut, OrderOut
from .problems import answer, refusal, wording
from .shapes import (
    Amount,
    AmountSaid,
    Answer,
    Input,
    Moment,
    Output,
    StrictRequest,
    words,
)
from .storefront import LEADING_ON
from .tracking_page import POLICY, order_page, refusal_page, told_to_guest, wants_page

_TRACK = "/api/orders/track"
_UNLISTED = {"x-robots-tag": "noindex", "vary": "accept, accept-language"}


class WishIn(Input, frozen=True, kw_only=True):
    product_id: UUID
    quantity: int
    variant_id: UUID | None = None


class PlaceOrderIn(Input, frozen=True, kw_only=True):
    """``expected_total`` is what the guest was told it costs: for another, nothing is ordered."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "customer_name": "نورة العتيبي",
        "customer_phone": "0559876543",
        "address": "حي الياسمين، شارع أنس بن مالك، مبنى 12",
        "city": "الرياض",
        "items": [{"product_id": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f", "quantity": 2}],
        "confirmation_method": "whatsapp",
        "expected_total": "498.00",
    }

    customer_name: str
    customer_phone: str
    address: str
    items: list[WishIn]
    confirmation_method: Annotated[str, words(ConfirmationMethod)] | None = None
    city: str | None = None
    note: str | None = None
    email: str | None = None
    expected_total: AmountSaid | None = None

    def wanted(self, store: str, client: str | None, request_id: str) -> PlaceOrder:
        items = [Wish(**each.said()) for each in self.items]
        said = {**self.said(), "items": items}
        return PlaceOrder(**said, store=store, client=client, request_id=request_id)


class CancelIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "طلبته بالخطأ"}

    reason: str | None = None


class SeekOrderIn(Input, frozen=True, kw_only=True):
    """The number of an order, and the telephone it was placed with, in any form."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"number": 1001, "phone": "0559876543"}

    number: int | str
    phone: str

    def wanted(self, store: str, address: str | None) -> SeekOrder:
        return SeekOrder(store=store, number=str(self.number), phone=self.phone, address=address)


class QuoteIn(Input, frozen=True, kw_only=True):
    """What an order would be made of, and the ``city`` it would go to: fees depend on it."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "items": [{"product_id": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f", "quantity": 2}],
        "city": "الرياض",
    }

    items: list[WishIn]
    city: str | None = None

    def wanted(self) -> list[Wish]:
        return [Wish(**each.said()) for each in self.items]


class QuotedLineOut(Output, frozen=True, kw_only=True):
    """``available`` is what could be ordered, or null where nobody counts it."""

    product_id: UUID
    variant_id: UUID
    title: str
    variant: str
    sku: str
    unit_price: Amount
    quantity: int
    total: Amount
    available: int | None
    short: bool

    @classmethod
    def of(cls, line: Priced) -> Self:
        return cls.told(line.written_down(), line)


class RefusalOut(Output, frozen=True, kw_only=True):
    """Why an order of all this would be refused, as the order itself would say it."""

    code: str
    message: str
    facts: dict[str, Any]


class QuoteOut(Output, frozen=True, kw_only=True):
    """
    What an order would cost now; nothing is kept.

    What cannot be sold is none of the ``items``, and one of the ``problems``: without any, an order
    would be taken.
    """

    items: list[QuotedLineOut]
    subtotal: Amount
    fees: list[FeeOut]
    total: Amount
    currency: str
    min_order_total: Amount
    accepting_orders: bool
    reopens_at: Moment | None
    problems: list[RefusalOut]

    @classmethod
    def of(cls, quote: Quote, locale: Locale) -> Self:
        return cls.told(
            quote,
            quote.store,
            items=[QuotedLineOut.of(each) for each in quote.lines],
            problems=[_refusal(each, locale) for each in quote.refusals],
        )


class PlacedOrderOut(OrderOut, frozen=True, kw_only=True):
    """``tracking_url`` is told only now; ``whatsapp_url`` opens the message that confirms."""

    tracking_url: str
    whatsapp_url: str

    @classmethod
    def of_guest(cls, placed: PlacedOrder) -> Self:
        return cls.of(
            placed.order,
            tracking_url=placed.tracking_url,
            whatsapp_url=placed.whatsapp_url,
            allowed_transitions=placed.allowed_transitions,
        )


class TrackedStoreOut(Output, frozen=True, kw_only=True):
    username: str
    name: str
    whatsapp_url: str

    @classmethod
    def of(cls, store: Merchant, number: int) -> Self:
        return cls.told(store, whatsapp_url=whatsapp.link(store.whatsapp_phone, f"#{number}"))


class TrackedMoveOut(Output, frozen=True, kw_only=True):
    """What a guest is told of a move; reasons and notes are the merchant's own."""

    at: Moment
    status: OrderStatus
    event: Happening
    by: Party


class TrackedOrderOut(Output, frozen=True, kw_only=True):
    """
    An order, to whoever has its link: enough to recognise it, not enough to find somebody.

    ``amount_to_collect`` is the ``total`` until it is delivered, and nothing from then on, or if it
    never is.
    """

    number: int
    status: OrderStatus
    payment_status: PaymentStatus
    confirmation: ConfirmationOut
    customer_name: str
    customer_phone: str
    items: list[OrderLineOut]
    subtotal: Amount
    fees: list[FeeOut]
    discount: Amount | None
    total: Amount
    currency: str
    amount_to_collect: Amount
    amount_collected: Amount | None
    amount_refunded: Amount | None
    placed_at: Moment
    confirm_by: Moment
    tracking_number: str
    courier: str
    timeline: list[TrackedMoveOut]
    allowed_transitions: list[OrderStatus]
    store: TrackedStoreOut

    @classmethod
    def of(cls, seen: TrackedOrder) -> Self:
        order = seen.order
        return cls.told(
            order,
            customer_name=masked_name(order.customer.name),
            customer_phone=masked(order.customer.phone),
            items=order.lines,
            allowed_transitions=seen.allowed_transitions,
            store=TrackedStoreOut.of(seen.store, order.number),
        )


def _refusal(error: MarketplaceError, locale: Locale) -> RefusalOut:
    message = wording(type(error)).told(locale, error.facts)
    return RefusalOut(code=error.code, message=message, facts=error.facts)


class GuestOrderController(Controller):
    path = "/api/store/{username:str}"
    tags = ("store",)
    exception_handlers = LEADING_ON

    @post("/quote", public=True, status_code=200, problems=(StoreNotFound, StoreMoved))
    async def quote(
        self,
        request: StrictRequest,
        username: FromPath[str],
        data: JSONBody[QuoteIn],
        quotes: NamedDependency[QuoteService],
    ) -> QuoteOut:
        """
        Ask what an order would cost, and whether it would be taken.

        Lines of one variant are put together, as an order does.
        """
        told = await quotes.quote(username, data.wanted(), data.city or "")
        return QuoteOut.of(told, preferred(request.headers.get("accept-language", "")))

    @post(
        "/orders",
        public=True,
        problems=(
            StoreNotFound,
            StoreMoved,
            StoreOnHoliday,
            ProductNotFound,
            VariantNotFound,
            VariantRequired,
            OutOfStock,
            CityNotServed,
            CityMissing,
            PriceChanged,
            BelowMinimum,
            OrderRefused,
            TooManyAttempts,
        ),
    )
    async def place(
        self,
        request: StrictRequest,
        username: FromPath[str],
        data: JSONBody[PlaceOrderIn],
        placing: NamedDependency[PlacingService],
    ) -> PlacedOrderOut:
        """Order, without an account; it is paid when it arrives."""
        wanted = data.wanted(username, request.address, request.id)
        return PlacedOrderOut.of_guest(await placing.place(wanted))

    @post(
        "/orders/lookup",
        public=True,
        status_code=202,
        problems=(StoreNotFound, StoreMoved, TooManyAttempts),
    )
    async def seek(
        self,
        request: StrictRequest,
        username: FromPath[str],
        data: JSONBody[SeekOrderIn],
        seeking: NamedDependency[SeekingService],
    ) -> None:
        """
        Have the link of an order sent to whoever placed it.

        The answer is the same whether there is such an order; the link goes to the telephone or the
        mailbox of the order, and to nobody else. Links that were given before stay good.
        """
        await seeking.seek(data.wanted(username, request.address))


def _refused(request: Request[Any, Any, Any], error: MarketplaceError) -> Response[Any]:
    """A problem, or where a browser asks a page that says the same."""
    language, accept = (request.headers.get(name, "") for name in ("accept-language", "accept"))
    problem = answer(error, accept_language=language, request_id=request_id.get())
    if not wants_page(accept):
        return Response(problem.body, status_code=problem.status, headers=problem.headers)
    told = refusal(error, accept_language=language)
    token = request.path_params.get("token")
    back = None if isinstance(error, OrderNotFound) or not token else f"{_TRACK}/{quote(token)}"
    root = request.scope.get("root_path", "")
    headers = {each: problem.headers[each] for each in problem.headers if each != "content-type"}
    locale = preferred(language)
    detail = told_to_guest(error, told.detail, locale)
    return _browsed(refusal_page(told.title, detail, back, locale, root), problem.status, headers)


READABLE: ExceptionHandlersMap = {MarketplaceError: _refused}


class TrackingController(Controller):
    path = _TRACK
    tags = ("store",)
    exception_handlers = READABLE

    @get("/{token:str}", public=True, problems=(OrderNotFound,))
    async def track(
        self,
        request: StrictRequest,
        token: FromPath[str],
        orders: NamedDependency[OrderService],
    ) -> Response[TrackedOrderOut]:
        """
        Follow an order by the link its guest was given.

        A browser, which asks for `text/html`, is shown a page.
        """
        return _told(await orders.track(token), request, token)

    @post(
        "/{token:str}/confirm",
        public=True,
        status_code=200,
        problems=(OrderNotFound, WrongOrderStatus),
    )
    async def confirm(
        self,
        request: StrictRequest,
        token: FromPath[str],
        confirming: NamedDependency[ConfirmingService],
    ) -> Response[TrackedOrderOut]:
        """Stand by an order, as its guest; once more changes nothing."""
        confirmed = await confirming.confirm_by_guest(token, _guest(request))
        return _told(confirmed, request, token)

    @post(
        "/{token:str}/cancel",
        public=True,
        status_code=200,
        problems=(OrderNotFound, WrongOrderStatus),
    )
    async def cancel(
        self,
        request: StrictRequest,
        token: FromPath[str],
        data: JSONBody[CancelIn],
        confirming: NamedDependency[ConfirmingService],
    ) -> Response[TrackedOrderOut]:
        """Give an order up, as its guest, while it has not been prepared."""
        guest = _guest(request)
        cancelled = await confirming.cancel_by_guest(token, data.reason or "", guest)
        return _told(cancelled, request, token)


def _guest(request: StrictRequest) -> Guest:
    return Guest(address=request.address, request_id=request.id)


def _told(seen: TrackedOrder, request: StrictRequest, token: str) -> Response[Any]:
    """The order, which no search engine is to find; after a form, the way back to its page."""
    root = request.scope.get("root_path", "")
    if not wants_page(request.headers.get("accept", "")):
        return Response(TrackedOrderOut.of(seen), headers=_UNLISTED)
    if request.method == "POST":
        there = f"{root}{_TRACK}/{quote(token)}"
        return Answer(None, status_code=303, headers={**_UNLISTED, "location": there})
    locale = preferred(request.headers.get("accept-language", ""))
    return _browsed(order_page(seen, token, locale, root), 200, {"content-language": locale})


def _browsed(page: str, status: int, headers: Mapping[str, str]) -> Response[Any]:
    told = {**headers, **_UNLISTED, "content-security-policy": POLICY}
    return Response(page, status_code=status, media_type="text/html", headers=told)
