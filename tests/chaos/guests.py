"""Guests: they order with a key, and ask again with the same one until they are answered."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.integration.serving import Shop

PACE = 0.05
"""Seconds between two orders of a guest, and two attempts at one."""
PATIENT = 90.0
"""Seconds a guest goes on to ask when everything is well again; whoever is not answered is odd."""


@dataclass(frozen=True)
class Acknowledged:
    """An order that somebody was told they had placed."""

    key: str
    id: str
    number: int
    quantity: int


@dataclass
class Guests:
    """Several at once; what each was told is kept here, and nowhere that is being broken."""

    urls: list[str]
    shop: Shop
    product: str
    seed: int
    acknowledged: list[Acknowledged] = field(default_factory=list)
    attempts: int = 0
    odd: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _end: float = 0.0

    def come(self, number: int) -> None:
        self._threads = [
            threading.Thread(target=self._order, args=(each,)) for each in range(number)
        ]
        for each in self._threads:
            each.start()

    def leave(self) -> None:
        """Each is answered first."""
        self._end = time.monotonic() + PATIENT
        self._over.set()
        for each in self._threads:
            each.join()

    def _order(self, guest: int) -> None:
        chance = random.Random(f"{self.seed} {guest}")
        with httpx.Client(timeout=20) as client:
            while not self._over.is_set():
                key = str(UUID(int=chance.getrandbits(128)))
                quantity = chance.randint(1, 3)
                self._insist(client, chance, key, quantity)
                time.sleep(PACE)

    @property
    def _are_lost(self) -> bool:
        return self._over.is_set() and time.monotonic() > self._end

    def _insist(self, client: httpx.Client, chance: random.Random, key: str, quantity: int) -> None:
        path = f"/api/store/{self.shop.name}/orders"
        # Each order is somebody else's: it is not the throttle that turns them away.
        phone = f"05{chance.randrange(10**8):08}"
        body = self.shop.order(self.product, quantity, note=key) | {"customer_phone": phone}
        headers = {
            "idempotency-key": key,
            "x-forwarded-for": f"41.{'.'.join(str(chance.randrange(250)) for _ in range(3))}",
        }
        while True:
            self.attempts += 1
            answer = self._asked(client, chance.choice(self.urls) + path, body, headers)
            if answer is not None and answer.status_code == 201:
                told = answer.json()
                self.acknowledged.append(
                    Acknowledged(key, told["id"], int(told["number"]), quantity)
                )
                return
            if answer is not None and answer.status_code not in (409, 429, 503):
                self.odd.append(f"{answer.status_code} {answer.text[:300]}")
                return
            if self._are_lost:
                self.odd.append(f"to come again for ever: {answer and answer.text[:300]}")
                return
            time.sleep(PACE)

    def _asked(
        self, client: httpx.Client, url: str, body: dict[str, Any], headers: dict[str, str]
    ) -> httpx.Response | None:
        try:
            return client.post(url, json=body, headers=headers)
        except httpx.TransportError:
            return None
