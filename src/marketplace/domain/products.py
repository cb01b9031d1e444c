"""Products: what a merchant sells, in which variants, and where it stands in the store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import product as combinations
from typing import NewType
from uuid import UUID

from .categories import CategoryId
from .errors import BadValue, NotFound, RuleBroken
from .events import Event
from .images import ImageId
from .merchants import MerchantId
from .moderation import ProductTakenDown, Takedown
from .money import Money
from .slugs import Slug
from .text import Missing, TooLong, line
from .variants import StockMovement, StockMovementId, Variant, VariantId, VariantNotFound

ProductId = NewType("ProductId", UUID)

MOST_IMAGES = 10
"""That one product shows."""
MOST_TAGS = 20
MOST_OPTIONS = 3
MOST_VARIANTS = 100
FORMER_SLUGS_KEPT = 10
"""Former slugs that lead to a product, the latest ones."""


class ProductStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What the variants of a product differ in, such as the colour, and the values there are."""

    name: str
    values: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Product:
    """
    One thing for sale, in at least one variant.

    Without ``options`` there is one variant that is not retired; with them, each has one value of
    every option, and no two the same. Where ``track_stock`` is off, nobody counts what is left.
    ``low_stock_at`` is how many units are few. What is taken down is not on sale, whatever else
    its merchant does with it.
    """

    id: ProductId
    merchant_id: MerchantId
    title: str
    slug: Slug
    description: str
    status: ProductStatus
    category: CategoryId | None = None
    tags: tuple[str, ...] = ()
    images: tuple[ImageId, ...] = ()
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...]
    track_stock: bool = True
    low_stock_at: int | None = None
    takedown: Takedown | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if not self.offered:
            raise ValueError("a product has at least one variant")
        if self.takedown and self.is_on_sale:
            raise ValueError("a product that is taken down is not on sale")

    @property
    def offered(self) -> tuple[Variant, ...]:
        """The variants that are not retired, in the order the merchant gave them."""
        return tuple(each for each in self.variants if not each.retired)

    @property
    def default(self) -> Variant:
        return self.offered[0]

    @property
    def is_on_sale(self) -> bool:
        return self.status is ProductStatus.ACTIVE

    @property
    def is_archived(self) -> bool:
        return self.status is ProductStatus.ARCHIVED

    @property
    def price_from(self) -> Money:
        """The price of its cheapest variant."""
        return min(each.price for each in self.offered)

    @property
    def price_to(self) -> Money:
        """The price of its dearest variant."""
        return max(each.price for each in self.offered)

    @property
    def available(self) -> int | None:
        """Units that can be ordered, of all variants together; None where nobody counts them."""
        return sum(each.available for each in self.offered) if self.track_stock else None

    @property
    def in_stock(self) -> bool:
        return self.available is None or self.available > 0

    @property
    def keywords(self) -> str:
        """What it is found by beside its title and description: tags, SKUs, values of options."""
        said = (word for each in self.offered for word in (each.sku, *each.options))
        return " ".join(dict.fromkeys(filter(None, (*self.tags, *said))))

    def variant(self, id: VariantId | None) -> Variant:
        """
        The variant of this id, retired or not; the only one where none is named.

        Raises :class:`VariantNotFound`, or :class:`VariantRequired` where there are several.
        """
        if id is None:
            only, *others = self.offered
            if others:
                raise VariantRequired(product_id=self.id)
            return only
        for each in self.variants:
            if each.id == id:
                return each
        raise VariantNotFound(product_id=self.id, variant_id=id)

    def ran_low(self, movement: StockMovement) -> "StockRanLow | None":
        """What a movement of its stock that was just made means, if it left few of many."""
        left = self.variant(movement.variant_id).available
        before = left - (movement.on_hand - movement.reserved)
        if not self.track_stock or self.low_stock_at is None:
            return None
        if not left <= self.low_stock_at < before:
            return None
        return StockRanLow(
            at=movement.at,
            product_id=self.id,
            variant_id=movement.variant_id,
            merchant_id=self.merchant_id,
            movement_id=movement.id,
            available=left,
        )

    def arrange(self, options: Sequence[Option], variants: Sequence[Variant]) -> None:
        """
        From now on it is sold in these variants; those that are not among them are retired.

        Raises :class:`Missing`, :class:`TooManyVariants`, :class:`WrongOptions` or
        :class:`SameOptions`.
        """
        check(options, variants)
        kept = {each.id for each in variants}
        for gone in self.variants:
            if gone.id not in kept:
                gone.retired = True
        for each in variants:
            each.retired = False
        self.options = tuple(options)
        self.variants = (*variants, *(each for each in self.variants if each.id not in kept))

    def edited(self, at: datetime) -> "ProductEdited":
        """Its merchant changed something about it."""
        self.updated_at = at
        return ProductEdited(at=at, product_id=self.id, merchant_id=self.merchant_id)

    def stand(self, status: ProductStatus) -> None:
        """
        Where its merchant wants it; ``ProductTakenDown`` if that is where it must not be.

        Whoever archives what is taken down does not wait for it to be on sale again.
        """
        if self.takedown and status is ProductStatus.ACTIVE:
            raise ProductTakenDown(reason=self.takedown.reason)
        if self.takedown and status is ProductStatus.ARCHIVED:
            self.takedown = replace(self.takedown, was_on_sale=False)
        self.status = status

    def archive(self, at: datetime) -> "ProductArchived":
        """It leaves the store; the orders that have it keep what they wrote down."""
        self.stand(ProductStatus.ARCHIVED)
        self.updated_at = at
        return ProductArchived(at=at, product_id=self.id, merchant_id=self.merchant_id)

    def take_down(self, reason: str, at: datetime) -> "ProductPulled":
        """Out of the store, and its merchant cannot put it back; what is archived stays so."""
        self.takedown = Takedown(at=at, reason=reason, was_on_sale=self.is_on_sale)
        if self.is_on_sale:
            self.status = ProductStatus.DRAFT
        self.updated_at = at
        return ProductPulled(at=at, product_id=self.id, merchant_id=self.merchant_id, reason=reason)

    def restore(self, at: datetime) -> "ProductRestored":
        """It is its merchant's again: on sale if it was, unless it was archived meanwhile."""
        was_on_sale = self.takedown is not None and self.takedown.was_on_sale
        self.takedown, self.updated_at = None, at
        if was_on_sale:
            self.status = ProductStatus.ACTIVE
        return ProductRestored(at=at, product_id=self.id, merchant_id=self.merchant_id)

    @classmethod
    def add(
        cls,
        *,
        id: ProductId,
        merchant_id: MerchantId,
        title: str,
        slug: Slug,
        description: str,
        status: ProductStatus,
        options: Sequence[Option] = (),
        variants: Sequence[Variant],
        at: datetime,
    ) -> "tuple[Product, ProductAdded]":
        """Put up something new. Raises what ``arrange`` raises."""
        check(options, variants)
        product = cls(
            id=id,
            merchant_id=merchant_id,
            title=title,
            slug=slug,
            description=description,
            status=status,
            options=tuple(options),
            variants=tuple(variants),
            created_at=at,
            updated_at=at,
        )
        return product, ProductAdded(at=at, product_id=id, merchant_id=merchant_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAdded(Event):
    product_id: ProductId
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEdited(Event):
    product_id: ProductId
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductArchived(Event):
    product_id: ProductId
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPulled(Event):
    """An admin has taken it down."""

    product_id: ProductId
    merchant_id: MerchantId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRestored(Event):
    """An admin has given it back to its merchant."""

    product_id: ProductId
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRanLow(Event):
    """Of a variant that had more than a few units, few are left."""

    product_id: ProductId
    variant_id: VariantId
    merchant_id: MerchantId
    movement_id: StockMovementId
    available: int


class ProductNotFound(NotFound):
    """No such product, or it is not on sale."""


class ProductMoved(NotFound):
    """The product that once had this slug is on sale under that of ``product``."""


class VariantRequired(RuleBroken):
    """The product comes in several variants; one has to be named."""


class SeveralVariants(BadValue):
    """The product comes in several variants; the value has to be given for each."""


class TooManyVariants(BadValue):
    """More options or variants than ``at_most``."""


class WrongOptions(BadValue):
    """A variant has exactly one of the values of each option of its product."""


class SameOptions(BadValue):
    """Two variants, or two options, or two values of one, are the same."""


def parse_images(ids: Sequence[ImageId]) -> tuple[ImageId, ...]:
    """Each image once, where it was named first."""
    unique = tuple(dict.fromkeys(ids))
    if len(unique) > MOST_IMAGES:
        raise TooLong(at_most=MOST_IMAGES)
    return unique


def parse_tags(said: Sequence[str]) -> tuple[str, ...]:
    """Each tag once, however it is written, where it was named first."""
    tags: dict[str, str] = {}
    for tag in map(line(50), said[: 4 * MOST_TAGS]):
        tags.setdefault(tag.casefold(), tag)
    if len(tags) > MOST_TAGS or len(said) > 4 * MOST_TAGS:
        raise TooLong(at_most=MOST_TAGS)
    return tuple(tags.values())


def parse_options(said: Sequence[tuple[str, Sequence[str]]]) -> tuple[Option, ...]:
    """
    Options by their names, each with its values.

    Raises :class:`TooManyVariants`, :class:`Missing`, :class:`SameOptions` or what ``line`` raises.
    """
    if len(said) > MOST_OPTIONS:
        raise TooManyVariants(at_most=MOST_OPTIONS)
    options = []
    for name, values in said:
        if not values:
            raise Missing
        if len(values) > MOST_VARIANTS:
            raise TooManyVariants(at_most=MOST_VARIANTS)
        options.append(Option(name=line(50)(name), values=tuple(map(line(50), values))))
    for alike in ([each.name for each in options], *(each.values for each in options)):
        if len({each.casefold() for each in alike}) < len(alike):
            raise SameOptions
    return tuple(options)


def combined(options: Sequence[Option]) -> list[tuple[str, ...]]:
    """Every variant there could be, or :class:`TooManyVariants`."""
    count = 1
    for each in options:
        count *= len(each.values)
    if count > MOST_VARIANTS:
        raise TooManyVariants(at_most=MOST_VARIANTS)
    return list(combinations(*(each.values for each in options)))


def check(options: Sequence[Option], variants: Sequence[Variant]) -> None:
    """What ``Product.arrange`` raises, or nothing."""
    if not variants:
        raise Missing
    if len(variants) > MOST_VARIANTS:
        raise TooManyVariants(at_most=MOST_VARIANTS)
    for variant in variants:
        if len(variant.options) != len(options):
            raise WrongOptions
        for value, option in zip(variant.options, options, strict=True):
            if value not in option.values:
                raise WrongOptions
    if len({each.options for each in variants}) < len(variants):
        raise SameOptions
