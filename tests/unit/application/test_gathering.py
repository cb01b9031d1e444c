"""What several ask for at the same moment is done for all of them at once."""

import asyncio
from collections.abc import Sequence

import pytest

from marketplace.application import gathering as gathering_module
from marketplace.application.gathering import Gathering
from marketplace.domain.errors import Unavailable


class Shop:
    """Doubles numbers; each round waits until it is let go, or only those that are ``stuck``."""

    def __init__(self, stuck: Sequence[int] | None = None) -> None:
        self.rounds: list[list[int]] = []
        self.go = asyncio.Event()
        self.stuck = stuck

    async def fulfil(self, wishes: Sequence[int]) -> list[int]:
        self.rounds.append(list(wishes))
        if self.stuck is None or {*wishes} & {*self.stuck}:
            await self.go.wait()
        if 13 in wishes:
            raise ValueError("unlucky")
        if 0 in wishes:
            raise Unavailable(retry_after=1)
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

    assert await asyncio.gather(*map(gathering.ask, range(1, 6))) == [2, 4, 6, 8, 10]
    assert shop.rounds == [[1, 2, 3, 4, 5]]


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


async def test_one_that_is_stuck_does_not_hold_up_those_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering_module, "PATIENCE", 0.01)
    shop = Shop(stuck=[1, 2])
    gathering = Gathering(shop.fulfil, most=1)

    stuck, too, patient = (asyncio.create_task(gathering.ask(each)) for each in (1, 2, 3))

    assert await patient == 6
    assert shop.rounds == [[1], [2], [3]]
    shop.go.set()
    assert [await stuck, await too] == [2, 4]
    # What was opened for those who waited is closed again.
    shop.go.clear()
    shop.stuck = [4]
    first, last = (asyncio.create_task(gathering.ask(each)) for each in (4, 5))
    await others_have_their_turn()
    assert shop.rounds[3:] == [[4]]
    shop.go.set()
    assert [await first, await last] == [8, 10]


async def test_no_more_go_together_than_there_is_room_for() -> None:
    shop = Shop()
    shop.go.set()
    gathering = Gathering(shop.fulfil, most=2, lanes=1)

    assert await asyncio.gather(*map(gathering.ask, range(1, 6))) == [2, 4, 6, 8, 10]
    assert shop.rounds == [[1, 2], [3, 4], [5]]


async def test_what_one_has_done_wrong_is_nobody_elses() -> None:
    shop = Shop()
    shop.go.set()
    gathering = Gathering(shop.fulfil)

    answers = await asyncio.gather(*map(gathering.ask, (1, 13, 2)), return_exceptions=True)

    assert [answers[0], answers[2]] == [2, 4]
    assert isinstance(answers[1], ValueError)
    assert shop.rounds == [[1, 13, 2], [1], [13], [2]]


async def test_where_nobody_answers_everybody_hears_of_it_and_nobody_tries_again() -> None:
    shop = Shop()
    shop.go.set()
    gathering = Gathering(shop.fulfil)

    one, other = await asyncio.gather(*map(gathering.ask, (1, 0)), return_exceptions=True)

    assert shop.rounds == [[1, 0]]
    assert isinstance(one, Unavailable)
    assert isinstance(other, Unavailable)
    assert one is not other
    assert one.facts == other.facts == {"retry_after": 1}
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


@pytest.mark.parametrize("has_begun", [False, True])
async def test_nobody_waits_for_ever_when_a_round_is_ended_from_outside(has_begun: bool) -> None:
    shop = Shop(stuck=[1])
    gathering = Gathering(shop.fulfil, most=1)
    before = asyncio.all_tasks()
    asked = [asyncio.create_task(gathering.ask(each)) for each in (1, 2)]
    await asyncio.sleep(0)
    [round_] = asyncio.all_tasks() - before - {*asked}
    if has_begun:
        await others_have_their_turn()

    round_.cancel()
    shop.go.set()

    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert ended[1] == 4
    assert isinstance(ended[0], asyncio.CancelledError) if has_begun else ended[0] == 2
    assert await gathering.ask(3) == 6


def test_an_event_loop_that_ended_leaves_nothing_to_the_next() -> None:
    shop = Shop(stuck=[1])
    gathering = Gathering(shop.fulfil, most=1)

    async def left_in_the_middle() -> None:
        for each in (1, 2):
            asyncio.get_running_loop().create_task(gathering.ask(each))
        await others_have_their_turn()

    loop = asyncio.new_event_loop()
    loop.run_until_complete(left_in_the_middle())
    left = asyncio.all_tasks(loop)

    assert asyncio.run(gathering.ask(3)) == 6
    for each in left:
        each.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
