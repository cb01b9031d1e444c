"""Blocked phones: whom a store takes no orders from, for reasons of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from .errors import Conflict, NotFound, RuleBroken
from .merchants import MerchantId
from .phones import PhoneNumber

BlockedPhoneId = NewType("BlockedPhoneId", UUID)


@dataclass(slots=True, kw_only=True)
class BlockedPhone:
    """
    A phone on the list of a store, or one that was: what is lifted stays known to the store.

    To block it again is another entry.
    """

    id: BlockedPhoneId
    merchant_id: MerchantId
    phone: PhoneNumber
    reason: str = ""
    since: datetime
    lifted_at: datetime | None = None
    version: int = 0

    @property
    def is_in_force(self) -> bool:
        return self.lifted_at is None

    def lift(self, at: datetime) -> None:
        """The store takes orders from it again; ``BlockedPhoneNotFound`` if it does already."""
        if not self.is_in_force:
            raise BlockedPhoneNotFound
        self.lifted_at = at


class BlockedPhoneNotFound(NotFound):
    """No such phone on the list, or it is another merchant's."""


class AlreadyBlocked(Conflict):
    """The phone is on the list of the store."""


class OrderRefused(RuleBroken):
    """The store does not take this order; why is the store's own affair."""
