"""What is asked for, at what it costs today, and what of it is not there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from marketplace.domain.delivery import Fee, total_with
from marketplace.domain.errors import (
    FieldProblem,
    Form,
    InvalidFields,
    MarketplaceError,
)
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.money import AmountTooLarge, Money
from marketplace.domain.orders import (
    MOST_LINES,
    BelowMinimum,
    OrderLine,
    PriceChanged,
    TooManyLines,
    parse_quantity,
)
from marketplace.domain.products import Product, ProductId, ProductNotFound, VariantRequired
from marketplace.domain.text import Missing
from marketplace.domain.variants import (
    OutOfStock,
    Variant,
    VariantId,
    VariantNotFound,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """So many units of a product; of its default variant where none is named."""

    product_id: ProductId
    quantity: int
    variant_id: VariantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """
    So many units of one variant, at what it costs today.

    They are counted where the product's are, and where those of the order were, ``is_counted``.
    """

    product: Product
    variant: Variant
    quantity: int
    is_counted: bool = False

    @property
    def available(self) -> int | None:
        """Units that could be ordered; None where nobody counts them."""
        if self.variant.retired:
            return 0
        counted = self.is_counted or self.product.track_stock
        return self.variant.available if counted else None

    @property
    def short(self) -> bool:
        return self.available is not None and self.available < self.quantity

    def written_down(self) -> OrderLine:
        """As an order keeps it."""
        return OrderLine(
            product_id=self.product.id,
            variant_id=self.variant.id,
            title=self.product.title,
            variant=self.variant.title,
            sku=self.variant.sku,
            unit_price=self.variant.price,
            quantity=self.quantity,
            tracked=self.product.track_stock,
        )


Wishes = Mapping[tuple[ProductId, VariantId | None], int]


def merged(items: Sequence[Wish]) -> Wishes:
    """One wish per variant: two lines of the same one must not each be checked alone."""
    with Form() as form:
        return merge(form, items)


def merge(form: Form, items: Sequence[Wish]) -> Wishes:
    """The same, where what is wrong is told together with what else is."""
    wishes: dict[tuple[ProductId, VariantId | None], int] = {}
    if not items:
        form.refuse("items", Missing())
    for position, each in enumerate(items):
        if len(form.problems) >= MOST_LINES:
            break
        name, key = f"items[{position}].quantity", (each.product_id, each.variant_id)
        quantity = form.read(name, parse_quantity, each.quantity)
        if quantity:
            together = (wishes.get(key) or 0) + quantity
            wishes[key] = form.read(name, parse_quantity, together)
    if len(wishes) > MOST_LINES and _different(wishes) > MOST_LINES:
        form.refuse("items", TooManyLines(at_most=MOST_LINES))
    return wishes


def _different(wishes: Wishes) -> int:
    """How many variants: the one that is not named can only be the one that is."""
    named = {product_id for product_id, said in wishes if said is not None}
    return sum(said is not None or product_id not in named for product_id, said in wishes)


def priced(
    wishes: Wishes, products: Mapping[ProductId, Product], store: MerchantId
) -> tuple[list[Priced], list[MarketplaceError]]:
    """Every wish at what it costs today, and why some of them are none that could be granted."""
    chosen: dict[tuple[ProductId, VariantId], Priced] = {}
    refusals: list[MarketplaceError] = []
    with Form() as form:
        for (product_id, said), quantity in wishes.items():
            product = products.get(product_id)
            if product is None or product.merchant_id != store or not product.is_on_sale:
                refusals.append(ProductNotFound(product_id=product_id))
                continue
            try:
                variant = product.variant(said)
            except (VariantNotFound, VariantRequired) as refusal:
                refusals.append(refusal)
                continue
            # A variant that is named and the default one that is not may be the same.
            before = chosen.get((product_id, variant.id))
            together = quantity + ((before and before.quantity) or 0)
            chosen[product_id, variant.id] = Priced(
                product=product,
                variant=variant,
                quantity=form.read("items", parse_quantity, together),
            )
    return list(chosen.values()), refusals


class CostOfItems:
    """Inside of it, what comes to more than any amount is a mistake of the ``items``."""

    __slots__ = ()

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        if isinstance(error, AmountTooLarge):
            raise InvalidFields(FieldProblem("items", error.code, error.facts)) from None


COST_OF_ITEMS = CostOfItems()


def must_be_there(lines: Iterable[Priced]) -> None:
    """``OutOfStock`` that names every short line, or nothing."""
    if refusal := short_of(lines):
        raise refusal


def must_be_expected(
    expected: Money | None, subtotal: Money, fees: Sequence[Fee], discount: Money | None = None
) -> None:
    """``PriceChanged`` if goods and fees cost something else than a guest was told."""
    total = total_with(subtotal, fees)
    if discount is not None:
        total = Money(total.minor - discount.minor, total.currency)
    if expected is not None and expected != total:
        raise PriceChanged(
            subtotal=subtotal.amount,
            fees=[
                {"code": fee.code, "name": fee.name, "amount": fee.amount.amount} for fee in fees
            ],
            **({} if discount is None else {"discount": discount.amount}),
            total=total.amount,
            currency=total.currency,
        )


def must_be_enough(subtotal: Money, store: Merchant) -> None:
    """``BelowMinimum`` if the store takes no order of so little."""
    if refusal := below_minimum(subtotal, store):
        raise refusal


def below_minimum(subtotal: Money, store: Merchant) -> BelowMinimum | None:
    """Goods that cost too little; fees do not count."""
    least = store.min_order_total
    if subtotal < least:
        return BelowMinimum(minimum=least.amount, currency=least.currency)
    return None


def short_of(lines: Iterable[Priced]) -> OutOfStock | None:
    """What is asked for and not there."""
    short = [
        {
            "product_id": each.product.id,
            "variant_id": each.variant.id,
            "wanted": each.quantity,
            "available": each.available,
        }
        for each in lines
        if each.short
    ]
    return OutOfStock(lines=short) if short else None
