"""A merchant's products, over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self, TypeAlias
from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, field

from marketplace.application.finding import FindProducts
from marketplace.application.ports import ProductView, Site, Sort
from marketplace.application.products import AddProduct, EditProduct, ProductService
from marketplace.application.variants import VariantWish
from marketplace.domain.accounts import Actor
from marketplace.domain.categories import CategoryNotFound
from marketplace.domain.errors import ChangedMeanwhile, StaleVersion
from marketplace.domain.images import ImageNotFound
from marketplace.domain.moderation import ProductTakenDown
from marketplace.domain.products import Product, ProductId, ProductNotFound, ProductStatus
from marketplace.domain.slugs import SlugTaken
from marketplace.domain.variants import SkuTaken, Variant, VariantNotFound

from .images import ImageOut, ImageRef, alts_of, ids_of
from .shapes import (
    Amount,
    AmountSaid,
    Change,
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    Maybe,
    Moment,
    Output,
    StrictRequest,
    paging,
    tagged,
    words,
)

OneOfSorts: TypeAlias = FromQuery[Annotated[str, words(Sort)]]
OneOfStatuses: TypeAlias = FromQuery[Annotated[str, words(ProductStatus)]]


class CategoryRef(Input, frozen=True, kw_only=True):
    """A category by what was answered; of that the id is enough, and the rest changes nothing."""

    id: UUID
    name: str = ""
    slug: str = ""
    position: int = 0
    version: int = 0


class OptionIn(Input, frozen=True, kw_only=True):
    name: str
    values: list[str]


class VariantIn(Change, frozen=True, kw_only=True):
    """
    A variant by its ``id`` or its ``options``; what it does not say, the product says.

    Null takes ``sku`` and ``compare_at_price`` away. As an answer has it where nobody counts the
    stock, null there says nothing.
    """

    id: UUID | None = None
    options: dict[str, str] = field(default_factory=dict)
    sku: Maybe[str | None] = UNSET
    price: Maybe[AmountSaid] = UNSET
    compare_at_price: Maybe[AmountSaid | None] = UNSET
    stock: Maybe[int | None] = UNSET

    def wish(self) -> VariantWish:
        said = self.said()
        if self.stock is None:
            del said["stock"]
        said["id"] = self.id
        return VariantWish(**said)


class ProductIn(Input, frozen=True, kw_only=True):
    """
    Without ``variants`` there is one for every combination of the ``options``.

    ``low_stock_at`` is how many units are few; with ``track_stock`` off nobody counts them. A
    ``compare_at_price`` is what it cost before, and so above the price.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "title": "عباءة سوداء مطرزة",
        "description": "قماش كريب، تطريز يدوي",
        "price": "249.00",
        "compare_at_price": "299.00",
        "tags": ["عباءات", "جديد"],
        "images": [],
        "low_stock_at": 2,
        "options": [{"name": "المقاس", "values": ["M", "L"]}],
        "variants": [
            {"options": {"المقاس": "M"}, "sku": "ABY-001-M", "stock": 12},
            {"options": {"المقاس": "L"}, "sku": "ABY-001-L", "stock": 7, "price": "259.00"},
        ],
    }

    title: str
    price: AmountSaid | None = None
    stock: int | None = None
    description: str | None = None
    status: Annotated[str, words(ProductStatus)] | None = None
    slug: str | None = None
    sku: str | None = None
    compare_at_price: AmountSaid | None = None
    category: UUID | CategoryRef | None = None
    tags: list[str] = field(default_factory=list)
    images: Sequence[UUID | ImageRef] = ()
    options: list[OptionIn] | None = None
    variants: list[VariantIn] | None = None
    track_stock: bool = True
    low_stock_at: int | None = None

    def wanted(self, acting: Actor) -> AddProduct:
        return AddProduct(**_read(self.said()), acting=acting)


class ProductChange(Change, frozen=True, kw_only=True):
    """
    ``price`` and ``compare_at_price`` are those of every variant. A former price that the present
    one has risen to is none any more.

    ``stock`` and ``sku`` can be said of a product with one variant; of others, by variant. A
    variant that is not among ``variants`` is no longer sold; when it comes back it has its SKU
    again, unless that is another's by now. SKUs can be exchanged: what counts is who has which in
    the end.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {"price": "229.00", "tags": ["عباءات"]}

    title: Maybe[str] = UNSET
    price: Maybe[AmountSaid] = UNSET
    stock: Maybe[int] = UNSET
    description: Maybe[str | None] = UNSET
    status: Maybe[Annotated[str, words(ProductStatus)]] = UNSET
    slug: Maybe[str] = UNSET
    sku: Maybe[str | None] = UNSET
    compare_at_price: Maybe[AmountSaid | None] = UNSET
    category: Maybe[UUID | CategoryRef | None] = UNSET
    tags: Maybe[list[str]] = UNSET
    images: Maybe[Sequence[UUID | ImageRef]] = UNSET
    options: Maybe[list[OptionIn]] = UNSET
    variants: Maybe[list[VariantIn]] = UNSET
    track_stock: Maybe[bool] = UNSET
    low_stock_at: Maybe[int | None] = UNSET

    def wanted(self, acting: Actor, id: UUID, seen: frozenset[int] | None) -> EditProduct:
        said = _read(self.said())
        return EditProduct(**said, acting=acting, product_id=ProductId(id), seen=seen)


class OptionOut(Output, frozen=True, kw_only=True):
    name: str
    values: list[str]


class VariantOut(Output, frozen=True, kw_only=True):
    """``stock`` is what can be ordered, or null where nobody counts it."""

    id: UUID
    options: dict[str, str]
    sku: str
    price: Amount
    compare_at_price: Amount | None
    stock: int | None

    @classmethod
    def of(cls, variant: Variant, product: Product) -> Self:
        names = (each.name for each in product.options)
        return cls.told(
            variant,
            options=dict(zip(names, variant.options, strict=True)),
            stock=variant.available if product.track_stock else None,
        )


class OwnVariantOut(VariantOut, frozen=True, kw_only=True):
    """Of the ``on_hand`` units on the shelf, ``reserved`` are promised to orders."""

    on_hand: int
    reserved: int


class CategoryName(Output, frozen=True, kw_only=True):
    id: UUID
    name: str
    slug: str


class ListedProductOut(Output, frozen=True, kw_only=True):
    """
    A product as everybody sees it in a list.

    Its ``price`` is that of its first variant, ``price_from`` and ``price_to`` are the lowest and
    the highest. ``stock`` is what can be ordered of all variants together, or null where nobody
    counts it. With a ``variant_count`` of more than one, an order names the variant: they are told
    on the page of the product.
    """

    id: UUID
    slug: str
    title: str
    description: str
    price: Amount
    price_from: Amount
    price_to: Amount
    compare_at_price: Amount | None
    currency: str
    stock: int | None
    in_stock: bool
    category: CategoryName | None
    tags: list[str]
    images: list[ImageOut]
    status: ProductStatus
    sku: str
    options: list[OptionOut]
    variant_count: int
    created_at: Moment
    updated_at: Moment


class ProductOut(ListedProductOut, frozen=True, kw_only=True):
    """A product as everybody sees it, with its variants."""

    variants: tuple[VariantOut, ...]

    @classmethod
    def _of(cls, view: ProductView, site: Site, variant: type[VariantOut], **more: object) -> Self:
        product, default = view.product, view.product.default
        return cls.told(
            product,
            default,
            default.price,
            stock=product.available,
            category=view.category,
            images=[ImageOut.of(each, site) for each in view.images],
            variant_count=len(product.offered),
            variants=[variant.of(each, product) for each in product.offered],
            **more,
        )


class OwnProductOut(ProductOut, frozen=True, kw_only=True):
    """
    A product as its merchant sees it; ``version`` counts its changes.

    With a ``taken_down_at`` an admin has taken it down, for the ``takedown_reason``: until it is
    restored it is a draft or archived, and cannot be on sale.
    """

    variants: tuple[OwnVariantOut, ...]
    track_stock: bool
    low_stock_at: int | None
    taken_down_at: Moment | None
    takedown_reason: str | None
    version: int

    @classmethod
    def of(cls, view: ProductView, site: Site, **more: object) -> Self:
        takedown = view.product.takedown
        return cls._of(
            view,
            site,
            OwnVariantOut,
            taken_down_at=takedown and takedown.at,
            takedown_reason=takedown and takedown.reason,
            **more,
        )


class ProductController(Controller):
    path = "/products"

    @get()
    async def of_merchant(
        self,
        request: StrictRequest,
        products: NamedDependency[ProductService],
        q: FromQuery[str] = "",
        status: OneOfStatuses = "",
        category: FromQuery[str] = "",
        tag: FromQuery[str] = "",
        in_stock: FromQuery[bool | None] = None,
        sort: OneOfSorts = "",
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[OwnProductOut]:
        """
        List one's own products, drafts too.

        What is archived is shown if `status` asks for it.
        """
        wanted = FindProducts(
            q=q, status=status, category=category, tag=tag, in_stock=in_stock, sort=sort
        )
        of = request.list_of(wanted)
        page = await products.of_merchant(request.user, paging(limit, cursor, of, include), wanted)
        return Listed.of(page, lambda each: OwnProductOut.of(each, request.site), of)

    @post(problems=(ImageNotFound, CategoryNotFound, SlugTaken, SkuTaken, ChangedMeanwhile))
    async def add(
        self,
        request: StrictRequest,
        data: JSONBody[ProductIn],
        products: NamedDependency[ProductService],
    ) -> Response[OwnProductOut]:
        """Put something up for sale."""
        added = await products.add(data.wanted(request.user))
        return tagged(OwnProductOut.of(added, request.site))

    @get("/{id:uuid}", problems=(ProductNotFound,))
    async def find(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        products: NamedDependency[ProductService],
    ) -> Response[OwnProductOut]:
        """Look at one product."""
        found = await products.find(request.user, ProductId(id))
        return tagged(OwnProductOut.of(found, request.site))

    @put(
        "/{id:uuid}",
        problems=(
            ProductNotFound,
            VariantNotFound,
            CategoryNotFound,
            ImageNotFound,
            SlugTaken,
            SkuTaken,
            StaleVersion,
            ProductTakenDown,
            ChangedMeanwhile,
        ),
    )
    async def edit(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[ProductChange],
        products: NamedDependency[ProductService],
    ) -> Response[OwnProductOut]:
        """Change a product; what is left out stays."""
        edited = await products.edit(data.wanted(request.user, id, request.seen))
        return tagged(OwnProductOut.of(edited, request.site))

    @delete("/{id:uuid}", problems=(ProductNotFound, StaleVersion))
    async def archive(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        products: NamedDependency[ProductService],
    ) -> None:
        """Take a product out of the store; orders keep what they wrote down."""
        await products.archive(request.user, ProductId(id), request.seen)


def _read(said: dict[str, Any]) -> dict[str, Any]:
    """What was said of a product, in the words of the use case."""
    if "images" in said:
        said["alts"] = alts_of(said["images"])
        said["images"] = ids_of(said["images"])
    if isinstance(said.get("category"), CategoryRef):
        said["category"] = said["category"].id
    if "options" in said:
        said["options"] = [(each.name, each.values) for each in said["options"]]
    if "variants" in said:
        said["variants"] = [each.wish() for each in said["variants"]]
    return said
