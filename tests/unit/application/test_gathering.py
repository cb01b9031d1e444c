"""What several ask for at the same moment is done for all of them at once."""

import asyncio
from collections.abc import Sequence

import pytest

from marketplace.application import gathering as gathering_module
from marketplace.application.gathering import Gathering


class Shop:
    """Doubles numbers; each round waits until it is let go."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.go = asyncio.Event()

    async def fulfil(self, wishes: Sequence[int]) -> list[int]:
        self.rounds.append(list(wishes))
        await self.go.wait()
        if 13 in wishes:
            raise ValueError("unlucky")
        return [2 * each for each in wishes]


async def others_have_their_turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_whoever_is_alone_goes_at_once() -> None:
    shop = Shop()
    shop.go.set()

    assert await Gathering(shop.fulfil).ask(21) == 42
    assert shop.rounds == [[21]]


async def test_those_who_come_at_the_same_moment_go_together_and_each_has_its_answer() -> None:
    shop = Shop()
    shop.go.set()
    gathering = Gathering(shop.fulfil)

    assert await asyncio.gather(*map(gathering.ask, range(5))) == [0, 2, 4, 6, 8]
    assert shop.rounds == [[0, 1, 2, 3, 4]]


async def test_those_who_come_while_all_lanes_are_taken_go_together_next() -> None:
    shop = Shop()
    gathering = Gathering(shop.fulfil, lanes=1)
    first = asyncio.create_task(gathering.ask(1))
    await others_have_their_turn()
    later = [asyncio.create_task(gathering.ask(each)) for each in (2, 3, 4)]
    await others_have_their_turn()

    shop.go.set()

    assert await asyncio.gather(first, *later) == [2, 4, 6, 8]
    assert shop.rounds == [[1], [2, 3, 4]]


async def test_one_that_is_stuck_does_not_hold_up_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = Shop()
    gathering = Gathering(shop.fulfil, lanes=1)
    stuck = asyncio.create_task(gathering.ask(1))
    await others_have_their_turn()
    patient = asyncio.create_task(gathering.ask(2))
    await others_have_their_turn()
    assert shop.rounds == [[1]]

    monkeypatch.setattr(gathering_module, "PATIENCE", -1.0)
    later = asyncio.create_task(gathering.ask(3))
    await others_have_their_turn()

    assert shop.rounds == [[1], [2, 3]]
    shop.go.set()
    assert [*await asyncio.gather(stuck, patient, later)] == [2, 4, 6]


async def test_no_more_go_together_than_there_is_room_for() -> None:
    shop = Shop()
    shop.go.set()
    gathering = Gathering(shop.fulfil, most=2, lanes=1)

    assert await asyncio.gather(*map(gathering.ask, range(5))) == [0, 2, 4, 6, 8]
    assert shop.rounds == [[0, 1], [2, 3], [4]]


async def test_what_fails_fails_for_those_who_went_together_and_for_nobody_after_them() -> None:
    shop = Shop()
    shop.go.set()
    gathering = Gathering(shop.fulfil)

    failed = await asyncio.gather(*map(gathering.ask, (1, 13)), return_exceptions=True)

    assert [type(each) for each in failed] == [ValueError, ValueError]
    assert await gathering.ask(1) == 2


async def test_whoever_is_called_away_keeps_nobody_else_from_an_answer() -> None:
    shop = Shop()
    gathering = Gathering(shop.fulfil, lanes=1)
    staying, leaving = (asyncio.create_task(gathering.ask(each)) for each in (1, 2))
    await others_have_their_turn()
    waiting, giving_up = (asyncio.create_task(gathering.ask(each)) for each in (3, 4))
    await others_have_their_turn()

    leaving.cancel()
    giving_up.cancel()
    await others_have_their_turn()
    shop.go.set()

    assert [*await asyncio.gather(staying, waiting)] == [2, 6]
    assert shop.rounds == [[1, 2], [3]]
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_nobody_waits_for_ever_when_a_round_is_ended_from_outside() -> None:
    async def never(wishes: Sequence[int]) -> list[int]:
        await asyncio.Event().wait()
        return list(wishes)

    gathering = Gathering(never, lanes=1)
    before = asyncio.all_tasks()
    asked = asyncio.create_task(gathering.ask(1))
    await others_have_their_turn()
    [round_] = asyncio.all_tasks() - before - {asked}

    round_.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asked
