"""Letters by SMTP, through whatever server the operator has."""

import asyncio
import logging
import re
from contextlib import suppress
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from marketplace.adapters.mail import parse_sender, sealed
from marketplace.application.ports import Letter, Mailer, MailRefused, MailUnavailable

PATIENCE = 10.0
"""Seconds from the connection to the server's last word."""
RETRY_AFTER = 60

_STARTTLS = {"required": True, "never": False, "offered": None}
_ENHANCED = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")
"""The reason in numbers (RFC 3463). The words around it may name the recipient."""
_log = logging.getLogger("marketplace.mail")


class SmtpMailer(Mailer):
    """
    One connection for each letter.

    ``url`` is ``smtps://user:password@host:465``, or ``smtp://…:587?starttls=`` with ``required``
    (the default if there is a password), ``offered`` (the default otherwise) or ``never``.
    """

    def __init__(self, url: str, sender: str, *, patience: float = PATIENCE) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("the URL of a mail server begins with smtp:// or smtps://")
        default = "required" if parts.password else "offered"
        starttls = parse_qs(parts.query).get("starttls", [default])[-1]
        if starttls not in _STARTTLS:
            raise ValueError(f"starttls is one of {', '.join(_STARTTLS)}")
        self._tls = parts.scheme == "smtps"
        self._start_tls = None if self._tls else _STARTTLS[starttls]
        self._host = parts.hostname
        self._port = parts.port
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = parse_sender(sender)
        self._patience = patience

    async def send(self, letter: Letter, /) -> None:
        message = sealed(letter, self._sender)
        server = self._server()
        try:
            async with asyncio.timeout(self._patience):
                await server.connect()
                await server.sendmail(
                    self._sender.addr_spec, str(message["To"]), message.as_bytes()
                )
        except SMTPRecipientsRefused as refused:
            raise _for_good_or_for_now(refused.recipients[0]) from None
        except SMTPDataError as refused:
            raise _for_good_or_for_now(refused) from None
        except (SMTPException, OSError, TimeoutError) as error:
            # A bad password or sender is our mistake: the letter can go once it is put right.
            _log.warning("the mail server does not take letters: %r", error)
            raise MailUnavailable(retry_after=RETRY_AFTER) from error
        else:
            # The letter is theirs already; whether the farewell succeeds changes nothing.
            with suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await server.quit()
        finally:
            server.close()

    def _server(self) -> SMTP:
        return SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            # Otherwise the name of this machine is looked up, and everybody waits for the answer.
            local_hostname=self._sender.domain,
            # One deadline for the whole conversation, not one for each command.
            timeout=None,
            use_tls=self._tls,
            start_tls=self._start_tls,
        )


def _for_good_or_for_now(said: SMTPResponseException) -> MailRefused | MailUnavailable:
    reason = _ENHANCED.match(said.message)
    enhanced = reason[0] if reason else ""
    facts = {"code": said.code, "reason": enhanced}
    # Before the letter is read, 5.7 is about who we are (RFC 3463, 3.8): that can be put right.
    is_about_us = enhanced.startswith("5.7.") and not isinstance(said, SMTPDataError)
    if said.code >= 500 and not is_about_us:
        return MailRefused(**facts)
    return MailUnavailable(**facts, retry_after=RETRY_AFTER)
