"""One transaction, with every collection in it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol, Self

from .outbox import Outbox
from .repositories.accounts import Accounts, OneTimeTokens, Sessions
from .repositories.answers import Answers
from .repositories.audit import AuditBook
from .repositories.blocked_phones import BlockedPhones
from .repositories.categories import Categories
from .repositories.images import Images
from .repositories.imports import Imports
from .repositories.kyc import Submissions
from .repositories.merchants import Merchants
from .repositories.notifications import Announcements, Notifications, Preferences
from .repositories.orders import Orders
from .repositories.products import Products
from .repositories.ticks import Ticks
from .repositories.webhooks import Deliveries, Endpoints


class UnitOfWork(Protocol):
    """One transaction: leaving the block commits, an exception rolls back."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def one_time_tokens(self) -> OneTimeTokens: ...
    @property
    def merchants(self) -> Merchants: ...
    @property
    def products(self) -> Products: ...
    @property
    def categories(self) -> Categories: ...
    @property
    def submissions(self) -> Submissions: ...
    @property
    def images(self) -> Images: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def blocked_phones(self) -> BlockedPhones: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def notifications(self) -> Notifications: ...
    @property
    def announcements(self) -> Announcements: ...
    @property
    def preferences(self) -> Preferences: ...
    @property
    def endpoints(self) -> Endpoints: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def audit(self) -> AuditBook: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def ticks(self) -> Ticks: ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


BeginUnitOfWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
