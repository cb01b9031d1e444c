"""A merchant's inbox, over HTTP."""

from typing import Self
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from marketplace.application.notifications import NotificationService
from marketplace.application.ports import Inbox
from marketplace.domain.notifications import (
    Notification,
    NotificationId,
    NotificationNotFound,
    Topic,
)

from .shapes import Cursor, Limit, Listed, Moment, Output, StrictRequest, paging


class NotificationOut(Output, frozen=True, kw_only=True):
    """``subject_id`` is the order or announcement it tells of."""

    id: UUID
    topic: Topic
    subject_id: UUID
    title: str
    body: str
    created_at: Moment
    read_at: Moment | None

    @classmethod
    def of(cls, notification: Notification) -> Self:
        return cls.told(notification)


class InboxOut(Output, frozen=True, kw_only=True):
    """``unread`` counts the whole inbox."""

    items: list[NotificationOut]
    next_cursor: str | None
    unread: int

    @classmethod
    def of(cls, inbox: Inbox) -> Self:
        return cls.told(inbox, Listed.of(inbox.page, NotificationOut.of))


class NotificationController(Controller):
    path = "/notifications"

    @get()
    async def inbox(
        self,
        request: StrictRequest,
        notifications: NamedDependency[NotificationService],
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> InboxOut:
        """Look into the inbox."""
        return InboxOut.of(await notifications.inbox(request.user, paging(limit, cursor)))

    @post("/{id:uuid}/read", status_code=200, problems=(NotificationNotFound,))
    async def read(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        notifications: NamedDependency[NotificationService],
    ) -> NotificationOut:
        """Mark one as read."""
        return NotificationOut.of(await notifications.read(request.user, NotificationId(id)))
