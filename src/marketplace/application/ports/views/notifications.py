"""The inbox of a merchant, and what arrives in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.domain.accounts import SessionId
from marketplace.domain.merchants import MerchantId
from marketplace.domain.notifications import MailChoices, Notification

from .paging import Page, Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A stretch of a merchant's notifications, and how many of all are unread."""

    page: Page[Notification]
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A slip, and its number in the inbox: they go up in the order of arrival."""

    number: int
    slip: Notification


class NotificationViews(Protocol):
    """What a merchant was told."""

    async def inbox(self, merchant_id: MerchantId, paging: Paging, /) -> Inbox: ...

    async def mail_choices(self, merchant_id: MerchantId, /) -> MailChoices:
        """What a merchant wants to have by mail."""
        ...

    async def slips_after(
        self, merchant_id: MerchantId, number: int, limit: int, /
    ) -> tuple[Arrival, ...]:
        """So many slips of an inbox at most that have a greater number, in that order."""
        ...

    async def newest_slips(
        self, sessions: Sequence[SessionId], at: datetime, /
    ) -> Mapping[SessionId, int]:
        """
        The greatest number in the inbox that each of these sessions may look into; 0 in an empty.

        What is not in force, or of a merchant who is not open, is left out.
        """
        ...
