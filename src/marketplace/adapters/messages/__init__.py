"""Messages to guests: by mail, by WhatsApp, or into a folder where nothing else is set."""

import logging

from marketplace.application.ports import (
    Letter,
    Mailer,
    MailRefused,
    MailUnavailable,
    Message,
    MessageRefused,
    MessageUnavailable,
    Messenger,
)

_log = logging.getLogger("marketplace.messages")


class MailMessenger(Messenger):
    """A letter, to whoever gave a mailbox."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def reaches(self, message: Message, /) -> bool:
        return message.email is not None

    async def send(self, message: Message, /) -> None:
        if message.email is None:
            raise MessageRefused(reason="no mailbox, and no way to a telephone (MESSAGES_URL)")
        letter = Letter(
            id=message.id,
            to=message.email,
            subject=message.wording.title,
            text=message.wording.text,
            html=message.wording.html,
            locale=message.locale,
        )
        try:
            await self._mailer.send(letter)
        except MailRefused as refused:
            raise MessageRefused(**refused.facts) from None
        except MailUnavailable as unavailable:
            raise MessageUnavailable(**unavailable.facts) from None


class FirstMessenger(Messenger):
    """
    Of several ways the first that reaches the guest, and the next one where that is refused.

    What none of them would bring goes the last way.
    """

    def __init__(self, *ways: Messenger) -> None:
        self._ways = ways

    def reaches(self, message: Message, /) -> bool:
        return any(way.reaches(message) for way in self._ways)

    async def send(self, message: Message, /) -> None:
        *ways, last = [way for way in self._ways if way.reaches(message)] or self._ways[-1:]
        for way in ways:
            try:
                await way.send(message)
            except MessageRefused as refused:
                _log.info("message %s goes another way: %r", message.id, refused)
            else:
                return
        await last.send(message)

    async def close(self) -> None:
        for way in self._ways:
            if (close := getattr(way, "close", None)) is not None:
                await close()
