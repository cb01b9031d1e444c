"""One event on its way to one endpoint: when it is tried, and how it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from ..errors import NotFound
from ..events import Event
from ..merchants import MerchantId
from .endpoint import EndpointId

DeliveryId = NewType("DeliveryId", UUID)

RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long is waited after each failure, and up to a fifth more; three days in all."""
TRIES_KEPT = 20
"""Of one delivery, the last ones."""


class DeliveryStatus(StrEnum):
    """``FAILED`` ones wait for somebody to send them again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Failure(StrEnum):
    """Why a call was no success."""

    STATUS = "status"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    PROTOCOL = "protocol"
    NOT_ALLOWED = "not_allowed"
    DISABLED = "disabled"
    SECRET_LOST = "secret_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One call: what was answered, if anything was, and how many milliseconds it took."""

    at: datetime
    failure: Failure | None = None
    status: int | None = None
    answer: str = ""
    took: int = 0

    @property
    def over_at(self) -> datetime:
        return self.at + timedelta(milliseconds=self.took)

    @property
    def is_gone(self) -> bool:
        """The receiver says that there never will be anybody again (RFC 9110, 15.5.11)."""
        return self.status == 410


@dataclass(slots=True, kw_only=True)
class Delivery:
    """
    An event that an endpoint is told of.

    ``event_id`` stays the same however often it is tried or sent again: receivers know by it what
    they have seen. ``turn`` counts the appointments that were made; whoever comes for an earlier
    one has nothing to do. ``failures`` counts those since it was last sent on its way.
    """

    id: DeliveryId
    endpoint_id: EndpointId
    merchant_id: MerchantId
    event_id: UUID
    event: str
    body: str
    status: DeliveryStatus = DeliveryStatus.PENDING
    turn: int = 0
    failures: int = 0
    next_at: datetime | None
    tries: tuple[Try, ...] = ()
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 0

    @classmethod
    def send(
        cls,
        *,
        id: DeliveryId,
        endpoint_id: EndpointId,
        merchant_id: MerchantId,
        event_id: UUID,
        event: str,
        body: str,
        at: datetime,
    ) -> "tuple[Delivery, DeliveryDue]":
        delivery = cls(
            id=id,
            endpoint_id=endpoint_id,
            merchant_id=merchant_id,
            event_id=event_id,
            event=event,
            body=body,
            next_at=at,
            created_at=at,
        )
        return delivery, DeliveryDue(at=at, due=at, delivery_id=id, turn=0)

    @property
    def is_pending(self) -> bool:
        return self.status is DeliveryStatus.PENDING

    def tried(self, how: Try, jitter: float) -> "DeliveryDue | None":
        """Write down how a call went; the appointment for the next one, if there is to be one."""
        self.tries = (*self.tries, how)[-TRIES_KEPT:]
        if how.failure is None:
            self._end(DeliveryStatus.DELIVERED, how.at)
            return None
        self.failures += 1
        if how.is_gone or self.failures > len(RETRIES):
            self._end(DeliveryStatus.FAILED, how.at)
            return None
        wait = RETRIES[self.failures - 1]
        return self.put_off(how.at + wait * (1 + jitter / 5), how.over_at)

    def give_up(self, how: Try) -> None:
        """There is no sense in trying it again."""
        self.tries = (*self.tries, how)[-TRIES_KEPT:]
        self._end(DeliveryStatus.FAILED, how.at)

    def put_off(self, until: datetime, at: datetime) -> "DeliveryDue":
        """Another appointment, without anything having been tried."""
        self.turn += 1
        self.next_at = until
        return DeliveryDue(at=at, due=until, delivery_id=self.id, turn=self.turn)

    def send_again(self, at: datetime) -> "DeliveryDue":
        """From the beginning, as if it had never failed; the receiver sees the same event."""
        self.status, self.failures, self.ended_at = DeliveryStatus.PENDING, 0, None
        return self.put_off(at, at)

    def _end(self, status: DeliveryStatus, at: datetime) -> None:
        self.status, self.next_at, self.ended_at = status, None, at


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDue(Event):
    """
    An appointment was made; ``due`` is what for, be it in days.

    None is in those that an earlier version wrote: ``at`` was what for.
    """

    delivery_id: DeliveryId
    turn: int
    due: datetime | None = None

    @property
    def due_at(self) -> datetime:
        return self.due or self.at


class DeliveryNotFound(NotFound):
    """No such delivery, or another merchant's."""
