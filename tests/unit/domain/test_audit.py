"""Audit: who, what, when, on what, from where."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from uuid import UUID

import pytest

from marketplace.domain.accounts import AccountId, Actor, Role
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
ADMIN = Actor(
    account_id=AccountId(UUID(int=1)), role=Role.ADMIN, address="203.0.113.7", request_id="r-1"
)


def an_entry(actor: Actor | None) -> AuditEntry:
    return AuditEntry.of(
        Action.MERCHANT_SUSPENDED,
        id=AuditEntryId(UUID(int=2)),
        at=NOW,
        actor=actor,
        subject_type="merchant",
        subject_id=UUID(int=3),
        before={"status": "active"},
        after={"status": "suspended"},
    )


def test_an_entry_names_who_did_it_and_from_where() -> None:
    entry = an_entry(ADMIN)

    assert (entry.actor_id, entry.actor_role) == (ADMIN.account_id, Role.ADMIN)
    assert (entry.address, entry.request_id) == ("203.0.113.7", "r-1")


def test_what_nobody_signed_in_did_is_written_down_too() -> None:
    entry = an_entry(None)

    assert (entry.actor_id, entry.actor_role, entry.address) == (None, None, None)


def test_nothing_in_the_book_can_be_changed() -> None:
    entry = an_entry(ADMIN)

    with pytest.raises(FrozenInstanceError):
        entry.at = NOW  # type: ignore[misc]


def test_an_action_names_its_subject_and_a_fact() -> None:
    for action in Action:
        subject, _, fact = action.value.partition(".")

        assert subject.isalpha()
        assert fact.isalpha()
        assert action.name == f"{subject}_{fact}".upper()
