"""Notifications: read once, and announced as a fact."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from marketplace.domain.accounts import AccountId
from marketplace.domain.merchants import MerchantId
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    Notification,
    NotificationId,
    Target,
    Topic,
    parse_target,
)
from marketplace.domain.text import NotOneOf

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_a_notification_was_read_when_it_was_read_first() -> None:
    slip = Notification(
        id=NotificationId(UUID(int=1)),
        merchant_id=MerchantId(UUID(int=2)),
        topic=Topic.NEW_ORDER,
        subject_id=UUID(int=3),
        title="طلب جديد",
        body="",
        created_at=NOW,
    )

    slip.read(NOW)
    slip.read(NOW + timedelta(days=1))

    assert slip.read_at == NOW


def test_an_announcement_is_a_fact_that_can_be_followed_up() -> None:
    announcement, made = Announcement.make(
        id=AnnouncementId(UUID(int=1)),
        title="صيانة",
        body="الليلة",
        target_type=Target.ALL_MERCHANTS,
        target_id=None,
        created_by=AccountId(UUID(int=2)),
        at=NOW,
    )

    assert (made.announcement_id, made.at) == (announcement.id, announcement.created_at)


def test_an_announcement_is_for_one_or_for_all() -> None:
    assert parse_target("merchant") is Target.MERCHANT
    with pytest.raises(NotOneOf) as refused:
        parse_target("everybody")

    assert refused.value.facts == {"allowed": ["all_merchants", "merchant"]}
