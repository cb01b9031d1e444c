"""Telephone numbers: typed in any form, kept as E.164."""

import re
from dataclasses import dataclass
from typing import NewType

from .errors import BadValue
from .text import ascii_digits

PhoneNumber = NewType("PhoneNumber", str)
"""``+`` and 8 to 15 digits (ITU-T E.164)."""


class BadPhone(BadValue):
    """Not a telephone number of the ``country``, nor an international one."""


class UnknownCountry(BadValue):
    """Not a country this marketplace sells in."""


@dataclass(frozen=True, slots=True)
class Country:
    """What a country's shops take for granted. ``lengths`` are those of its national numbers."""

    calling_code: str
    lengths: tuple[int, ...]
    currency: str
    time_zone: str


COUNTRIES = {
    "AE": Country("971", (8, 9), "AED", "Asia/Dubai"),
    "BH": Country("973", (8,), "BHD", "Asia/Bahrain"),
    "DJ": Country("253", (8,), "DJF", "Africa/Djibouti"),
    "DZ": Country("213", (8, 9), "DZD", "Africa/Algiers"),
    "EG": Country("20", (8, 9, 10), "EGP", "Africa/Cairo"),
    "IQ": Country("964", (8, 9, 10), "IQD", "Asia/Baghdad"),
    "JO": Country("962", (8, 9), "JOD", "Asia/Amman"),
    "KM": Country("269", (7,), "KMF", "Indian/Comoro"),
    "KW": Country("965", (8,), "KWD", "Asia/Kuwait"),
    "LB": Country("961", (7, 8), "LBP", "Asia/Beirut"),
    "LY": Country("218", (8, 9), "LYD", "Africa/Tripoli"),
    "MA": Country("212", (9,), "MAD", "Africa/Casablanca"),
    "MR": Country("222", (8,), "MRU", "Africa/Nouakchott"),
    "OM": Country("968", (8,), "OMR", "Asia/Muscat"),
    "PS": Country("970", (8, 9), "ILS", "Asia/Hebron"),
    "QA": Country("974", (7, 8), "QAR", "Asia/Qatar"),
    "SA": Country("966", (8, 9), "SAR", "Asia/Riyadh"),
    "SD": Country("249", (9,), "SDG", "Africa/Khartoum"),
    "SO": Country("252", (7, 8, 9), "SOS", "Africa/Mogadishu"),
    "SY": Country("963", (8, 9), "SYP", "Asia/Damascus"),
    "TN": Country("216", (8,), "TND", "Africa/Tunis"),
    "TR": Country("90", (10,), "TRY", "Europe/Istanbul"),
    "YE": Country("967", (7, 8, 9), "YER", "Asia/Aden"),
}
"""By ISO 3166-1: the Arab League and Türkiye."""

_BY_CALLING_CODE = {country.calling_code: country for country in COUNTRIES.values()}
HOME = "SA"
"""The country of a local phone number, where nothing else tells."""

_BETWEEN_DIGITS = re.compile(
    r"[\s\-./()\u2010-\u2015"
    r"\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
"""Separators, and the invisible marks that address books wrap a number in."""


def parse_country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code of :data:`COUNTRIES`, or :class:`UnknownCountry`."""
    code = text.strip().upper()
    if code not in COUNTRIES:
        raise UnknownCountry
    return code


def parse_phone(text: str, country: str) -> PhoneNumber:
    """
    A number in local form (``050 123 4567``) or international (``+966…``, ``00966…``, ``966…``).

    Any digits and the usual separators are understood; ``country`` (ISO 3166-1) completes a local
    number. Raises :class:`BadPhone`.
    """
    said = _BETWEEN_DIGITS.sub("", ascii_digits(text)) if len(text) <= 64 else ""
    plus = said.startswith(("+", "00"))
    digits = said.removeprefix("+") if said.startswith("+") else said.removeprefix("00")
    if not digits.isascii() or not digits.isdigit():
        raise BadPhone(country=country)
    home = COUNTRIES[country]
    if plus:
        return _international(digits, country)
    national = digits.removeprefix("0")
    if len(national) in home.lengths:
        return PhoneNumber(f"+{home.calling_code}{national}")
    if digits.startswith(home.calling_code):
        return _international(digits, country)
    raise BadPhone(country=country)


def _international(digits: str, country: str) -> PhoneNumber:
    for length in (3, 2):
        known = _BY_CALLING_CODE.get(digits[:length])
        if known is not None:
            # People write +966 (0)50…: the trunk prefix has no place there, and is not meant.
            national = digits[length:].removeprefix("0")
            if len(national) not in known.lengths:
                raise BadPhone(country=country)
            return PhoneNumber(f"+{known.calling_code}{national}")
    if not 8 <= len(digits) <= 15 or digits.startswith("0"):
        raise BadPhone(country=country)
    return PhoneNumber(f"+{digits}")


def sought_digits(text: str) -> str:
    """The digits by which a number can be found, be it a part of one; "" for what is none."""
    said = _BETWEEN_DIGITS.sub("", ascii_digits(text))
    digits = said.removeprefix("+").lstrip("0")
    if not digits.isascii() or not digits.isdigit() or len(digits) < 3:
        return ""
    if said.startswith(("+", "00")):
        for length in (3, 2):
            if digits[:length] in _BY_CALLING_CODE:
                return digits[:length] + digits[length:].lstrip("0")
    return digits


_WHOLE = 8
"""From so many digits on, a zero in front is the trunk prefix; before, it is one of the last."""


def last_digits(text: str) -> str:
    """
    The digits a number ends in, by whatever somebody typed of it: all of it, in local or
    international form, or no more than the last three. "" for what is none.
    """
    said = _BETWEEN_DIGITS.sub("", ascii_digits(text)) if len(text) <= 64 else ""
    digits = said.removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or not 3 <= len(digits) <= 20:
        return ""
    if said.startswith("+") or len(digits) >= _WHOLE:
        digits = digits.lstrip("0")
        for length in (3, 2):
            if country := _BY_CALLING_CODE.get(digits[:length]):
                national = digits[length:].lstrip("0")
                if said.startswith(("+", "00")) or len(national) in country.lengths:
                    return digits[:length] + national
    return digits


def country_of(phone: PhoneNumber) -> str | None:
    """The country of :data:`COUNTRIES` a number belongs to, if any."""
    for code, country in COUNTRIES.items():
        if phone.startswith(f"+{country.calling_code}"):
            return code
    return None


def masked(phone: PhoneNumber) -> str:
    """Enough to recognise one's own number by, not enough to call it: ``+9665••••••67``."""
    return phone[:5] + "•" * (len(phone) - 7) + phone[-2:]
