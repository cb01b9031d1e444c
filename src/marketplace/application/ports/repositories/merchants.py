"""Merchants, and the numbers of their orders."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.domain.accounts import AccountId, Username
from marketplace.domain.merchants import Merchant, MerchantId

from .repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A store that takes orders: the number of the next, and whether any phone is blocked there."""

    store: Merchant
    number: int
    blocks_phones: bool


class Merchants(Repository[MerchantId, Merchant], Protocol):
    """Every merchant. Storing may raise ``UsernameTaken``."""

    async def is_suspended(self, account_id: AccountId, /) -> bool:
        """Whether the store of this account is; an admin has none."""
        ...

    async def claim(self, username: Username, merchant_id: MerchantId | None = None, /) -> None:
        """
        Make sure of a name that was just stored: ``UsernameTaken`` if it leads to another store.

        It leads to this merchant's own no more: it is where that store is. An admin has none.
        """
        ...

    async def leave(self, username: Username, merchant_id: MerchantId, at: datetime, /) -> None:
        """Have a name lead to a store that was called so, and be nobody else's."""
        ...

    async def moves(self, merchant_id: MerchantId, /) -> list[datetime]:
        """When the store left each name that still leads to it."""
        ...

    async def forget_former(self, merchant_id: MerchantId, kept: int = 0, /) -> None:
        """Only the names left last lead to this store; whoever wants another one may have it."""
        ...

    async def steady(self, merchant_id: MerchantId, /) -> Merchant:
        """Like ``get``, and its currency stays what it is until this unit of work ends."""
        ...

    async def unsteady(self, merchant_id: MerchantId, /) -> None:
        """Wait for whoever has it ``steady``, and have others who want that wait."""
        ...

    async def hold_stores(
        self, usernames: Collection[Username], /, *, waiting: bool = True
    ) -> dict[Username, Served]:
        """
        The open stores at these addresses, in one statement; missing ones are left out.

        Until this unit of work ends, nobody else gets a number of theirs. Without ``waiting``,
        those that somebody else holds are left out too.
        """
        ...

    async def count_orders(self, orders: Mapping[MerchantId, int], /) -> None:
        """So many numbers of stores that are held have been given away."""
        ...

    async def next_order_number(self, merchant_id: MerchantId, /) -> int:
        """
        1001 first; until this unit of work ends, nobody else gets a number of this store.

        ``StoreNotFound`` if the store was shut meanwhile.
        """
        ...
