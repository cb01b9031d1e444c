"""Passwords, by Argon2id."""

import asyncio
import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import Argon2Error, InvalidHashError

from marketplace.application.ports import PasswordHasher
from marketplace.domain.accounts import SignInsBusy

AT_ONCE = max(1, min(8, (os.cpu_count() or 1) - 1))
"""Passwords checked at the same time: each takes a core for 20 ms, and 19 MiB. One core is left."""
WAITING = 32
"""How many more may wait, two thirds of a second at most."""
NICE = 10
"""By how much these threads stand back from the one that answers everybody (``nice(2)``)."""

Result = TypeVar("Result")


class Argon2PasswordHasher(PasswordHasher):
    """
    Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).

    The work is done in threads of its own: it would hold up everybody else in the shared ones. They
    do without the interpreter's lock while they hash, and without a core that somebody else wants.
    Raises :class:`SignInsBusy` when too many wait already.
    """

    def __init__(self, *, time_cost: int = 2) -> None:
        self._argon2 = Argon2(
            time_cost=time_cost,
            memory_cost=19 * 1024,
            parallelism=1,
            hash_len=32,
            salt_len=16,
            type=Type.ID,
        )
        self._nobodys = self._argon2.hash(secrets.token_bytes(32))
        self._threads = ThreadPoolExecutor(
            AT_ONCE, thread_name_prefix="argon2", initializer=_stand_back
        )
        self._room = BoundedSemaphore(AT_ONCE + WAITING)

    async def hash(self, password: str, /) -> str:
        return await self._in_a_thread(self._argon2.hash, _bytes(password))

    async def verify(self, password: str, hash: str | None, /) -> bool:
        return await self._in_a_thread(self._verify, _bytes(password), hash)

    def is_outdated(self, hash: str, /) -> bool:
        try:
            return self._argon2.check_needs_rehash(hash)
        except InvalidHashError:
            return True

    def close(self) -> None:
        """Check what waits, and no more."""
        self._threads.shutdown()

    def _verify(self, password: bytes, hash: str | None) -> bool:
        try:
            return self._argon2.verify(hash or "", password)
        except (InvalidHashError, UnicodeError):
            # No hash, or none that can be read: it must not show in the time it takes.
            self._verify(password, self._nobodys)
        except Argon2Error:
            pass
        return False

    async def _in_a_thread(self, work: Callable[..., Result], *given: object) -> Result:
        if not self._room.acquire(blocking=False):
            raise SignInsBusy(retry_after=1)
        future = self._threads.submit(work, *given)
        # A future that is cancelled while it waits is done, too: who hangs up frees the place.
        future.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(future)


def _stand_back() -> None:
    """On Linux a thread has a priority of its own; elsewhere it would be that of the process."""
    if sys.platform == "linux":
        usual = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(usual + NICE, 19))


def _bytes(password: str) -> bytes:
    """A lone surrogate is in nobody's password, and still takes as long as any other."""
    return password.encode(errors="surrogatepass")
