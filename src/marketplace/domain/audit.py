"""Audit: who did what, when, to what, and from where; and the seals that show it is all there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import NewType
from uuid import UUID

from .accounts import AccountId, Actor, Role

AuditEntryId = NewType("AuditEntryId", UUID)

Facts = dict[str, str | int | None]


class Action(StrEnum):
    """What is worth writing down."""

    MERCHANT_SUSPENDED = "merchant.suspended"
    MERCHANT_REACTIVATED = "merchant.reactivated"
    MERCHANT_CLOSED = "merchant.closed"
    MERCHANT_EDITED = "merchant.edited"
    MERCHANT_VIEWED = "merchant.viewed"
    KYC_SUBMITTED = "kyc.submitted"
    KYC_APPROVED = "kyc.approved"
    KYC_REJECTED = "kyc.rejected"
    DOCUMENT_VIEWED = "document.viewed"
    ORDER_PLACED = "order.placed"
    ORDER_TAKEN = "order.taken"
    ORDER_MOVED = "order.moved"
    ORDER_EDITED = "order.edited"
    ORDER_REFUNDED = "order.refunded"
    PRODUCT_PULLED = "product.pulled"
    PRODUCT_RESTORED = "product.restored"
    PHONE_BLOCKED = "phone.blocked"
    PHONE_UNBLOCKED = "phone.unblocked"
    ANNOUNCEMENT_MADE = "announcement.made"
    PASSWORD_CHANGED = "password.changed"
    SESSION_STOLEN = "session.stolen"
    ADMIN_CREATED = "admin.created"
    JOB_RETRIED = "job.retried"
    JOB_DISCARDED = "job.discarded"
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_EDITED = "webhook.edited"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_ROTATED = "webhook.rotated"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """
    One line of the book. It is written with what it tells of, or not at all.

    ``before`` and ``after`` hold what changed, and no more of it than ids, states and amounts.
    """

    id: AuditEntryId
    at: datetime
    action: Action
    actor_id: AccountId | None
    actor_role: Role | None
    subject_type: str
    subject_id: UUID
    before: Facts
    after: Facts
    address: str | None
    request_id: str | None

    @classmethod
    def of(
        cls,
        action: Action,
        *,
        id: AuditEntryId,
        at: datetime,
        actor: Actor | None,
        subject_type: str,
        subject_id: UUID,
        before: Facts | None = None,
        after: Facts | None = None,
        address: str | None = None,
        request_id: str | None = None,
    ) -> "AuditEntry":
        """``address`` and ``request_id`` are for what nobody did who is signed in."""
        return cls(
            id=id,
            at=at,
            action=action,
            actor_id=actor.account_id if actor else None,
            actor_role=actor.role if actor else None,
            subject_type=subject_type,
            subject_id=subject_id,
            before=before or {},
            after=after or {},
            address=actor.address if actor else address,
            request_id=actor.request_id if actor else request_id,
        )

    @property
    def digest(self) -> bytes:
        """Of all it says, however it is stored."""
        return _digest(
            str(self.id),
            _moment(self.at),
            self.action,
            str(self.actor_id),
            self.actor_role,
            self.subject_type,
            str(self.subject_id),
            self.before,
            self.after,
            self.address,
            self.request_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """
    A link of a chain: some entries by their digests, and the hash of the link before.

    Whoever changes, removes or slips in an entry breaks it. ``signature`` is over ``hash``, by a
    key that is not in the database: the newest one vouches for the whole chain before it.
    """

    number: int
    at: datetime
    previous: bytes
    ids: tuple[AuditEntryId, ...]
    digests: tuple[bytes, ...]
    hash: bytes
    signature: bytes = b""

    @classmethod
    def over(cls, entries: Sequence[AuditEntry], before: "Seal | None", at: datetime) -> "Seal":
        """The next link, not signed yet."""
        number = before.number + 1 if before else 1
        previous = before.hash if before else b""
        ids = tuple(each.id for each in entries)
        digests = tuple(each.digest for each in entries)
        return cls(
            number=number,
            at=at,
            previous=previous,
            ids=ids,
            digests=digests,
            hash=_hash(number, at, previous, ids, digests),
        )

    def follows(self, before: "Seal | None") -> bool:
        """Whether it is what it was, and the next after ``before``."""
        number, previous = (before.number + 1, before.hash) if before else (1, b"")
        mine = _hash(self.number, self.at, self.previous, self.ids, self.digests)
        return (self.number, self.previous, self.hash) == (number, previous, mine)


def _hash(
    number: int,
    at: datetime,
    previous: bytes,
    ids: Sequence[AuditEntryId],
    digests: Sequence[bytes],
) -> bytes:
    sealed = [[str(id), digest.hex()] for id, digest in zip(ids, digests, strict=False)]
    return _digest(number, _moment(at), previous.hex(), len(ids), len(digests), sealed)


def _digest(*said: object) -> bytes:
    """JSON puts every value between marks of its own: none can pass for part of another."""
    return sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
