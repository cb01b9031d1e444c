"""What one can do with sessions: sign in, stay signed in, and sign out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.domain.accounts import (
    Account,
    AccountId,
    AccountSuspended,
    Actor,
    EmailAddress,
    Presented,
    RefreshRefused,
    Session,
    SessionId,
    SessionNotFound,
    SignInRequired,
    SignInsBusy,
    WrongCredentials,
    as_kept,
    digest,
    parse_email,
)
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.errors import BadValue, ChangedMeanwhile
from marketplace.domain.merchants import MerchantStatus
from marketplace.domain.phones import COUNTRIES, HOME, PhoneNumber, parse_phone

from .ports import (
    AccessTokens,
    BeginUnitOfWork,
    Clock,
    Device,
    Ids,
    Page,
    Paging,
    PasswordHasher,
    Secrets,
    UnitOfWork,
    Views,
)
from .throttling import Throttling


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """``name`` is an e-mail address or a phone number in any form."""

    name: str
    password: str
    user_agent: str = ""
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session, and the two tokens that prove it."""

    account: Account
    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class SessionService:
    """Who is signed in, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets
    passwords: PasswordHasher
    throttling: Throttling
    access_tokens: AccessTokens

    async def sign_in(self, said: SignIn) -> SignedIn:
        """
        Open a session.

        Every failure costs one password verification and is the same ``WrongCredentials``; only
        whoever knows the password hears of a suspension. ``TooManyAttempts`` costs none.
        """
        names = _names(said.name)
        await self.throttling.sign_in(names or [said.name], said.address)
        async with self.begin() as market:
            found = await market.accounts.called(names) if names else []
        account = _meant(names, found)
        password = as_kept(said.password)
        right = await self.passwords.verify(password, account.password_hash if account else None)
        if account is None or not right:
            raise WrongCredentials
        session, refresh = self.open(account, said.user_agent)
        async with self.begin() as market:
            # Held, because to verify takes a while: a new password ends what an old one opens.
            now = await market.accounts.hold(account.id)
            if now.password_hash != account.password_hash or now.closed_at is not None:
                raise WrongCredentials
            await market.sessions.add(session)
        identity = await self.views.identity(session.id, self.clock.now())
        if identity is not None and identity.merchant_status is MerchantStatus.SUSPENDED:
            session.end(self.clock.now())
            async with self.begin() as market:
                await market.sessions.save(session)
            raise AccountSuspended
        await self.throttling.signed_in(account, said.address)
        await self._keep_password_well(account, password)
        return self.prove(account, session, refresh)

    async def refresh(self, token: str, address: str | None = None) -> SignedIn:
        """
        Spend a refresh token and get its successor.

        The same token again, within seconds, gets the same successor: the first answer was lost.
        Later it was stolen by one of two, so neither stays signed in.
        """
        session_id, now = _session_of(token), self.clock.now()
        await self.throttling.refresh(session_id, address)
        successor, *earlier = [f"{session_id}.{each}" for each in self.secrets.successors(token)]
        async with self.begin() as market:
            session = await _held(market, session_id)
            presented = session.presents(digest(token), now)
            if presented is Presented.CURRENT:
                session.rotate(digest(successor), now)
                await market.sessions.save(session)
            elif presented is Presented.JUST_SPENT:
                successor = _given([successor, *earlier], session)
            elif presented is Presented.STOLEN:
                await market.sessions.save(session, session.end_as_stolen(now))
                await market.audit.add(
                    account_entry(Action.SESSION_STOLEN, session.account_id, self.ids.new(), now)
                )
            account = await market.accounts.get(session.account_id)
        if presented not in (Presented.CURRENT, Presented.JUST_SPENT):
            raise RefreshRefused
        await self.throttling.signed_in(account, address)
        return self.prove(account, session, successor)

    async def sign_out(self, token: str) -> None:
        """End the session of a refresh token; a token that is not in force changes nothing."""
        now = self.clock.now()
        try:
            async with self.begin() as market:
                session = await _held(market, _session_of(token))
                if session.presents(digest(token), now) is not Presented.NOTHING:
                    session.end(now)
                    await market.sessions.save(session)
        except RefreshRefused:
            return

    async def sign_out_everywhere(self, acting: Actor) -> None:
        """End every session of one's own, this one too."""
        async with self.begin() as market:
            await market.sessions.end_all(acting.account_id, self.clock.now())

    async def mine(self, acting: Actor, paging: Paging) -> Page[Device]:
        """Where one is signed in."""
        return await self.views.devices(acting.account_id, self.clock.now(), paging)

    async def end(self, acting: Actor, session_id: SessionId) -> None:
        """Sign one device of one's own out; another account's is ``SessionNotFound``."""
        now = self.clock.now()
        async with self.begin() as market:
            session = await market.sessions.hold(session_id)
            if session.account_id != acting.account_id or not session.in_force(now):
                raise SessionNotFound
            session.end(now)
            await market.sessions.save(session)

    async def identify(self, access: str) -> Actor:
        """Who is behind an access token now, or ``SignInRequired`` or ``AccountSuspended``."""
        now = self.clock.now()
        session_id = self.access_tokens.session_of(access, now)
        identity = await self.views.identity(session_id, now)
        if identity is None:
            raise SignInRequired
        if identity.merchant_status is MerchantStatus.SUSPENDED:
            raise AccountSuspended
        return Actor(
            account_id=identity.account_id,
            role=identity.role,
            session_id=session_id,
            merchant_id=identity.merchant_id,
        )

    def open(self, account: Account, user_agent: str) -> tuple[Session, str]:
        """A session that nobody has stored yet, and its first refresh token."""
        id = SessionId(self.ids.new())
        refresh = f"{id}.{self.secrets.token()}"
        session = Session.open(
            id=id,
            account_id=account.id,
            refresh_hash=digest(refresh),
            user_agent=user_agent,
            at=self.clock.now(),
        )
        return session, refresh

    async def _keep_password_well(self, account: Account, password: str) -> None:
        """Hash it as is usual now, where it was hashed long ago; that keeps nobody out."""
        if not self.passwords.is_outdated(account.password_hash):
            return
        try:
            account.password_hash = await self.passwords.hash(password)
            async with self.begin() as market:
                await market.accounts.save(account)
        except (ChangedMeanwhile, SignInsBusy):
            return

    def prove(self, account: Account, session: Session, refresh: str) -> SignedIn:
        """The session with an access token that is issued now."""
        access = self.access_tokens.issue(session, account.role, self.clock.now())
        return SignedIn(account=account, access=access, refresh=refresh)


def account_entry(
    action: Action, account_id: AccountId, id: UUID, at: datetime, acting: Actor | None = None
) -> AuditEntry:
    """A line of the audit book about an account; by nobody where a letter or a token did it."""
    return AuditEntry.of(
        action,
        id=AuditEntryId(id),
        at=at,
        actor=acting,
        subject_type="account",
        subject_id=account_id,
    )


def _names(said: str) -> list[EmailAddress | PhoneNumber]:
    """Every address or number this could mean; a local number is of home first, then of any."""
    names: list[EmailAddress | PhoneNumber] = []
    try:
        return [parse_email(said)]
    except BadValue:
        for country in (HOME, *COUNTRIES):
            try:
                names.append(parse_phone(said, country))
            except BadValue:
                continue
    return list(dict.fromkeys(names))


def _meant(names: Sequence[EmailAddress | PhoneNumber], found: Sequence[Account]) -> Account | None:
    """
    The account of the first of these names that has one.

    Two may have the same local number in two countries. To try the password on both would show in
    the time it takes, so only the first is tried; the other owner writes the number in full.
    """
    named = {name: account for account in found for name in (account.email, account.phone)}
    return next((named[name] for name in names if name in named), None)


async def _held(market: UnitOfWork, session_id: SessionId) -> Session:
    """The session a refresh token claims to be of, or ``RefreshRefused``."""
    try:
        return await market.sessions.hold(session_id)
    except SessionNotFound:
        raise RefreshRefused from None


def _given(successors: Sequence[str], session: Session) -> str:
    """The successor that was given out, maybe under an earlier key; that of a lost key is gone."""
    for each in successors:
        if digest(each) == session.refresh_hash:
            return each
    raise RefreshRefused


def _session_of(token: str) -> SessionId:
    try:
        return SessionId(UUID(token.partition(".")[0]))
    except ValueError:
        raise RefreshRefused from None
