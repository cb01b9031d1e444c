"""Risk, over HTTP: what is known of the phone behind an order, in words."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from marketplace.domain.accounts import Locale
from marketplace.domain.orders import Background, HintCode, RiskLevel, assessed

from .messages import Wording
from .shapes import Output

HINTS: Mapping[HintCode, Wording] = {
    HintCode.EARLIER_REFUSALS: Wording(
        ar="طلبات سابقة بهذا الرقم لم تُستلم أو أُعيدت: {count}.",
        en="Earlier orders of this phone were refused, failed or came back: {count}.",
    ),
    HintCode.BLOCKED_BEFORE: Wording(
        ar="سبق أن حظرت هذا الرقم في متجرك.",
        en="You have blocked this phone before.",
    ),
    HintCode.DUPLICATE_BASKET: Wording(
        ar="طُلبت المنتجات نفسها بهذا الرقم قبل دقائق، وربما أُرسل الطلب مرتين: الطلب {number}.",
        en="The same phone ordered the same minutes before, maybe by mistake: order {number}.",
    ),
    HintCode.OPEN_ORDERS: Wording(
        ar="طلبات أخرى مفتوحة بهذا الرقم: {count}.",
        en="Other open orders of this phone: {count}.",
    ),
    HintCode.FIRST_ORDER: Wording(
        ar="أول طلب بهذا الرقم في متجرك.",
        en="The first order of this phone in your store.",
    ),
    HintCode.GOOD_CUSTOMER: Wording(
        ar="استلم صاحب هذا الرقم طلباته السابقة كلها: {count}.",
        en="This phone has received everything it ordered before: {count}.",
    ),
}


class OriginalOut(Output, frozen=True, kw_only=True):
    """The earlier order, of the same phone and basket, that this one is likely the double of."""

    id: UUID
    number: int


class HintOut(Output, frozen=True, kw_only=True):
    code: HintCode
    level: RiskLevel
    message: str
    facts: dict[str, Any]


class RiskOut(Output, frozen=True, kw_only=True):
    """
    What the own store knows of the phone behind an order; ``level`` is that of the highest hint.

    Nothing follows from it: it is for the merchant to judge.
    """

    level: RiskLevel
    hints: list[HintOut]

    @classmethod
    def of(cls, known: Background, locale: Locale) -> Self:
        risk = assessed(known)
        hints = [
            HintOut.told(each, message=HINTS[each.code].told(locale, each.facts))
            for each in risk.hints
        ]
        return cls(level=risk.level, hints=hints)
