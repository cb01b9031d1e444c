"""The public side of a store, over HTTP: look around, and find things."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.serialization import encode_json
from litestar.types import ExceptionHandlersMap

from marketplace.application.finding import ANY, FindProducts
from marketplace.application.ports import MEDIA, CategoryView, ProductCard, ProductView, Site
from marketplace.application.storefront import StorefrontService, StorePage
from marketplace.domain.accounts import Locale
from marketplace.domain.merchants import (
    Merchant,
    PaymentPreference,
    StoreMoved,
    StoreNotFound,
)
from marketplace.domain.products import ProductMoved, ProductNotFound
from marketplace.domain.text import beginning

from .edge import request_id
from .images import ImageOut, url_of
from .merchants import DeliveryOut
from .page_cache import shared
from .problems import answer
from .products import ListedProductOut, OneOfSorts, ProductOut, VariantOut
from .shapes import (
    Amount,
    Cursor,
    Include,
    Limit,
    Listed,
    ListOf,
    Moment,
    Output,
    StrictRequest,
    cursor_after,
    paging,
)

PREVIEWED = 200
"""Characters of a description that a messenger shows."""

MOVED_FOR = 60
"""Seconds for which a shared cache may lead on to another address: it can be taken back."""


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
    def encoded(cls, page: StorePage, site: Site, of: ListOf) -> bytes:
        """Such an answer, put together from cards that are all but ready."""
        items = ",".join([_on_card(each) for each in page.products.items])
        media = encode_json(f"{site.media_url}/").decode()[1:-1]
        total = page.products.total
        return b'{"store":%b,"products":{"items":[%b],"next_cursor":%b%b}}' % (
            encode_json(StoreOut.of(page, site)),
            items.replace(MEDIA, media).encode(),
            encode_json(cursor_after(page.products, of)),
            b"" if total is None else b',"total":%d' % total,
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


class TermsOut(DeliveryOut, frozen=True, kw_only=True):
    """What an order costs beside the goods; one of goods below ``min_order_total`` is refused."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        **DeliveryOut.EXAMPLE,
        "currency": "SAR",
        "min_order_total": "50.00",
    }

    currency: str
    min_order_total: Amount

    @classmethod
    def of(cls, store: Merchant) -> Self:
        return cls.told(store.terms, store)


def _on_card(card: ProductCard) -> str:
    """What is told of a product, with what orders change."""
    if card.available is None:
        return f'{card.told[:-1]},"stock":null,"in_stock":true}}'
    in_stock = "true" if card.available > 0 else "false"
    return f'{card.told[:-1]},"stock":{card.available},"in_stock":{in_stock}}}'


def front_of(username: str, wanted: FindProducts = ANY) -> ListOf:
    """What a store shows on its front, to everybody the same."""
    return ListOf(path="/api/store/{username}", ids=(username.lower(),), wanted=wanted)


def led_on(request: Request[Any, Any, Any], moved: StoreMoved | ProductMoved) -> Response[bytes]:
    """The same call, method and query and all, at the address where that is now."""
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


LEADING_ON: ExceptionHandlersMap = {ProductMoved: led_on, StoreMoved: led_on}


class StoreController(Controller):
    path = "/api/store/{username:str}"
    tags = ("store",)
    exception_handlers = LEADING_ON

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
        include: Include = "",
    ) -> Response[StorePageOut]:
        """
        Look at a store and its products, newest first, or look for some.

        `q` finds Arabic and English in any spelling, one or several of a thing, beginnings of words
        too, and forgives a slip where nothing else is found. The best come first: titles that are
        what was typed, titles that begin with it, titles that have it, and then all others.
        `category` is an id or a slug. `min_price` and `max_price` are met by any variant, with
        `in_stock=true` by one that is in stock; to sort by, a price is that of the cheapest.
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
        of = front_of(username, wanted)
        page = await storefront.page(username, paging(limit, cursor, of, include), wanted)
        body = StorePageOut.encoded(page, request.site, of)
        return shared(body, request, page.store.id, until=page.reopens_at)

    @get(
        "/products/{product:str}",
        public=True,
        problems=(StoreNotFound, StoreMoved, ProductNotFound, ProductMoved),
    )
    async def product(
        self,
        request: StrictRequest,
        username: FromPath[str],
        product: FromPath[str],
        storefront: NamedDependency[StorefrontService],
    ) -> Response[ProductPageOut]:
        """Look at one product, by its id or slug; a slug it had before leads to that of today."""
        seen = await storefront.product(username, product)
        body = encode_json(ProductPageOut.of(seen, request.site))
        return shared(body, request, seen.product.merchant_id, until=None)

    @get("/categories", public=True, problems=(StoreNotFound, StoreMoved))
    async def categories(
        self,
        request: StrictRequest,
        username: FromPath[str],
        storefront: NamedDependency[StorefrontService],
        include: Include = "",
    ) -> Response[Listed[ShelfOut]]:
        """List the categories of a store, in its order."""
        seen = await storefront.categories(username)
        shelves = Listed.whole([ShelfOut.of(each) for each in seen.items], include)
        return shared(encode_json(shelves), request, seen.store_id, until=None)

    @get("/delivery", public=True, problems=(StoreNotFound, StoreMoved))
    async def delivery(
        self,
        request: StrictRequest,
        username: FromPath[str],
        storefront: NamedDependency[StorefrontService],
    ) -> Response[TermsOut]:
        """See where a store delivers to, and what that costs."""
        store = await storefront.delivery(username)
        return shared(encode_json(TermsOut.of(store)), request, store.id, until=None)
