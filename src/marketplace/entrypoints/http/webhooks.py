"""Webhooks of one's own store, over HTTP."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET

from marketplace.application.deliveries import (
    DeliveryService,
    FindDeliveries,
    SendAgain,
    SentAgain,
)
from marketplace.application.publishing import EVERYTHING, NAMES, TEST
from marketplace.application.webhooks import (
    AddEndpoint,
    EditEndpoint,
    Revealed,
    WebhookService,
)
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import ChangedMeanwhile, StaleVersion
from marketplace.domain.webhooks import (
    Delivery,
    DeliveryId,
    DeliveryNotFound,
    DeliveryStatus,
    Endpoint,
    EndpointDisabled,
    EndpointId,
    EndpointNotFound,
    Failure,
    TooManyEndpoints,
    WhyDisabled,
)

from .shapes import (
    Change,
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    Maybe,
    Moment,
    Output,
    StrictRequest,
    paging,
    tagged,
    words,
)

EventName = Annotated[str, words([EVERYTHING, *NAMES])]


class WebhookIn(Input, frozen=True, kw_only=True):
    """``events`` are names from the list, or ``*`` for all there are and will be."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "url": "https://erp.example.com/hooks/marketplace",
        "description": "المخزن",
        "events": ["order.placed", "order.cancelled", "stock.low"],
    }

    url: str
    events: list[EventName]
    description: str = ""
    enabled: bool = True

    def wanted(self, acting: Actor) -> AddEndpoint:
        return AddEndpoint(**self.said(), acting=acting)


class WebhookChange(Change, frozen=True, kw_only=True):
    """What is left out stays. To enable one that was disabled gives it another chance."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"events": ["*"], "enabled": True}

    url: Maybe[str] = UNSET
    events: Maybe[list[EventName]] = UNSET
    description: Maybe[str | None] = UNSET
    enabled: Maybe[bool] = UNSET

    def wanted(self, acting: Actor, id: UUID, seen: frozenset[int] | None) -> EditEndpoint:
        return EditEndpoint(**self.said(), acting=acting, endpoint_id=EndpointId(id), seen=seen)


class RotationIn(Input, frozen=True, kw_only=True):
    """``overlap_hours`` is how long the former secret goes on signing: 0 to 168, or 24."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"overlap_hours": 48}

    overlap_hours: int | None = None


class AgainIn(Input, frozen=True, kw_only=True):
    """Whatever failed and was written between the two; up to now if there is no ``until``."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"since": "2026-03-01T00:00:00Z"}

    since: Moment
    until: Moment | None = None

    def wanted(self, acting: Actor, id: UUID) -> SendAgain:
        return SendAgain(
            acting=acting, endpoint_id=EndpointId(id), since=self.since, until=self.until
        )


class WebhookOut(Output, frozen=True, kw_only=True):
    """
    A webhook. ``disabled_because`` says why nobody is called.

    ``gone`` it said so itself (410), ``failing`` it has for days done nothing but fail; since when
    it fails is in ``failing_since``.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f",
        "url": "https://erp.example.com/hooks/marketplace",
        "description": "المخزن",
        "events": ["order.placed", "order.cancelled", "stock.low"],
        "enabled": True,
        "disabled_because": None,
        "failing_since": None,
        "created_at": "2026-03-01T09:30:00Z",
        "updated_at": "2026-03-01T09:30:00Z",
        "version": 0,
    }

    id: UUID
    url: str
    description: str
    events: list[str]
    enabled: bool
    disabled_because: WhyDisabled | None
    failing_since: Moment | None
    created_at: Moment
    updated_at: Moment
    version: int

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        return cls.told(endpoint, enabled=endpoint.is_enabled)


class WebhookWithSecret(WebhookOut, frozen=True, kw_only=True):
    """``secret`` is told this one time, and never again."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        **WebhookOut.EXAMPLE,
        "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    }

    secret: str

    @classmethod
    def revealed(cls, revealed: Revealed) -> Self:
        endpoint = revealed.endpoint
        return cls.told(endpoint, revealed, enabled=endpoint.is_enabled)


class TryOut(Output, frozen=True, kw_only=True):
    """One call: what was answered, or why not; ``took`` is in milliseconds."""

    at: Moment
    failure: Failure | None
    status: int | None
    answer: str
    took: int


class DeliveryRow(Output, frozen=True, kw_only=True):
    """``event_id`` is the ``webhook-id`` of every call; ``next_at`` is when the next one is due."""

    id: UUID
    event_id: UUID
    event: str
    status: DeliveryStatus
    failures: int
    next_at: Moment | None
    created_at: Moment
    ended_at: Moment | None
    last: TryOut | None

    @classmethod
    def row(cls, delivery: Delivery) -> Self:
        return cls.told(delivery, last=_last(delivery))


class DeliveryOut(DeliveryRow, frozen=True, kw_only=True):
    """With what is sent, to the byte, and the last twenty calls."""

    body: str
    tries: list[TryOut]

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls.told(delivery, last=_last(delivery))


class AgainOut(Output, frozen=True, kw_only=True):
    """How many are on their way; ``more`` says that there are others to be asked for."""

    sent: int
    more: bool

    @classmethod
    def of(cls, again: SentAgain) -> Self:
        return cls.told(again)


def _last(delivery: Delivery) -> TryOut | None:
    return TryOut.told(delivery.tries[-1]) if delivery.tries else None


class WebhookController(Controller):
    path = "/webhooks"

    @get()
    async def mine(
        self,
        request: StrictRequest,
        webhooks: NamedDependency[WebhookService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[WebhookOut]:
        """List the webhooks of one's own store."""
        of = request.list_of()
        page = await webhooks.mine(request.user, paging(limit, cursor, of, include))
        return Listed.of(page, WebhookOut.of, of)

    @post(problems=(TooManyEndpoints,))
    async def add(
        self,
        request: StrictRequest,
        data: JSONBody[WebhookIn],
        webhooks: NamedDependency[WebhookService],
    ) -> WebhookWithSecret:
        """
        Have a program of one's own called when something happens.

        The answer has the secret, as no other answer does. Calls are signed as Standard Webhooks
        says, with the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
        """
        return WebhookWithSecret.revealed(await webhooks.add(data.wanted(request.user)))

    @get("/{id:uuid}", problems=(EndpointNotFound,))
    async def find(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        webhooks: NamedDependency[WebhookService],
    ) -> Response[WebhookOut]:
        """Look at one webhook."""
        return tagged(WebhookOut.of(await webhooks.find(request.user, EndpointId(id))))

    @put("/{id:uuid}", problems=(EndpointNotFound, StaleVersion, ChangedMeanwhile))
    async def edit(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[WebhookChange],
        webhooks: NamedDependency[WebhookService],
    ) -> Response[WebhookOut]:
        """Change a webhook, or enable it again."""
        edited = await webhooks.edit(data.wanted(request.user, id, request.seen))
        return tagged(WebhookOut.of(edited))

    @delete("/{id:uuid}", problems=(EndpointNotFound, StaleVersion))
    async def remove(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        webhooks: NamedDependency[WebhookService],
    ) -> None:
        """Have it called no more; its log goes with it."""
        await webhooks.remove(request.user, EndpointId(id), request.seen)

    @post(
        "/{id:uuid}/rotate-secret",
        status_code=200,
        repeatable=True,
        problems=(EndpointNotFound, StaleVersion, ChangedMeanwhile),
    )
    async def rotate_secret(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[RotationIn],
        webhooks: NamedDependency[WebhookService],
    ) -> WebhookWithSecret:
        """
        Sign with another secret from now on.

        For a while the former one signs as well, so that a receiver can change at its leisure.
        """
        rotated = await webhooks.rotate_secret(
            request.user, EndpointId(id), data.overlap_hours, request.seen
        )
        return WebhookWithSecret.revealed(rotated)

    @post(
        "/{id:uuid}/test",
        status_code=202,
        repeatable=True,
        problems=(EndpointNotFound, EndpointDisabled),
    )
    async def test(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        deliveries: NamedDependency[DeliveryService],
    ) -> DeliveryOut:
        """Have it called with the event `webhook.test`; how that went is in the log."""
        return DeliveryOut.of(await deliveries.test(request.user, EndpointId(id)))

    @get("/{id:uuid}/deliveries", problems=(EndpointNotFound,))
    async def log(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        deliveries: NamedDependency[DeliveryService],
        status: FromQuery[DeliveryStatus | None] = None,
        event: FromQuery[Annotated[str, words([TEST, *NAMES])]] = "",
        since: FromQuery[Moment | None] = None,
        until: FromQuery[Moment | None] = None,
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[DeliveryRow]:
        """
        List what was sent there, or is to be, newest first.

        It is kept for 30 days after it has come to an end; `since` and `until` are about when the
        event was written.
        """
        wanted = FindDeliveries(
            acting=request.user,
            endpoint_id=EndpointId(id),
            status=status,
            event=event,
            since=since,
            until=until,
        )
        of = request.list_of((status, event, since, until))
        page = await deliveries.log(wanted, paging(limit, cursor, of, include))
        return Listed.of(page, DeliveryRow.row, of)

    @get("/{id:uuid}/deliveries/{delivery:uuid}", problems=(EndpointNotFound, DeliveryNotFound))
    async def delivery(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        delivery: FromPath[UUID],
        deliveries: NamedDependency[DeliveryService],
    ) -> DeliveryOut:
        """Look at one delivery: what is sent, and how each call went."""
        found = await deliveries.find(request.user, EndpointId(id), DeliveryId(delivery))
        return DeliveryOut.of(found)

    @post(
        "/{id:uuid}/deliveries/{delivery:uuid}/redeliver",
        status_code=202,
        repeatable=True,
        problems=(EndpointNotFound, DeliveryNotFound, EndpointDisabled, ChangedMeanwhile),
    )
    async def redeliver(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        delivery: FromPath[UUID],
        deliveries: NamedDependency[DeliveryService],
    ) -> DeliveryOut:
        """Send one again, whatever became of it; the receiver knows it by its `webhook-id`."""
        again = await deliveries.send_again(request.user, EndpointId(id), DeliveryId(delivery))
        return DeliveryOut.of(again)

    @post(
        "/{id:uuid}/redeliver",
        status_code=202,
        repeatable=True,
        problems=(EndpointNotFound, EndpointDisabled, ChangedMeanwhile),
    )
    async def redeliver_failed(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[AgainIn],
        deliveries: NamedDependency[DeliveryService],
    ) -> AgainOut:
        """Send again whatever failed in a time, a thousand at once and the oldest first."""
        return AgainOut.of(await deliveries.send_failed_again(data.wanted(request.user, id)))
