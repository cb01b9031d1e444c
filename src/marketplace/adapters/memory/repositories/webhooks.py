"""Addresses that are called, and what is on its way there."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

from marketplace.application import ports
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryDue,
    DeliveryId,
    DeliveryNotFound,
    DeliveryStatus,
    Endpoint,
    EndpointId,
    EndpointNotFound,
)

from ..repository import MemoryRepository


class MemoryEndpoints(MemoryRepository[EndpointId, Endpoint], ports.Endpoints):
    entity, missing = Endpoint, EndpointNotFound

    async def hold_all(self, merchant_id: MerchantId, /) -> list[Endpoint]:
        everybodys = self._transaction.all_of(Endpoint)
        return [deepcopy(each) for each in everybodys if each.merchant_id == merchant_id]

    async def remove(self, endpoint_id: EndpointId, /) -> None:
        for delivery in self._transaction.all_of(Delivery):
            if delivery.endpoint_id == endpoint_id:
                self._transaction.erase(delivery, [])
        for endpoint in self._transaction.all_of(Endpoint):
            if endpoint.id == endpoint_id:
                self._transaction.erase(endpoint, [])

    async def remove_all(self, merchant_id: MerchantId, /) -> None:
        for endpoint in await self.hold_all(merchant_id):
            await self.remove(endpoint.id)


class MemoryDeliveries(MemoryRepository[DeliveryId, Delivery], ports.Deliveries):
    entity, missing = Delivery, DeliveryNotFound

    async def add_all(self, deliveries: Sequence[Delivery], /, *happened: Event) -> None:
        there = {(each.endpoint_id, each.event_id) for each in self._transaction.all_of(Delivery)}
        for delivery in deliveries:
            gone = self._transaction.see(Endpoint, delivery.endpoint_id) is None
            if gone or (delivery.endpoint_id, delivery.event_id) in there:
                continue
            due = [
                each
                for each in happened
                if isinstance(each, DeliveryDue) and each.delivery_id == delivery.id
            ]
            self._transaction.write(delivery, due)

    async def hold_failed(
        self, endpoint_id: EndpointId, since: datetime, until: datetime, limit: int, /
    ) -> list[Delivery]:
        failed = [
            deepcopy(each)
            for each in self._transaction.all_of(Delivery)
            if each.endpoint_id == endpoint_id
            and each.status is DeliveryStatus.FAILED
            and since <= each.created_at <= until
        ]
        return sorted(failed, key=lambda each: each.id)[:limit]

    async def save_all(self, deliveries: Sequence[Delivery], /, *happened: Event) -> None:
        for delivery in deliveries:
            await self.save(delivery)
        self._transaction.tell(happened)

    async def forget(self, before: datetime, limit: int, /) -> int:
        over = [
            each
            for each in self._transaction.all_of(Delivery)
            if each.ended_at is not None and each.ended_at < before
        ]
        for delivery in over[:limit]:
            self._transaction.erase(delivery, [])
        return len(over[:limit])
