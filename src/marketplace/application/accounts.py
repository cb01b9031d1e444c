"""What one can do with accounts: register, sign in, stay signed in, get back in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.domain.accounts import (
    Account,
    AccountId,
    AccountSuspended,
    Actor,
    EmailAddress,
    LinkExpired,
    Locale,
    Presented,
    Purpose,
    RefreshRefused,
    Role,
    Session,
    SessionId,
    SignInRequired,
    WrongCredentials,
    as_kept,
    digest,
    parse_email,
    parse_locale,
    parse_password,
    parse_username,
)
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId
from marketplace.domain.errors import BadValue, Form
from marketplace.domain.merchants import Merchant, MerchantId, MerchantStatus
from marketplace.domain.money import parse_currency
from marketplace.domain.phones import (
    COUNTRIES,
    PhoneNumber,
    country_of,
    parse_country,
    parse_phone,
)
from marketplace.domain.text import line

from .ports import (
    AccessTokens,
    BeginUnitOfWork,
    Clock,
    Ids,
    MerchantView,
    PasswordHasher,
    Secrets,
    UnitOfWork,
    Views,
)

HOME = "SA"
"""The country of a local phone number, where nothing else tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """
    Somebody wants to sell, in their own words.

    ``country`` (ISO 3166-1) defaults to that of an international phone number, ``currency``
    (ISO 4217) to that of the country.
    """

    email: str
    username: str
    password: str
    phone: str
    name: str
    country: str | None = None
    currency: str | None = None
    locale: str = Locale.ARABIC
    user_agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """``name`` is an e-mail address or a phone number in any form."""

    name: str
    password: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session, and the two tokens that prove it."""

    account: Account
    access: str
    refresh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A new merchant, signed in already."""

    signed_in: SignedIn
    merchant: MerchantView


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAdmin:
    """Somebody with access to the machine makes an admin."""

    email: str
    username: str
    password: str
    phone: str


@dataclass(frozen=True, slots=True)
class AccountService:
    """Who is who, one method per use case."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    secrets: Secrets
    passwords: PasswordHasher
    access_tokens: AccessTokens

    async def register(self, wanted: Register) -> Registered:
        """Open an account and its store; a letter asks whether the mailbox is theirs."""
        with Form() as form:
            email = form.read("email", parse_email, wanted.email)
            username = form.read("username", parse_username, wanted.username)
            password = form.read("password", parse_password, wanted.password)
            name = form.read("name", line(120), wanted.name)
            locale = form.read("locale", parse_locale, wanted.locale)
            said = HOME if wanted.country is None else wanted.country
            home = form.read("country", parse_country, said)
            phone = form.read("phone", lambda text: parse_phone(text, home or HOME), wanted.phone)
            if wanted.country is None and phone is not None:
                home = country_of(phone) or home
            usual = COUNTRIES[home or HOME].currency
            said = usual if wanted.currency is None else wanted.currency
            currency = form.read("currency", parse_currency, said)
        password_hash = await self.passwords.hash(password)
        now = self.clock.now()
        account, registered = Account.register(
            id=AccountId(self.ids.new()),
            email=email,
            username=username,
            phone=phone,
            role=Role.MERCHANT,
            password_hash=password_hash,
            locale=locale,
            at=now,
        )
        merchant, opened = Merchant.register(
            id=MerchantId(self.ids.new()),
            account_id=account.id,
            username=username,
            name=name,
            phone=phone,
            country=home,
            currency=currency,
            locale=locale,
            at=now,
        )
        session, refresh = self._session(account, wanted.user_agent)
        async with self.begin() as market:
            await market.accounts.add(account, registered)
            await market.merchants.add(merchant, opened)
            await market.sessions.add(session)
        view = MerchantView(merchant=merchant, email=email, phone=phone, logo=None)
        return Registered(signed_in=self._signed_in(account, session, refresh), merchant=view)

    async def create_admin(self, wanted: CreateAdmin) -> Account:
        """An account that watches over the platform; whoever makes it vouches for its mailbox."""
        with Form() as form:
            email = form.read("email", parse_email, wanted.email)
            username = form.read("username", parse_username, wanted.username)
            password = form.read("password", parse_password, wanted.password)
            phone = form.read("phone", lambda text: parse_phone(text, HOME), wanted.phone)
        password_hash = await self.passwords.hash(password)
        now = self.clock.now()
        admin, _ = Account.register(
            id=AccountId(self.ids.new()),
            email=email,
            username=username,
            phone=phone,
            role=Role.ADMIN,
            password_hash=password_hash,
            locale=Locale.ARABIC,
            at=now,
        )
        verified = admin.verify(now)
        async with self.begin() as market:
            await market.accounts.add(admin, verified)
            await market.audit.add(self._entry(Action.ADMIN_CREATED, admin.id))
        return admin

    async def sign_in(self, said: SignIn) -> SignedIn:
        """
        Open a session.

        Every failure costs one password verification and is the same ``WrongCredentials``; only
        whoever knows the password hears of a suspension.
        """
        names = _names(said.name)
        async with self.begin() as market:
            found = await market.accounts.called(names) if names else []
        account = found[0] if len(found) == 1 else None
        right = await self.passwords.verify(
            as_kept(said.password), account.password_hash if account else None
        )
        if account is None or not right:
            raise WrongCredentials
        session, refresh = self._session(account, said.user_agent)
        async with self.begin() as market:
            await market.sessions.add(session)
        identity = await self.views.identity(session.id, self.clock.now())
        if identity is not None and identity.merchant_status is MerchantStatus.SUSPENDED:
            session.end(self.clock.now())
            async with self.begin() as market:
                await market.sessions.save(session)
            raise AccountSuspended
        return self._signed_in(account, session, refresh)

    async def refresh(self, token: str) -> SignedIn:
        """
        Spend a refresh token and get its successor.

        The same token again, within seconds, gets the same successor: the first answer was lost.
        Later it was stolen by one of two, so neither stays signed in.
        """
        session_id, now = _session_of(token), self.clock.now()
        successor = f"{session_id}.{self.secrets.successor(token)}"
        async with self.begin() as market:
            session = await market.sessions.hold(session_id)
            presented = session.presents(digest(token), now)
            if presented is Presented.CURRENT:
                session.rotate(digest(successor), now)
                await market.sessions.save(session)
            elif presented is Presented.STOLEN:
                session.end(now)
                await market.sessions.save(session)
                await market.audit.add(self._entry(Action.SESSION_STOLEN, session.account_id))
            account = await market.accounts.get(session.account_id)
        if presented not in (Presented.CURRENT, Presented.JUST_SPENT):
            raise RefreshRefused
        return self._signed_in(account, session, successor)

    async def sign_out(self, token: str) -> None:
        """End the session of a refresh token; a token that is not in force changes nothing."""
        now = self.clock.now()
        try:
            async with self.begin() as market:
                session = await market.sessions.hold(_session_of(token))
                if session.presents(digest(token), now) is not Presented.NOTHING:
                    session.end(now)
                    await market.sessions.save(session)
        except RefreshRefused:
            return

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

    async def request_password_reset(self, email: str) -> None:
        """Have a letter sent, if there is anybody to send it to; the caller never learns which."""
        with Form() as form:
            address = form.read("email", parse_email, email)
        async with self.begin() as market:
            for found in await market.accounts.called([address]):
                # Held, because a refusal of the second of two would tell that there is an account.
                account = await market.accounts.hold(found.id)
                await market.accounts.save(account, account.ask_for_reset(self.clock.now()))

    async def reset_password(self, token: str, password: str) -> None:
        """A new password for whoever holds the letter; every session ends. ``LinkExpired``."""
        with Form() as form:
            new = form.read("password", parse_password, password)
        password_hash, now = await self.passwords.hash(new), self.clock.now()
        async with self.begin() as market:
            account = await _redeemed(market, token, Purpose.PASSWORD_RESET, now)
            await market.accounts.save(account, account.change_password(password_hash, now))
            await market.sessions.end_all(account.id, now)
            await market.audit.add(self._entry(Action.PASSWORD_CHANGED, account.id))

    async def verify_email(self, token: str) -> None:
        """The mailbox is theirs. ``LinkExpired``."""
        now = self.clock.now()
        async with self.begin() as market:
            account = await _redeemed(market, token, Purpose.EMAIL_VERIFICATION, now)
            await market.accounts.save(account, account.verify(now))

    def _session(self, account: Account, user_agent: str) -> tuple[Session, str]:
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

    def _signed_in(self, account: Account, session: Session, refresh: str) -> SignedIn:
        access = self.access_tokens.issue(session, account.role, self.clock.now())
        return SignedIn(account=account, access=access, refresh=refresh)

    def _entry(self, action: Action, account_id: AccountId) -> AuditEntry:
        return AuditEntry.of(
            action,
            id=AuditEntryId(self.ids.new()),
            at=self.clock.now(),
            actor=None,
            subject_type="account",
            subject_id=account_id,
        )


def _names(said: str) -> list[EmailAddress | PhoneNumber]:
    """Every address or number this could mean; a local number is one of any country's."""
    names: list[EmailAddress | PhoneNumber] = []
    try:
        return [parse_email(said)]
    except BadValue:
        for country in COUNTRIES:
            try:
                names.append(parse_phone(said, country))
            except BadValue:
                continue
    return list(dict.fromkeys(names))


async def _redeemed(market: UnitOfWork, token: str, purpose: Purpose, at: datetime) -> Account:
    """The account a letter was sent to, held; a letter does not bring back a closed one."""
    account_id = await market.one_time_tokens.redeem(digest(token), purpose, at)
    account = await market.accounts.hold(account_id)
    if account.closed_at is not None:
        raise LinkExpired
    return account


def _session_of(token: str) -> SessionId:
    try:
        return SessionId(UUID(token.partition(".")[0]))
    except ValueError:
        raise RefreshRefused from None
