"""The stock of a product and its ledger, over HTTP."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from marketplace.application.stock import AdjustStock, StockService
from marketplace.domain.accounts import Actor
from marketplace.domain.products import ProductId, ProductNotFound, VariantRequired
from marketplace.domain.variants import (
    BY_HAND,
    NotEnoughOnHand,
    StockMovement,
    StockReason,
    Variant,
    VariantNotFound,
)

from .shapes import (
    Cursor,
    Input,
    Limit,
    Listed,
    Moment,
    Output,
    StrictRequest,
    paging,
    words,
)


class StockIn(Input, frozen=True, kw_only=True):
    """``adjust`` is how many units came, or went where it is below 0."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "adjust": -2,
        "reason": "damaged",
        "note": "سقطت",
    }

    adjust: int
    reason: Annotated[str, words(sorted(BY_HAND))]
    variant_id: UUID | None = None
    note: str | None = None

    def wanted(self, acting: Actor, product_id: UUID) -> AdjustStock:
        return AdjustStock(**self.said(), acting=acting, product_id=ProductId(product_id))


class StockMovementOut(Output, frozen=True, kw_only=True):
    """
    By how many units the shelf and the promises changed.

    ``reference`` is the order, if any, or the export that came back.
    """

    id: UUID
    variant_id: UUID
    on_hand: int
    reserved: int
    reason: StockReason
    reference: UUID | None
    note: str
    at: Moment


class StockOut(Output, frozen=True, kw_only=True):
    """``stock`` is what can be ordered now; ``movement`` is the new line of the ledger."""

    variant_id: UUID
    on_hand: int
    reserved: int
    stock: int
    movement: StockMovementOut

    @classmethod
    def of(cls, variant: Variant, movement: StockMovement) -> Self:
        return cls.told(
            variant,
            variant_id=variant.id,
            stock=variant.available,
            movement=StockMovementOut.told(movement),
        )


class StockController(Controller):
    path = "/products/{id:uuid}/stock"

    @post(
        status_code=200,
        repeatable=True,
        problems=(ProductNotFound, VariantNotFound, VariantRequired, NotEnoughOnHand),
    )
    async def adjust(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[StockIn],
        stock: NamedDependency[StockService],
    ) -> StockOut:
        """Say that units came or went; what was sold meanwhile stays sold."""
        adjusted = await stock.adjust(data.wanted(request.user, id))
        return StockOut.of(adjusted.variant, adjusted.movement)

    @get(problems=(ProductNotFound,))
    async def movements(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        stock: NamedDependency[StockService],
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Listed[StockMovementOut]:
        """Look at everything that came and went, newest first."""
        of = request.list_of()
        page = await stock.movements(request.user, ProductId(id), paging(limit, cursor, of))
        return Listed.of(page, StockMovementOut.told, of)
