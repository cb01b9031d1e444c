"""The public side of a store, over HTTP: look, order, and follow the order."""

from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.serialization import encode_json
from litestar.types import ExceptionHandlersMap

from marketplace.application.orders import OrderService, PlacedOrder, PlaceOrder, Wish
from marketplace.application.ports import OrderView, Site
from marketplace.application.storefront import StorefrontService, StorePage
from marketplace.domain import whatsapp
from marketplace.domain.accounts import Locale
from marketplace.domain.merchants import (
    Merchant,
    PaymentPreference,
    StoreMoved,
    StoreNotFound,
    StoreOnHoliday,
)
from marketplace.domain.orders import (
    BelowMinimum,
    ConfirmationMethod,
    OrderNotFound,
    OrderStatus,
    Party,
    PaymentStatus,
    PriceChanged,
)
from marketplace.domain.phones import masked
from marketplace.domain.products import ProductNotFound, VariantRequired
from marketplace.domain.variants import OutOfStock, VariantNotFound

from .edge import request_id
from .images import ImageOut
from .orders import ConfirmationOut, OrderLineOut, OrderOut
from .page_cache import shared
from .problems import answer
from .products import ProductOut
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

MOVED_FOR = 60
"""Seconds for which a shared cache may lead on to another address: it can be taken back."""


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

    def wanted(self, store: str) -> PlaceOrder:
        items = [Wish(**each.said()) for each in self.items]
        return PlaceOrder(**{**self.said(), "items": items}, store=store)


class StoreOut(Output, frozen=True, kw_only=True):
    """``dir`` is the direction its language is written in."""

    username: str
    name: str
    description: str
    logo: ImageOut | None
    currency: str
    country: str
    locale: Locale
    dir: Literal["rtl", "ltr"]
    payment_preference: PaymentPreference
    whatsapp_link: str
    instagram_link: str
    facebook_link: str
    accepting_orders: bool
    reopens_at: Moment | None
    min_order_total: Amount

    @classmethod
    def of(cls, page: StorePage, site: Site) -> Self:
        store, logo = page.store, page.store.logo
        return cls.told(
            store,
            page,
            logo=None if logo is None else ImageOut.of_card(logo, site),
            dir="rtl" if store.locale is Locale.ARABIC else "ltr",
        )


class StorePageOut(Output, frozen=True, kw_only=True):
    store: StoreOut
    products: Listed[ProductOut]

    @classmethod
    def of(cls, page: StorePage, site: Site) -> Self:
        return cls(
            store=StoreOut.of(page, site),
            products=Listed.of(page.products, lambda each: ProductOut.of_card(each, site)),
        )


class PlacedOrderOut(OrderOut, frozen=True, kw_only=True):
    """``tracking_url`` is told only now; ``whatsapp_url`` opens the message that confirms."""

    tracking_url: str
    whatsapp_url: str

    @classmethod
    def of_guest(cls, placed: PlacedOrder, site: Site) -> Self:
        return cls.of(
            placed.order,
            tracking_url=f"{site.public_url}/api/orders/track/{placed.tracking_token}",
            whatsapp_url=placed.whatsapp_url,
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
    by: Party


class TrackedOrderOut(Output, frozen=True, kw_only=True):
    """An order, to whoever has its link: enough to recognise it, not enough to find somebody."""

    number: int
    status: OrderStatus
    payment_status: PaymentStatus
    confirmation: ConfirmationOut
    customer_name: str
    customer_phone: str
    items: list[OrderLineOut]
    total: Amount
    currency: str
    placed_at: Moment
    tracking_number: str
    courier: str
    timeline: list[TrackedMoveOut]
    store: TrackedStoreOut

    @classmethod
    def of(cls, seen: OrderView) -> Self:
        order = seen.order
        return cls.told(
            order,
            customer_name=" ".join(f"{word[0]}•••" for word in order.customer.name.split()),
            customer_phone=masked(order.customer.phone),
            items=order.lines,
            store=TrackedStoreOut.of(seen.store, order.number),
        )


def _led_on(request: Request[Any, Any, Any], moved: StoreMoved) -> Response[bytes]:
    """The same call, method and query and all, at the address where the store is now."""
    language = request.headers.get("accept-language", "")
    problem = answer(moved, accept_language=language, request_id=request_id.get())
    there = request.scope["path_template"].replace("{username}", str(moved.facts["username"]))
    query = request.scope["query_string"].decode("latin-1")
    headers = {
        **problem.headers,
        "location": request.scope.get("root_path", "") + there + (f"?{query}" if query else ""),
        "cache-control": f"public, max-age={MOVED_FOR}",
    }
    return Response(problem.body, status_code=problem.status, headers=headers)


_LEADING_ON: ExceptionHandlersMap = {StoreMoved: _led_on}


class StoreController(Controller):
    path = "/api/store/{username:str}"
    tags = ("store",)
    exception_handlers = _LEADING_ON

    @get(public=True, problems=(StoreNotFound, StoreMoved))
    async def page(
        self,
        request: StrictRequest,
        username: FromPath[str],
        storefront: NamedDependency[StorefrontService],
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Response[StorePageOut]:
        """Look at a store and its newest products."""
        page = await storefront.page(username, paging(limit, cursor))
        body = encode_json(StorePageOut.of(page, request.site))
        return shared(body, request, page.store.id, until=page.reopens_at)

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
            PriceChanged,
            BelowMinimum,
        ),
    )
    async def place(
        self,
        request: StrictRequest,
        username: FromPath[str],
        data: JSONBody[PlaceOrderIn],
        orders: NamedDependency[OrderService],
    ) -> PlacedOrderOut:
        """Order, without an account; it is paid when it arrives."""
        return PlacedOrderOut.of_guest(await orders.place(data.wanted(username)), request.site)


class TrackingController(Controller):
    path = "/api/orders/track"
    tags = ("store",)

    @get("/{token:str}", public=True, problems=(OrderNotFound,))
    async def track(
        self, token: FromPath[str], orders: NamedDependency[OrderService]
    ) -> Response[TrackedOrderOut]:
        """Follow an order by the link its guest was given."""
        seen = TrackedOrderOut.of(await orders.track(token))
        return Response(seen, headers={"x-robots-tag": "noindex"})
