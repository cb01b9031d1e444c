"""A marketplace in processes of its own, as an operator would start it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

PATIENT = 60.0
"""Seconds until a process that does not answer is given up."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One ``marketplace`` command; what it says goes to a file."""

    def __init__(self, command: str, log: Path, **settings: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).with_name("marketplace")), *command.split()],
                env=kept | settings,
                cwd=log.parent,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._log = log

    def kill(self) -> None:
        """As a crash would: no goodbye."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """As an operator would: the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def freeze(self) -> None:
        """Neither alive nor dead."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def wait(self) -> int:
        return self._process.wait(PATIENT)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def said(self) -> str:
        return self._log.read_text()


class Server(Process):
    """``marketplace serve``, on a free port unless the settings name one."""

    def __init__(self, log: Path, **settings: str) -> None:
        self.port = int(settings.setdefault("PORT", str(free_port())))
        super().__init__("serve", log, **settings)
        self.url = f"http://127.0.0.1:{self.port}"

    def until_ready(self) -> "Server":
        deadline = time.monotonic() + PATIENT
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return self
            except httpx.TransportError:
                assert self.is_running, self.said()
            time.sleep(0.05)
        raise TimeoutError(self.said())


class Shop:
    """A merchant with one product, and the guests who order it, over HTTP."""

    def __init__(
        self, client: httpx.Client, name: str = "lamps", phone: str = "0501234567"
    ) -> None:
        self.client = client
        self.name = name
        answer = client.post(
            "/api/auth/register",
            json={
                "email": f"{name}@example.com",
                "username": name,
                "password": "correct horse battery",
                "phone": phone,
                "name": "مصابيح",
                "locale": "en",
            },
        )
        assert answer.status_code == 201, answer.text
        self.access: str = answer.json()["token"]

    def as_merchant(self, method: str, path: str, **given: Any) -> httpx.Response:
        bearer = {"authorization": f"Bearer {self.access}"}
        return self.client.request(method, path, headers=bearer, **given)

    def offer(self, stock: int) -> str:
        answer = self.as_merchant(
            "POST",
            "/api/merchant/products",
            json={"title": "Lamp", "price": "25.00", "stock": stock},
        )
        assert answer.status_code == 201, answer.text
        product_id: str = answer.json()["id"]
        return product_id

    def order(self, product_id: str, quantity: int = 1, note: str = "") -> dict[str, Any]:
        """What a guest sends to ``/api/store/{name}/orders``."""
        return {
            "customer_name": "ليلى",
            "customer_phone": "0509876543",
            "address": "الرياض",
            "items": [{"product_id": product_id, "quantity": quantity}],
            "confirmation_method": "whatsapp",
            "note": note,
        }

    def orders(self) -> list[dict[str, Any]]:
        """Every order the merchant sees, walked page by page."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            query = {"limit": 100} | ({"cursor": cursor} if cursor else {})
            page = self.as_merchant("GET", "/api/merchant/orders", params=query).json()
            found.extend(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return found


def until(true: Any, seconds: float = PATIENT) -> None:
    """Wait for something that has to become true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never became true"
        time.sleep(0.05)
