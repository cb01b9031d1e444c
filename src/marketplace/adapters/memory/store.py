"""What a database would hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from marketplace.application.ports import JobId
from marketplace.domain.accounts import OneTimeToken, Username
from marketplace.domain.audit import AuditEntry
from marketplace.domain.events import Event
from marketplace.domain.imports import ImportId
from marketplace.domain.merchants import MerchantId
from marketplace.domain.notifications import MailChoices, NotificationId
from marketplace.domain.sheets import Entry
from marketplace.domain.variants import StockMovement

Kind = TypeVar("Kind")


@dataclass(slots=True, kw_only=True)
class StoredJob:
    reaction: str
    event: Event
    attempt: int = 0
    due_at: datetime
    is_dead: bool = False
    why: str = ""


@dataclass
class MemoryStore:
    """Everything that was ever committed. Values, never shared with whoever reads them."""

    entities: dict[tuple[type, UUID], Any] = field(default_factory=dict)
    one_time_tokens: dict[bytes, OneTimeToken] = field(default_factory=dict)
    former_usernames: dict[Username, tuple[MerchantId, datetime]] = field(default_factory=dict)
    order_numbers: dict[MerchantId, int] = field(default_factory=dict)
    stock_movements: list[StockMovement] = field(default_factory=list)
    batches: dict[tuple[ImportId, int], Sequence[Entry]] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    jobs: dict[JobId, StoredJob] = field(default_factory=dict)
    answers: dict[bytes, tuple[bytes, datetime]] = field(default_factory=dict)
    slip_numbers: dict[NotificationId, int] = field(default_factory=dict)
    mail_choices: dict[MerchantId, MailChoices] = field(default_factory=dict)
    claims: set[bytes] = field(default_factory=set)

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        return [each for (stored, _), each in self.entities.items() if stored is kind]
