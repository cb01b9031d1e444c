"""Audit: who did what, when, to what, and from where."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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
    ORDER_MOVED = "order.moved"
    ANNOUNCEMENT_MADE = "announcement.made"
    PASSWORD_CHANGED = "password.changed"
    SESSION_STOLEN = "session.stolen"
    ADMIN_CREATED = "admin.created"
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
