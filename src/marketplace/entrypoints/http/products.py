"""A merchant's products, over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from marketplace.application.ports import ProductView, Site
from marketplace.application.products import AddProduct, EditProduct, ProductService
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.images import ImageNotFound
from marketplace.domain.products import ProductId, ProductNotFound, ProductStatus, Variant

from .images import ImageOut, ImageRef, ids_of
from .shapes import (
    Amount,
    AmountSaid,
    Change,
    Cursor,
    Input,
    Limit,
    Listed,
    Maybe,
    Moment,
    Output,
    StrictRequest,
    paging,
    words,
)


class ProductIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "title": "عباءة سوداء مطرزة",
        "description": "قماش كريب، تطريز يدوي",
        "price": "249.00",
        "stock": 12,
        "sku": "ABY-001",
        "images": [],
    }

    title: str
    price: AmountSaid
    stock: int = 0
    description: str | None = None
    status: Annotated[str, words(ProductStatus)] | None = None
    sku: str | None = None
    images: Sequence[UUID | ImageRef] = ()

    def wanted(self, acting: Actor) -> AddProduct:
        return AddProduct(**{**self.said(), "images": ids_of(self.images)}, acting=acting)


class ProductChange(Change, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"price": "229.00", "stock": 8}

    title: Maybe[str] = UNSET
    price: Maybe[AmountSaid] = UNSET
    stock: Maybe[int] = UNSET
    description: Maybe[str | None] = UNSET
    status: Maybe[Annotated[str, words(ProductStatus)]] = UNSET
    sku: Maybe[str | None] = UNSET
    images: Maybe[Sequence[UUID | ImageRef]] = UNSET

    def wanted(self, acting: Actor, id: UUID) -> EditProduct:
        said = self.said()
        if "images" in said:
            said["images"] = ids_of(said["images"])
        return EditProduct(**said, acting=acting, product_id=ProductId(id))


class VariantOut(Output, frozen=True, kw_only=True):
    """``stock`` is what can be ordered."""

    id: UUID
    sku: str
    price: Amount
    stock: int

    @classmethod
    def of(cls, variant: Variant) -> Self:
        return cls.told(variant, stock=variant.available)


class OwnVariantOut(VariantOut, frozen=True, kw_only=True):
    """Of the ``on_hand`` units on the shelf, ``reserved`` are promised to orders."""

    on_hand: int
    reserved: int


class ProductOut(Output, frozen=True, kw_only=True):
    """A product as everybody sees it; its price and stock are those of its first variant."""

    id: UUID
    title: str
    description: str
    price: Amount
    currency: str
    stock: int
    images: list[ImageOut]
    status: ProductStatus
    sku: str
    variants: tuple[VariantOut, ...]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, view: ProductView, site: Site) -> Self:
        return cls._of(view, site, VariantOut)

    @classmethod
    def _of(cls, view: ProductView, site: Site, variant: type[VariantOut]) -> Self:
        product, default = view.product, view.product.default
        return cls.told(
            product,
            default,
            default.price,
            stock=default.available,
            images=[ImageOut.of(each, site) for each in view.images],
            variants=[variant.of(each) for each in product.variants],
        )


class OwnProductOut(ProductOut, frozen=True, kw_only=True):
    """A product as its merchant sees it; ``version`` counts its changes."""

    variants: tuple[OwnVariantOut, ...]
    version: int

    @classmethod
    def of(cls, view: ProductView, site: Site) -> Self:
        return cls._of(view, site, OwnVariantOut)


class ProductController(Controller):
    path = "/products"

    @get()
    async def of_merchant(
        self,
        request: StrictRequest,
        products: NamedDependency[ProductService],
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Listed[OwnProductOut]:
        """List one's own products, drafts too."""
        page = await products.of_merchant(request.user, paging(limit, cursor))
        return Listed.of(page, lambda each: OwnProductOut.of(each, request.site))

    @post(problems=(ImageNotFound,))
    async def add(
        self,
        request: StrictRequest,
        data: JSONBody[ProductIn],
        products: NamedDependency[ProductService],
    ) -> OwnProductOut:
        """Put something up for sale."""
        return OwnProductOut.of(await products.add(data.wanted(request.user)), request.site)

    @get("/{id:uuid}", problems=(ProductNotFound,))
    async def find(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        products: NamedDependency[ProductService],
    ) -> OwnProductOut:
        """Look at one product."""
        return OwnProductOut.of(await products.find(request.user, ProductId(id)), request.site)

    @put("/{id:uuid}", problems=(ProductNotFound, ImageNotFound, ChangedMeanwhile))
    async def edit(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[ProductChange],
        products: NamedDependency[ProductService],
    ) -> OwnProductOut:
        """Change a product; what is left out stays."""
        return OwnProductOut.of(await products.edit(data.wanted(request.user, id)), request.site)

    @delete("/{id:uuid}", problems=(ProductNotFound,))
    async def archive(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        products: NamedDependency[ProductService],
    ) -> None:
        """Take a product out of the store; orders keep what they wrote down."""
        await products.archive(request.user, ProductId(id))
