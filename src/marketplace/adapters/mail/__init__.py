"""Letters: what they look like on their way, whoever carries them."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from marketplace.application.ports import Letter, MailRefused
from marketplace.domain.accounts import parse_email
from marketplace.domain.errors import BadValue

_SEVEN_BITS = SMTP.clone(cte_type="7bit")
"""Arabic goes as base64, which every server on the way can carry."""


def parse_sender(text: str) -> Address:
    """``Souq <no-reply@example.com>``, or ``ValueError``."""
    name, address = parseaddr(text)
    try:
        return Address(name, addr_spec=parse_email(address))
    except (BadValue, ValueError):
        raise ValueError(f"not a sender of mail: {text!r}") from None


def sealed(letter: Letter, sender: Address) -> EmailMessage:
    """
    The message for a letter: the same again has the same Message-ID (RFC 5322, 3.6.4).

    Raises :class:`MailRefused` if it is addressed to nobody.
    """
    try:
        to = Address(addr_spec=parse_email(letter.to))
    except BadValue:
        raise MailRefused(reason="bad address") from None
    message = EmailMessage(_SEVEN_BITS)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    # No holiday replies (RFC 3834, 5).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    # After the alternative, which would take it for a header of its first part.
    message["Content-Language"] = letter.locale
    return message


def _one_line(subject: str) -> str:
    """
    A subject that is nothing but itself.

    It has no line break, nor ``=?…?=``: the library would decode that, line breaks and all.
    """
    return " ".join(subject.replace("=?", "= ?").split())
