"""Where the stock is not what the books say."""

from collections.abc import Iterable, Iterator

from marketplace.domain.orders import PROMISED, Order
from marketplace.domain.products import Product
from marketplace.domain.variants import Drift, StockMovement


def drifting(
    products: Iterable[Product], ledger: Iterable[StockMovement], orders: Iterable[Order]
) -> Iterator[Drift]:
    """The variants whose counts, ledger and orders do not agree."""
    ledger = list(ledger)
    lines = [line for each in orders if each.status in PROMISED for line in each.lines]
    for product in products:
        for variant in product.variants:
            moved = [each for each in ledger if each.variant_id == variant.id]
            drift = Drift(
                product_id=product.id,
                variant_id=variant.id,
                on_hand=variant.on_hand,
                reserved=variant.reserved,
                ledger_on_hand=sum(each.on_hand for each in moved),
                ledger_reserved=sum(each.reserved for each in moved),
                promised=sum(
                    each.quantity
                    for each in lines
                    if each.variant_id == variant.id and each.tracked
                ),
            )
            on_shelf = drift.on_hand == drift.ledger_on_hand
            if not on_shelf or not drift.reserved == drift.ledger_reserved == drift.promised:
                yield drift
