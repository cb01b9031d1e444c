"""Who somebody is, and where they are signed in."""

from datetime import datetime

from marketplace.application import ports
from marketplace.application.ports import Device, Identity, Page, Paging
from marketplace.domain.accounts import Account, AccountId, Session, SessionId
from marketplace.domain.merchants import Merchant

from .reading import Reading, page_of


class MemoryAccountViews(Reading, ports.AccountViews):
    async def identity(self, session_id: SessionId, at: datetime, /) -> Identity | None:
        session = self._store.entities.get((Session, session_id))
        if session is None or not session.in_force(at):
            return None
        account: Account = self._store.entities[Account, session.account_id]
        if account.closed_at is not None:
            return None
        merchants = self._store.all_of(Merchant)
        merchant = next((each for each in merchants if each.account_id == account.id), None)
        return Identity(
            account_id=account.id,
            role=account.role,
            merchant_id=merchant.id if merchant else None,
            merchant_status=merchant.status if merchant else None,
        )

    async def devices(self, account_id: AccountId, at: datetime, paging: Paging, /) -> Page[Device]:
        theirs = (
            each
            for each in self._store.all_of(Session)
            if each.account_id == account_id and each.in_force(at)
        )
        return page_of(theirs, paging, _device)


def _device(session: Session) -> Device:
    return Device(
        id=session.id,
        user_agent=session.user_agent,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
    )
