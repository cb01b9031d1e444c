"""SKUs that change hands: between variants that are stored together, and while one was away."""

from collections.abc import Iterable, Sequence

from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product
from marketplace.domain.variants import Variant

from .ports import UnitOfWork


async def hand_over_skus(
    market: UnitOfWork, before: Iterable[Product], after: Iterable[Product]
) -> None:
    """
    Have variants let go of what others among these are to be called, before any is stored.

    A database looks at one row after the other: two that exchange their SKUs would run into each
    other half way.
    """
    had = {sku: variant.id for sku, variant in _in_force(before)}
    passed = [
        had[sku] for sku, variant in _in_force(after) if had.get(sku, variant.id) != variant.id
    ]
    if passed:
        await market.products.let_go_of_skus(passed)


async def leave_taken_skus(
    market: UnitOfWork,
    merchant_id: MerchantId,
    returning: Sequence[Variant],
    others: Iterable[Product],
) -> None:
    """
    Have variants that come back do without a SKU that is another's by now.

    Of these ``returning`` ones nobody has said a SKU. ``others`` are the products that are stored
    together with them.
    """
    if not returning:
        return
    named = await market.products.named(merchant_id, [], [each.sku for each in returning], [])
    others = list(others)
    there = {each.id for each in others}
    for variant in returning:
        owner = named.skus.get(variant.sku)
        taken = {sku for sku, other in _in_force(others) if other.id != variant.id}
        if variant.sku.lower() in taken or not (owner is None or owner in there):
            variant.sku = ""


def _in_force(products: Iterable[Product]) -> Iterable[tuple[str, Variant]]:
    """What is sold under a SKU; of what is archived nothing is."""
    for product in products:
        if not product.is_archived:
            for variant in product.offered:
                if variant.sku:
                    yield variant.sku.lower(), variant
