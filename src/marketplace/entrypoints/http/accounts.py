"""Accounts, over HTTP: register, sign in, stay signed in, get back in."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from marketplace.application.accounts import AccountService, Register, Registered
from marketplace.application.ports import Site
from marketplace.application.sessions import SessionService, SignedIn, SignIn
from marketplace.domain.accounts import (
    Account,
    AccountSuspended,
    EmailTaken,
    LinkExpired,
    Locale,
    PhoneTaken,
    RefreshRefused,
    Role,
    SignInsBusy,
    UsernameTaken,
    WrongCredentials,
)

from .merchants import MerchantOut
from .shapes import Input, Output, StrictRequest, words


class RegisterIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "email": "sara@example.com",
        "username": "sara-abayas",
        "password": "a long sentence is a good password",
        "phone": "0501234567",
        "name": "عباءات سارة",
        "country": "SA",
    }

    email: str
    username: str
    password: str
    phone: str
    name: str
    country: str | None = None
    currency: str | None = None
    locale: Annotated[str, words(Locale)] | None = None

    def wanted(self, device: str) -> Register:
        return Register(**self.said(), user_agent=device)


class SignInIn(Input, frozen=True, kw_only=True):
    """``email`` may hold a phone number."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "email": "sara@example.com",
        "password": "a long sentence is a good password",
    }

    email: str
    password: str

    def wanted(self, device: str) -> SignIn:
        return SignIn(name=self.email, password=self.password, user_agent=device)


class RefreshIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "refresh": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f.3q2-7wAAAAD_example"
    }

    refresh: str


class AskForResetIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"email": "sara@example.com"}

    email: str


class ResetIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "token": "the-token-from-the-letter",
        "password": "an even longer sentence than before",
    }

    token: str
    password: str


class VerifyIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"token": "the-token-from-the-letter"}

    token: str


class UserOut(Output, frozen=True, kw_only=True):
    id: UUID
    email: str
    username: str
    phone: str
    user_type: Role
    is_verified: bool

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls.told(account, user_type=account.role)


class SignedInOut(Output, frozen=True, kw_only=True):
    """``token`` is sent as ``Authorization: Bearer``; ``refresh`` gets its successor."""

    token: str
    refresh: str
    user: UserOut

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        return cls.told(signed_in, token=signed_in.access, user=UserOut.of(signed_in.account))


class RegisteredOut(SignedInOut, frozen=True, kw_only=True):
    merchant: MerchantOut

    @classmethod
    def with_store(cls, registered: Registered, site: Site) -> Self:
        return cls.told(
            SignedInOut.of(registered.signed_in),
            merchant=MerchantOut.of(registered.merchant, site),
        )


class RefreshedOut(Output, frozen=True, kw_only=True):
    access: str
    refresh: str

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        return cls.told(signed_in)


class AccountController(Controller):
    path = "/api/auth"
    tags = ("auth",)

    @post("/register", public=True, problems=(EmailTaken, UsernameTaken, PhoneTaken))
    async def register(
        self,
        request: StrictRequest,
        data: JSONBody[RegisterIn],
        accounts: NamedDependency[AccountService],
    ) -> RegisteredOut:
        """Open an account and its store; a letter asks whether the mailbox is yours."""
        registered = await accounts.register(data.wanted(request.device))
        return RegisteredOut.with_store(registered, request.site)

    @post(
        "/login",
        public=True,
        status_code=200,
        problems=(WrongCredentials, AccountSuspended, SignInsBusy),
    )
    async def sign_in(
        self,
        request: StrictRequest,
        data: JSONBody[SignInIn],
        sessions: NamedDependency[SessionService],
    ) -> SignedInOut:
        """Sign in with an e-mail address or a phone number."""
        return SignedInOut.of(await sessions.sign_in(data.wanted(request.device)))

    @post("/token/refresh", public=True, status_code=200, problems=(RefreshRefused,))
    async def refresh(
        self, data: JSONBody[RefreshIn], sessions: NamedDependency[SessionService]
    ) -> RefreshedOut:
        """Spend a refresh token and get its successor."""
        return RefreshedOut.of(await sessions.refresh(data.refresh))

    @post("/password-reset", public=True, status_code=202)
    async def ask_for_reset(
        self, data: JSONBody[AskForResetIn], accounts: NamedDependency[AccountService]
    ) -> None:
        """Have a letter sent; the answer is the same whether there is anybody to send it to."""
        await accounts.request_password_reset(data.email)

    @post("/password-reset/confirm", public=True, status_code=204, problems=(LinkExpired,))
    async def reset(
        self, data: JSONBody[ResetIn], accounts: NamedDependency[AccountService]
    ) -> None:
        """Set a new password; every session ends."""
        await accounts.reset_password(data.token, data.password)

    @post("/verify-email", public=True, status_code=204, problems=(LinkExpired,))
    async def verify_email(
        self, data: JSONBody[VerifyIn], accounts: NamedDependency[AccountService]
    ) -> None:
        """The mailbox is yours."""
        await accounts.verify_email(data.token)

    @post("/logout", public=True, status_code=204)
    async def sign_out(
        self, data: JSONBody[RefreshIn], sessions: NamedDependency[SessionService]
    ) -> None:
        """End the session of a refresh token."""
        await sessions.sign_out(data.refresh)
