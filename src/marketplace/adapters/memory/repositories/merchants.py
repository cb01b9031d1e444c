"""Every merchant, and the names their stores had."""

from copy import deepcopy
from datetime import datetime

from marketplace.application import ports
from marketplace.domain.accounts import Username, UsernameTaken
from marketplace.domain.merchants import (
    Merchant,
    MerchantId,
    MerchantNotFound,
    MerchantStatus,
    StoreNotFound,
)

from ..repository import MemoryRepository


class MemoryMerchants(MemoryRepository[MerchantId, Merchant], ports.Merchants):
    entity, missing = Merchant, MerchantNotFound

    async def of_store(self, username: Username, /) -> Merchant:
        for each in self._transaction.all_of(Merchant):
            if each.username == username and each.status is MerchantStatus.ACTIVE:
                return deepcopy(each)
        raise StoreNotFound

    async def claim(self, username: Username, merchant_id: MerchantId | None = None, /) -> None:
        owner = self._transaction.store.former_usernames.get(username)
        if owner != merchant_id and owner is not None:
            raise UsernameTaken
        self._forget(username)

    async def leave(self, username: Username, merchant_id: MerchantId, at: datetime, /) -> None:
        former = self._transaction.store.former_usernames
        former[username] = merchant_id
        self._transaction.undo.append(lambda: former.pop(username))

    async def forget_former(self, merchant_id: MerchantId, /) -> None:
        for username, owner in list(self._transaction.store.former_usernames.items()):
            if owner == merchant_id:
                self._forget(username)

    def _forget(self, username: Username) -> None:
        former = self._transaction.store.former_usernames
        owner = former.pop(username, None)
        if owner is not None:
            self._transaction.undo.append(lambda: former.update({username: owner}))

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
