"""What a merchant can do with products: put them up, change them, take them down."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.domain.accounts import Actor
from marketplace.domain.errors import Form
from marketplace.domain.images import ImageId
from marketplace.domain.money import Money
from marketplace.domain.products import (
    Product,
    ProductId,
    ProductStatus,
    Variant,
    VariantId,
    parse_images,
    parse_stock,
)
from marketplace.domain.text import line, prose, word

from .images import own
from .merchants import selling
from .ports import BeginUnitOfWork, Clock, Ids, Page, Paging, ProductView, UnitOfWork, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProduct:
    """A merchant puts something up. ``price`` is a decimal of the store's currency, as written."""

    acting: Actor
    title: str
    price: str
    stock: int = 0
    description: str = ""
    status: str = ProductStatus.ACTIVE
    sku: str = ""
    images: Sequence[ImageId] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProduct:
    """What is to change; None stays as it is. ``stock`` counts the units nobody was promised."""

    acting: Actor
    product_id: ProductId
    title: str | None = None
    price: str | None = None
    stock: int | None = None
    description: str | None = None
    status: str | None = None
    sku: str | None = None
    images: Sequence[ImageId] | None = None


@dataclass(frozen=True, slots=True)
class ProductService:
    """The life of a product, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def of_merchant(self, acting: Actor, paging: Paging) -> Page[ProductView]:
        return await self.views.products(selling(acting), paging)

    async def find(self, acting: Actor, product_id: ProductId) -> ProductView:
        return await self.views.product(selling(acting), product_id)

    async def add(self, wanted: AddProduct) -> ProductView:
        """Put up something new, in one variant."""
        merchant_id, now = selling(wanted.acting), self.clock.now()
        async with self.begin() as market:
            merchant = await market.merchants.get(merchant_id)
            with Form() as form:
                title = form.read("title", line(200), wanted.title)
                description = form.read("description", prose(5000), wanted.description)
                price = form.read(
                    "price", lambda text: Money.parse(text, merchant.currency), wanted.price
                )
                stock = form.read("stock", parse_stock, wanted.stock)
                sku = form.read("sku", line(64, at_least=0), wanted.sku)
                status = form.read("status", word(ProductStatus), wanted.status)
                shown = form.read("images", parse_images, wanted.images)
            images = await market.images.of(merchant_id, shown)
            product, added = Product.add(
                id=ProductId(self.ids.new()),
                merchant_id=merchant_id,
                title=title,
                description=description,
                status=status,
                images=shown,
                variant=Variant(id=VariantId(self.ids.new()), sku=sku, price=price, on_hand=stock),
                at=now,
            )
            await market.products.add(product, added)
        return ProductView(product=product, images=tuple(images))

    async def edit(self, wanted: EditProduct) -> ProductView:
        """Change a product; its price and stock are those of its default variant."""
        async with self.begin() as market:
            product = await self._hold(market, wanted.acting, wanted.product_id)
            variant = product.default
            with Form() as form:
                if wanted.title is not None:
                    product.title = form.read("title", line(200), wanted.title)
                if wanted.description is not None:
                    product.description = form.read("description", prose(5000), wanted.description)
                if wanted.status is not None:
                    product.status = form.read("status", word(ProductStatus), wanted.status)
                if wanted.images is not None:
                    product.images = form.read("images", parse_images, wanted.images)
                if wanted.sku is not None:
                    variant.sku = form.read("sku", line(64, at_least=0), wanted.sku)
                if wanted.price is not None:
                    currency = variant.price.currency
                    variant.price = form.read(
                        "price", lambda text: Money.parse(text, currency), wanted.price
                    )
                if wanted.stock is not None:
                    form.read(
                        "stock", lambda units: variant.count(parse_stock(units)), wanted.stock
                    )
            images = await market.images.of(product.merchant_id, product.images)
            await market.products.save(product, product.edited(self.clock.now()))
        return ProductView(product=product, images=tuple(images))

    async def archive(self, acting: Actor, product_id: ProductId) -> None:
        """Take a product out of the store; once more changes nothing."""
        async with self.begin() as market:
            product = await self._hold(market, acting, product_id)
            if product.status is not ProductStatus.ARCHIVED:
                await market.products.save(product, product.archive(self.clock.now()))

    async def _hold(self, market: UnitOfWork, acting: Actor, product_id: ProductId) -> Product:
        return own(await market.products.hold(product_id), acting)
