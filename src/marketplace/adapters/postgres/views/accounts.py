"""Who somebody is, and where they are signed in."""

from datetime import datetime

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.application.ports import Device, Identity, Page, Paging
from marketplace.domain.accounts import AccountId, SessionId

from ..rows import from_row
from ..statements import compiled, given
from ..tables import Time, accounts, merchants, sessions
from .reading import Reading, newest_first

_IDENTITY = compiled(
    sa.select(
        accounts.c.id.label("account_id"),
        accounts.c.role,
        merchants.c.id.label("merchant_id"),
        merchants.c.status.label("merchant_status"),
    )
    .join_from(sessions, accounts)
    .outerjoin(merchants)
    .where(
        sessions.c.id == given("session", sa.Uuid),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > given("at", Time),
        accounts.c.closed_at.is_(None),
    )
)

_a_device = sa.select(
    *(sessions.c[name] for name in ("id", "user_agent", "created_at", "last_used_at"))
).where(sessions.c.ended_at.is_(None), sessions.c.expires_at > given("at", Time))
_DEVICES = compiled(
    newest_first(_a_device.where(sessions.c.account_id == given("account", sa.Uuid)), sessions)
)


class PostgresAccountViews(Reading, ports.AccountViews):
    async def identity(self, session_id: SessionId, at: datetime, /) -> Identity | None:
        rows = await self._rows(_IDENTITY, session=session_id, at=at)
        return from_row(rows[0], Identity) if rows else None

    async def devices(self, account_id: AccountId, at: datetime, paging: Paging, /) -> Page[Device]:
        return await self._page(_DEVICES, Device, paging, account=account_id, at=at)
