"""The machine we run on: its clock, and what it can make up."""

import os
import secrets
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hmac import compare_digest, digest
from random import SystemRandom
from threading import Lock
from uuid import UUID

from marketplace.application.ports import Clock, Ids, Secrets

_COUNTER_BITS = 42
_TAIL_BITS = 32


class SystemClock(Clock):
    """The clock on the wall, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemIds(Ids):
    """
    UUIDs of version 7 (RFC 9562, 5.7), each greater than all before it in this process.

    Behind the millisecond stands a counter of 42 bits that starts anywhere in its lower half (6.2,
    method 1), then 32 random bits. When the clock goes back, the last millisecond goes on.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._millisecond = 0
        self._counter = 0

    def new(self) -> UUID:
        random = int.from_bytes(os.urandom(10), "big")
        with self._lock:
            millisecond = time.time_ns() // 1_000_000
            if millisecond > self._millisecond:
                self._millisecond = millisecond
                self._counter = random >> (80 - _COUNTER_BITS + 1)
            else:
                self._counter += 1
                if self._counter >> _COUNTER_BITS:
                    self._millisecond, self._counter = self._millisecond + 1, 0
            millisecond, counter = self._millisecond, self._counter
        high, low = counter >> 30, counter & (1 << 30) - 1
        tail = random & (1 << _TAIL_BITS) - 1
        return UUID(
            int=millisecond << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low << _TAIL_BITS | tail
        )


class SystemSecrets(Secrets):
    """
    Randomness of the operating system.

    The successor of a token is its HMAC-SHA256 (RFC 2104) under a key made for this alone: whoever
    has the token, but not the key, knows nothing of it. The seal is one under another key, and what
    has a name is made of it under a third. Keys in
    ``earlier`` still recognise what they have sealed, and seal nothing new.
    """

    def __init__(self, key: bytes, *earlier: bytes) -> None:
        keys = (key, *earlier)
        if any(len(each) < 32 for each in keys):
            raise ValueError("a secret key has at least 32 bytes")
        self._keys = [
            (
                digest(each, b"marketplace: the successor of a token", "sha256"),
                digest(each, b"marketplace: the seal of a token", "sha256"),
            )
            for each in keys
        ]
        self._naming = digest(key, b"marketplace: the token of a name", "sha256")
        self._random = SystemRandom()

    def token(self) -> str:
        return secrets.token_urlsafe(32)

    def sealed(self, name: str, /) -> str:
        _, seal = self._keys[0]
        return _sealed(f"{name}.{self.token()}", seal)

    def is_sealed(self, token: str, /) -> bool:
        text, _, shown = token.rpartition(".")
        return any(compare_digest(_mac(seal, text), _bytes(shown)) for _, seal in self._keys)

    def successors(self, token: str, /) -> list[str]:
        name = token.partition(".")[0]
        return [_sealed(f"{name}.{_mac(key, token).decode()}", seal) for key, seal in self._keys]

    def named(self, name: str, /) -> str:
        return _mac(self._naming, name).decode()

    def jitter(self) -> float:
        return self._random.random()


def _sealed(text: str, key: bytes) -> str:
    return f"{text}.{_mac(key, text).decode()}"


def _mac(key: bytes, text: str) -> bytes:
    return urlsafe_b64encode(digest(key, _bytes(text), "sha256")).rstrip(b"=")


def _bytes(text: str) -> bytes:
    """Whatever was sent as a token is answered: a lone surrogate has no UTF-8."""
    return text.encode(errors="surrogatepass")
