"""A crowd is let in a few at a time, and in its order."""

import asyncio

import httpx
import pytest
from litestar.types import Receive, Scope, Send

from marketplace.entrypoints.http.edge import Edge
from marketplace.entrypoints.http.turnstile import AT_A_TIME, Turnstile

CROWD = 10 * AT_A_TIME


async def rounds() -> None:
    """Let the event loop go on until nothing is left to do."""
    for _ in range(10 * CROWD):
        await asyncio.sleep(0)


async def test_few_are_let_in_at_a_time_and_everybody_in_the_end() -> None:
    turnstile, let_in = Turnstile(), list[int]()

    async def enter(number: int) -> None:
        await turnstile.pass_through()
        let_in.append(number)

    crowd = [asyncio.create_task(enter(number)) for number in range(CROWD)]
    most = before = 0
    while not all(each.done() for each in crowd):
        await asyncio.sleep(0)
        most, before = max(most, len(let_in) - before), len(let_in)

    assert let_in == list(range(CROWD))
    assert most == AT_A_TIME


async def test_whoever_comes_alone_does_not_wait() -> None:
    turnstile = Turnstile()
    for _ in range(3):
        entering = turnstile.pass_through()
        with pytest.raises(StopIteration):
            entering.send(None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_who_leaves_before_their_turn_holds_nobody_up() -> None:
    turnstile = Turnstile()
    crowd = [asyncio.create_task(turnstile.pass_through()) for _ in range(CROWD)]
    await asyncio.sleep(0)

    for each in crowd[AT_A_TIME:-1]:
        each.cancel()
    await rounds()

    assert crowd[-1].done()
    assert not crowd[-1].cancelled()


def test_an_event_loop_that_ended_early_leaves_the_turnstile_open() -> None:
    turnstile = Turnstile()

    async def crowd() -> None:
        for _ in range(AT_A_TIME):
            await turnstile.pass_through()

    for _ in range(3):
        with asyncio.Runner() as runner:
            runner.run(crowd())


async def test_who_asks_whether_the_server_lives_is_answered_before_a_crowd() -> None:
    answered: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answered.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    transport = httpx.ASGITransport(app=Edge(app))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        crowd = [asyncio.create_task(client.get("/api/store/sara")) for _ in range(CROWD)]
        alive = asyncio.create_task(client.get("/health/live"))
        await asyncio.gather(*crowd, alive)

    assert answered.index("/health/live") <= 2 * AT_A_TIME
