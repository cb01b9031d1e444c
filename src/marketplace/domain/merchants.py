"""Merchants: who sells, under which name, and whether they may."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NewType
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from uuid import UUID

from .accounts import AccountId, Locale, Username
from .delivery import DeliveryTerms, Fee
from .errors import BadValue, Conflict, NotFound, RuleBroken
from .events import Event
from .money import Money
from .phones import COUNTRIES, BadPhone, PhoneNumber, parse_phone
from .text import clean, word

MerchantId = NewType("MerchantId", UUID)

_IN_FRONT = re.compile(r"(?:(?:www|m|web|api|chat|business|[a-z]{2}-[a-z]{2})\.)?")
"""What sites say before their name: on telephones, in languages, for shops. Others lead on."""
MOST_MOVES = 3
"""New addresses of a store within :data:`MOVES_WITHIN`, or one store would hold every good name."""
MOVES_WITHIN = timedelta(days=30)
FORMER_KEPT = 10
"""Former addresses that lead to a store, the latest ones."""

_NEVER_IN_A_LINK = re.compile(r"[\s\"<>\\^`{|}]")
"""A browser takes a backslash for the end of the host; the others end an attribute or a tag."""


class MerchantStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class KycStatus(StrEnum):
    """How far the papers are (know your customer)."""

    NOT_SUBMITTED = "not_submitted"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class PaymentPreference(StrEnum):
    CASH_ON_DELIVERY = "cash_on_delivery"
    BANK_TRANSFER = "bank_transfer"
    BOTH = "both"


class BlockedPhonePolicy(StrEnum):
    """What becomes of an order by somebody whom the store has blocked."""

    REFUSE = "refuse"
    FLAG = "flag"


@dataclass(slots=True, kw_only=True)
class Merchant:
    """
    A store and whoever keeps it.

    ``confirm_within_hours`` is how long an order may wait to be confirmed, 1 to 168. A store that
    has said nothing of ``delivery`` delivers everywhere for nothing.
    """

    id: MerchantId
    account_id: AccountId
    username: Username
    name: str
    logo: UUID | None = None
    description: str = ""
    status: MerchantStatus = MerchantStatus.ACTIVE
    status_reason: str = ""
    kyc_status: KycStatus = KycStatus.NOT_SUBMITTED
    payment_preference: PaymentPreference = PaymentPreference.CASH_ON_DELIVERY
    whatsapp_link: str = ""
    instagram_link: str = ""
    facebook_link: str = ""
    whatsapp_phone: PhoneNumber
    currency: str
    country: str
    locale: Locale
    time_zone: str
    closed_until: datetime | None = None
    min_order_total: Money
    confirm_within_hours: int = 48
    delivery: DeliveryTerms | None = None
    blocked_phone_policy: BlockedPhonePolicy = BlockedPhonePolicy.REFUSE
    registered_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.confirm_within_hours <= 168:
            raise ValueError("confirm_within_hours is 1 to 168")

    @classmethod
    def register(
        cls,
        *,
        id: MerchantId,
        account_id: AccountId,
        username: Username,
        name: str,
        phone: PhoneNumber,
        country: str,
        currency: str,
        locale: Locale,
        at: datetime,
    ) -> "tuple[Merchant, MerchantRegistered]":
        """A store that is open from the first minute; its clock is that of its country."""
        merchant = cls(
            id=id,
            account_id=account_id,
            username=username,
            name=name,
            whatsapp_phone=phone,
            currency=currency,
            country=country,
            locale=locale,
            time_zone=COUNTRIES[country].time_zone,
            min_order_total=Money.zero(currency),
            registered_at=at,
        )
        return merchant, MerchantRegistered(at=at, merchant_id=id)

    @property
    def is_open(self) -> bool:
        """Whether the public finds the store at all."""
        return self.status is MerchantStatus.ACTIVE

    def accepts_orders(self, at: datetime) -> bool:
        return self.is_open and (self.closed_until is None or self.closed_until <= at)

    @property
    def terms(self) -> DeliveryTerms:
        """On which it delivers."""
        return self.delivery or DeliveryTerms.free(self.currency)

    def fees(self, subtotal: Money, city: str) -> tuple[Fee, ...]:
        """
        What an order of goods for ``subtotal`` to this city costs beside them.

        Raises ``CityNotServed`` or ``CityMissing``.
        """
        if self.delivery is None:
            return ()
        pays_at_door = self.payment_preference is not PaymentPreference.BANK_TRANSFER
        return self.delivery.fees(subtotal, city, self.locale, pays_at_door=pays_at_door)

    def move(self, moves: Sequence[datetime], at: datetime) -> None:
        """
        Its address is another one now, or ``MovedTooOften``; ``moves`` are those before.

        To take a former address back undoes a move.
        """
        recent = sorted(each for each in moves if at < each + MOVES_WITHIN)
        if len(recent) >= MOST_MOVES:
            raise MovedTooOften(possible_at=recent[-MOST_MOVES] + MOVES_WITHIN)

    def edited(self, at: datetime) -> "MerchantEdited":
        """The profile was changed by its owner."""
        return MerchantEdited(at=at, merchant_id=self.id)

    def suspend(self, reason: str, at: datetime) -> "MerchantSuspended":
        """Shut the store and its keeper out, until further notice."""
        self._must_be(MerchantStatus.ACTIVE)
        self.status, self.status_reason = MerchantStatus.SUSPENDED, reason
        return MerchantSuspended(at=at, merchant_id=self.id, reason=reason)

    def reactivate(self, at: datetime) -> "MerchantReactivated":
        """Everything works again as it did."""
        self._must_be(MerchantStatus.SUSPENDED)
        self.status, self.status_reason = MerchantStatus.ACTIVE, ""
        return MerchantReactivated(at=at, merchant_id=self.id)

    def close(self, reason: str, at: datetime) -> "MerchantClosed":
        """For good: the person is forgotten, orders and books stay."""
        self._must_be(MerchantStatus.ACTIVE, MerchantStatus.SUSPENDED)
        self.status, self.status_reason = MerchantStatus.CLOSED, reason
        self.username = Username(f"closed-{self.id}")
        self.name = self.description = ""
        self.whatsapp_link = self.instagram_link = self.facebook_link = ""
        self.whatsapp_phone = PhoneNumber("+00000000")
        self.logo = None
        if self.kyc_status is KycStatus.PENDING:
            self.kyc_status = KycStatus.NOT_SUBMITTED
        return MerchantClosed(at=at, merchant_id=self.id)

    def sell_in(self, currency: str) -> None:
        """All amounts were of another one: of prices there must be none yet, the others go."""
        self.currency, self.min_order_total = currency, Money.zero(currency)
        self.delivery = None

    def hand_in_papers(self) -> None:
        """They wait to be looked at; ``WrongKycStatus`` if others do, or were approved."""
        self._must_be(MerchantStatus.ACTIVE)
        if self.kyc_status in (KycStatus.PENDING, KycStatus.APPROVED):
            raise WrongKycStatus(kyc_status=self.kyc_status)
        self.kyc_status = KycStatus.PENDING

    def must_have_papers(self) -> None:
        """``WrongKycStatus`` if none wait for a decision."""
        if self.kyc_status is not KycStatus.PENDING:
            raise WrongKycStatus(kyc_status=self.kyc_status)

    def papers_judged(self, outcome: KycStatus) -> None:
        """They are approved or rejected; ``WrongKycStatus`` if none wait."""
        self.must_have_papers()
        self.kyc_status = outcome

    def _must_be(self, *statuses: MerchantStatus) -> None:
        if self.status not in statuses:
            raise WrongMerchantStatus(status=self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantRegistered(Event):
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantEdited(Event):
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSuspended(Event):
    merchant_id: MerchantId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantReactivated(Event):
    merchant_id: MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantClosed(Event):
    merchant_id: MerchantId


class MerchantNotFound(NotFound):
    """No such merchant."""


class StoreNotFound(NotFound):
    """No store at this address: unknown, suspended or closed, which of them is not told."""


class StoreMoved(NotFound):
    """The store that was once at this address is open at that of ``username``."""


class MovedTooOften(RuleBroken):
    """The store has had so many addresses that the next one has to wait until ``possible_at``."""


class StoreOnHoliday(Conflict):
    """The store takes no orders before ``reopens_at``."""


class WrongMerchantStatus(Conflict):
    """The merchant's ``status`` does not allow that."""


class WrongKycStatus(Conflict):
    """The merchant's ``kyc_status`` does not allow that."""


class CurrencyFixed(Conflict):
    """The store has products, whose prices are in ``currency``."""


class BadLink(BadValue):
    """Not an https link to somebody's page on one of ``hosts``."""


class BadHours(BadValue):
    """Hours to confirm are 1 to 168."""


class BadMoment(BadValue):
    """Not a point in time that can be told in UTC."""


class PastMoment(BadValue):
    """A point in time that is over."""


_LEADING_ELSEWHERE = frozenset(
    "accounts dialog flx l.php linkshim login login.php plugins share.php sharer sharer.php"
    " tr".split()
)
"""Pages of these sites that send whoever comes to another one, or that are nobody's profile."""
_A_LINK = re.compile(r"://|^\s*[/\\]{2}")


class LinkParser:
    """
    Reads a link to a profile on one of these hosts; empty text takes the link away.

    Where the site has names for its profiles, ``@name`` is a link too.
    """

    def __init__(self, *hosts: str, name: str = "") -> None:
        self.hosts = hosts
        self._name = re.compile(f"@({name})") if name else None

    def __call__(self, text: str) -> str:
        link = clean(text, at_most=300)
        if not link:
            return ""
        if self._name and (named := self._name.fullmatch(link)):
            return f"https://{self.hosts[0]}/{named[1]}"
        try:
            parts = urlsplit(link)
            port = parts.port
        except ValueError:
            raise BadLink(hosts=self.hosts) from None
        # Neither a port nor somebody's name and password: a host, and nothing else.
        host = parts.netloc.lower()
        if parts.scheme != "https" or port is not None or not self._is_ours(host):
            raise BadLink(hosts=self.hosts)
        if not _leads_to_a_page(parts):
            raise BadLink(hosts=self.hosts)
        if _NEVER_IN_A_LINK.search(link) or any(map(_is_invisible, link)):
            raise BadLink(hosts=self.hosts)
        return f"https://{host}{link[len('https://') + len(host) :]}"

    def _is_ours(self, host: str) -> bool:
        ours = (host.removesuffix(each) for each in self.hosts if host.endswith(each))
        return any(_IN_FRONT.fullmatch(front) for front in ours)


def _leads_to_a_page(parts: SplitResult) -> bool:
    """Whether somebody's page is behind it: no front page, and nothing that leads elsewhere."""
    steps = [each for each in unquote(parts.path).lower().split("/") if each not in ("", ".")]
    if not steps or ".." in steps or steps[0] in _LEADING_ELSEWHERE:
        return False
    said = parse_qsl(parts.query, keep_blank_values=True)
    return not any(_A_LINK.search(unquote(value)) for name, value in said if name != "text")


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cn", "Co", "Zs")


parse_whatsapp_link = LinkParser("wa.me", "whatsapp.com")
parse_instagram_link = LinkParser("instagram.com", "instagr.am", name=r"[A-Za-z0-9._]{1,30}")
parse_payment_preference = word(PaymentPreference)
parse_blocked_phone_policy = word(BlockedPhonePolicy)
parse_facebook_link = LinkParser("facebook.com", "fb.com", "fb.me", name=r"[A-Za-z0-9.]{5,50}")


def parse_whatsapp(text: str, country: str) -> str:
    """A link to WhatsApp, or the telephone number behind one."""
    try:
        return f"https://wa.me/{parse_phone(text, country).removeprefix('+')}"
    except BadPhone:
        return parse_whatsapp_link(text)


def parse_closing(until: datetime | str, now: datetime) -> datetime | None:
    """When a store opens again, in UTC; empty text reopens it now."""
    if not isinstance(until, datetime):
        return None
    try:
        moment = until.astimezone(UTC)
    except OverflowError:
        raise BadMoment from None
    if moment <= now:
        raise PastMoment
    return moment


def parse_hours(hours: int) -> int:
    if not 1 <= hours <= 168:
        raise BadHours(at_least=1, at_most=168)
    return hours
