"""What an admin can do with products of others: look for them, take them down, restore them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from marketplace.domain.accounts import Actor, Role
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId, Facts
from marketplace.domain.errors import Form
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.products import Product, ProductId
from marketplace.domain.search import Query
from marketplace.domain.slugs import slugged
from marketplace.domain.text import prose

from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    Page,
    Paging,
    ProductSearch,
    UnitOfWork,
    Views,
    WatchedProduct,
)

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchProducts:
    """
    ``q`` is met as in a store, or is the slug of a product; nothing said plays no part.

    With ``taken_down`` only what is taken down, or only what is not.
    """

    acting: Actor
    q: str = ""
    merchant_id: MerchantId | None = None
    taken_down: bool | None = None


@dataclass(frozen=True, slots=True)
class ModerationService:
    """Watching over what is sold, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def products(self, wanted: WatchProducts, paging: Paging) -> Page[WatchedProduct]:
        """Of all stores together, newest first, drafts and what is archived too."""
        wanted.acting.must_be(Role.ADMIN)
        with Form() as form:
            query = form.read("q", Query.parse, wanted.q) or None
        search = ProductSearch(
            query=query,
            slug=slugged(wanted.q) if query else "",
            merchant_id=wanted.merchant_id,
            taken_down=wanted.taken_down,
        )
        return await self.views.watched_products(search, paging)

    async def product(self, acting: Actor, product_id: ProductId) -> WatchedProduct:
        acting.must_be(Role.ADMIN)
        return await self.views.watched_product(product_id)

    async def take_down(self, acting: Actor, product_id: ProductId, reason: str) -> WatchedProduct:
        """
        Out of its store, from the very next request on, and its merchant is told why.

        What is down stays down for the reason that was told: once more changes nothing.
        """
        acting.must_be(Role.ADMIN)
        with Form() as form:
            why = form.read("reason", prose(LONGEST_REASON, at_least=1), reason)
        async with self.begin() as market:
            product = await market.products.hold(product_id)
            if product.takedown is None:
                await self._decide(
                    market,
                    acting,
                    product,
                    why,
                    Action.PRODUCT_PULLED,
                    lambda at: product.take_down(why, at),
                )
        return await self.views.watched_product(product_id)

    async def restore(
        self, acting: Actor, product_id: ProductId, reason: str = ""
    ) -> WatchedProduct:
        """Give a product back to its merchant, who is told; once more changes nothing."""
        acting.must_be(Role.ADMIN)
        with Form() as form:
            why = form.read("reason", prose(LONGEST_REASON), reason)
        async with self.begin() as market:
            product = await market.products.hold(product_id)
            if product.takedown is not None:
                await self._decide(
                    market, acting, product, why, Action.PRODUCT_RESTORED, product.restore
                )
        return await self.views.watched_product(product_id)

    async def _decide(
        self,
        market: UnitOfWork,
        acting: Actor,
        product: Product,
        reason: str,
        action: Action,
        decided: Callable[[datetime], Event],
    ) -> None:
        now = self.clock.now()
        before: Facts = {"status": product.status}
        await market.products.save(product, decided(now))
        after: Facts = {"status": product.status, "reason": reason}
        await market.audit.add(
            AuditEntry.of(
                action,
                id=AuditEntryId(self.ids.new()),
                at=now,
                actor=acting,
                subject_type="product",
                subject_id=product.id,
                before=before,
                after={**after, "merchant_id": str(product.merchant_id)},
            )
        )
