"""Risk, over HTTP: what is known of the phone behind an order, in words."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from marketplace.domain.accounts import Locale
from marketplace.domain.orders import Background, Hint, HintCode, RiskLevel, assessed

from .messages import Wording
from .shapes import Output

HINTS: Mapping[HintCode, Wording] = {
    HintCode.EARLIER_REFUSALS: Wording(
        ar="طلبات سابقة بهذا الرقم رُفض استلامها عند التسليم: {count}، وطلبات استُلمت: {delivered}.",
        en="Orders of this phone that were refused at the door: {count}, received: {delivered}.",
    ),
    HintCode.CAME_BACK: Wording(
        ar="طلبات سابقة بهذا الرقم تعذّر تسليمها لسبب آخر أو أُعيدت: {count}.",
        en="Orders of this phone that failed for another reason or were returned: {count}.",
    ),
    HintCode.EARLIER_CANCELLATIONS: Wording(
        ar="طلبات سابقة بهذا الرقم أُلغيت: {count}، وطلبات استُلمت: {delivered}.",
        en="Orders of this phone that were cancelled: {count}, received: {delivered}.",
    ),
    HintCode.BLOCKED_BEFORE: Wording(
        ar="سبق أن حظرت هذا الرقم في متجرك، ثم رفعت الحظر.",
        en="You had blocked this phone, and lifted the block.",
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
        ar="طلبات سابقة استلمها صاحب هذا الرقم: {count}، ولم يُرفض منها شيء نهائيًا.",
        en="Orders of this phone that were received: {count}, and none was refused for good.",
    ),
}
_BLOCKED = Wording(ar="هذا الرقم محظور الآن في متجرك.", en="This phone is blocked in your store.")


def _wording(hint: Hint) -> Wording:
    if hint.code is HintCode.BLOCKED_BEFORE and hint.facts["lifted_at"] is None:
        return _BLOCKED
    return HINTS[hint.code]


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
            HintOut.told(each, message=_wording(each).told(locale, each.facts))
            for each in risk.hints
        ]
        return cls(level=risk.level, hints=hints)
