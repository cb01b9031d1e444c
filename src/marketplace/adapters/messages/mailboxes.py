"""Messages that reach no guest: into a folder, or to whoever looks at the terminal."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import TextIO

from marketplace.adapters import files
from marketplace.application.ports import Message, Messenger
from marketplace.domain.phones import masked

_log = logging.getLogger("marketplace.messages")


class FolderMessenger(Messenger):
    """
    A file for each message; the same message again replaces it.

    The log says that somebody waits for it. What it says is in the file alone: it holds a link.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def reaches(self, message: Message, /) -> bool:
        return False

    async def send(self, message: Message, /) -> None:
        place = self._folder / f"{message.id}.txt"
        await asyncio.to_thread(files.put, place, _written(message).encode())
        _log.warning(
            "nothing brings messages to telephones (MESSAGES_URL): the one to %s waits in %s",
            masked(message.phone),
            place,
        )


class ConsoleMessenger(Messenger):
    """Prints each message, as a developer wants to see it, and takes that for its guest."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out

    def reaches(self, message: Message, /) -> bool:
        return True

    async def send(self, message: Message, /) -> None:
        out = self._out or sys.stdout
        out.write(f"{_written(message)}{'-' * 72}\n")
        out.flush()


def _written(message: Message) -> str:
    return f"To: {message.phone}\nSubject: {message.wording.title}\n\n{message.wording.text}"
