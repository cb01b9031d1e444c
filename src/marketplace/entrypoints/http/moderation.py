"""Products, over HTTP: what an admin can do about what others sell."""

from typing import Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from marketplace.application.moderation import ModerationService, WatchProducts
from marketplace.application.ports import Site, WatchedProduct
from marketplace.domain.merchants import MerchantId, MerchantStatus
from marketplace.domain.products import ProductId, ProductNotFound

from .products import OwnProductOut
from .shapes import Cursor, Include, Input, Limit, Listed, Output, StrictRequest, paging


class TakedownIn(Input, frozen=True, kw_only=True):
    """The merchant is told the reason in these words, and it stands in the audit book."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "منتج مقلّد: وصلنا بلاغ من صاحب العلامة."}

    reason: str


class RestoreIn(Input, frozen=True, kw_only=True):
    """The reason, if there is one, stands in the audit book."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "أثبت التاجر أن المنتج أصلي"}

    reason: str = ""


class StoreNameOut(Output, frozen=True, kw_only=True):
    id: UUID
    username: str
    name: str
    status: MerchantStatus


class WatchedProductOut(OwnProductOut, frozen=True, kw_only=True):
    """A product as its merchant sees it, and whose it is."""

    store: StoreNameOut

    @classmethod
    def watched(cls, view: WatchedProduct, site: Site) -> Self:
        return cls.of(view, site, store=view.store)


class ModerationController(Controller):
    path = "/products"

    @get()
    async def products(
        self,
        request: StrictRequest,
        moderation: NamedDependency[ModerationService],
        q: FromQuery[str] = "",
        merchant_id: FromQuery[UUID | None] = None,
        taken_down: FromQuery[bool | None] = None,
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[WatchedProductOut]:
        """
        List what all stores have, newest first, drafts and what is archived too.

        `q` finds titles, descriptions, tags and SKUs in any spelling, and a slug as it is.
        """
        wanted = WatchProducts(
            acting=request.user,
            q=q,
            merchant_id=None if merchant_id is None else MerchantId(merchant_id),
            taken_down=taken_down,
        )
        of = request.list_of((q, merchant_id, taken_down))
        page = await moderation.products(wanted, paging(limit, cursor, of, include))
        return Listed.of(page, lambda each: WatchedProductOut.watched(each, request.site), of)

    @get("/{id:uuid}", problems=(ProductNotFound,))
    async def product(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        moderation: NamedDependency[ModerationService],
    ) -> WatchedProductOut:
        """Look at one product, whoever's it is."""
        return WatchedProductOut.watched(
            await moderation.product(request.user, ProductId(id)), request.site
        )

    @post("/{id:uuid}/takedown", status_code=200, problems=(ProductNotFound,))
    async def take_down(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[TakedownIn],
        moderation: NamedDependency[ModerationService],
    ) -> WatchedProductOut:
        """
        Take a product out of its store, from the very next request on; once more changes nothing.

        Its merchant is told why, and cannot put it on sale until it is restored. Orders that have
        it go on.
        """
        taken = await moderation.take_down(request.user, ProductId(id), data.reason)
        return WatchedProductOut.watched(taken, request.site)

    @post("/{id:uuid}/restore", status_code=200, problems=(ProductNotFound,))
    async def restore(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[RestoreIn],
        moderation: NamedDependency[ModerationService],
    ) -> WatchedProductOut:
        """
        Give a product that was taken down back to its merchant, who is told.

        It is on sale again if it was then, unless it was archived meanwhile. Once more changes
        nothing.
        """
        restored = await moderation.restore(request.user, ProductId(id), data.reason)
        return WatchedProductOut.watched(restored, request.site)
