"""What a merchant sees of the own webhooks."""

from copy import deepcopy

from marketplace.application import ports
from marketplace.application.ports import DeliverySearch, Page, Paging
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryId,
    DeliveryNotFound,
    Endpoint,
    EndpointId,
    EndpointNotFound,
)

from .reading import Reading, page_of


class MemoryWebhookViews(Reading, ports.WebhookViews):
    async def endpoint(self, merchant_id: MerchantId, endpoint_id: EndpointId, /) -> Endpoint:
        found: Endpoint | None = self._store.entities.get((Endpoint, endpoint_id))
        if found is None or found.merchant_id != merchant_id:
            raise EndpointNotFound
        return deepcopy(found)

    async def endpoints(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Endpoint]:
        own = (each for each in self._store.all_of(Endpoint) if each.merchant_id == merchant_id)
        return page_of(own, paging, deepcopy)

    async def listening(self, merchant_id: MerchantId, event: str, /) -> tuple[EndpointId, ...]:
        merchant: Merchant | None = self._store.entities.get((Merchant, merchant_id))
        if merchant is None or merchant.status is not MerchantStatus.ACTIVE:
            return ()
        return tuple(
            each.id
            for each in self._store.all_of(Endpoint)
            if each.merchant_id == merchant_id and each.wants(event)
        )

    async def deliveries(
        self, endpoint_id: EndpointId, search: DeliverySearch, paging: Paging, /
    ) -> Page[Delivery]:
        found = (
            each
            for each in self._store.all_of(Delivery)
            if each.endpoint_id == endpoint_id
            and search.status in (None, each.status)
            and search.event in (None, each.event)
            and (search.since is None or search.since <= each.created_at)
            and (search.until is None or each.created_at <= search.until)
        )
        return page_of(found, paging, deepcopy)

    async def delivery(self, endpoint_id: EndpointId, delivery_id: DeliveryId, /) -> Delivery:
        found: Delivery | None = self._store.entities.get((Delivery, delivery_id))
        if found is None or found.endpoint_id != endpoint_id:
            raise DeliveryNotFound
        return deepcopy(found)
