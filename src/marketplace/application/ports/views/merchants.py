"""Merchants as they see themselves, and as admins see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from marketplace.domain.accounts import EmailAddress
from marketplace.domain.images import Image
from marketplace.domain.kyc import Submission
from marketplace.domain.merchants import KycStatus, Merchant, MerchantId, MerchantStatus
from marketplace.domain.phones import PhoneNumber

from .paging import Page, Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantView:
    """A merchant with the account behind it and the logo, as its keeper or an admin sees it."""

    merchant: Merchant
    email: EmailAddress
    phone: PhoneNumber
    logo: Image | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantFile:
    """All an admin sees of a merchant: products and orders by status, papers newest first."""

    merchant: MerchantView
    products: Mapping[str, int]
    orders: Mapping[str, int]
    submissions: tuple[Submission, ...]


class MerchantSort(StrEnum):
    """In which order merchants are listed; ``ORDERS`` begins with who has had the most."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSearch:
    """
    Which merchants are looked for, and in which order.

    ``text`` is part of a name, a username or an address, in any case; ``digits``, where there are
    any, may be part of a telephone number instead.
    """

    status: MerchantStatus | None = None
    kyc_status: KycStatus | None = None
    text: str = ""
    digits: str = ""
    sort: MerchantSort = MerchantSort.NEWEST


class MerchantViews(Protocol):
    """Who sells here."""

    async def merchant(self, merchant_id: MerchantId, /) -> MerchantView:
        """``MerchantNotFound`` if there is none."""
        ...

    async def merchant_file(self, merchant_id: MerchantId, /) -> MerchantFile:
        """``MerchantNotFound`` if there is none."""
        ...

    async def merchant_ids(
        self, limit: int, after: MerchantId | None = None, /
    ) -> tuple[MerchantId, ...]:
        """All who ever sold here, a stretch at a time, oldest first."""
        ...

    async def merchants(self, paging: Paging, search: MerchantSearch, /) -> Page[MerchantView]: ...
