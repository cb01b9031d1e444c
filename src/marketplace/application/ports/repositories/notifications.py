"""Notices to merchants, announcements to all of them, and who wants no letters."""

from datetime import datetime
from typing import Protocol

from marketplace.domain.merchants import MerchantId
from marketplace.domain.notifications import (
    Announcement,
    AnnouncementId,
    MailChoices,
    Notification,
    NotificationId,
)

from .repository import Repository

MAILED_A_SECOND = 20
"""Letters of an announcement."""


class Notifications(Repository[NotificationId, Notification], Protocol):
    """
    Every inbox. Adding what was told before changes nothing.

    Storing gives a slip its ``number``: in one inbox the numbers go up in the order in which slips
    are committed, so that whoever has seen one has seen whatever has a smaller one.
    """

    async def deliver(self, announcement: Announcement, at: datetime, /) -> None:
        """
        Put an announcement into the inboxes it is for, in one statement for one as for all.

        Each inbox that has it for the first time causes a ``NotificationDelivered``. What follows
        from those is due little by little, :data:`MAILED_A_SECOND` at first and in each second: a
        letter to everybody must not keep waiting whoever is written to meanwhile.
        """
        ...

    async def read_all(self, merchant_id: MerchantId, at: datetime, /) -> int:
        """Everything in this inbox is read, in one statement; how many were not before."""
        ...


class Announcements(Repository[AnnouncementId, Announcement], Protocol):
    """Everything admins have said."""


class Preferences(Protocol):
    """What each merchant wants to have by mail."""

    async def of(self, merchant_id: MerchantId, /) -> MailChoices:
        """What was chosen, or what holds for whoever has chosen nothing."""
        ...

    async def keep(self, merchant_id: MerchantId, choices: MailChoices, /) -> None:
        """From now on this holds."""
        ...
