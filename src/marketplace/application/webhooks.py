"""Where a merchant wants to be called, and what for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from marketplace.domain.accounts import Actor
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId, Facts
from marketplace.domain.errors import BadValue, Form, must_be_seen
from marketplace.domain.merchants import MerchantId
from marketplace.domain.text import line
from marketplace.domain.webhooks import (
    MOST_ENDPOINTS,
    OVERLAP,
    Endpoint,
    EndpointId,
    EndpointNotFound,
    HostNotAllowed,
    SealedSecret,
    TooManyEndpoints,
    new_secret,
    parse_webhook_url,
)

from .merchants import selling
from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    Page,
    Paging,
    Sealing,
    Secrets,
    UnitOfWork,
    Views,
    WebhookSender,
)
from .publishing import parse_events

LONGEST_OVERLAP = timedelta(days=7)


class BadOverlap(BadValue):
    """Hours from ``at_least`` to ``at_most``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEndpoint:
    """A merchant wants to be called."""

    acting: Actor
    url: str
    events: Sequence[str]
    description: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEndpoint:
    """What is to be different; None stays. ``seen`` are the versions that may be changed."""

    acting: Actor
    endpoint_id: EndpointId
    seen: Collection[int] | None = None
    url: str | None = None
    events: Sequence[str] | None = None
    description: str | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """An endpoint with its newest secret, which is told this one time."""

    endpoint: Endpoint
    secret: str


@dataclass(frozen=True, slots=True)
class WebhookService:
    """The webhooks of one's own store, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets
    sealing: Sealing
    sender: WebhookSender

    async def mine(self, acting: Actor, paging: Paging) -> Page[Endpoint]:
        return await self.views.endpoints(selling(acting), paging)

    async def find(self, acting: Actor, endpoint_id: EndpointId) -> Endpoint:
        return await self.views.endpoint(selling(acting), endpoint_id)

    async def add(self, wanted: AddEndpoint) -> Revealed:
        """``TooManyEndpoints`` beyond ten; the address is looked at before it is taken."""
        merchant_id = selling(wanted.acting)
        with Form() as form:
            target = form.read("url", parse_webhook_url, wanted.url)
            events = form.read("events", parse_events, wanted.events)
            description = form.read("description", line(200, at_least=0), wanted.description)
        await self._checked(target.url)
        now, id = self.clock.now(), EndpointId(self.ids.new())
        secret, sealed = self._secret(id)
        endpoint = Endpoint(
            id=id,
            merchant_id=merchant_id,
            url=target.url,
            description=description,
            events=events,
            secrets=(SealedSecret(sealed=sealed),),
            created_at=now,
            updated_at=now,
        )
        if not wanted.enabled:
            endpoint.disable(now)
        async with self.begin() as market:
            if len(await market.endpoints.hold_all(merchant_id)) >= MOST_ENDPOINTS:
                raise TooManyEndpoints(at_most=MOST_ENDPOINTS)
            await market.endpoints.add(endpoint)
            await self._audit(market, Action.WEBHOOK_ADDED, wanted.acting, id, url=target.url)
        return Revealed(endpoint=endpoint, secret=secret)

    async def edit(self, wanted: EditEndpoint) -> Endpoint:
        merchant_id = selling(wanted.acting)
        with Form() as form:
            url = None if wanted.url is None else form.read("url", parse_webhook_url, wanted.url)
            events = (
                None if wanted.events is None else form.read("events", parse_events, wanted.events)
            )
            told = (
                None
                if wanted.description is None
                else form.read("description", line(200, at_least=0), wanted.description)
            )
        await self.views.endpoint(merchant_id, wanted.endpoint_id)
        if url is not None:
            await self._checked(url.url)
        async with self.begin() as market:
            endpoint = await self._held(market, merchant_id, wanted.endpoint_id)
            must_be_seen(endpoint.version, wanted.seen)
            now = self.clock.now()
            endpoint.url = endpoint.url if url is None else url.url
            endpoint.events = endpoint.events if events is None else events
            endpoint.description = endpoint.description if told is None else told
            endpoint.updated_at = now
            if wanted.enabled is not None and wanted.enabled is not endpoint.is_enabled:
                (endpoint.enable if wanted.enabled else endpoint.disable)(now)
            await market.endpoints.save(endpoint)
            await self._audit(
                market, Action.WEBHOOK_EDITED, wanted.acting, endpoint.id, url=endpoint.url
            )
        return endpoint

    async def remove(
        self, acting: Actor, endpoint_id: EndpointId, seen: Collection[int] | None = None
    ) -> None:
        """It is called no more, and what was on its way there is gone."""
        async with self.begin() as market:
            endpoint = await self._held(market, selling(acting), endpoint_id)
            must_be_seen(endpoint.version, seen)
            await market.endpoints.remove(endpoint.id)
            await self._audit(market, Action.WEBHOOK_REMOVED, acting, endpoint.id, url=endpoint.url)

    async def rotate_secret(
        self,
        acting: Actor,
        endpoint_id: EndpointId,
        overlap_hours: int | None = None,
        seen: Collection[int] | None = None,
    ) -> Revealed:
        """Sign with another secret; the former one signs as well for some hours, 24 if not said."""
        with Form() as form:
            overlap = form.read("overlap_hours", _parse_overlap, overlap_hours)
        secret, sealed = self._secret(endpoint_id)
        async with self.begin() as market:
            endpoint = await self._held(market, selling(acting), endpoint_id)
            must_be_seen(endpoint.version, seen)
            endpoint.rotate(sealed, overlap, self.clock.now())
            await market.endpoints.save(endpoint)
            await self._audit(market, Action.WEBHOOK_ROTATED, acting, endpoint.id)
        return Revealed(endpoint=endpoint, secret=secret)

    async def _checked(self, url: str) -> None:
        try:
            await self.sender.check(parse_webhook_url(url))
        except HostNotAllowed as refused:
            with Form() as form:
                form.refuse("url", refused)

    async def _held(
        self, market: UnitOfWork, merchant_id: MerchantId, endpoint_id: EndpointId
    ) -> Endpoint:
        endpoint = await market.endpoints.hold(endpoint_id)
        if endpoint.merchant_id != merchant_id:
            raise EndpointNotFound
        return endpoint

    def _secret(self, endpoint_id: EndpointId) -> tuple[str, bytes]:
        secret = new_secret(self.secrets.token().encode())
        return secret, self.sealing.seal(secret.encode(), seal_of(endpoint_id))

    async def _audit(
        self,
        market: UnitOfWork,
        action: Action,
        acting: Actor,
        endpoint_id: EndpointId,
        **after: str,
    ) -> None:
        facts: Facts = dict(after)
        await market.audit.add(
            AuditEntry.of(
                action,
                id=AuditEntryId(self.ids.new()),
                at=self.clock.now(),
                actor=acting,
                subject_type="webhook",
                subject_id=endpoint_id,
                after=facts,
            )
        )


def seal_of(endpoint_id: EndpointId) -> bytes:
    """What the secrets of an endpoint are sealed with, beside the key of this installation."""
    return b"webhook " + endpoint_id.bytes


def _parse_overlap(hours: int | None) -> timedelta:
    if hours is None:
        return OVERLAP
    most = LONGEST_OVERLAP // timedelta(hours=1)
    if not 0 <= hours <= most:
        raise BadOverlap(at_least=0, at_most=most)
    return timedelta(hours=hours)
