"""Who somebody is, and where they are signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.domain.accounts import AccountId, Role, SessionId
from marketplace.domain.merchants import MerchantId, MerchantStatus

from .paging import Page, Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What is true of a session at this moment, in every process."""

    account_id: AccountId
    role: Role
    merchant_id: MerchantId | None
    merchant_status: MerchantStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A session as its owner sees it; ``id`` is that of the session."""

    id: SessionId
    user_agent: str
    created_at: datetime
    last_used_at: datetime


class AccountViews(Protocol):
    """Who somebody is, and where they are signed in."""

    async def identity(self, session_id: SessionId, at: datetime, /) -> Identity | None:
        """Who a session belongs to, or None if it is not in force."""
        ...

    async def devices(self, account_id: AccountId, at: datetime, paging: Paging, /) -> Page[Device]:
        """The sessions of an account which are in force."""
        ...
