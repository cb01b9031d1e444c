"""Many products at once, over HTTP."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET

from marketplace.application.bulk import (
    BulkService,
    Changed,
    ChangeMany,
    Outcome,
    ProductWish,
)
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.products import ProductStatus

from .problems import Refusal, refused
from .products import CategoryRef
from .shapes import AmountSaid, Change, Input, Maybe, Output, StrictRequest, words


class BulkItemIn(Change, frozen=True, kw_only=True):
    """
    A change of the product with this ``id``, or of the variant with this ``sku``.

    With an ``id`` alone, ``price`` and ``compare_at_price`` are those of every variant. ``stock``
    is how many there are, ``adjust`` how many came or went. Where a ``version`` is said, no other
    one is changed.
    """

    id: UUID | None = None
    sku: str | None = None
    variant_id: UUID | None = None
    version: int | None = None
    price: Maybe[AmountSaid] = UNSET
    compare_at_price: Maybe[AmountSaid | None] = UNSET
    stock: Maybe[int] = UNSET
    adjust: Maybe[int] = UNSET
    status: Maybe[Annotated[str, words(ProductStatus)]] = UNSET
    category: Maybe[UUID | CategoryRef | None] = UNSET

    def wish(self) -> ProductWish:
        said = self.said()
        known = {name: said.pop(name) or None for name in ("id", "sku", "variant_id")}
        known["version"] = self.version
        said.pop("version")
        if isinstance(said.get("category"), CategoryRef):
            said["category"] = said["category"].id
        return ProductWish(**known, **said)


class BulkIn(Input, frozen=True, kw_only=True):
    """At most 500; each is judged for itself, in this order."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "items": [
            {"sku": "ABY-001-M", "price": "239.00", "stock": 20},
            {"id": "01936e4c-5a3b-7c1d-8e2f-0a1b2c3d4e5f", "status": "archived", "version": 3},
        ]
    }

    items: list[BulkItemIn]

    def wanted(self, acting: Actor) -> ChangeMany:
        return ChangeMany(acting=acting, items=[each.wish() for each in self.items])


class BulkResult(Output, frozen=True, kw_only=True):
    """``index`` is the place among the items, from 0; ``id`` the product, where there is one."""

    index: int
    id: UUID | None
    status: Outcome
    problem: Refusal | None

    @classmethod
    def of(cls, changed: Changed, index: int, language: str) -> Self:
        problem = refused(changed.problem, language) if changed.problem else None
        return cls(index=index, id=changed.id, status=changed.outcome, problem=problem)


class BulkOut(Output, frozen=True, kw_only=True):
    items: list[BulkResult]


class BulkController(Controller):
    @post("/products/bulk", status_code=200, repeatable=True, problems=(ChangedMeanwhile,))
    async def change(
        self, request: StrictRequest, data: JSONBody[BulkIn], bulk: NamedDependency[BulkService]
    ) -> BulkOut:
        """Change prices, stock, status and category of many products."""
        language = request.headers.get("accept-language", "")
        results = await bulk.change(data.wanted(request.user))
        return BulkOut(
            items=[BulkResult.of(each, place, language) for place, each in enumerate(results)]
        )
