"""How the calls went that were made to a merchant's endpoints, and how to have them made again."""

from dataclasses import dataclass
from datetime import UTC, datetime

from marketplace.domain.accounts import Actor
from marketplace.domain.errors import Form
from marketplace.domain.merchants import BadMoment
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryId,
    DeliveryNotFound,
    DeliveryStatus,
    EndpointDisabled,
    EndpointId,
    EndpointNotFound,
)

from .merchants import selling
from .ports import BeginUnitOfWork, Clock, DeliverySearch, Ids, Page, Paging, Views
from .publishing import TEST, parse_event, written

MOST_AGAIN = 1000
"""Deliveries that are sent again by one wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindDeliveries:
    """Which deliveries of an endpoint; times are of when the event was written."""

    acting: Actor
    endpoint_id: EndpointId
    status: DeliveryStatus | None = None
    event: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAgain:
    """Whatever has failed and was written since then, until then."""

    acting: Actor
    endpoint_id: EndpointId
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAgain:
    """How many are on their way again, and whether there are more to be asked for."""

    sent: int
    more: bool


@dataclass(frozen=True, slots=True)
class DeliveryService:
    """The log of one's own endpoints, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids

    async def test(self, acting: Actor, endpoint_id: EndpointId) -> Delivery:
        """Have it called with an event that means nothing; how that goes is in the log."""
        merchant_id = selling(acting)
        endpoint = await self.views.endpoint(merchant_id, endpoint_id)
        if not endpoint.is_enabled:
            raise EndpointDisabled
        now = self.clock.now()
        delivery, due = Delivery.send(
            id=DeliveryId(self.ids.new()),
            endpoint_id=endpoint_id,
            merchant_id=merchant_id,
            event_id=self.ids.new(),
            event=TEST,
            body=written(TEST, merchant_id, {"webhook_id": str(endpoint_id)}, now),
            at=now,
        )
        async with self.begin() as market:
            await market.deliveries.add_all([delivery], due)
        return delivery

    async def log(self, wanted: FindDeliveries, paging: Paging) -> Page[Delivery]:
        merchant_id = selling(wanted.acting)
        with Form() as form:
            event = form.read("event", parse_event, wanted.event) if wanted.event else None
            since = form.read("since", _parse_moment, wanted.since)
            until = form.read("until", _parse_moment, wanted.until)
        await self.views.endpoint(merchant_id, wanted.endpoint_id)
        search = DeliverySearch(status=wanted.status, event=event, since=since, until=until)
        return await self.views.deliveries(wanted.endpoint_id, search, paging)

    async def find(
        self, acting: Actor, endpoint_id: EndpointId, delivery_id: DeliveryId
    ) -> Delivery:
        await self.views.endpoint(selling(acting), endpoint_id)
        return await self.views.delivery(endpoint_id, delivery_id)

    async def send_again(
        self, acting: Actor, endpoint_id: EndpointId, delivery_id: DeliveryId
    ) -> Delivery:
        """One delivery, whatever became of it; receivers see the event they have seen before."""
        async with self.begin() as market:
            delivery = await market.deliveries.hold(delivery_id)
            endpoint = await market.endpoints.get(endpoint_id)
            if endpoint.merchant_id != selling(acting):
                raise EndpointNotFound
            if delivery.endpoint_id != endpoint_id:
                raise DeliveryNotFound
            if not endpoint.is_enabled:
                raise EndpointDisabled
            due = delivery.send_again(self.clock.now())
            await market.deliveries.save(delivery, due)
        return delivery

    async def send_failed_again(self, wanted: SendAgain) -> SentAgain:
        """All that failed in a time, a thousand at once and oldest first."""
        now = self.clock.now()
        with Form() as form:
            since = form.read("since", _parse_moment, wanted.since) or now
            until = form.read("until", _parse_moment, wanted.until) or now
        endpoint = await self.views.endpoint(selling(wanted.acting), wanted.endpoint_id)
        if not endpoint.is_enabled:
            raise EndpointDisabled
        async with self.begin() as market:
            held = await market.deliveries.hold_failed(endpoint.id, since, until, MOST_AGAIN + 1)
            again = held[:MOST_AGAIN]
            due = [each.send_again(now) for each in again]
            await market.deliveries.save_all(again, *due)
        return SentAgain(sent=len(again), more=len(held) > MOST_AGAIN)


def _parse_moment(at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise BadMoment
    try:
        return at and at.astimezone(UTC)
    except OverflowError:
        raise BadMoment from None
