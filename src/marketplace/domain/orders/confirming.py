"""Confirming: whether a guest stands by an order, and how often somebody asked."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ..errors import RuleBroken
from ..text import word

MOST_ATTEMPTS = 50
"""That are written down of one order."""


class ConfirmationMethod(StrEnum):
    """How the guest wants to be asked whether they mean it."""

    WHATSAPP = "whatsapp"
    PHONE = "phone"
    LINK = "link"


class ConfirmationState(StrEnum):
    AWAITED = "awaited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Outcome(StrEnum):
    """How it went when the merchant asked."""

    NO_ANSWER = "no_answer"
    CALL_BACK = "call_back"
    WRONG_NUMBER = "wrong_number"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationAttempt:
    """The merchant asked the guest once."""

    at: datetime
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Whether the guest stands by the order."""

    method: ConfirmationMethod
    state: ConfirmationState = ConfirmationState.AWAITED
    attempts: tuple[ConfirmationAttempt, ...] = ()

    def turned(self, state: ConfirmationState) -> "Confirmation":
        return replace(self, state=state)

    def after(self, attempt: ConfirmationAttempt) -> "Confirmation":
        if len(self.attempts) >= MOST_ATTEMPTS:
            raise TooManyConfirmationAttempts(at_most=MOST_ATTEMPTS)
        return replace(self, attempts=(*self.attempts, attempt))


class TooManyConfirmationAttempts(RuleBroken):
    """Of one order at most ``at_most`` are written down."""


parse_confirmation_method = word(ConfirmationMethod)
parse_outcome = word(Outcome)
