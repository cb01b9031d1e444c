"""A crowd that signs in all at once: who waits is told to, and nobody else notices."""

import asyncio
import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network

import psutil
import pytest
import uvicorn

from marketplace.adapters.argon2 import AT_ONCE, WAITING, Argon2PasswordHasher
from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http import HttpOptions, create_app
from marketplace.entrypoints.in_memory import in_memory

from .serving import free_port

CROWD = 300
MIB = 1024 * 1024


def serve(port: int) -> None:
    marketplace = Marketplace(replace(in_memory(), passwords=Argon2PasswordHasher()))
    # Each of the crowd has an address of its own: it is not the throttle that turns them away.
    options = HttpOptions(trusted_proxies=[ip_network("127.0.0.1")])
    app = create_app(marketplace, options=options)
    uvicorn.run(app, port=port, log_config=None, lifespan="off", proxy_headers=False, ws="none")


@pytest.fixture
def server() -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port,))
    process.start()
    yield port, psutil.Process(process.pid)
    process.terminate()
    process.join()


async def ask(port: int, method: str, path: str, body: str = "", address: str = "") -> int:
    """The status of the answer. A whole HTTP client would be busier than the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"{method} {path} HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n"
        f"x-forwarded-for: {address}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}".encode()
    )
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1])


async def until_it_answers(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await ask(port, "GET", "/health/live")
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_a_flood_of_sign_ins_leaves_room_for_others(
    server: tuple[int, psutil.Process],
) -> None:
    port, process = server
    await until_it_answers(port)
    before, most, took = process.memory_info().rss, 0, list[float]()

    async def sign_in(number: int) -> int:
        said = json.dumps({"email": f"somebody-{number}@example.com", "password": "a wild guess"})
        address = f"203.0.{number // 250}.{number % 250}"
        return await ask(port, "POST", "/api/auth/login", said, address)

    async def flood() -> list[int]:
        return [
            status
            for _ in range(3)
            for status in await asyncio.gather(*(sign_in(number) for number in range(CROWD)))
        ]

    flooding = asyncio.create_task(flood())
    while not flooding.done():
        began = time.monotonic()
        assert await ask(port, "GET", "/health/live") == 200
        took.append(time.monotonic() - began)
        most = max(most, process.memory_info().rss)
        await asyncio.sleep(0.005)
    statuses = Counter(await flooding)

    assert set(statuses) == {401, 429}
    assert statuses[401] >= AT_ONCE + WAITING
    assert statuses[429] > 0
    # The crowd is in the process that measures: on a busy machine that is what takes its time.
    assert sum(each < 1 for each in took) >= len(took) * 0.95
    assert sorted(took)[len(took) // 2] < 0.1
    assert most - before < 200 * MIB
