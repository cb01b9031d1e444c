"""A merchant's inbox, over HTTP."""

from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from marketplace.application.notices import ChooseMail, PreferenceService
from marketplace.application.notifications import NotificationService
from marketplace.application.ports import Inbox
from marketplace.application.streams import (
    NotificationStreams,
    StreamsFull,
    TooManyStreams,
)
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import FieldProblem, InvalidFields
from marketplace.domain.notifications import (
    CHOSEN,
    MailChoices,
    Notification,
    NotificationId,
    NotificationNotFound,
    Topic,
)

from .shapes import (
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    ListOf,
    Moment,
    Output,
    StrictRequest,
    paging,
)
from .streams import HEADERS, BadEventId, EventStream, parse_last_event_id


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
    """``unread`` counts the whole inbox, and ``total`` too, where `include=total` asks for it."""

    items: list[NotificationOut]
    next_cursor: str | None
    unread: int
    total: int | UnsetType = UNSET

    @classmethod
    def of(cls, inbox: Inbox, of: ListOf) -> Self:
        return cls.told(inbox, Listed.of(inbox.page, NotificationOut.of, of))


class ReadOut(Output, frozen=True, kw_only=True):
    """``read`` is how many were not before."""

    read: int
    unread: int = 0


class PreferencesIn(Input, frozen=True, kw_only=True):
    """``mail`` says by topic what comes by mail at once; what is left out stays."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "mail": {"new_order": False, "low_stock": True},
        "daily_digest": True,
    }

    mail: dict[str, bool] = msgspec.field(default_factory=dict)
    daily_digest: bool | None = None

    def wanted(self, acting: Actor) -> ChooseMail:
        return ChooseMail(acting=acting, mail=self.mail, daily_digest=self.daily_digest)


class PreferencesOut(Output, frozen=True, kw_only=True):
    """
    What comes by mail, by topic, and whether there is a letter of the day.

    Everything is in the inbox whatever is chosen here, and what is about the security of the
    account, or a product that an admin takes down, is always mailed.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "mail": {
            "new_order": False,
            "low_stock": True,
            "announcement": True,
            "kyc_decision": True,
            "webhook_disabled": True,
        },
        "daily_digest": True,
    }

    mail: dict[str, bool]
    daily_digest: bool

    @classmethod
    def of(cls, choices: MailChoices) -> Self:
        mail = {topic.value: topic in choices.mailed for topic in CHOSEN}
        return cls.told(choices, mail=mail)


class NotificationController(Controller):
    path = "/notifications"

    @get()
    async def inbox(
        self,
        request: StrictRequest,
        notifications: NamedDependency[NotificationService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> InboxOut:
        """Look into the inbox."""
        of = request.list_of()
        wanted = paging(limit, cursor, of, include)
        return InboxOut.of(await notifications.inbox(request.user, wanted), of)

    @post("/{id:uuid}/read", status_code=200, problems=(NotificationNotFound,))
    async def read(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        notifications: NamedDependency[NotificationService],
    ) -> NotificationOut:
        """Mark one as read."""
        return NotificationOut.of(await notifications.read(request.user, NotificationId(id)))

    @post("/read-all", status_code=200)
    async def read_all(
        self, request: StrictRequest, notifications: NamedDependency[NotificationService]
    ) -> ReadOut:
        """Mark everything as read."""
        return ReadOut(read=await notifications.read_all(request.user))

    @get("/stream", problems=(TooManyStreams, StreamsFull))
    async def stream(
        self, request: StrictRequest, streams: NamedDependency[NotificationStreams]
    ) -> EventStream:
        """
        Hear of new orders and notices as they come: server-sent events.

        An event is called as its topic, its data is a notification, its id a number. Whoever sends
        the last one they had as `Last-Event-ID` misses nothing and hears nothing twice; without it
        the stream begins now. A comment comes every 15 seconds. It takes the `Authorization`
        header, so a browser reads it with `fetch`: there is no token in an address.
        """
        try:
            after = parse_last_event_id(request.headers.get("last-event-id"))
        except BadEventId as bad:
            raise InvalidFields(FieldProblem("Last-Event-ID", bad.code, {})) from None
        if request.scope.get("is_head"):
            return Response(b"", media_type="text/event-stream", headers=HEADERS)  # type: ignore[return-value]
        return EventStream(await streams.open(request.user, after), _told)

    @get("/preferences")
    async def preferences(
        self, request: StrictRequest, preferences: NamedDependency[PreferenceService]
    ) -> PreferencesOut:
        """Look what comes by mail."""
        return PreferencesOut.of(await preferences.mine(request.user))

    @put("/preferences")
    async def choose(
        self,
        request: StrictRequest,
        data: JSONBody[PreferencesIn],
        preferences: NamedDependency[PreferenceService],
    ) -> PreferencesOut:
        """Choose what comes by mail."""
        return PreferencesOut.of(await preferences.choose(data.wanted(request.user)))


def _told(slip: Notification) -> str:
    return msgspec.json.encode(NotificationOut.of(slip)).decode()
