"""A crowd that signs in all at once: who waits is told to, and nobody else notices."""

import asyncio
import json
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from multiprocessing.connection import Connection

import psutil
import pytest
import uvicorn

from marketplace.adapters.argon2 import AT_ONCE, WAITING, Argon2PasswordHasher
from marketplace.application.marketplace import Marketplace
from marketplace.entrypoints.http import HttpOptions, create_app
from marketplace.entrypoints.in_memory import in_memory
from marketplace.entrypoints.serving import settle

from .serving import free_port

CROWD = 300
ROUNDS = 3
STORMS = 3
"""A machine that is busy with something else may spoil one of them, though not all."""
MIB = 1024 * 1024

Flood = Iterator[tuple[int, psutil.Process, Connection]]


def serve(port: int) -> None:
    marketplace = Marketplace(replace(in_memory(), passwords=Argon2PasswordHasher()))
    # Each of the crowd has an address of its own: it is not the throttle that turns them away.
    options = HttpOptions(trusted_proxies=[ip_network("127.0.0.1")])
    app = create_app(marketplace, options=options)
    settle()
    uvicorn.run(app, port=port, log_config=None, lifespan="off", proxy_headers=False, ws="none")


def storm(port: int, told: Connection) -> None:
    """The crowd, in a process that does not hold up whoever measures; tells how they fared."""

    async def sign_in(number: int) -> int:
        said = json.dumps({"email": f"somebody-{number}@example.com", "password": "a wild guess"})
        address = f"203.{number // 62_500}.{number // 250 % 250}.{number % 250}"
        return await ask(port, "POST", "/api/auth/login", said, address)

    async def rounds(first: int) -> Counter[int]:
        statuses = Counter[int]()
        for number in range(first, first + ROUNDS):
            crowd = range(number * CROWD, (number + 1) * CROWD)
            statuses.update(await asyncio.gather(*map(sign_in, crowd)))
        return statuses

    # Whoever measures must not wait for the crowd.
    os.nice(10)
    for number in range(STORMS):
        told.recv()
        told.send(asyncio.run(rounds(number * ROUNDS)))


@pytest.fixture
def flood() -> Flood:
    """A server, and a crowd that waits for a word."""
    port, spawn = free_port(), multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    server = spawn.Process(target=serve, args=(port,))
    crowd = spawn.Process(target=storm, args=(port, there))
    server.start()
    crowd.start()
    yield port, psutil.Process(server.pid), here
    for process in (crowd, server):
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
    flood: tuple[int, psutil.Process, Connection],
) -> None:
    port, process, crowd = flood
    await until_it_answers(port)
    before, most, slowest = process.memory_info().rss, 0, list[float]()

    for _ in range(STORMS):
        took = list[float]()
        crowd.send("now")
        while not crowd.poll():
            began = time.monotonic()
            assert await ask(port, "GET", "/health/live") == 200
            took.append(time.monotonic() - began)
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(0.005)
        statuses = crowd.recv()

        assert set(statuses) == {401, 429}
        assert statuses[401] >= AT_ONCE + WAITING
        assert statuses[429] > 0
        slowest.append(sorted(took)[int(len(took) * 0.99)])
        if slowest[-1] < 0.1:
            break

    assert min(slowest) < 0.1, slowest
    assert most - before < 200 * MIB
