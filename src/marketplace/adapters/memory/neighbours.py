"""The other neighbours, inside this process."""

import hashlib
import hmac
import math
import secrets
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from marketplace.application import ports
from marketplace.application.ports import (
    Answered,
    Backups,
    FirstLook,
    JobId,
    Letter,
    Message,
    Picture,
    SignedUpload,
    StoredFile,
    Window,
)
from marketplace.domain.accounts import (
    Role,
    Session,
    SessionId,
    SignInRequired,
    TooManyAttempts,
)
from marketplace.domain.images import (
    MOST_PIXELS,
    ImageNotFound,
    ImageTooHeavy,
    ImageTooLarge,
    NoDirectUploads,
    UnreadableImage,
)
from marketplace.domain.webhooks import Failure, HostNotAllowed, Target, may_be_called


class FrozenClock(ports.Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = datetime(2030, 1, 1, 12, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_(self, time: timedelta) -> None:
        """Let this much time pass."""
        self.at += time


class SequentialIds(ports.Ids):
    """1, 2, 3… as UUIDs of version 7: the same ids in every run."""

    def __init__(self) -> None:
        self._last = 0

    def new(self) -> UUID:
        self._last += 1
        return UUID(int=self._last << 80 | 0x7 << 76 | 0x2 << 62)


class MemoryPasswordHasher(ports.PasswordHasher):
    """Salted and quick. It guards nothing that matters."""

    def __init__(self, *, salt_bytes: int = 8) -> None:
        self._salt_bytes = salt_bytes

    async def hash(self, password: str, /) -> str:
        salt = secrets.token_hex(self._salt_bytes)
        return f"{salt}${self._digest(salt, password)}"

    async def verify(self, password: str, hash: str | None, /) -> bool:
        salt, _, expected = (hash or "$").partition("$")
        return hmac.compare_digest(self._digest(salt, password), expected)

    def is_outdated(self, hash: str, /) -> bool:
        return len(hash.partition("$")[0]) != 2 * self._salt_bytes

    def _digest(self, salt: str, password: str) -> str:
        said = password.encode("utf-8", "surrogatepass")
        return hashlib.sha256(salt.encode() + said).hexdigest()


class MemorySealing(ports.Sealing):
    """Out of what the standard library has. It guards nothing that matters."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def seal(self, plain: bytes, secret: bytes, /) -> bytes:
        nonce = secrets.token_bytes(16)
        hidden = self._hidden(nonce, plain, secret)
        return nonce + self._mac(nonce + hidden, secret) + hidden

    def open(self, sealed: bytes, secret: bytes, /) -> bytes | None:
        nonce, mac, hidden = sealed[:16], sealed[16:48], sealed[48:]
        if not hmac.compare_digest(self._mac(nonce + hidden, secret), mac):
            return None
        return self._hidden(nonce, hidden, secret)

    def _hidden(self, nonce: bytes, text: bytes, secret: bytes) -> bytes:
        pad = hashlib.shake_256(self._mac(nonce, secret)).digest(len(text))
        return bytes(a ^ b for a, b in zip(text, pad, strict=True))

    def _mac(self, text: bytes, secret: bytes) -> bytes:
        return hmac.digest(hmac.digest(self._key, secret, "sha256"), text, "sha256")


class MemoryThrottle(ports.Throttle):
    """
    Counts for this process alone.

    There is room for so many windows and faces; whichever was not asked for the longest makes room
    for a new one, so that nobody fills the memory with names they have made up.
    """

    ROOM = 100_000

    def __init__(self, clock: ports.Clock) -> None:
        self._clock = clock
        self._attempts: dict[Window, deque[datetime]] = {}
        self._faces: dict[str, datetime] = {}

    async def admit(self, windows: Sequence[Window], /) -> None:
        now = self._clock.now()
        left = max((self._left(window, now) for window in windows), default=timedelta(0))
        if left > timedelta(0):
            raise TooManyAttempts(retry_after=math.ceil(left.total_seconds()))
        for window in windows:
            counted = self._attempts.pop(window, None) or deque(maxlen=window.most)
            counted.append(now)
            self._attempts[window] = counted
            self._make_room(self._attempts)

    async def take_back(self, windows: Sequence[Window], /) -> None:
        for window in windows:
            if self._attempts.get(window):
                self._attempts[window].pop()

    async def forgive(self, windows: Sequence[Window], /) -> None:
        for window in windows:
            self._attempts.pop(window, None)

    async def remember(self, face: str, seconds: int, /) -> None:
        self._faces.pop(face, None)
        self._faces[face] = self._clock.now() + timedelta(seconds=seconds)
        self._make_room(self._faces)

    async def remembers(self, face: str, /) -> bool:
        return self._clock.now() < self._faces.get(face, datetime.min.replace(tzinfo=UTC))

    def _left(self, window: Window, now: datetime) -> timedelta:
        """Until there is room."""
        attempts = self._attempts.pop(window, None)
        if not attempts:
            return timedelta(0)
        self._attempts[window] = attempts
        if len(attempts) < window.most:
            return timedelta(0)
        return attempts[0] + timedelta(seconds=window.seconds) - now

    def _make_room(self, kept: dict[Any, Any]) -> None:
        if len(kept) > self.ROOM:
            del kept[next(iter(kept))]


class MemoryAccessTokens(ports.AccessTokens):
    """Meaningless words, and a list of what they stand for."""

    LASTS = timedelta(minutes=15)

    def __init__(self) -> None:
        self._issued: dict[str, tuple[SessionId, datetime]] = {}

    def issue(self, session: Session, role: Role, at: datetime, /) -> str:
        token = secrets.token_urlsafe(16)
        self._issued[token] = (session.id, at + self.LASTS)
        return token

    def session_of(self, token: str, at: datetime, /) -> SessionId:
        session_id, expires_at = self._issued.get(token, (None, at))
        if session_id is None or at >= expires_at:
            raise SignInRequired
        return session_id


@dataclass
class MemoryImageStore(ports.ImageStore):
    """A shelf."""

    shelf: dict[str, bytes] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    clock: ports.Clock | None = None

    async def put(self, key: str, content: bytes, /) -> None:
        self.shelf[key] = content
        self.times[key] = self.clock.now() if self.clock else datetime.now(UTC)

    async def get(self, key: str, /, *, at_most: int | None = None) -> bytes:
        try:
            content = self.shelf[key]
        except KeyError:
            raise ImageNotFound(key=key) from None
        if at_most is not None and len(content) > at_most:
            raise ImageTooHeavy(at_most=at_most)
        return content

    async def files(self, folder: str = "", /) -> AsyncIterator[StoredFile]:
        for key, content in list(self.shelf.items()):
            if not folder or key.startswith(f"{folder}/"):
                yield StoredFile(key=key, size=len(content), stored_at=self.times[key])

    async def sign_upload(self, key: str, type: str, lasts: timedelta, /) -> SignedUpload:
        raise NoDirectUploads

    async def delete(self, key: str, /) -> None:
        self.shelf.pop(key, None)


class MemoryImageProcessor(ports.ImageProcessor):
    """Takes for an image what begins like one; the size it believes is that of a PNG header."""

    EDGES = (160, 320, 640, 1280, 2048)
    at_once = 3

    async def first_look(self, content: bytes, /) -> FirstLook:
        width, height = self._size(content)
        scale = min(1.0, 640 / max(width, height))
        return FirstLook(
            width=width,
            height=height,
            preview=b"\xff\xd8\xff" + content[:16],
            preview_width=max(1, round(width * scale)),
            preview_height=max(1, round(height * scale)),
            placeholder="#808080",
        )

    async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
        width, height = self._size(content)
        longest = max(width, height)
        edges = [edge for edge in self.EDGES if edge <= longest] or [self.EDGES[0]]
        return tuple(self._picture(content, edge, width, height) for edge in edges)

    def _picture(self, content: bytes, edge: int, width: int, height: int) -> Picture:
        scale = min(1.0, edge / max(width, height))
        return Picture(
            edge=edge,
            width=max(1, round(width * scale)),
            height=max(1, round(height * scale)),
            suffix="webp",
            content=b"RIFF" + edge.to_bytes(4, "little") + b"WEBP" + content[:16],
        )

    def _size(self, content: bytes) -> tuple[int, int]:
        width, height = 800, 600
        if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
            width = int.from_bytes(content[16:20], "big")
            height = int.from_bytes(content[20:24], "big")
        elif not content.startswith(b"\xff\xd8\xff") and content[8:12] != b"WEBP":
            raise UnreadableImage
        if not width or not height:
            raise UnreadableImage
        if width * height > MOST_PIXELS:
            raise ImageTooLarge(width=width, height=height)
        return width, height


@dataclass
class MemoryMailer(ports.Mailer):
    """A post office that keeps every letter; the same letter again is kept once."""

    sent: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter, /) -> None:
        self.sent = [each for each in self.sent if each.id != letter.id] + [letter]


@dataclass
class MemoryMessenger(ports.Messenger):
    """Keeps every message, as if each guest had it; the same message again is kept once."""

    sent: list[Message] = field(default_factory=list)

    def reaches(self, message: Message, /) -> bool:
        return True

    async def send(self, message: Message, /) -> None:
        self.sent = [each for each in self.sent if each.id != message.id] + [message]


@dataclass
class MemoryWebhookSender(ports.WebhookSender):
    """
    A world of receivers, by the URL they listen at: each says what it answers.

    A host has the ``addresses`` that are named for it, or one of the public internet. Where nobody
    listens, nobody answers.
    """

    receivers: dict[str, Answered] = field(default_factory=dict)
    addresses: dict[str, Sequence[str]] = field(default_factory=dict)
    loopback: bool = False
    calls: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    async def check(self, target: Target, /) -> None:
        named = self.addresses.get(target.host)
        if named is None:
            try:
                named = [str(ip_address(target.host))]
            except ValueError:
                named = ["93.184.215.14"]
        found = [ip_address(each) for each in named]
        if not may_be_called(target, found, loopback=self.loopback):
            raise HostNotAllowed

    async def send(self, target: Target, headers: Mapping[str, str], body: bytes, /) -> Answered:
        try:
            await self.check(target)
        except HostNotAllowed:
            return Answered(failure=Failure.NOT_ALLOWED)
        answer = self.receivers.get(target.url)
        if answer is None:
            return Answered(failure=Failure.UNREACHABLE)
        self.calls.append((target.url, headers, body))
        return answer


@dataclass
class MemoryBell(ports.Bell):
    """Remembers who was called."""

    rung: list[JobId] = field(default_factory=list)

    def ring(self, jobs: Sequence[JobId], /) -> None:
        self.rung.extend(jobs)


class MemoryBackups(Backups):
    """Notes down when copies were made; ``failing`` is raised instead, if there is anything."""

    def __init__(self) -> None:
        self.made: list[datetime] = []
        self.failing: Exception | None = None

    async def make(self, at: datetime, /) -> str | None:
        if self.failing is not None:
            raise self.failing
        self.made.append(at)
        return f"memory:{len(self.made)}"
