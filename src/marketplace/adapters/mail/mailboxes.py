"""Mail that goes nowhere: into a folder, or to whoever looks at the terminal."""

import asyncio
import sys
from pathlib import Path
from typing import TextIO

from marketplace.adapters import files
from marketplace.adapters.mail import parse_sender, sealed
from marketplace.application.ports import Letter, Mailer


class FolderMailer(Mailer):
    """A file for each letter, which any mail program opens; the same letter again replaces it."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = parse_sender(sender)

    async def send(self, letter: Letter, /) -> None:
        message = sealed(letter, self._sender)
        place = self._folder / f"{letter.id}.eml"
        await asyncio.to_thread(files.put, place, message.as_bytes())


class ConsoleMailer(Mailer):
    """Prints the text of each letter, as a developer wants to see it."""

    def __init__(self, sender: str, out: TextIO | None = None) -> None:
        self._sender = parse_sender(sender)
        self._out = out

    async def send(self, letter: Letter, /) -> None:
        message = sealed(letter, self._sender)
        heads = "\n".join(f"{name}: {message[name]}" for name in ("From", "To", "Subject", "Date"))
        out = self._out or sys.stdout
        out.write(f"{heads}\n\n{letter.text}\n{'-' * 72}\n")
        out.flush()
