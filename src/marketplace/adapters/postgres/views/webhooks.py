"""What a merchant sees of the own webhooks."""

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import DeliverySearch, Page, Paging
from marketplace.domain.merchants import MerchantId
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryId,
    DeliveryNotFound,
    Endpoint,
    EndpointId,
    EndpointNotFound,
)

from ..statements import compiled, given, shown
from ..tables import Time, merchants, webhook_deliveries, webhook_endpoints
from .reading import Reading, newest_first

_owned = sa.select(*shown(webhook_endpoints)).where(
    webhook_endpoints.c.merchant_id == given("merchant", sa.Uuid)
)
_ENDPOINT = compiled(_owned.where(webhook_endpoints.c.id == given("id", sa.Uuid)))
_ENDPOINTS = compiled(newest_first(_owned, webhook_endpoints))
_LISTENING = compiled(
    sa.select(webhook_endpoints.c.id)
    .join_from(webhook_endpoints, merchants)
    .where(
        webhook_endpoints.c.merchant_id == given("merchant", sa.Uuid),
        webhook_endpoints.c.is_enabled,
        webhook_endpoints.c.events.overlap(given("events", sa.ARRAY(sa.Text))),
        merchants.c.status == sa.literal_column("'active'"),
    )
    .order_by(webhook_endpoints.c.id)
)
_sent = sa.select(*shown(webhook_deliveries)).where(
    webhook_deliveries.c.endpoint_id == given("endpoint", sa.Uuid)
)
_DELIVERY = compiled(_sent.where(webhook_deliveries.c.id == given("id", sa.Uuid)))


def _asked(name: str, column: sa.Column[str], type_: type[sa.Text]) -> sa.ColumnElement[bool]:
    wanted = given(name, type_)
    return sa.or_(wanted.is_(None), column == wanted)


_since, _until = given("since", Time), given("until", Time)
_DELIVERIES = compiled(
    newest_first(
        _sent.where(
            _asked("status", webhook_deliveries.c.status, sa.Text),
            _asked("event", webhook_deliveries.c.event, sa.Text),
            sa.or_(_since.is_(None), webhook_deliveries.c.created_at >= _since),
            sa.or_(_until.is_(None), webhook_deliveries.c.created_at <= _until),
        ),
        webhook_deliveries,
    )
)


class PostgresWebhookViews(Reading, ports.WebhookViews):
    async def endpoint(self, merchant_id: MerchantId, endpoint_id: EndpointId, /) -> Endpoint:
        return await self._one(
            _ENDPOINT, Endpoint, EndpointNotFound, merchant=merchant_id, id=endpoint_id
        )

    async def endpoints(self, merchant_id: MerchantId, paging: Paging, /) -> Page[Endpoint]:
        return await self._page(_ENDPOINTS, Endpoint, paging, merchant=merchant_id)

    async def listening(self, merchant_id: MerchantId, event: str, /) -> tuple[EndpointId, ...]:
        rows = await self._rows(_LISTENING, merchant=merchant_id, events=[event, "*"])
        return tuple(EndpointId(row["id"]) for row in rows)

    async def deliveries(
        self, endpoint_id: EndpointId, search: DeliverySearch, paging: Paging, /
    ) -> Page[Delivery]:
        return await self._page(
            _DELIVERIES,
            Delivery,
            paging,
            endpoint=endpoint_id,
            status=search.status,
            event=search.event,
            since=search.since,
            until=search.until,
        )

    async def delivery(self, endpoint_id: EndpointId, delivery_id: DeliveryId, /) -> Delivery:
        return await self._one(
            _DELIVERY, Delivery, DeliveryNotFound, endpoint=endpoint_id, id=delivery_id
        )
