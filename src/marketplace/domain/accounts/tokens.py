"""One-time tokens: what a letter proves."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ..errors import NotFound
from ..events import Event
from .account import AccountId, EmailAddress

RESET_LASTS = timedelta(minutes=10)
"""At most ten minutes for an out-of-band code (OWASP ASVS 5.0, 6.5.5)."""
RESET_WANTED = timedelta(hours=1)
"""How long after it was asked for a reset letter is still written."""
VERIFICATION_LASTS = timedelta(days=7)


class Purpose(StrEnum):
    """What a one-time token is good for."""

    PASSWORD_RESET = "password-reset"
    EMAIL_VERIFICATION = "email-verification"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeToken:
    """A secret in a letter, kept as its hash, good once and not for long."""

    hash: bytes
    purpose: Purpose
    account_id: AccountId
    expires_at: datetime
    job: UUID | None = None
    """Which job wrote the letter: when it has to be written again, it is the same job that does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Event):
    """Somebody says so; whether there is such an account is looked up when the letter is due."""

    email: EmailAddress


class LinkExpired(NotFound):
    """The link was used, or its time is over, or it never existed."""


def digest(secret: str) -> bytes:
    """What is kept of a 256-bit random secret: enough to recognise it, no way back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
