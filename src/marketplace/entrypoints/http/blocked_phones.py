"""The block list of one's own store, over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from marketplace.application.blocked_phones import BlockedPhoneService, BlockPhone
from marketplace.domain.accounts import Actor
from marketplace.domain.blocked_phones import (
    AlreadyBlocked,
    BlockedPhoneId,
    BlockedPhoneNotFound,
)

from .shapes import Cursor, Include, Input, Limit, Listed, Moment, Output, StrictRequest, paging


class BlockedPhoneIn(Input, frozen=True, kw_only=True):
    """``phone`` in any form; ``reason`` is for the merchant alone."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"phone": "0559876543", "reason": "رفض الاستلام ثلاث مرات"}

    phone: str
    reason: str | None = None

    def wanted(self, acting: Actor) -> BlockPhone:
        return BlockPhone(**self.said(), acting=acting)


class BlockedPhoneOut(Output, frozen=True, kw_only=True):
    id: UUID
    phone: str
    reason: str
    since: Moment


class BlockedPhoneController(Controller):
    path = "/blocked-phones"

    @get()
    async def of_merchant(
        self,
        request: StrictRequest,
        blocked_phones: NamedDependency[BlockedPhoneService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[BlockedPhoneOut]:
        """List the phones that no order is taken from, the latest first."""
        of = request.list_of()
        page = await blocked_phones.of_merchant(request.user, paging(limit, cursor, of, include))
        return Listed.of(page, BlockedPhoneOut.told, of)

    @post(problems=(AlreadyBlocked,))
    async def block(
        self,
        request: StrictRequest,
        data: JSONBody[BlockedPhoneIn],
        blocked_phones: NamedDependency[BlockedPhoneService],
    ) -> BlockedPhoneOut:
        """Take no orders from a phone, or have them flagged, as `blocked_phone_policy` says."""
        return BlockedPhoneOut.told(await blocked_phones.block(data.wanted(request.user)))

    @delete("/{id:uuid}", problems=(BlockedPhoneNotFound,))
    async def lift(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        blocked_phones: NamedDependency[BlockedPhoneService],
    ) -> None:
        """Take orders from a phone again."""
        await blocked_phones.lift(request.user, BlockedPhoneId(id))
