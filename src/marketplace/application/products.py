"""What a merchant can do with products: put them up, change them, take them down."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from marketplace.domain.accounts import Actor
from marketplace.domain.categories import CategoryId
from marketplace.domain.errors import Form, must_be_seen
from marketplace.domain.images import ImageId
from marketplace.domain.merchants import Merchant
from marketplace.domain.products import (
    Product,
    ProductAdded,
    ProductId,
    ProductStatus,
    check,
    parse_images,
    parse_tags,
)
from marketplace.domain.slugs import parse_slug, slug_of
from marketplace.domain.text import line, prose, word
from marketplace.domain.variants import StockReason, Variant, parse_stock

from .finding import ANY, FindProducts, found
from .images import describe, own, parse_alts
from .merchants import selling
from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    ImageView,
    Page,
    Paging,
    ProductView,
    UnitOfWork,
    Views,
)
from .skus import hand_over_skus, leave_taken_skus
from .stock import keep_stock, written_down
from .variants import Arranging, VariantWish, telling_whose_sku


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProduct:
    """
    A merchant puts something up. Prices are decimals of the store's currency, as written.

    Without ``variants`` there is one for every combination of the ``options``. What a variant does
    not say of price, stock and SKU, the product says for it. ``alts`` are what images say to those
    who do not see them.
    """

    acting: Actor
    title: str
    price: str | None = None
    stock: int | None = None
    description: str = ""
    status: str = ProductStatus.ACTIVE
    sku: str = ""
    slug: str | None = None
    compare_at_price: str | None = None
    category: CategoryId | None = None
    tags: Sequence[str] = ()
    images: Sequence[ImageId] = ()
    alts: Mapping[ImageId, str] = field(default_factory=dict)
    options: Sequence[tuple[str, Sequence[str]]] | None = None
    variants: Sequence[VariantWish] | None = None
    track_stock: bool = True
    low_stock_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProduct:
    """
    What is to change; None stays as it is, and "" takes away what can be absent.

    ``price`` and ``compare_at_price`` are those of every variant. ``stock`` counts the units nobody
    was promised; it and ``sku`` can only be said of a product with one variant. ``seen``
    are the versions that may be changed.
    """

    acting: Actor
    product_id: ProductId
    seen: Collection[int] | None = None
    title: str | None = None
    price: str | None = None
    stock: int | None = None
    description: str | None = None
    status: str | None = None
    sku: str | None = None
    slug: str | None = None
    compare_at_price: str | None = None
    category: CategoryId | str | None = None
    tags: Sequence[str] | None = None
    images: Sequence[ImageId] | None = None
    alts: Mapping[ImageId, str] = field(default_factory=dict)
    options: Sequence[tuple[str, Sequence[str]]] | None = None
    variants: Sequence[VariantWish] | None = None
    track_stock: bool | None = None
    low_stock_at: int | str | None = None


@dataclass(frozen=True, slots=True)
class ProductService:
    """The life of a product, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def of_merchant(
        self, acting: Actor, paging: Paging, wanted: FindProducts = ANY
    ) -> Page[ProductView]:
        """What is archived is shown only if that is asked for; prices play no part."""
        merchant_id = selling(acting)
        selection = wanted.selection("", paging.after)
        return await found(
            lambda chosen: self.views.products(merchant_id, chosen, paging),
            selection,
            paging.after,
        )

    async def find(self, acting: Actor, product_id: ProductId) -> ProductView:
        return await self.views.product(selling(acting), product_id)

    async def add(self, wanted: AddProduct) -> ProductView:
        """Put up something new."""
        merchant_id = selling(wanted.acting)
        async with self.begin() as market:
            merchant = await market.merchants.steady(merchant_id)
            return await put_up(market, merchant, wanted, self.clock, self.ids)

    async def edit(self, wanted: EditProduct) -> ProductView:
        """Change a product, or ``StaleVersion`` if it is not the one the merchant has seen."""
        async with self.begin() as market:
            product = own(await market.products.hold(wanted.product_id), wanted.acting)
            must_be_seen(product.version, wanted.seen)
            return await change(market, product, wanted, self.clock, self.ids)

    async def archive(
        self, acting: Actor, product_id: ProductId, seen: Collection[int] | None = None
    ) -> None:
        """Take a product out of the store; once more changes nothing."""
        async with self.begin() as market:
            product = own(await market.products.hold(product_id), acting)
            must_be_seen(product.version, seen)
            if not product.is_archived:
                await market.products.save(product, product.archive(self.clock.now()))


async def put_up(
    market: UnitOfWork, merchant: Merchant, wanted: AddProduct, clock: Clock, ids: Ids
) -> ProductView:
    """Add a product inside a unit of work."""
    now = clock.now()
    product, added = drafted(wanted, merchant, ids, now)
    if not wanted.slug and not product.is_archived:
        [product.slug] = await market.products.free_slugs(merchant.id, [product.slug])
    category = None
    if product.category is not None:
        category = await market.categories.of(merchant.id, product.category)
    images = await market.images.of(merchant.id, product.images)
    await describe(market, images, parse_alts(Form(), wanted.images, wanted.alts))
    with telling_whose_sku([product]):
        await market.products.add(product, added)
    opening = written_down(
        filter(None, (each.stock for each in product.variants)),
        StockReason.INITIAL,
        ids,
        at=now,
        by=wanted.acting.account_id,
    )
    await keep_stock(market, [product], opening)
    return ProductView(product=product, category=category, images=tuple(map(ImageView.of, images)))


def drafted(
    wanted: AddProduct, merchant: Merchant, ids: Ids, now: datetime
) -> tuple[Product, ProductAdded]:
    """A new product as it was said, with every mistake in it named; nothing is stored."""
    product_id = ProductId(ids.new())
    with Form() as form:
        title = form.read("title", line(200), wanted.title)
        description = form.read("description", prose(5000), wanted.description)
        status = form.read("status", word(ProductStatus), wanted.status)
        tags = form.read("tags", parse_tags, wanted.tags)
        shown = form.read("images", parse_images, wanted.images)
        parse_alts(form, wanted.images, wanted.alts)
        slug = form.read("slug", parse_slug, wanted.slug) if wanted.slug else None
        low = (
            None
            if wanted.low_stock_at is None
            else form.read("low_stock_at", parse_stock, wanted.low_stock_at)
        )
        arranging = Arranging(form, None, _common(wanted), merchant.currency, ids)
        options, variants = arranging.arranged(wanted.options, wanted.variants)
        if not form.problems:
            form.read("variants", lambda said: check(options, said), variants)
    product, added = Product.add(
        id=product_id,
        merchant_id=merchant.id,
        title=title,
        slug=slug or slug_of(title, product_id.hex),
        description=description,
        status=status,
        options=options,
        variants=variants,
        at=now,
    )
    product.images, product.tags, product.category = shown, tags, wanted.category
    product.track_stock, product.low_stock_at = wanted.track_stock, low
    return product, added


async def change(
    market: UnitOfWork, product: Product, wanted: EditProduct, clock: Clock, ids: Ids
) -> ProductView:
    """Edit a held product inside a unit of work."""
    now, before = clock.now(), as_it_is(product)
    returning = rewrite(product, wanted, ids)
    await leave_taken_skus(market, product.merchant_id, returning, [product])
    if before.is_archived and not product.is_archived and not wanted.slug:
        [product.slug] = await market.products.free_slugs(product.merchant_id, [product.slug])
    category = (
        await market.categories.of(product.merchant_id, product.category)
        if product.category
        else None
    )
    images = (
        await market.images.known(product.images)
        if wanted.images is None
        else await market.images.of(product.merchant_id, product.images)
    )
    images.sort(key=lambda each: product.images.index(each.id))
    alts = parse_alts(Form(), wanted.images or (), wanted.alts)
    looks_otherwise = await describe(market, images, alts)
    shown = ProductView(product=product, category=category, images=tuple(map(ImageView.of, images)))
    if product == before and not looks_otherwise:
        # Whoever changes it at the same time has seen it as it is.
        return shown
    await hand_over_skus(market, [before], [product])
    with telling_whose_sku([product]):
        await market.products.save(product, product.edited(now))
    stocks = {each.id: each.stock for each in before.variants}
    counted = written_down(
        filter(None, (each.stock.since(stocks.get(each.id)) for each in product.variants)),
        StockReason.COUNTED,
        ids,
        at=now,
        by=wanted.acting.account_id,
    )
    await keep_stock(market, [product], counted)
    return shown


def rewrite(product: Product, wanted: EditProduct, ids: Ids) -> list[Variant]:
    """
    Change a product as it was said, with every mistake in it named; nothing is stored.

    The variants that come back with a SKU nobody mentioned: it may be another's by now. Raises
    ``InvalidFields``, or ``ProductTakenDown`` if it is to be on sale and must not be.
    """
    status = product.status
    with Form() as form:
        if wanted.title is not None:
            product.title = form.read("title", line(200), wanted.title)
        if wanted.description is not None:
            product.description = form.read("description", prose(5000), wanted.description)
        if wanted.status is not None:
            status = form.read("status", word(ProductStatus), wanted.status)
        if wanted.tags is not None:
            product.tags = form.read("tags", parse_tags, wanted.tags)
        if wanted.images is not None:
            product.images = form.read("images", parse_images, wanted.images)
            parse_alts(form, wanted.images, wanted.alts)
        if wanted.slug:
            product.slug = form.read("slug", parse_slug, wanted.slug)
        if wanted.track_stock is not None:
            product.track_stock = wanted.track_stock
        if isinstance(wanted.low_stock_at, int):
            product.low_stock_at = form.read("low_stock_at", parse_stock, wanted.low_stock_at)
        elif wanted.low_stock_at is not None:
            product.low_stock_at = None
        currency = product.default.price.currency
        arranging = Arranging(form, product, _common(wanted), currency, ids)
        options, variants = arranging.arranged(wanted.options, wanted.variants)
        if not form.problems:
            form.read("variants", lambda said: product.arrange(options, said), variants)
    product.stand(status)
    if wanted.category is not None:
        product.category = wanted.category if isinstance(wanted.category, UUID) else None
    return arranging.returning


def as_it_is(product: Product) -> Product:
    """A copy to compare with, or to go back to; what it is made of can be changed apart."""
    return replace(product, variants=tuple(replace(each) for each in product.variants))


def _common(wanted: AddProduct | EditProduct) -> VariantWish:
    return VariantWish(
        sku=wanted.sku,
        price=wanted.price,
        compare_at_price=wanted.compare_at_price,
        stock=wanted.stock,
    )
