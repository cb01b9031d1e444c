"""What a merchant can do with the stock: count what comes and goes, and look at the ledger."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.domain.accounts import AccountId, Actor
from marketplace.domain.errors import Form, must_be_seen
from marketplace.domain.products import Product, ProductId, StockRanLow
from marketplace.domain.text import NotOneOf, line
from marketplace.domain.variants import (
    BY_HAND,
    Drift,
    ReasonContradicts,
    StockChange,
    StockMovement,
    StockMovementId,
    StockReason,
    Variant,
    VariantId,
    parse_adjustment,
)

from .images import own
from .merchants import selling
from .ports import BeginUnitOfWork, Clock, Ids, Page, Paging, UnitOfWork, Views

STORES_AT_ONCE = 20
"""Whose books are read in one go: no look takes long, however many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStock:
    """
    So many units came, or went where ``adjust`` is below 0; of the only variant if none.

    ``seen`` are the versions of the product that may be changed.
    """

    acting: Actor
    product_id: ProductId
    adjust: int
    reason: str
    variant_id: VariantId | None = None
    note: str = ""
    seen: Collection[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """
    The variant as it is now, and the line of the ledger that says why.

    ``version`` is that of its product.
    """

    variant: Variant
    movement: StockMovement
    version: int


@dataclass(frozen=True, slots=True)
class StockService:
    """Stock and its ledger, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def adjust(self, wanted: AdjustStock) -> Adjusted:
        """
        Units came or went, whatever was sold meanwhile.

        Raises ``NotEnoughOnHand`` where more would go than nobody was promised, and
        ``StaleVersion`` if the product is not the one the merchant has seen.
        """
        with Form() as form:
            units = form.read("adjust", parse_adjustment, wanted.adjust)
            reason = form.read("reason", parse_reason, wanted.reason)
            note = form.read("note", line(300, at_least=0), wanted.note)
            if not form.problems and not reason.allows(units):
                form.refuse("adjust", ReasonContradicts(reason=reason))
        async with self.begin() as market:
            product = own(await market.products.hold(wanted.product_id), wanted.acting)
            must_be_seen(product.version, wanted.seen)
            variant = product.variant(wanted.variant_id)
            with Form() as form:
                change = form.read("adjust", variant.adjust, units)
            [movement] = written_down(
                [change],
                reason,
                self.ids,
                at=self.clock.now(),
                note=note,
                by=wanted.acting.account_id,
            )
            await keep_stock(market, [product], [movement])
        return Adjusted(variant=variant, movement=movement, version=product.version)

    async def reconcile(self, *, repair: bool) -> Sequence[Drift]:
        """
        Every variant whose stock is not what its ledger and its open orders say.

        With ``repair`` each is put right: the ledger knows what lies on the shelf, the open orders
        what of it is promised, and the ledger gets a line that says so.
        """
        found: list[Drift] = []
        stores = await self.views.merchant_ids(STORES_AT_ONCE)
        while stores:
            drifts = await self.views.drifts(stores)
            if repair:
                for product_id in dict.fromkeys(ProductId(each.product_id) for each in drifts):
                    await self._repair(product_id)
            found += drifts
            stores = await self.views.merchant_ids(STORES_AT_ONCE, stores[-1])
        return found

    async def _repair(self, product_id: ProductId) -> None:
        """Looked at once more while it is held: it may have been a sale under way."""
        async with self.begin() as market:
            product = await market.products.hold(product_id)
            again = await market.products.drifts(product_id)
            if not again:
                return
            corrected = [product.variant(each.variant_id).settle(each) for each in again]
            await market.products.save_stock(
                [product],
                written_down(corrected, StockReason.RECONCILED, self.ids, at=self.clock.now()),
            )

    async def movements(
        self, acting: Actor, product_id: ProductId, paging: Paging
    ) -> Page[StockMovement]:
        """The ledger of a product, newest first."""
        merchant_id = selling(acting)
        await self.views.product(merchant_id, product_id)
        return await self.views.stock_movements(merchant_id, product_id, paging)


def written_down(
    changes: Iterable[StockChange],
    reason: StockReason,
    ids: Ids,
    *,
    at: datetime,
    reference: UUID | None = None,
    note: str = "",
    by: AccountId | None = None,
) -> list[StockMovement]:
    """A line of the ledger for each of these changes."""
    return [
        StockMovement.of(
            each,
            reason,
            id=StockMovementId(ids.new()),
            at=at,
            reference=reference,
            note=note,
            by=by,
        )
        for each in changes
    ]


async def keep_stock(
    market: UnitOfWork, products: Iterable[Product], movements: Sequence[StockMovement]
) -> None:
    """Store what moved, and what it means where few are left."""
    moved = moved_by(movements, products)
    if moved:
        await market.products.save_stock(moved, movements, *ran_low(moved, movements))


def moved_by(movements: Iterable[StockMovement], products: Iterable[Product]) -> list[Product]:
    """Those of the products whose stock these movements are about."""
    of_variant = _by_variant(products)
    moved = (of_variant[each.variant_id] for each in movements)
    return list({product.id: product for product in moved}.values())


def ran_low(products: Iterable[Product], movements: Iterable[StockMovement]) -> list[StockRanLow]:
    """What these movements of these products mean, where they left few of many."""
    of_variant = _by_variant(products)
    return [low for each in movements if (low := of_variant[each.variant_id].ran_low(each))]


def _by_variant(products: Iterable[Product]) -> Mapping[VariantId, Product]:
    return {variant.id: each for each in products for variant in each.variants}


def parse_reason(text: str) -> StockReason:
    """A reason that can be given by hand."""
    if text not in BY_HAND:
        raise NotOneOf(allowed=sorted(BY_HAND))
    return StockReason(text)
