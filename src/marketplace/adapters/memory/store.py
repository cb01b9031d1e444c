"""What a database would hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from marketplace.application.ports import JobId, JobState, JobView
from marketplace.domain.accounts import OneTimeToken, Username
from marketplace.domain.audit import AuditEntry, Seal
from marketplace.domain.events import Event
from marketplace.domain.imports import ImportId
from marketplace.domain.merchants import MerchantId
from marketplace.domain.notifications import MailChoices, NotificationId
from marketplace.domain.orders import Order, OrderId
from marketplace.domain.products import FORMER_SLUGS_KEPT, Product, ProductId
from marketplace.domain.sheets import Entry
from marketplace.domain.slugs import Slug
from marketplace.domain.variants import StockMovement

Kind = TypeVar("Kind")


@dataclass(slots=True, kw_only=True)
class StoredJob:
    reaction: str
    event: Event
    attempt: int = 0
    forgiven: int = 0
    due_at: datetime
    created_at: datetime
    state: JobState = JobState.QUEUED
    why: str = ""

    @property
    def is_dead(self) -> bool:
        return self.state is JobState.DEAD

    def shown(self, id: JobId) -> JobView:
        return JobView(
            id=id,
            kind=self.reaction,
            event=type(self.event).__name__,
            state=self.state,
            attempts=self.attempt - self.forgiven,
            last_error=self.why,
            due_at=self.due_at,
            created_at=self.created_at,
        )


@dataclass
class MemoryStore:
    """Everything that was ever committed. Values, never shared with whoever reads them."""

    entities: dict[tuple[type, UUID], Any] = field(default_factory=dict)
    one_time_tokens: dict[bytes, OneTimeToken] = field(default_factory=dict)
    former_usernames: dict[Username, tuple[MerchantId, datetime]] = field(default_factory=dict)
    former_slugs: dict[tuple[MerchantId, Slug], ProductId] = field(default_factory=dict)
    order_links: dict[bytes, OrderId] = field(default_factory=dict)
    order_numbers: dict[MerchantId, int] = field(default_factory=dict)
    stock_movements: list[StockMovement] = field(default_factory=list)
    batches: dict[tuple[ImportId, int], Sequence[Entry]] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    seals: list[Seal] = field(default_factory=list)
    jobs: dict[JobId, StoredJob] = field(default_factory=dict)
    ticks: set[tuple[str, datetime]] = field(default_factory=set)
    answers: dict[bytes, tuple[bytes, datetime]] = field(default_factory=dict)
    slip_numbers: dict[NotificationId, int] = field(default_factory=dict)
    mail_choices: dict[MerchantId, MailChoices] = field(default_factory=dict)
    claims: set[bytes] = field(default_factory=set)

    def call(self, product: Product, former: Slug) -> None:
        """A product is called otherwise; the slug it had leads to it, those of long ago do not."""
        owner, of_it = product.merchant_id, self.former_slugs
        if of_it.get((owner, product.slug)) == product.id:
            del of_it[owner, product.slug]
        of_it.pop((owner, former), None)
        of_it[owner, former] = product.id
        its_own = [key for key, id in of_it.items() if id == product.id]
        for key in its_own[:-FORMER_SLUGS_KEPT]:
            del of_it[key]

    def linked(self, tracking_hash: bytes, orders: Iterable[Order]) -> Order | None:
        """The one of these orders to which a link leads."""
        order_id = self.order_links.get(tracking_hash)
        leads = (
            each for each in orders if tracking_hash == each.tracking_hash or each.id == order_id
        )
        return next(leads, None)

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        return [each for (stored, _), each in self.entities.items() if stored is kind]
