"""What one can do with accounts: register, prove the mailbox, get back in."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.domain.accounts import (
    Account,
    AccountId,
    Actor,
    LinkExpired,
    Locale,
    PasswordResetRequested,
    Purpose,
    Role,
    WrongPassword,
    as_kept,
    digest,
    parse_email,
    parse_locale,
    parse_password,
    parse_username,
    unlike,
)
from marketplace.domain.audit import Action
from marketplace.domain.errors import FieldProblem, Form, InvalidFields
from marketplace.domain.merchants import Merchant, MerchantId
from marketplace.domain.money import parse_currency
from marketplace.domain.phones import (
    COUNTRIES,
    HOME,
    country_of,
    parse_country,
    parse_phone,
)
from marketplace.domain.text import line

from .ports import BeginUnitOfWork, Clock, Ids, MerchantView, PasswordHasher, UnitOfWork
from .sessions import SessionService, SignedIn, account_entry
from .throttling import Throttling


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
    address: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Somebody who is signed in, and knows the password, wants another one."""

    acting: Actor
    current_password: str
    new_password: str


@dataclass(frozen=True, slots=True)
class AccountService:
    """Who is who, one method per use case."""

    begin: BeginUnitOfWork
    clock: Clock
    ids: Ids
    passwords: PasswordHasher
    throttling: Throttling
    sessions: SessionService

    async def register(self, wanted: Register) -> Registered:
        """Open an account and its store; a letter asks whether the mailbox is theirs."""
        with Form() as form:
            email = form.read("email", parse_email, wanted.email)
            username = form.read("username", parse_username, wanted.username)
            name = form.read("name", line(120), wanted.name)
            locale = form.read("locale", parse_locale, wanted.locale)
            said = HOME if wanted.country is None else wanted.country
            home = form.read("country", parse_country, said)
            phone = form.read("phone", lambda text: parse_phone(text, home or HOME), wanted.phone)
            if wanted.country is None and phone is not None:
                home = country_of(phone) or home
            own = (email, username, phone)
            password = form.read("password", unlike(*own), wanted.password)
            usual = COUNTRIES[home or HOME].currency
            said = usual if wanted.currency is None else wanted.currency
            currency = form.read("currency", parse_currency, said)
        counted = await self.throttling.register(wanted.address)
        hashing = self.passwords.hash(password)
        password_hash = await self.throttling.unless_busy(counted, hashing)
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
        session, refresh = self.sessions.open(account, wanted.user_agent)
        async with self.begin() as market:
            await market.accounts.add(account, registered)
            await market.merchants.add(merchant, opened)
            await market.merchants.claim(username, merchant.id)
            await market.sessions.add(session)
        await self.throttling.faces.signed_in(account.id, wanted.address)
        view = MerchantView(merchant=merchant, email=email, phone=phone, logo=None)
        return Registered(signed_in=self.sessions.prove(account, session, refresh), merchant=view)

    async def create_admin(self, wanted: CreateAdmin) -> Account:
        """An account that watches over the platform; whoever makes it vouches for its mailbox."""
        with Form() as form:
            email = form.read("email", parse_email, wanted.email)
            username = form.read("username", parse_username, wanted.username)
            phone = form.read("phone", lambda text: parse_phone(text, HOME), wanted.phone)
            own = (email, username, phone)
            password = form.read("password", unlike(*own), wanted.password)
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
            await market.merchants.claim(username)
            await market.audit.add(
                account_entry(Action.ADMIN_CREATED, admin.id, self.ids.new(), now)
            )
        return admin

    async def request_password_reset(self, email: str, address: str | None = None) -> None:
        """
        Have a letter sent, if there is anybody to send it to; the caller never learns which.

        Nor do they from the time it takes: it is looked up when the letter is written.
        """
        with Form() as form:
            mailbox = form.read("email", parse_email, email)
        await self.throttling.reset(address)
        async with self.begin() as market:
            await market.outbox.add(PasswordResetRequested(at=self.clock.now(), email=mailbox))

    async def reset_password(
        self,
        token: str,
        password: str,
        address: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """A new password for whoever holds the letter; every session ends. ``LinkExpired``."""
        with Form() as form:
            new = form.read("password", parse_password, password)
        redeemed = await self.throttling.redeem(address)
        async with self.begin() as market:
            owner = await market.one_time_tokens.owner(
                digest(token), Purpose.PASSWORD_RESET, self.clock.now()
            )
            account = await market.accounts.get(owner)
        with Form() as form:
            form.read("password", unlike(*account.names), new)
        counted = await self.throttling.new_password(redeemed)
        password_hash = await self.throttling.unless_busy(counted, self.passwords.hash(new))
        now = self.clock.now()
        async with self.begin() as market:
            account = await _redeemed(market, token, Purpose.PASSWORD_RESET, now)
            await market.accounts.save(account, account.change_password(password_hash, now))
            await market.sessions.end_all(account.id, now)
            await market.audit.add(
                account_entry(
                    Action.PASSWORD_CHANGED,
                    account.id,
                    self.ids.new(),
                    now,
                    address=address,
                    request_id=request_id,
                )
            )
        await self.throttling.faces.signed_in(account.id, address)

    async def change_password(self, wanted: ChangePassword) -> None:
        """
        Another password. The other sessions end, this one stays; a reset link is void.

        A wrong current password is a bad field: the caller is signed in and stays so.
        """
        acting = wanted.acting
        with Form() as form:
            new = form.read("new_password", parse_password, wanted.new_password)
        counted = await self.throttling.change_password(acting)
        async with self.begin() as market:
            account = await market.accounts.get(acting.account_id)
        with Form() as form:
            form.read("new_password", unlike(*account.names), new)
        checking = self.passwords.verify(as_kept(wanted.current_password), account.password_hash)
        if not await self.throttling.unless_busy(counted, checking):
            raise InvalidFields(FieldProblem("current_password", WrongPassword.code, {}))
        password_hash, now = await self.passwords.hash(new), self.clock.now()
        async with self.begin() as market:
            await market.accounts.save(account, account.change_password(password_hash, now))
            await market.sessions.end_all(account.id, now, acting.session_id)
            await market.one_time_tokens.void(account.id, Purpose.PASSWORD_RESET)
            await market.audit.add(
                account_entry(Action.PASSWORD_CHANGED, account.id, self.ids.new(), now, acting)
            )

    async def resend_verification(self, acting: Actor) -> None:
        """Have the letter sent again, whose earlier link is void then; nothing if verified."""
        await self.throttling.resend_verification(acting)
        async with self.begin() as market:
            account = await market.accounts.hold(acting.account_id)
            if not account.is_verified:
                asked = account.ask_for_verification(self.clock.now())
                await market.accounts.save(account, asked)

    async def verify_email(self, token: str) -> None:
        """The mailbox is theirs. ``LinkExpired``."""
        now = self.clock.now()
        async with self.begin() as market:
            account = await _redeemed(market, token, Purpose.EMAIL_VERIFICATION, now)
            await market.accounts.save(account, account.verify(now))


async def _redeemed(market: UnitOfWork, token: str, purpose: Purpose, at: datetime) -> Account:
    """
    The account a letter was sent to, held; a letter does not bring back a closed one.

    Everybody holds the account before its token: two who go about it otherwise wait for each other.
    """
    account_id = await market.one_time_tokens.owner(digest(token), purpose, at)
    account = await market.accounts.hold(account_id)
    await market.one_time_tokens.redeem(digest(token), purpose, at)
    if account.closed_at is not None:
        raise LinkExpired
    return account
