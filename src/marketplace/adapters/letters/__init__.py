"""
What our letters say, in Arabic and English.

A letter is told once in each language, as a title and blocks. Plain text and HTML are two settings
of the same blocks, so they cannot say different things.
"""

from collections.abc import Mapping
from html import escape

from marketplace.application.ports import LetterKind, Letters, Wording
from marketplace.domain.accounts import Locale

from . import arabic, english
from .blocks import filled

_DRAFTS = {Locale.ARABIC: arabic.DRAFTS, Locale.ENGLISH: english.DRAFTS}
_DIRECTION = {Locale.ARABIC: "rtl", Locale.ENGLISH: "ltr"}

_LEFT_TO_RIGHT = frozenset(
    {"day", "discount", "number", "phone", "total", "tracking_number", "url", "username"}
)
_ANY_WAY = frozenset("store customer address note lines fees reason courier product".split())
"""What people typed, in whatever script."""
_LRI, _FSI, _PDI = "\u2066", "\u2068", "\u2069"
"""Isolates (Unicode UAX #9, 2.4): inside, text has a direction of its own and leaks none of it."""


class TemplateLetters(Letters):
    """
    The facts of each kind, all of them text:

    - ``PASSWORD_RESET`` and ``EMAIL_VERIFICATION``: username, link
    - ``NEW_ORDER``: store, number, customer, phone, address, lines, fees, discount, total, note
    - ``LOW_STOCK``: product, sku, available
    - ``ANNOUNCEMENT``: title, body
    - ``PASSWORD_CHANGED`` and ``SESSION_STOLEN``: username
    - ``KYC_APPROVED``: username, store
    - ``KYC_REJECTED``: username, store, reason
    - ``DAILY_DIGEST``: store, day, orders, total, to_confirm, lines
    - ``ORDER_LINK``: store, number, link
    - ``ORDER_PLACED``: store, number, customer, lines, fees, discount, total, link
    - ``ORDER_CONFIRMED``: store, number, customer, total, link
    - ``ORDER_SHIPPED``: store, number, customer, courier, tracking_number, total, link
    - ``ORDER_CANCELLED`` and ``ORDER_EXPIRED``: store, number, customer, link
    - ``PRODUCT_TAKEN_DOWN``: store, product, reason
    - ``PRODUCT_RESTORED``: store, product
    - ``WEBHOOK_GONE`` and ``WEBHOOK_FAILING``: url

    A missing one is a ``KeyError``, and a bug of ours.
    """

    def write(self, kind: LetterKind, locale: Locale, facts: Mapping[str, str], /) -> Wording:
        draft = _DRAFTS[locale][kind]
        told = {name: _isolated(name, fact, locale) for name, fact in facts.items()}
        # It becomes the subject of a mail, which has one line.
        title = " ".join(filled(draft.title, told).split())
        return Wording(
            title=title,
            text="\n\n".join(block.text(told) for block in draft.blocks) + "\n",
            html=_framed(title, "\n".join(block.html(told) for block in draft.blocks), locale),
        )


def _isolated(name: str, fact: str, locale: Locale) -> str:
    """The fact so that a phone number keeps its plus in front, and a name its place."""
    if fact and name in _LEFT_TO_RIGHT and locale is Locale.ARABIC:
        return f"{_LRI}{fact}{_PDI}"
    if name in _ANY_WAY:
        return "\n".join(f"{_FSI}{line}{_PDI}" if line else "" for line in fact.split("\n"))
    return fact


def _framed(title: str, content: str, locale: Locale) -> str:
    """A document that says its direction twice: some mail programs drop <html> and <body>."""
    direction = _DIRECTION[locale]
    return f"""\
<!DOCTYPE html>
<html lang="{locale}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f4f4f5">
<div lang="{locale}" dir="{direction}" style="max-width:560px;margin:0 auto;padding:24px;\
border-radius:8px;background:#ffffff;color:#18181b;\
font:16px/1.7 'Segoe UI',Tahoma,Arial,sans-serif">
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.4">{escape(title)}</h1>
{content}
</div>
</body>
</html>
"""
