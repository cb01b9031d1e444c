"""
Images, by Pillow: upright, in sRGB, without a word about who took them and where.

Strangers' bytes are never decoded in this process. Each image gets a child process of its own
(``child.py``) that may use so much memory and time, opens nothing, and is told none of our secrets.
"""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from marketplace.application.ports import FirstLook, ImageProcessor, Picture
from marketplace.domain.errors import Unavailable
from marketplace.domain.images import ImageTooLarge, UnreadableImage

AT_ONCE = 3
"""How many children decode at the same time; each may take up to a gigabyte."""
PATIENCE = 20.0
"""Seconds for one image, whatever its child is doing."""

_CHILD = Path(__file__).with_name("child.py")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"mif1")
"""The brands of a still picture in HEVC (ISO/IEC 23008-12, annex B); the last says no codec."""
_TOLD = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
"""All that a child hears of our environment: how to find Pillow."""
_INTERRUPTIONS = (signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM)
RETRY_AFTER = 5
"""Seconds until an interrupted image may be tried again."""
_log = logging.getLogger("marketplace.images")


class DecoderInterrupted(Unavailable):
    """An image was not looked at to the end: too much else was going on."""


class PillowImageProcessor(ImageProcessor):
    """
    Decodes JPEG, PNG, WebP and HEIC; of an animation, the first frame.

    There is a rendition for each edge that the original reaches, and none of another size; an
    original below the smallest edge has one rendition, under that edge and in its own size.

    To start Python and Pillow takes longer than a preview, so one child is started ahead.
    """

    def __init__(self, *, patience: float = PATIENCE, child: Path = _CHILD) -> None:
        if find_spec("PIL") is None or find_spec("pillow_heif") is None:
            raise ModuleNotFoundError("images need Pillow and pillow-heif, of the extra [images]")
        self.at_once = AT_ONCE
        self._patience = patience
        self._child = child
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pillow")
        self._ahead: deque[subprocess.Popen[bytes]] = deque()

    async def first_look(self, content: bytes, /) -> FirstLook:
        answer = await self._ask("first_look", content)
        [preview] = answer.pictures
        return FirstLook(
            width=answer.width,
            height=answer.height,
            preview=preview.content,
            preview_width=preview.width,
            preview_height=preview.height,
            placeholder=answer.colour,
        )

    async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
        return (await self._ask("renditions", content)).pictures

    def close(self) -> None:
        """Finish what is being decoded, and let the waiting child go."""
        self._threads.shutdown(cancel_futures=True)
        while self._ahead:
            with self._ahead.pop() as child:
                child.kill()

    async def _ask(self, task: str, content: bytes) -> "_Answer":
        if not _looks_like_an_image(content):
            raise UnreadableImage
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._in_a_child, task, content)

    def _in_a_child(self, task: str, content: bytes) -> "_Answer":
        with self._waiting_child() or self._new_child() as child:
            try:
                said, complaint = child.communicate(
                    b"%s\n" % task.encode() + content, self._patience
                )
            except subprocess.TimeoutExpired:
                child.kill()
                said, complaint = child.communicate()
        if not self._ahead:
            with suppress(OSError):
                self._ahead.append(self._new_child())
        if child.returncode < 0:
            _log.warning("decoding an image ended with signal %d", -child.returncode)
            # Stopped by us, the system or an operator: that says nothing of the image.
            if -child.returncode in _INTERRUPTIONS:
                raise DecoderInterrupted(retry_after=RETRY_AFTER)
            raise UnreadableImage
        if child.returncode:
            # Not the image's fault: the child is broken, or does not find Pillow.
            raise RuntimeError(f"the image decoder failed: {complaint.decode(errors='replace')}")
        return _Answer.read(said)

    def _new_child(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - a fixed command
            [sys.executable, "-P", str(self._child)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in _TOLD if name in os.environ},
            # Ctrl-C is meant for the server, which lets its children finish.
            start_new_session=True,
        )

    def _waiting_child(self) -> subprocess.Popen[bytes] | None:
        """The one that was started ahead, unless somebody took it or something killed it."""
        while self._ahead:
            try:
                child = self._ahead.pop()
            except IndexError:
                break
            if child.poll() is None:
                return child
            child.communicate()
        return None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a child made of an image."""

    width: int
    height: int
    colour: str
    pictures: tuple[Picture, ...]

    @classmethod
    def read(cls, said: bytes) -> "_Answer":
        line, _, body = said.partition(b"\n")
        head = json.loads(line)
        if head.get("refused") == "too large":
            raise ImageTooLarge
        if "refused" in head:
            _log.info("an image is unreadable: %s", head.get("why"))
            raise UnreadableImage
        pictures: list[Picture] = []
        for each in head["pictures"]:
            content, body = body[: each["content"]], body[each["content"] :]
            pictures.append(Picture(**{**each, "content": content}))
        return cls(head["width"], head["height"], head["colour"], tuple(pictures))


def _looks_like_an_image(content: bytes) -> bool:
    """JPEG, PNG, WebP or HEIC by its first bytes: not worth a child otherwise."""
    return (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or content[:4] + content[8:12] == b"RIFFWEBP"
        or (content[4:8] == b"ftyp" and content[8:12] in _HEIC)
    )
