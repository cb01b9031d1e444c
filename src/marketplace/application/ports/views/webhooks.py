"""Where a merchant wants to be called, and what became of the calls."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.domain.merchants import MerchantId
from marketplace.domain.webhooks import Delivery, DeliveryId, DeliveryStatus, Endpoint, EndpointId

from .paging import Page, Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySearch:
    """Which deliveries; what is None plays no part. Times are of when the event was written."""

    status: DeliveryStatus | None = None
    event: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class WebhookViews(Protocol):
    """What a merchant sees of the own webhooks."""

    async def endpoint(self, merchant_id: MerchantId, endpoint_id: EndpointId, /) -> Endpoint:
        """A merchant's own, or ``EndpointNotFound``."""
        ...

    async def endpoints(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Endpoint]:
        """All of a merchant."""
        ...

    async def listening(self, merchant_id: MerchantId, event: str, /) -> tuple[EndpointId, ...]:
        """Those of a merchant who is open for business that want to hear of this event."""
        ...

    async def deliveries(
        self, endpoint_id: EndpointId, search: DeliverySearch, paging: Paging, /
    ) -> Page[Delivery]:
        """What was sent to an endpoint, or is to be."""
        ...

    async def delivery(self, endpoint_id: EndpointId, delivery_id: DeliveryId, /) -> Delivery:
        """One of them, or ``DeliveryNotFound``."""
        ...
