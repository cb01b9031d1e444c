"""Addresses that are called, and what is on its way there."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantId
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryId,
    DeliveryNotFound,
    Endpoint,
    EndpointId,
    EndpointNotFound,
)

from .. import tables
from ..outbox import JOBS
from ..repository import PostgresRepository, alone, changes_of, with_jobs
from ..rows import from_row, to_json, to_listed
from ..statements import Statement, compiled, forgetting, given, listed, shown

_deliveries, _endpoints = tables.webhook_deliveries, tables.webhook_endpoints
_of_delivery = JOBS.c.payload["delivery_id"].astext.cast(sa.Uuid)


class PostgresEndpoints(PostgresRepository[EndpointId, Endpoint], ports.Endpoints):
    table, entity, missing = tables.webhook_endpoints, Endpoint, EndpointNotFound

    _of_merchant = compiled(
        sa.select(*shown(table))
        .where(table.c.merchant_id == given("merchant", sa.Uuid))
        .order_by(table.c.id)
        .with_for_update(key_share=True)
    )
    # Whoever writes down how a call went holds the delivery first, and then its endpoint.
    _emptied = compiled(
        sa.delete(_deliveries)
        .where(_deliveries.c.endpoint_id == given("id", sa.Uuid))
        .returning(_deliveries.c.id)
    )
    _removed = compiled(
        sa.delete(table).where(table.c.id == given("id", sa.Uuid)).returning(table.c.id)
    )
    _all_emptied = compiled(
        sa.delete(_deliveries)
        .where(
            _deliveries.c.endpoint_id.in_(
                sa.select(_endpoints.c.id).where(
                    _endpoints.c.merchant_id == given("merchant", sa.Uuid)
                )
            )
        )
        .returning(_deliveries.c.id)
    )
    _all_removed = compiled(
        sa.delete(table)
        .where(table.c.merchant_id == given("merchant", sa.Uuid))
        .returning(table.c.id)
    )

    async def hold_all(self, merchant_id: MerchantId, /) -> list[Endpoint]:
        await alone(self._connection, merchant_id)
        rows = await self._of_merchant.run(self._connection, merchant=merchant_id)
        return [from_row(row, Endpoint) for row in rows]

    async def remove(self, endpoint_id: EndpointId, /) -> None:
        await self._emptied.run(self._connection, id=endpoint_id)
        await self._removed.run(self._connection, id=endpoint_id)

    async def remove_all(self, merchant_id: MerchantId, /) -> None:
        await self._all_emptied.run(self._connection, merchant=merchant_id)
        await self._all_removed.run(self._connection, merchant=merchant_id)


class PostgresDeliveries(PostgresRepository[DeliveryId, Delivery], ports.Deliveries):
    table, entity, missing = tables.webhook_deliveries, Delivery, DeliveryNotFound

    _rows = listed("deliveries", *table.c)
    # The endpoint is held, so that nobody takes it away while something is sent there.
    _there = (
        sa.select(_endpoints.c.id)
        .where(_endpoints.c.id.in_(sa.select(_rows.c.endpoint_id)))
        .order_by(_endpoints.c.id)
        .with_for_update(read=True, key_share=True)
        .cte("there")
    )
    _added_ = (
        insert(table)
        .from_select(
            list(table.c),
            sa.select(*_rows.c).join_from(_rows, _there, _rows.c.endpoint_id == _there.c.id),
        )
        .on_conflict_do_nothing(constraint="uq_webhook_deliveries_endpoint_id_event_id")
        .returning(table.c.id)
        .cte("stored")
    )
    _all_added = with_jobs(_added_, when=_of_delivery == _added_.c.id)
    _saved_ = (
        sa.update(table)
        .where(table.c.id == _rows.c.id, table.c.version == _rows.c.version)
        .values({**changes_of(table, _rows), table.c.version: table.c.version + 1})
        .returning(table.c.id)
        .cte("stored")
    )
    _all_saved = with_jobs(_saved_, when=_of_delivery == _saved_.c.id)
    _failed = compiled(
        sa.select(*shown(table))
        .where(
            table.c.endpoint_id == given("endpoint", sa.Uuid),
            table.c.status == sa.literal_column("'failed'"),
            table.c.created_at >= given("since", tables.Time),
            table.c.created_at <= given("until", tables.Time),
        )
        .order_by(table.c.id)
        .limit(given("limit", sa.Integer))
        .with_for_update(key_share=True, skip_locked=True)
    )
    _forgotten = forgetting(table, table.c.ended_at < given("before", tables.Time))

    async def add_all(self, deliveries: Sequence[Delivery], /, *happened: Event) -> None:
        await self._write(self._all_added, deliveries, happened)

    async def hold_failed(
        self, endpoint_id: EndpointId, since: datetime, until: datetime, limit: int, /
    ) -> list[Delivery]:
        rows = await self._failed.run(
            self._connection, endpoint=endpoint_id, since=since, until=until, limit=limit
        )
        return [from_row(row, Delivery) for row in rows]

    async def save_all(self, deliveries: Sequence[Delivery], /, *happened: Event) -> None:
        if not deliveries:
            return
        if await self._write(self._all_saved, deliveries, happened) != len(deliveries):
            raise ChangedMeanwhile(kind="Delivery")
        for each in deliveries:
            each.version += 1

    async def forget(self, before: datetime, limit: int, /) -> int:
        return len(await self._forgotten.run(self._connection, before=before, limit=limit))

    async def _write(
        self, statement: Statement, deliveries: Sequence[Delivery], happened: Sequence[Event]
    ) -> int:
        rows = [to_listed(each, self.table) for each in deliveries]
        jobs = to_json(self._outbox.written(happened))
        stored = await statement.run(self._connection, deliveries=to_json(rows), jobs=jobs)
        return len(stored)
