"""What one can do with sessions: sign in, stay signed in, and sign out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.domain.accounts import (
    MOST_SESSIONS,
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
        approached = await self.throttling.approach(said.address)
        names = _names(said.name)
        async with self.begin() as market:
            found = await market.accounts.called(names)
        account = await self._meant(names, found, said.address)
        who = str(account.id) if account else str(next(iter(names), said.name))
        counted = await self.throttling.sign_in(who, said.address, approached)
        password = as_kept(said.password)
        # Twice at most: a hash may be renewed meanwhile, by somebody who knew the password as well.
        for _ in range(2):
            checking = self.passwords.verify(password, account.password_hash if account else None)
            right = await self.throttling.unless_busy(counted, checking)
            if account is None or not right:
                raise WrongCredentials
            session, refresh = self.open(account, said.user_agent)
            async with self.begin() as market:
                # Held, because to verify takes a while: a new password ends what an old one opens.
                held = await market.accounts.hold(account.id)
                if held.password_hash == account.password_hash:
                    if await market.merchants.is_suspended(account.id):
                        raise AccountSuspended
                    await market.sessions.add(session)
                    await market.sessions.end_oldest(account.id, MOST_SESSIONS, session.created_at)
                    break
            account = held
        else:
            raise WrongCredentials
        await self.throttling.faces.signed_in(account.id, said.address)
        await self._keep_password_well(account, password)
        return self.prove(account, session, refresh)

    async def refresh(
        self, token: str, address: str | None = None, request_id: str | None = None
    ) -> SignedIn:
        """
        Spend a refresh token and get its successor.

        The same token again, within seconds, gets the same successor: the first answer was lost.
        Any other that was ever issued for the session was stolen by one of two, so neither stays
        signed in. What was never issued is refused before anything is counted or looked up.
        """
        session_id, now = self._session_of(token), self.clock.now()
        await self.throttling.refresh(session_id, address)
        successor, *earlier = self.secrets.successors(token)
        async with self.begin() as market:
            session = await _held(market, session_id)
            presented = session.presents(digest(token), now)
            prolongs = presented in (Presented.CURRENT, Presented.JUST_SPENT)
            if prolongs and await market.merchants.is_suspended(session.account_id):
                raise AccountSuspended
            if presented is Presented.CURRENT:
                session.rotate(digest(successor), now)
                await market.sessions.save(session)
            elif presented is Presented.JUST_SPENT:
                successor = _given([successor, *earlier], session)
            elif presented is Presented.STOLEN:
                await market.sessions.save(session, session.end_as_stolen(now))
                await market.audit.add(
                    account_entry(
                        Action.SESSION_STOLEN,
                        session.account_id,
                        self.ids.new(),
                        now,
                        address=address,
                        request_id=request_id,
                    )
                )
            account = await market.accounts.get(session.account_id)
        if not prolongs:
            raise RefreshRefused
        await self.throttling.faces.stayed(account.id, address)
        return self.prove(account, session, successor)

    async def sign_out(self, token: str) -> None:
        """End the session of a refresh token; a token that is not in force changes nothing."""
        now = self.clock.now()
        try:
            async with self.begin() as market:
                session = await _held(market, self._session_of(token))
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
        refresh = self.secrets.sealed(str(id))
        session = Session.open(
            id=id,
            account_id=account.id,
            refresh_hash=digest(refresh),
            user_agent=user_agent,
            at=self.clock.now(),
        )
        return session, refresh

    async def _meant(
        self,
        names: Sequence[EmailAddress | PhoneNumber],
        found: Sequence[Account],
        address: str | None,
    ) -> Account | None:
        """
        The account that has signed in from there before, or that of the first name that has one.

        Two may have the same local number in two countries. To try the password on both would show
        in the time it takes; who is nowhere known yet writes the number in full.
        """
        named = {name: account for account in found for name in (account.email, account.phone)}
        meant = [named[name] for name in names if name in named]
        if len(meant) > 1:
            for account in meant:
                if await self.throttling.faces.know(str(account.id), address):
                    return account
        return next(iter(meant), None)

    def _session_of(self, token: str) -> SessionId:
        """The session a token was issued for, or ``RefreshRefused`` if we never issued it."""
        if not self.secrets.is_sealed(token):
            raise RefreshRefused
        return SessionId(UUID(token.partition(".")[0]))

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
    action: Action,
    account_id: AccountId,
    id: UUID,
    at: datetime,
    acting: Actor | None = None,
    *,
    address: str | None = None,
    request_id: str | None = None,
) -> AuditEntry:
    """A line of the audit book about an account; by nobody where a letter or a token did it."""
    return AuditEntry.of(
        action,
        id=AuditEntryId(id),
        at=at,
        actor=acting,
        subject_type="account",
        subject_id=account_id,
        address=address,
        request_id=request_id,
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
