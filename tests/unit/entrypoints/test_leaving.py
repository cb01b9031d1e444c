"""Nobody is left behind in Python when the interpreter goes."""

import asyncio
import threading
from pathlib import Path

import pytest

from marketplace.entrypoints import container, leaving
from marketplace.entrypoints.container import running
from marketplace.entrypoints.leaving import handed_over
from marketplace.entrypoints.settings import Settings


@pytest.fixture
def may_go() -> threading.Event:
    return threading.Event()


@pytest.fixture
async def answering(may_go: threading.Event, monkeypatch: pytest.MonkeyPatch) -> threading.Thread:
    """A thread that has woken a loop, and is not through with it."""
    woken, loop = threading.Event(), asyncio.new_event_loop()

    def wake() -> None:
        woken.set()
        may_go.wait()

    monkeypatch.setattr(loop, "_write_to_self", wake)
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(print,))
    thread.start()
    await asyncio.to_thread(woken.wait)
    monkeypatch.undo()
    loop.close()
    return thread


async def test_whoever_leaves_waits_for_the_thread_that_has_answered(
    answering: threading.Thread, may_go: threading.Event
) -> None:
    waiting = asyncio.create_task(handed_over())

    early, _ = await asyncio.wait([waiting], timeout=0.05)
    may_go.set()
    await waiting

    assert early == set()
    answering.join()


async def test_nobody_waits_for_ever(
    answering: threading.Thread, may_go: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "_PATIENCE", 3)

    await handed_over()

    assert answering.is_alive()
    may_go.set()
    answering.join()


async def test_where_nobody_answers_there_is_nothing_to_wait_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asyncio, "sleep", None)

    await handed_over()


async def test_a_marketplace_is_closed_when_every_answer_was_handed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left: list[str] = []

    async def noted() -> None:
        left.append("last")

    monkeypatch.setattr(container, "handed_over", noted)
    said = {
        "DATABASE_URL": "postgresql://127.0.0.1:1/nothing",
        "PUBLIC_URL": "https://souq.example",
        "SECRET_KEY": "a key of more than thirty-two bytes",
        "VAR_DIR": str(tmp_path),
    }
    async with running(Settings.read(said)):
        assert left == []

    assert left == ["last"]
