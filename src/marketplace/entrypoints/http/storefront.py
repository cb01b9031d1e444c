"""The public side of a store, over HTTP: look, order, and follow the order."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.serialization import encode_json
from litestar.types import ExceptionHandlersMap

from marketplace.application.confirming import ConfirmingService
from marketplace.application.finding import FindProducts
from marketplace.application.orders import (
    OrderService,
    PlacedOrder,
    PlaceOrder,
    Priced,
    TrackedOrder,
    Wish,
)
from marketplace.application.ports import MEDIA, CategoryView, ProductCard, ProductView, Site
from marketplace.application.quotes import Quote, QuoteService
from marketplace.application.storefront import StorefrontService, StorePage
from marketplace.domain import whatsapp
from marketplace.domain.accounts import Locale
from marketplace.domain.errors import MarketplaceError
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
    WrongOrderStatus,
)
from marketplace.domain.phones import masked
from marketplace.domain.products import ProductNotFound, VariantRequired
from marketplace.domain.text import beginning
from marketplace.domain.variants import OutOfStock, VariantNotFound

from .edge import request_id
from .images import ImageOut, url_of
from .messages import preferred
from .orders import ConfirmationOut, OrderLineOut, OrderOut
from .page_cache import shared
from .problems import answer, wording
from .products import ListedProductOut, OneOfSorts, ProductOut, VariantOut
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
    cursor_after,
    paging,
    words,
)

PREVIEWED = 200
"""Characters of a description that a messenger shows."""

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


class CancelIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "طلبته بالخطأ"}

    reason: str | None = None


class QuoteIn(Input, frozen=True, kw_only=True):
    """What an order would be made of."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "items": [{"product_id": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f", "quantity": 2}],
    }

    items: list[WishIn]

    def wanted(self) -> list[Wish]:
        return [Wish(**each.said()) for each in self.items]


class PreviewOut(Output, frozen=True, kw_only=True):
    """What a link to it shows in a message: ``image`` is a JPEG, which every messenger can read."""

    title: str
    description: str
    image: str | None

    @classmethod
    def of(cls, title: str, description: str, keys: Sequence[str], site: Site) -> Self:
        return cls(
            title=title,
            description=beginning(description, PREVIEWED),
            image=url_of(keys[0], site) if keys else None,
        )


class StoreOut(Output, frozen=True, kw_only=True):
    """
    A store as everybody sees it; ``dir`` is the direction its language is written in.

    On holiday it is found, ``accepting_orders`` is false, and ``reopens_at`` says until when. An
    order below ``min_order_total``, an amount of ``currency``, is refused.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "username": "sara-abayas",
        "name": "عباءات سارة",
        "description": "عباءات مطرزة يدويًا",
        "logo": None,
        "currency": "SAR",
        "country": "SA",
        "locale": "ar",
        "dir": "rtl",
        "payment_preference": "cash_on_delivery",
        "whatsapp_link": "https://wa.me/966501234567",
        "instagram_link": "https://instagram.com/sara.abayas",
        "facebook_link": "",
        "accepting_orders": True,
        "reopens_at": None,
        "min_order_total": "50.00",
        "preview": {
            "title": "عباءات سارة",
            "description": "عباءات مطرزة يدويًا",
            "image": None,
        },
    }

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
    preview: PreviewOut

    @classmethod
    def of(cls, page: StorePage, site: Site) -> Self:
        store, logo = page.store, page.store.logo
        return cls.told(
            store,
            page,
            logo=None if logo is None else ImageOut.of(logo, site),
            dir="rtl" if store.locale is Locale.ARABIC else "ltr",
            preview=PreviewOut.of(
                store.name, store.description, [logo.preview.key] if logo else [], site
            ),
        )


class StorePageOut(Output, frozen=True, kw_only=True):
    store: StoreOut
    products: Listed[ListedProductOut]

    @classmethod
    def encoded(cls, page: StorePage, site: Site, wanted: FindProducts) -> bytes:
        """Such an answer, put together from cards that are all but ready."""
        items = ",".join([_on_card(each) for each in page.products.items])
        media = encode_json(f"{site.media_url}/").decode()[1:-1]
        return b'{"store":%b,"products":{"items":[%b],"next_cursor":%b}}' % (
            encode_json(StoreOut.of(page, site)),
            items.replace(MEDIA, media).encode(),
            encode_json(cursor_after(page.products, wanted)),
        )


class ProductPageOut(ProductOut, frozen=True, kw_only=True):
    """A product on a page of its own."""

    preview: PreviewOut

    @classmethod
    def of(cls, view: ProductView, site: Site) -> Self:
        product = view.product
        keys = [each.preview.key for each in view.images]
        preview = PreviewOut.of(product.title, product.description, keys, site)
        return cls._of(view, site, VariantOut, preview=preview)


class ShelfOut(Output, frozen=True, kw_only=True):
    """A category of a store; ``product_count`` is how many of its products are on sale."""

    id: UUID
    name: str
    slug: str
    position: int
    product_count: int

    @classmethod
    def of(cls, seen: CategoryView) -> Self:
        return cls.told(seen.category, seen)


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


class FeeOut(Output, frozen=True, kw_only=True):
    name: str
    amount: Amount


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
    def of_guest(cls, placed: PlacedOrder, site: Site) -> Self:
        return cls.of(
            placed.order,
            tracking_url=f"{site.public_url}/api/orders/track/{placed.tracking_token}",
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
            customer_name=" ".join(f"{word[0]}•••" for word in order.customer.name.split()),
            customer_phone=masked(order.customer.phone),
            items=order.lines,
            allowed_transitions=seen.allowed_transitions,
            store=TrackedStoreOut.of(seen.store, order.number),
        )


def _on_card(card: ProductCard) -> str:
    """What is told of a product, with what orders change."""
    if card.available is None:
        return f'{card.told[:-1]},"stock":null,"in_stock":true}}'
    in_stock = "true" if card.available > 0 else "false"
    return f'{card.told[:-1]},"stock":{card.available},"in_stock":{in_stock}}}'


def _refusal(error: MarketplaceError, locale: Locale) -> RefusalOut:
    message = wording(type(error)).told(locale, error.facts)
    return RefusalOut(code=error.code, message=message, facts=error.facts)


def _led_on(request: Request[Any, Any, Any], moved: StoreMoved) -> Response[bytes]:
    """The same call, method and query and all, at the address where the store is now."""
    language = request.headers.get("accept-language", "")
    problem = answer(moved, accept_language=language, request_id=request_id.get())
    there = request.scope["path_template"]
    for name, said in {**request.path_params, **moved.facts}.items():
        there = there.replace(f"{{{name}}}", quote(str(said), safe=""))
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
        q: FromQuery[str] = "",
        category: FromQuery[str] = "",
        tag: FromQuery[str] = "",
        min_price: FromQuery[str] = "",
        max_price: FromQuery[str] = "",
        in_stock: FromQuery[bool | None] = None,
        sort: OneOfSorts = "",
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Response[StorePageOut]:
        """
        Look at a store and its products, newest first, or look for some.

        `q` finds Arabic and English in any spelling, beginnings of words too, and forgives a slip
        where nothing else is found; the best come first. `category` is an id or a slug. Prices are
        those of the cheapest variant.
        """
        wanted = FindProducts(
            q=q,
            category=category,
            tag=tag,
            min_price=min_price,
            max_price=max_price,
            in_stock=in_stock,
            sort=sort,
        )
        page = await storefront.page(username, paging(limit, cursor, wanted), wanted)
        body = StorePageOut.encoded(page, request.site, wanted)
        return shared(body, request, page.store.id, until=page.reopens_at)

    @get(
        "/products/{product:str}",
        public=True,
        problems=(StoreNotFound, StoreMoved, ProductNotFound),
    )
    async def product(
        self,
        request: StrictRequest,
        username: FromPath[str],
        product: FromPath[str],
        storefront: NamedDependency[StorefrontService],
    ) -> Response[ProductPageOut]:
        """Look at one product, by its id or slug."""
        seen = await storefront.product(username, product)
        body = encode_json(ProductPageOut.of(seen, request.site))
        return shared(body, request, seen.product.merchant_id, until=None)

    @get("/categories", public=True, problems=(StoreNotFound, StoreMoved))
    async def categories(
        self,
        request: StrictRequest,
        username: FromPath[str],
        storefront: NamedDependency[StorefrontService],
    ) -> Response[Listed[ShelfOut]]:
        """List the categories of a store, in its order."""
        seen = await storefront.categories(username)
        shelves = Listed(items=[ShelfOut.of(each) for each in seen.items], next_cursor=None)
        return shared(encode_json(shelves), request, seen.store_id, until=None)

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
        told = await quotes.quote(username, data.wanted())
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
        return _unlisted(await orders.track(token))

    @post(
        "/{token:str}/confirm",
        public=True,
        status_code=200,
        problems=(OrderNotFound, WrongOrderStatus),
    )
    async def confirm(
        self, token: FromPath[str], confirming: NamedDependency[ConfirmingService]
    ) -> Response[TrackedOrderOut]:
        """Stand by an order, as its guest; once more changes nothing."""
        return _unlisted(await confirming.confirm_by_guest(token))

    @post(
        "/{token:str}/cancel",
        public=True,
        status_code=200,
        problems=(OrderNotFound, WrongOrderStatus),
    )
    async def cancel(
        self,
        token: FromPath[str],
        data: JSONBody[CancelIn],
        confirming: NamedDependency[ConfirmingService],
    ) -> Response[TrackedOrderOut]:
        """Give an order up, as its guest, while it has not been prepared."""
        return _unlisted(await confirming.cancel_by_guest(token, data.reason or ""))


def _unlisted(seen: TrackedOrder) -> Response[TrackedOrderOut]:
    """What no search engine is to find."""
    return Response(TrackedOrderOut.of(seen), headers={"x-robots-tag": "noindex"})
