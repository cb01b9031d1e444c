"""Products: what a merchant sells, in which variants, and how much is left of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from .errors import BadValue, Conflict, NotFound
from .events import Event
from .images import ImageId
from .merchants import MerchantId
from .money import Money
from .text import TooLong

ProductId = NewType("ProductId", UUID)
VariantId = NewType("VariantId", UUID)

MOST_STOCK = 1_000_000_000
MOST_IMAGES = 10
"""That one product shows."""


class ProductStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


@dataclass(slots=True, kw_only=True)
class Variant:
    """
    What is really sold: it has the price and the stock.

    ``on_hand`` units lie on the shelf, ``reserved`` of them are promised to orders.
    """

    id: VariantId
    sku: str = ""
    price: Money
    on_hand: int
    reserved: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.reserved <= self.on_hand <= MOST_STOCK:
            raise ValueError(f"{self.reserved} of {self.on_hand} units cannot be reserved")

    @property
    def available(self) -> int:
        """Units that nobody has been promised."""
        return self.on_hand - self.reserved

    def reserve(self, quantity: int) -> None:
        """Promise units to an order; whoever asks has looked at ``available``."""
        self._move(on_hand=0, reserved=quantity)

    def release(self, quantity: int) -> None:
        """Take a promise back."""
        self._move(on_hand=0, reserved=-quantity)

    def consume(self, quantity: int) -> None:
        """Promised units leave the shelf."""
        self._move(on_hand=-quantity, reserved=-quantity)

    def restock(self, quantity: int) -> None:
        """Units come back to the shelf."""
        self._move(on_hand=quantity, reserved=0)

    def count(self, available: int) -> None:
        """The merchant counted: so many units are free, beside the promised ones."""
        self._move(on_hand=available + self.reserved - self.on_hand, reserved=0)

    def _move(self, *, on_hand: int, reserved: int) -> None:
        if self.on_hand + on_hand > MOST_STOCK:
            raise BadStock(at_least=0, at_most=MOST_STOCK - self.reserved)
        self.on_hand, self.reserved = self.on_hand + on_hand, self.reserved + reserved
        self.__post_init__()


@dataclass(slots=True, kw_only=True)
class Product:
    """One thing for sale, in at least one variant; the first is the default one."""

    id: ProductId
    merchant_id: MerchantId
    title: str
    description: str
    status: ProductStatus
    images: tuple[ImageId, ...] = ()
    variants: tuple[Variant, ...]
    created_at: datetime
    updated_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if not self.variants:
            raise ValueError("a product has at least one variant")

    @classmethod
    def add(
        cls,
        *,
        id: ProductId,
        merchant_id: MerchantId,
        title: str,
        description: str,
        status: ProductStatus,
        images: Sequence[ImageId],
        variant: Variant,
        at: datetime,
    ) -> "tuple[Product, ProductAdded]":
        """Put up something new."""
        product = cls(
            id=id,
            merchant_id=merchant_id,
            title=title,
            description=description,
            status=status,
            images=tuple(images),
            variants=(variant,),
            created_at=at,
            updated_at=at,
        )
        return product, ProductAdded(at=at, product_id=id, merchant_id=merchant_id)

    @property
    def default(self) -> Variant:
        return self.variants[0]

    @property
    def is_on_sale(self) -> bool:
        return self.status is ProductStatus.ACTIVE

    def variant(self, id: VariantId | None) -> Variant:
        """The variant of this id, or the default one where none is named."""
        if id is None:
            return self.default
        for each in self.variants:
            if each.id == id:
                return each
        raise VariantNotFound(product_id=self.id, variant_id=id)

    def edited(self, at: datetime) -> "ProductEdited":
        """Its merchant changed something about it."""
        self.updated_at = at
        return ProductEdited(at=at, product_id=self.id, merchant_id=self.merchant_id)

    def archive(self, at: datetime) -> "ProductArchived":
        """It leaves the store; the orders that have it keep what they wrote down."""
        self.status, self.updated_at = ProductStatus.ARCHIVED, at
        return ProductArchived(at=at, product_id=self.id, merchant_id=self.merchant_id)


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


class ProductNotFound(NotFound):
    """No such product, or it is not on sale."""


class VariantNotFound(NotFound):
    """The product has no such variant."""


class OutOfStock(Conflict):
    """
    Not enough is left.

    The fact ``lines`` names every short line by ``product_id`` and ``variant_id``, with the units
    ``wanted`` and ``available``.
    """


class BadStock(BadValue):
    """Stock is a whole number from 0 to 10^9."""


def parse_stock(units: int) -> int:
    if not 0 <= units <= MOST_STOCK:
        raise BadStock(at_least=0, at_most=MOST_STOCK)
    return units


def parse_images(ids: Sequence[ImageId]) -> tuple[ImageId, ...]:
    """Each image once, where it was named first."""
    unique = tuple(dict.fromkeys(ids))
    if len(unique) > MOST_IMAGES:
        raise TooLong(at_most=MOST_IMAGES)
    return unique
