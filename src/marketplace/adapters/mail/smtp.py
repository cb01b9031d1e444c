"""Letters by SMTP, through whatever server the operator has."""

import asyncio
import logging
import re
from contextlib import suppress
from dataclasses import dataclass
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
KEPT_FOR = 10.0
"""Seconds: behind one letter there often is another."""
MOST_KEPT = 5
"""Connections without a letter."""
MOST_LETTERS = 100
"""On one connection; servers end it somewhere there themselves."""
STANDS_WITHIN = 2.0
"""Seconds in which a kept connection has to say that it stands."""

_STARTTLS = {"required": True, "never": False, "offered": None}
_ENHANCED = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")
"""The reason in numbers (RFC 3463). The words around it may name the recipient."""
_log = logging.getLogger("marketplace.mail")


@dataclass(slots=True)
class _Line:
    """A connection to the server that nobody uses, and the moment when it is hung up."""

    server: SMTP
    letters: int
    hanging_up: asyncio.TimerHandle


class SmtpMailer(Mailer):
    """
    Letters side by side, each on a connection of its own for as long as it takes.

    A connection on which a letter went well is kept for ``kept_for`` seconds, for the next one; it
    is asked whether it still stands before anything is said on it. One on which something was
    refused is hung up.

    ``url`` is ``smtps://user:password@host:465``, or ``smtp://…:587?starttls=`` with ``required``
    (the default if there is a password), ``offered`` (the default otherwise) or ``never``.
    """

    def __init__(
        self, url: str, sender: str, *, patience: float = PATIENCE, kept_for: float = 0.0
    ) -> None:
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
        self._kept_for = kept_for
        self._idle: list[_Line] = []

    async def send(self, letter: Letter, /) -> None:
        message = sealed(letter, self._sender)
        line: _Line | None = None
        is_sent = False
        try:
            async with asyncio.timeout(self._patience):
                line = await self._connected()
                await line.server.sendmail(
                    self._sender.addr_spec, str(message["To"]), message.as_bytes()
                )
                is_sent = True
        except SMTPRecipientsRefused as refused:
            raise _for_good_or_for_now(refused.recipients[0]) from None
        except SMTPDataError as refused:
            raise _for_good_or_for_now(refused) from None
        except (SMTPException, OSError, TimeoutError) as error:
            # A bad password or sender is our mistake: the letter can go once it is put right.
            _log.warning("the mail server does not take letters: %r", error)
            raise MailUnavailable(retry_after=RETRY_AFTER) from error
        finally:
            if line is not None and not (is_sent and self._keep(line)):
                # The letter is theirs already, or never will be: how it ends changes nothing.
                await _hang_up(line.server, politely=is_sent)

    async def close(self) -> None:
        """Hang up whatever is kept."""
        while self._idle:
            line = self._idle.pop()
            line.hanging_up.cancel()
            await _hang_up(line.server, politely=True)

    async def _connected(self) -> _Line:
        while self._idle:
            line = self._idle.pop()
            line.hanging_up.cancel()
            try:
                async with asyncio.timeout(STANDS_WITHIN):
                    await line.server.noop()
            except (SMTPException, OSError, TimeoutError):
                line.server.close()
            else:
                return line
        server = self._server()
        try:
            await server.connect()
        except BaseException:
            server.close()
            raise
        return _Line(server, 0, _never())

    def _keep(self, line: _Line) -> bool:
        """Whether it is kept for the next letter: not too many, and none for ever."""
        line.letters += 1
        if not self._kept_for or len(self._idle) >= MOST_KEPT or line.letters >= MOST_LETTERS:
            return False
        loop = asyncio.get_running_loop()
        line.hanging_up = loop.call_later(self._kept_for, self._forget, line)
        self._idle.append(line)
        return True

    def _forget(self, line: _Line) -> None:
        if line in self._idle:
            self._idle.remove(line)
            line.server.close()

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


def _never() -> asyncio.TimerHandle:
    """A moment that does not come."""
    handle = asyncio.get_running_loop().call_later(0, lambda: None)
    handle.cancel()
    return handle


async def _hang_up(server: SMTP, *, politely: bool) -> None:
    if politely:
        with suppress(SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(1):
                await server.quit()
    server.close()


def _for_good_or_for_now(said: SMTPResponseException) -> MailRefused | MailUnavailable:
    reason = _ENHANCED.match(said.message)
    enhanced = reason[0] if reason else ""
    facts = {"code": said.code, "reason": enhanced}
    # Before the letter is read, 5.7 is about who we are (RFC 3463, 3.8): that can be put right.
    is_about_us = enhanced.startswith("5.7.") and not isinstance(said, SMTPDataError)
    if said.code >= 500 and not is_about_us:
        return MailRefused(**facts)
    return MailUnavailable(**facts, retry_after=RETRY_AFTER)
