"""The stock of a product and its ledger, over HTTP."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from marketplace.application.stock import Adjusted, AdjustStock, StockService
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import StaleVersion
from marketplace.domain.products import ProductId, ProductNotFound, VariantRequired
from marketplace.domain.variants import (
    BY_HAND,
    NotEnoughOnHand,
    StockReason,
    VariantNotFound,
)

from .shapes import (
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    Moment,
    Output,
    StrictRequest,
    paging,
    tagged,
    words,
)


class StockIn(Input, frozen=True, kw_only=True):
    """
    ``adjust`` is how many units came, or went where it is below 0.

    What was ``received`` or ``found`` came, what was ``damaged`` or ``lost`` went; a
    ``correction`` is either.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "adjust": -2,
        "reason": "damaged",
        "note": "سقطت",
    }

    adjust: int
    reason: Annotated[str, words(sorted(BY_HAND))]
    variant_id: UUID | None = None
    note: str | None = None

    def wanted(self, acting: Actor, product_id: UUID, seen: frozenset[int] | None) -> AdjustStock:
        return AdjustStock(
            **self.said(), acting=acting, product_id=ProductId(product_id), seen=seen
        )


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
    """
    ``stock`` is what can be ordered now; ``movement`` is the new line of the ledger.

    ``version`` is that of the product.
    """

    variant_id: UUID
    on_hand: int
    reserved: int
    stock: int
    movement: StockMovementOut
    version: int

    @classmethod
    def of(cls, adjusted: Adjusted) -> Self:
        variant = adjusted.variant
        return cls.told(
            variant,
            variant_id=variant.id,
            stock=variant.available,
            movement=StockMovementOut.told(adjusted.movement),
            version=adjusted.version,
        )


class StockController(Controller):
    path = "/products/{id:uuid}/stock"

    @post(
        status_code=200,
        repeatable=True,
        problems=(
            ProductNotFound,
            VariantNotFound,
            VariantRequired,
            NotEnoughOnHand,
            StaleVersion,
        ),
    )
    async def adjust(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[StockIn],
        stock: NamedDependency[StockService],
    ) -> Response[StockOut]:
        """Say that units came or went; what was sold meanwhile stays sold."""
        adjusted = await stock.adjust(data.wanted(request.user, id, request.seen))
        return tagged(StockOut.of(adjusted))

    @get(problems=(ProductNotFound,))
    async def movements(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        stock: NamedDependency[StockService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[StockMovementOut]:
        """Look at everything that came and went, newest first."""
        of = request.list_of()
        page = await stock.movements(
            request.user, ProductId(id), paging(limit, cursor, of, include)
        )
        return Listed.of(page, StockMovementOut.told, of)
