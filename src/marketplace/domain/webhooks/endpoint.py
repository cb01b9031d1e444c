"""An address a merchant wants to be called at, and what for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from ..errors import NotFound, RuleBroken
from ..events import Event
from ..merchants import MerchantId

EndpointId = NewType("EndpointId", UUID)

MOST_ENDPOINTS = 10
"""Of one merchant."""
MOST_SECRETS = 3
"""That sign side by side; whoever rotates faster than receivers follow loses the oldest."""
OVERLAP = timedelta(hours=24)
"""How long a secret goes on signing after another has taken its place, if nobody says otherwise."""
FAILING_FOR = timedelta(days=5)
"""Days of nothing but failure, after which nobody is called there any more."""


class WhyDisabled(StrEnum):
    """Why nobody is called there; ``BY_MERCHANT`` also of one that never was."""

    BY_MERCHANT = "by_merchant"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """A secret nobody can read here; it signs until a time, or for as long as it is the newest."""

    sealed: bytes
    until: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """
    Where a merchant's own program listens, and for which events: public names, or ``*`` for all.

    ``failing_since`` is when the first call failed after the last that did not. The newest of the
    ``secrets`` comes first.
    """

    id: EndpointId
    merchant_id: MerchantId
    url: str
    description: str = ""
    events: tuple[str, ...]
    is_enabled: bool = True
    disabled_because: WhyDisabled | None = None
    failing_since: datetime | None = None
    secrets: tuple[SealedSecret, ...]
    created_at: datetime
    updated_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if not self.secrets:
            raise ValueError("an endpoint has a secret")

    def wants(self, event: str) -> bool:
        return self.is_enabled and ("*" in self.events or event in self.events)

    def enable(self, at: datetime) -> None:
        """From now on it is called; what failed before counts no more."""
        self.is_enabled, self.disabled_because, self.failing_since = True, None, None
        self.updated_at = at

    def disable(self, at: datetime) -> None:
        """By its owner's wish."""
        self.is_enabled, self.updated_at = False, at
        self.disabled_because = WhyDisabled.BY_MERCHANT

    def rotate(self, sealed: bytes, overlap: timedelta, at: datetime) -> None:
        """Sign with another secret, and for a while with the former ones as well."""
        until = at + overlap
        former = (
            SealedSecret(sealed=each.sealed, until=min(each.until or until, until))
            for each in self.secrets
        )
        still = [each for each in former if each.until is not None and at < each.until]
        self.secrets = (SealedSecret(sealed=sealed), *still)[:MOST_SECRETS]
        self.updated_at = at

    def signing(self, at: datetime) -> Collection[SealedSecret]:
        """The secrets that sign now, the newest first."""
        return [each for each in self.secrets if each.until is None or at < each.until]

    def is_noteworthy(self, succeeded: bool, at: datetime) -> bool:
        """Whether what became of a call changes anything here."""
        if succeeded:
            return self.failing_since is not None
        return self.failing_since is None or at >= self.failing_since + FAILING_FOR

    def answered(self) -> None:
        """A call went well."""
        self.failing_since = None

    def failed(self, at: datetime, *, is_gone: bool) -> "WebhookDisabled | None":
        """A call went wrong: once too often, or with the word that it is gone for good."""
        if not self.is_enabled:
            return None
        self.failing_since = self.failing_since or at
        if not is_gone and at < self.failing_since + FAILING_FOR:
            return None
        self.is_enabled, self.updated_at = False, at
        self.disabled_because = WhyDisabled.GONE if is_gone else WhyDisabled.FAILING
        return WebhookDisabled(
            at=at,
            endpoint_id=self.id,
            merchant_id=self.merchant_id,
            url=self.url,
            why=self.disabled_because,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDisabled(Event):
    """Nobody is called at this ``url`` any more, and its owner may not know."""

    endpoint_id: EndpointId
    merchant_id: MerchantId
    url: str
    why: WhyDisabled


class EndpointNotFound(NotFound):
    """No such webhook, or another merchant's."""


class EndpointDisabled(RuleBroken):
    """Nobody is called there: it has to be enabled first."""


class TooManyEndpoints(RuleBroken):
    """A merchant has at most ``at_most`` webhooks."""
