"""Sessions, over HTTP: sign in, stay signed in, see where one is signed in, and sign out."""

from typing import Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from marketplace.application.ports import Device
from marketplace.application.sessions import SessionService, SignedIn, SignIn
from marketplace.domain.accounts import (
    Account,
    AccountSuspended,
    Actor,
    RefreshRefused,
    Role,
    SessionId,
    SessionNotFound,
    SignInsBusy,
    TooManyAttempts,
    WrongCredentials,
)

from .shapes import Cursor, Include, Input, Limit, Listed, Moment, Output, StrictRequest, paging


class SignInIn(Input, frozen=True, kw_only=True):
    """``email`` may hold a phone number."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "email": "sara@example.com",
        "password": "a long sentence is a good password",
    }

    email: str
    password: str

    def wanted(self, device: str, address: str | None) -> SignIn:
        return SignIn(name=self.email, password=self.password, user_agent=device, address=address)


class RefreshIn(Input, frozen=True, kw_only=True):
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "refresh": "0198c2f4-8f1e-7cc3-98c4-dc0c0c07398f.3q2-7wAAAAD_example.of_a-seal"
    }

    refresh: str


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


class RefreshedOut(Output, frozen=True, kw_only=True):
    access: str
    refresh: str

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        return cls.told(signed_in)


class DeviceOut(Output, frozen=True, kw_only=True):
    """A session in force; ``current`` is the one that asks, ``user_agent`` what it calls itself."""

    id: UUID
    created_at: Moment
    last_used_at: Moment
    user_agent: str
    current: bool

    @classmethod
    def of(cls, device: Device, acting: Actor) -> Self:
        return cls.told(device, current=device.id == acting.session_id)


class SessionController(Controller):
    path = "/api/auth"
    tags = ("auth",)

    @post(
        "/login",
        public=True,
        status_code=200,
        problems=(WrongCredentials, AccountSuspended, TooManyAttempts, SignInsBusy),
    )
    async def sign_in(
        self,
        request: StrictRequest,
        data: JSONBody[SignInIn],
        sessions: NamedDependency[SessionService],
    ) -> SignedInOut:
        """Sign in with an e-mail address or a phone number."""
        return SignedInOut.of(await sessions.sign_in(data.wanted(request.device, request.address)))

    @post(
        "/token/refresh",
        public=True,
        status_code=200,
        problems=(RefreshRefused, AccountSuspended, TooManyAttempts),
    )
    async def refresh(
        self,
        request: StrictRequest,
        data: JSONBody[RefreshIn],
        sessions: NamedDependency[SessionService],
    ) -> RefreshedOut:
        """Spend a refresh token and get its successor."""
        refreshed = await sessions.refresh(data.refresh, request.address, request.id)
        return RefreshedOut.of(refreshed)

    @post("/logout", public=True, status_code=204)
    async def sign_out(
        self, data: JSONBody[RefreshIn], sessions: NamedDependency[SessionService]
    ) -> None:
        """End the session of a refresh token."""
        await sessions.sign_out(data.refresh)

    @post("/logout-all", status_code=204)
    async def sign_out_everywhere(
        self, request: StrictRequest, sessions: NamedDependency[SessionService]
    ) -> None:
        """End every session of yours, this one too."""
        await sessions.sign_out_everywhere(request.user)

    @get("/sessions")
    async def mine(
        self,
        request: StrictRequest,
        sessions: NamedDependency[SessionService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[DeviceOut]:
        """Where you are signed in."""
        of = request.list_of()
        page = await sessions.mine(request.user, paging(limit, cursor, of, include))
        return Listed.of(page, lambda each: DeviceOut.of(each, request.user), of)

    @delete("/sessions/{id:uuid}", problems=(SessionNotFound,))
    async def end(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        sessions: NamedDependency[SessionService],
    ) -> None:
        """Sign one device out."""
        await sessions.end(request.user, SessionId(id))
