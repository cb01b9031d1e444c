"""``python -m benchmarks.imports``: how long 10,000 products take, and how much memory."""

import argparse
import csv
import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

_PATIENT = 120.0
_NAMES = ("عباءة مطرزة", "مصباح نحاسي", "عطر العود", "فستان سهرة", "حقيبة جلد", "طقم فناجين")
_PROSE = "قماش كريب فاخر بتطريز يدوي، مناسب للمناسبات، يغسل على البارد ويكوى من الداخل. " * 3


def sheet(products: int) -> bytes:
    """Every third product comes in three sizes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        "الرابط العنوان الوصف السعر المخزون SKU التصنيف الوسوم option1_name option1_value".split()
    )
    for number in range(products):
        said = [
            f"p-{number}",
            f"{_NAMES[number % len(_NAMES)]} {number}",
            _PROSE,
            f"{number % 900 + 10}.50",
            number % 50,
        ]
        sizes = ("S", "M", "L") if number % 3 == 0 else ("",)
        for place, size in enumerate(sizes):
            row = said if not place else [said[0], "", "", said[3], said[4]]
            first = [f"قسم {number % 20}", "جديد, عباءات"] if not place else ["", ""]
            option = ["المقاس", size] if size else ["", ""]
            writer.writerow([*row, f"SKU-{number}-{size}", *first, *option])
    return ("\ufeff" + text.getvalue()).encode()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--products", type=int, default=10_000)
    said = parser.parse_args()
    content = sheet(said.products)
    with TemporaryDirectory(prefix="marketplace-imports-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        environment = {
            name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ
        } | {"PORT": str(port), "VAR_DIR": folder}
        command = str(Path(sys.executable).with_name("marketplace"))
        log = Path(folder, "log")
        with log.open("wb") as out:
            server = subprocess.Popen([command, "serve"], env=environment, stdout=out, stderr=out)
        try:
            _measure(f"http://127.0.0.1:{port}", server.pid, content)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def _measure(url: str, process: int, content: bytes) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        _until_ready(client)
        before = _memory(process)
        token = client.post(
            "/api/auth/register",
            json={
                "email": "bench@example.com",
                "username": "bench-store",
                "password": "correct horse battery",
                "phone": "0501234567",
                "name": "متجر",
            },
        ).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        print(f"a sheet of {len(content) / 1e6:.1f} MB; the server has {before:.0f} MB")
        for what in ("added", "compared"):
            began = time.monotonic()
            answer = client.post("/api/merchant/products/import", files={"file": content})
            answer.raise_for_status()
            taken = time.monotonic() - began
            slowest, told = 0.0, answer.json()
            while told["status"] in ("queued", "running"):
                asked = time.monotonic()
                client.get("/health/live")
                slowest = max(slowest, time.monotonic() - asked)
                time.sleep(0.05)
                told = client.get(told["url"]).json()
            counted = {name: told[name] for name in ("created", "changed", "unchanged", "refused")}
            print(
                f"{what}: {taken:.1f} s until 202, {time.monotonic() - began:.1f} s in all, "
                f"{_memory(process):.0f} MB at most, slowest other answer {slowest * 1000:.0f} ms, "
                f"{told['status']} {counted} {told['errors'][:2]}",
                flush=True,
            )
        began = time.monotonic()
        size = 0
        with client.stream("GET", "/api/merchant/products/export") as stream:
            for piece in stream.iter_bytes():
                size += len(piece)
        print(
            f"exported: {size / 1e6:.1f} MB in {time.monotonic() - began:.1f} s, "
            f"{_memory(process):.0f} MB at most"
        )


def _until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + _PATIENT
    while time.monotonic() < deadline:
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError


def _memory(process: int) -> float:
    """The most it ever had, in megabytes."""
    said: dict[str, Any] = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines()
    )
    return int(said["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    main()
