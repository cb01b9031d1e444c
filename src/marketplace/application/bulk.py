"""What a merchant can do with many products at once: new prices, new stock, another status."""

import asyncio
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from marketplace.domain.accounts import Actor
from marketplace.domain.categories import Category, CategoryId, CategoryNotFound
from marketplace.domain.errors import (
    BadValue,
    FieldProblem,
    Form,
    InvalidFields,
    MarketplaceError,
    must_be_seen,
)
from marketplace.domain.products import Product, ProductId, ProductNotFound
from marketplace.domain.text import Missing, TooLong
from marketplace.domain.variants import (
    StockMovement,
    StockReason,
    StockSaidTwice,
    Variant,
    VariantId,
    VariantNotFound,
    parse_adjustment,
)

from .merchants import selling
from .ports import BeginUnitOfWork, Clock, Ids, Named
from .products import EditProduct, as_it_is, rewrite
from .skus import hand_over_skus
from .stock import ran_low, written_down
from .variants import VariantWish, parse_sku, sku_taken, telling_whose_sku

MOST_CHANGES = 500
AT_A_GO = 20
"""Changes that are tried before others have their turn, some milliseconds."""


class Outcome(StrEnum):
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWish:
    """
    What is to change of one product, which is known by its ``id`` or by the ``sku`` of a variant.

    With a SKU or a ``variant_id``, price and stock are those of that variant; otherwise as in
    ``EditProduct``. ``stock`` is a count, ``adjust`` what came or went.
    """

    id: ProductId | None = None
    sku: str | None = None
    variant_id: VariantId | None = None
    version: int | None = None
    price: str | None = None
    compare_at_price: str | None = None
    stock: int | None = None
    adjust: int | None = None
    status: str | None = None
    category: CategoryId | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMany:
    """A merchant wants these changes, each of them for itself, in this order."""

    acting: Actor
    items: Sequence[ProductWish]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of one change; ``problem`` says why it was refused."""

    outcome: Outcome
    id: ProductId | None = None
    problem: MarketplaceError | None = None


@dataclass(frozen=True, slots=True)
class BulkService:
    """Many products at once, one method per use case."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids

    async def change(self, wanted: ChangeMany) -> list[Changed]:
        """Make the changes that can be made, all together; the others say what is wrong."""
        merchant_id = selling(wanted.acting)
        with Form() as form:
            if not wanted.items:
                form.refuse("items", Missing())
            if len(wanted.items) > MOST_CHANGES:
                form.refuse("items", TooLong(at_most=MOST_CHANGES))
        async with self.begin() as market:
            named = await market.products.named(
                merchant_id,
                [each.id for each in wanted.items if each.id is not None],
                [sku for each in wanted.items if (sku := each.sku) is not None and _is_sku(sku)],
                [],
            )
            keys = sorted({*named.ids, *named.skus.values()})
            first = await market.products.hold_all(keys) if keys else {}
            held = dict(first)
            shelves: list[Category] = []
            if any(each.category for each in wanted.items):
                shelves = await market.categories.hold_all(merchant_id)
            skus = [
                variant.sku
                for product in held.values()
                if product.is_archived
                for variant in product.offered
                if variant.sku
            ]
            taken = (await market.products.named(merchant_id, [], skus, [])).skus if skus else {}
            work = _Work(
                acting=wanted.acting,
                named=named,
                products=held,
                shelves={each.id for each in shelves},
                taken={sku.lower(): id for sku, id in taken.items()},
                ids=self.ids,
                now=self.clock.now(),
            )
            results = []
            for place, each in enumerate(wanted.items):
                if place % AT_A_GO == 0:
                    # It is work for the processor: others have their turn meanwhile.
                    await asyncio.sleep(0)
                results.append(work.tried(each))
            if work.revived:
                slugs = [held[id].slug for id in work.revived]
                free = await market.products.free_slugs(merchant_id, slugs)
                for id, slug in zip(work.revived, free, strict=True):
                    held[id].slug = slug
            changed = [held[id] for id in sorted(work.changed)]
            as_they_were = [first[id] for id in sorted(work.changed)]
            happened = [each.edited(work.now) for each in changed]
            low = ran_low(changed, work.movements)
            await hand_over_skus(market, as_they_were, changed)
            with telling_whose_sku(changed):
                await market.products.save_all(changed, work.movements, *happened, *low)
        return results


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """Changes tried one after the other on products that are held, each on a copy."""

    acting: Actor
    named: Named
    products: dict[ProductId, Product]
    shelves: Set[CategoryId]
    taken: dict[str, ProductId]
    ids: Ids
    now: datetime
    changed: set[ProductId] = field(default_factory=set)
    revived: list[ProductId] = field(default_factory=list)
    movements: list[StockMovement] = field(default_factory=list)

    def tried(self, wish: ProductWish) -> Changed:
        """What becomes of one change; one that is refused leaves everything as it was."""
        id = None
        try:
            id = self._found(wish)
            product = as_it_is(self.products[id])
            must_be_seen(product.version, None if wish.version is None else [wish.version])
            self._apply(wish, product)
            if product.is_archived < self.products[id].is_archived:
                self._revive(product)
        except MarketplaceError as error:
            return Changed(id=id, outcome=Outcome.REFUSED, problem=error)
        before, self.products[id] = self.products[id], product
        if product == before:
            return Changed(id=id, outcome=Outcome.UNCHANGED)
        if product.is_archived > before.is_archived:
            free = {each.sku.lower() for each in product.offered}
            for sku in free & self.taken.keys():
                del self.taken[sku]
        stocks = {each.id: each.stock for each in before.variants}
        self.changed.add(id)
        self.movements.extend(
            written_down(
                filter(None, (each.stock.since(stocks[each.id]) for each in product.variants)),
                StockReason.COUNTED if wish.adjust is None else StockReason.CORRECTION,
                self.ids,
                at=self.now,
                by=self.acting.account_id,
            )
        )
        return Changed(id=id, outcome=Outcome.CHANGED)

    def _found(self, wish: ProductWish) -> ProductId:
        if wish.id is None and not wish.sku:
            raise InvalidFields(FieldProblem("id", Missing.code, {}))
        id = self.named.skus.get(wish.sku or "") if wish.id is None else wish.id
        if id is None or id not in self.products:
            raise ProductNotFound
        return id

    def _apply(self, wish: ProductWish, product: Product) -> None:
        if wish.category and wish.category not in self.shelves:
            raise CategoryNotFound
        if wish.adjust is not None and wish.stock is not None:
            raise InvalidFields(FieldProblem("adjust", StockSaidTwice.code, {}))
        variant = _variant(product, wish)
        wishes = None
        said = {
            "price": wish.price,
            "compare_at_price": wish.compare_at_price,
            "stock": wish.stock,
        }
        if variant is not None:
            meant = VariantWish(id=variant.id, **said)  # type: ignore[arg-type]
            others = (VariantWish(id=each.id) for each in product.offered)
            wishes = [meant if each.id == variant.id else each for each in others]
        change = EditProduct(
            acting=self.acting,
            product_id=product.id,
            status=wish.status,
            category=wish.category,
            variants=wishes,
            **({} if wishes else said),  # type: ignore[arg-type]
        )
        try:
            rewrite(product, change, self.ids)
        except InvalidFields as bad:
            # Its variant is the row itself.
            raise InvalidFields(
                *(replace(each, field=each.field.rpartition(".")[2]) for each in bad.problems)
            ) from None
        if wish.adjust is not None:
            with Form() as form:
                units = form.read("adjust", parse_adjustment, wish.adjust)
            with Form() as form:
                form.read("adjust", (variant or product.variant(None)).adjust, units)

    def _revive(self, product: Product) -> None:
        """Back in the store it needs its SKUs, and a slug, for itself."""
        for each in product.offered:
            if each.sku and self.taken.get(each.sku.lower(), product.id) != product.id:
                raise sku_taken(each)
        self.taken.update({each.sku.lower(): product.id for each in product.offered if each.sku})
        self.revived.append(product.id)


def _variant(product: Product, wish: ProductWish) -> Variant | None:
    """The one variant that is meant; None where the product as a whole is."""
    if wish.variant_id is not None:
        found = product.variant(wish.variant_id)
        if found.retired:
            raise VariantNotFound(product_id=product.id, variant_id=wish.variant_id)
        return found
    if not wish.sku:
        return None
    for each in product.offered:
        if each.sku.lower() == wish.sku.lower():
            return each
    raise VariantNotFound(product_id=product.id)


def _is_sku(said: str) -> bool:
    try:
        return parse_sku(said) == said != ""
    except BadValue:
        return False
