"""Money: an exact amount in one currency, counted in its smallest unit."""

import re
from dataclasses import dataclass
from functools import lru_cache

from .errors import BadValue
from .text import ascii_digits

MOST = 10**12
"""The largest amount there is, in minor units."""

CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP
    BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR
    KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
    UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW""".split()
)
"""The circulating currencies of ISO 4217."""

_DIGITS = {
    code: digits
    for codes, digits in (
        ("BHD IQD JOD KWD LYD OMR TND", 3),
        ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF", 0),
    )
    for code in codes.split()
}
"""Minor digits by ISO 4217, where they are not two."""

_AMOUNT = re.compile(r"(?P<minus>-?)(?P<whole>[0-9]{1,16})(?:\.(?P<part>[0-9]{1,16}))?")


class UnknownCurrency(BadValue):
    """Not a code of ISO 4217."""


class BadAmount(BadValue):
    """Not a plain decimal number: no exponent, no infinity, no ``NaN``, no separators."""


class NegativeAmount(BadValue):
    """Below zero."""


class TooManyDecimals(BadValue):
    """Finer than the currency's ``digits``, or three decimals that may be thousands."""


class AmountTooLarge(BadValue):
    """More than 10^12 minor units."""


def parse_currency(text: str) -> str:
    """An ISO 4217 code in capitals, or :class:`UnknownCurrency`."""
    code = text.strip().upper()
    if code not in CURRENCIES:
        raise UnknownCurrency
    return code


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: SAR 2, KWD 3, JPY 0."""
    return _DIGITS.get(currency, 2)


@lru_cache(4096)
def decimal(minor: int, currency: str) -> str:
    """Minor units, be it of many amounts together, with exactly the currency's digits."""
    digits = minor_digits(currency)
    if not digits:
        return str(minor)
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}}"


@dataclass(frozen=True, slots=True)
class Money:
    """
    An amount that knows its currency; ``minor`` is in the currency's smallest unit.

    Adding two currencies is a programming error, so it raises ``ValueError``.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.minor < 0:
            raise NegativeAmount
        if self.minor > MOST:
            raise AmountTooLarge

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """``"129.00"`` or ``"١٢٩٫٥"`` of a currency, exactly. Raises a :class:`BadValue`."""
        plain = ascii_digits(text.strip()).replace("٫", ".")
        match = _AMOUNT.fullmatch(plain)
        if match is None:
            raise BadAmount
        digits, part = minor_digits(currency), match["part"] or ""
        # Zeros are no finer than the currency. Three decimals behind a few digits may be what half
        # of the world writes for thousands: 1.500.
        is_thousands = len(part) == 3 and digits < 3 and 0 < int(match["whole"]) < 1000
        if part[digits:].strip("0") or is_thousands:
            raise TooManyDecimals(digits=digits, currency=currency)
        minor = int(match["whole"] + part[:digits].ljust(digits, "0"))
        return cls(-minor if match["minus"] else minor, currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        return cls(0, currency)

    @property
    def amount(self) -> str:
        """A decimal with exactly the currency's digits, as it goes on the wire: ``"4.750"``."""
        return decimal(self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def _same(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
