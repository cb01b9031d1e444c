"""Accounts, over HTTP: register, prove the mailbox, change the password, get back in."""

from typing import Annotated, Any, ClassVar, Self

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from marketplace.application.accounts import AccountService, ChangePassword, Register, Registered
from marketplace.application.ports import Site
from marketplace.domain.accounts import (
    Actor,
    EmailTaken,
    LinkExpired,
    Locale,
    PhoneTaken,
    SignInsBusy,
    TooManyAttempts,
    UsernameTaken,
)
from marketplace.domain.errors import ChangedMeanwhile

from .merchants import MerchantOut
from .sessions import SignedInOut
from .shapes import Input, StrictRequest, words


class RegisterIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "email": "sara@example.com",
        "username": "sara-abayas",
        "password": "a long sentence is a good password",
        "phone": "0509876500",
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

    def wanted(self, device: str, address: str | None) -> Register:
        return Register(**self.said(), user_agent=device, address=address)


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


class ChangePasswordIn(Input, frozen=True, kw_only=True):
    """A wrong ``current_password`` is a bad field, ``wrong-password``: you stay signed in."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "current_password": "a long sentence is a good password",
        "new_password": "an even longer sentence than before",
    }

    current_password: str
    new_password: str

    def wanted(self, acting: Actor) -> ChangePassword:
        return ChangePassword(**self.said(), acting=acting)


class VerifyIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {"token": "the-token-from-the-letter"}

    token: str


class RegisteredOut(SignedInOut, frozen=True, kw_only=True):
    merchant: MerchantOut

    @classmethod
    def with_store(cls, registered: Registered, site: Site) -> Self:
        return cls.told(
            SignedInOut.of(registered.signed_in),
            merchant=MerchantOut.of(registered.merchant, site),
        )


class AccountController(Controller):
    path = "/api/auth"
    tags = ("auth",)

    @post(
        "/register",
        public=True,
        problems=(EmailTaken, UsernameTaken, PhoneTaken, TooManyAttempts, SignInsBusy),
    )
    async def register(
        self,
        request: StrictRequest,
        data: JSONBody[RegisterIn],
        accounts: NamedDependency[AccountService],
    ) -> RegisteredOut:
        """Open an account and its store; a letter asks whether the mailbox is yours."""
        registered = await accounts.register(data.wanted(request.device, request.address))
        return RegisteredOut.with_store(registered, request.site)

    @post("/password-reset", public=True, status_code=202, problems=(TooManyAttempts,))
    async def ask_for_reset(
        self,
        request: StrictRequest,
        data: JSONBody[AskForResetIn],
        accounts: NamedDependency[AccountService],
    ) -> None:
        """Have a letter sent; the answer is the same whether there is anybody to send it to."""
        await accounts.request_password_reset(data.email, request.address)

    @post(
        "/password-reset/confirm",
        public=True,
        status_code=204,
        problems=(LinkExpired, TooManyAttempts, SignInsBusy),
    )
    async def reset(
        self,
        request: StrictRequest,
        data: JSONBody[ResetIn],
        accounts: NamedDependency[AccountService],
    ) -> None:
        """Set a new password; every session ends."""
        await accounts.reset_password(data.token, data.password, request.address, request.id)

    @post("/verify-email", public=True, status_code=204, problems=(LinkExpired,))
    async def verify_email(
        self, data: JSONBody[VerifyIn], accounts: NamedDependency[AccountService]
    ) -> None:
        """The mailbox is yours."""
        await accounts.verify_email(data.token)

    @post("/verify-email/resend", status_code=202, problems=(TooManyAttempts,))
    async def resend_verification(
        self, request: StrictRequest, accounts: NamedDependency[AccountService]
    ) -> None:
        """Have the letter sent again; nothing is sent if the mailbox is known to be yours."""
        await accounts.resend_verification(request.user)

    @post("/password", status_code=204, problems=(ChangedMeanwhile, TooManyAttempts, SignInsBusy))
    async def change_password(
        self,
        request: StrictRequest,
        data: JSONBody[ChangePasswordIn],
        accounts: NamedDependency[AccountService],
    ) -> None:
        """Set another password; every other session ends, and a letter tells of it."""
        await accounts.change_password(data.wanted(request.user))
