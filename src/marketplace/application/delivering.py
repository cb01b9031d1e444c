"""What follows an event out of doors: merchants' own programs are called, until they answer."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from marketplace.domain.events import Event
from marketplace.domain.merchants import MerchantClosed, MerchantId
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryDue,
    DeliveryId,
    DeliveryNotFound,
    Endpoint,
    EndpointId,
    Failure,
    Try,
    parse_webhook_url,
    signed_headers,
)

from .ports import BeginUnitOfWork, Clock, Ids, JobId, Sealing, Secrets, Views, WebhookSender
from .publishing import PUBLISHED, written
from .webhooks import seal_of

CALLS_AT_ONCE = 6
"""Of one process: whoever answers slowly must not keep mail and photos waiting."""
CALLS_TO_ONE = 3
"""At once, of those."""
BUSY_FOR = timedelta(seconds=10)
"""How long at least is waited for a free line, and up to three times more."""
KEPT_FOR = timedelta(days=30)
"""How long one can look back, and send again."""
BATCH = 1000


class Lines:
    """The calls this process is making."""

    def __init__(self) -> None:
        self._to: Counter[EndpointId] = Counter()

    def take(self, endpoint_id: EndpointId) -> bool:
        """Whether there was a free one."""
        if self._to.total() >= CALLS_AT_ONCE or self._to[endpoint_id] >= CALLS_TO_ONE:
            return False
        self._to[endpoint_id] += 1
        return True

    def free(self, endpoint_id: EndpointId) -> None:
        self._to[endpoint_id] -= 1
        if not self._to[endpoint_id]:
            del self._to[endpoint_id]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """
    Writes events down for whoever listens, and calls them.

    When a call is made again is up to the delivery, whose appointments are jobs of their own: what
    the receiver does is no failure of a job.
    """

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets
    sealing: Sealing
    sender: WebhookSender
    lines: Lines = field(default_factory=Lines)

    async def publish(self, event: Event, job: JobId) -> None:
        """
        A delivery for each endpoint that listens, in as many statements for one as for all.

        The job's id is the event's in public: it is the same however often this is tried.
        """
        published = PUBLISHED[type(event)]
        merchant_id = cast(MerchantId, getattr(event, "merchant_id"))  # noqa: B009
        listening = await self.views.listening(merchant_id, published.name)
        if not listening:
            return
        async with self.begin() as market:
            data = await published.told(market, event)
            body = written(published.name, merchant_id, data, event.at)
            sent = [
                Delivery.send(
                    id=DeliveryId(self.ids.new()),
                    endpoint_id=each,
                    merchant_id=merchant_id,
                    event_id=job,
                    event=published.name,
                    body=body,
                    at=self.clock.now(),
                )
                for each in listening
            ]
            await market.deliveries.add_all(
                [delivery for delivery, _ in sent], *(due for _, due in sent)
            )

    async def deliver(self, event: DeliveryDue, job: JobId) -> None:
        """Keep an appointment; whatever comes of it is written down, and the next one made."""
        async with self.begin() as market:
            try:
                delivery = await market.deliveries.get(event.delivery_id)
            except DeliveryNotFound:
                return
            endpoint = await market.endpoints.get(delivery.endpoint_id)
        if not delivery.is_pending or delivery.turn != event.turn:
            return
        if not endpoint.is_enabled:
            await self._give_up(event, Failure.DISABLED)
        elif not (secrets := self._secrets(endpoint)):
            await self._give_up(event, Failure.SECRET_LOST)
        elif self.lines.take(endpoint.id):
            try:
                how = await self._call(endpoint, delivery, secrets)
            finally:
                self.lines.free(endpoint.id)
            await self._note(event, how)
        else:
            await self._put_off(event)

    async def remove_webhooks(self, event: MerchantClosed, job: JobId) -> None:
        """Nobody is called any more, and nothing is kept of what was said."""
        async with self.begin() as market:
            await market.endpoints.remove_all(event.merchant_id)

    async def forget(self) -> int:
        """Throw away what nobody looks back at. How many deliveries there were."""
        forgotten, before = 0, self.clock.now() - KEPT_FOR
        while True:
            async with self.begin() as market:
                now = await market.deliveries.forget(before, BATCH)
            forgotten += now
            if now < BATCH:
                return forgotten

    def _secrets(self, endpoint: Endpoint) -> list[str]:
        opened = (
            self.sealing.open(each.sealed, seal_of(endpoint.id))
            for each in endpoint.signing(self.clock.now())
        )
        return [each.decode() for each in opened if each is not None]

    async def _call(self, endpoint: Endpoint, delivery: Delivery, secrets: list[str]) -> Try:
        began, body = self.clock.now(), delivery.body.encode()
        headers = signed_headers(secrets, str(delivery.event_id), began, body)
        answered = await self.sender.send(parse_webhook_url(endpoint.url), headers, body)
        return Try(
            at=began,
            failure=answered.failure,
            status=answered.status,
            answer=answered.answer,
            took=(self.clock.now() - began) // timedelta(milliseconds=1),
        )

    async def _note(self, event: DeliveryDue, how: Try) -> None:
        async with self.begin() as market:
            delivery = await market.deliveries.hold(event.delivery_id)
            if not delivery.is_pending or delivery.turn != event.turn:
                return
            due = delivery.tried(how, self.secrets.jitter())
            await market.deliveries.save(delivery, *([due] if due else []))
            now, succeeded = self.clock.now(), how.failure is None
            endpoint = await market.endpoints.get(delivery.endpoint_id)
            if endpoint.is_enabled and (how.is_gone or endpoint.is_noteworthy(succeeded, now)):
                endpoint = await market.endpoints.hold(endpoint.id)
                if succeeded:
                    endpoint.answered()
                    disabled = None
                else:
                    disabled = endpoint.failed(now, is_gone=how.is_gone)
                await market.endpoints.save(endpoint, *([disabled] if disabled else []))

    async def _give_up(self, event: DeliveryDue, why: Failure) -> None:
        async with self.begin() as market:
            delivery = await market.deliveries.hold(event.delivery_id)
            if delivery.is_pending and delivery.turn == event.turn:
                delivery.give_up(Try(at=self.clock.now(), failure=why))
                await market.deliveries.save(delivery)

    async def _put_off(self, event: DeliveryDue) -> None:
        wait = BUSY_FOR * (1 + 2 * self.secrets.jitter())
        async with self.begin() as market:
            delivery = await market.deliveries.hold(event.delivery_id)
            if delivery.is_pending and delivery.turn == event.turn:
                now = self.clock.now()
                due = delivery.put_off(now + wait, now)
                await market.deliveries.save(delivery, due)
