"""Every merchant, and the names their stores had."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from datetime import datetime

from marketplace.application import ports
from marketplace.domain.accounts import AccountId, Username, UsernameTaken
from marketplace.domain.blocked_phones import BlockedPhone
from marketplace.domain.merchants import (
    Merchant,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
)

from ..repository import MemoryRepository


class MemoryMerchants(MemoryRepository[MerchantId, Merchant], ports.Merchants):
    entity, missing = Merchant, MerchantNotFound

    async def hold_stores(
        self, usernames: Collection[Username], /, *, waiting: bool = True
    ) -> dict[Username, ports.Served]:
        blocking = {
            each.merchant_id for each in self._transaction.all_of(BlockedPhone) if each.is_in_force
        }
        numbers = self._transaction.store.order_numbers
        return {
            each.username: ports.Served(
                store=deepcopy(each),
                number=numbers.get(each.id, 1000) + 1,
                blocks_phones=each.id in blocking,
            )
            for each in self._transaction.all_of(Merchant)
            if each.username in usernames and each.status is MerchantStatus.ACTIVE
        }

    async def count_orders(self, orders: Mapping[MerchantId, int], /) -> None:
        for merchant_id, many in orders.items():
            for _ in range(many):
                await self.next_order_number(merchant_id)

    async def is_suspended(self, account_id: AccountId, /) -> bool:
        return any(
            each.account_id == account_id and each.status is MerchantStatus.SUSPENDED
            for each in self._transaction.all_of(Merchant)
        )

    async def claim(self, username: Username, merchant_id: MerchantId | None = None, /) -> None:
        former = self._transaction.store.former_usernames.get(username)
        if former is not None and former[0] != merchant_id:
            raise UsernameTaken
        self._forget(username)

    async def leave(self, username: Username, merchant_id: MerchantId, at: datetime, /) -> None:
        former = self._transaction.store.former_usernames
        former[username] = merchant_id, at
        self._transaction.undo.append(lambda: former.pop(username))

    async def moves(self, merchant_id: MerchantId, /) -> list[datetime]:
        former = self._transaction.store.former_usernames.values()
        return [since for owner, since in former if owner == merchant_id]

    async def forget_former(self, merchant_id: MerchantId, kept: int = 0, /) -> None:
        former = self._transaction.store.former_usernames.items()
        theirs = [(since, name) for name, (owner, since) in former if owner == merchant_id]
        for _, username in sorted(theirs, reverse=True)[kept:]:
            self._forget(username)

    def _forget(self, username: Username) -> None:
        former = self._transaction.store.former_usernames
        before = former.pop(username, None)
        if before is not None:
            self._transaction.undo.append(lambda: former.update({username: before}))

    async def steady(self, merchant_id: MerchantId, /) -> Merchant:
        return await self.get(merchant_id)

    async def unsteady(self, merchant_id: MerchantId, /) -> None:
        """Nobody else is at it while this unit of work goes on."""

    async def next_order_number(self, merchant_id: MerchantId, /) -> int:
        numbers = self._transaction.store.order_numbers
        number = numbers.get(merchant_id, 1000) + 1
        numbers[merchant_id] = number
        self._transaction.undo.append(lambda: numbers.update({merchant_id: number - 1}))
        return number
