"""
What every throttle must do. Subclass and provide a ``throttle`` fixture.

Nobody moves the time of a Redis, so what has to pass is a second, where it cannot be moved.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from marketplace.application.ports import Throttle, Window
from marketplace.domain.accounts import TooManyAttempts

LetPass = Callable[[int], Awaitable[None]]
"""Lets seconds pass, and a little more."""


async def admitted(throttle: Throttle, *windows: Window) -> bool:
    try:
        await throttle.admit(windows)
    except TooManyAttempts:
        return False
    return True


async def told(throttle: Throttle, *windows: Window) -> object:
    """When to come back; None whoever was admitted."""
    try:
        await throttle.admit(windows)
    except TooManyAttempts as refused:
        return refused.facts["retry_after"]
    return None


class ThrottleContract:
    """The sentences."""

    async def test_as_many_as_were_said_are_admitted_and_no_more(self, throttle: Throttle) -> None:
        window = Window("key", 3, 60)

        assert [await admitted(throttle, window) for _ in range(5)] == [True] * 3 + [False] * 2

    async def test_a_refusal_says_when_to_come_back(self, throttle: Throttle) -> None:
        window = Window("key", 1, 60)
        await throttle.admit([window])

        with pytest.raises(TooManyAttempts) as refused:
            await throttle.admit([window])

        assert refused.value.facts["retry_after"] in (59, 60)

    async def test_a_refusal_says_when_no_window_refuses_any_more(self, throttle: Throttle) -> None:
        minute, hour, day = Window("a", 1, 60), Window("b", 1, 3600), Window("c", 1, 86_400)
        await throttle.admit([minute, hour])

        assert await told(throttle, minute, hour, day) in range(3541, 3601)
        assert await told(throttle, hour, minute, day) in range(3541, 3601)

    async def test_when_the_time_is_over_there_is_room_again(
        self, throttle: Throttle, let_pass: LetPass
    ) -> None:
        window = Window("key", 2, 1)
        assert [await admitted(throttle, window) for _ in range(3)] == [True, True, False]

        await let_pass(1)

        assert [await admitted(throttle, window) for _ in range(3)] == [True, True, False]

    async def test_one_key_knows_nothing_of_another(self, throttle: Throttle) -> None:
        await throttle.admit([Window("key", 1, 60)])

        assert await admitted(throttle, Window("other", 1, 60))
        assert await admitted(throttle, Window("key", 1, 3600))

    async def test_what_one_window_refuses_no_other_counts(self, throttle: Throttle) -> None:
        before, full, behind = Window("a", 2, 60), Window("b", 1, 60), Window("c", 2, 60)

        assert await admitted(throttle, before, full, behind)
        for _ in range(3):
            assert not await admitted(throttle, before, full, behind)

        assert [await admitted(throttle, before) for _ in range(2)] == [True, False]
        assert [await admitted(throttle, behind) for _ in range(2)] == [True, False]

    async def test_what_is_taken_back_was_never_counted(self, throttle: Throttle) -> None:
        windows = [Window("a", 2, 60), Window("b", 2, 60)]
        await throttle.admit(windows)

        for _ in range(3):
            await throttle.admit(windows)
            await throttle.take_back(windows)
        await throttle.take_back([Window("never counted", 2, 60)])

        assert await admitted(throttle, *windows)
        assert not await admitted(throttle, windows[0])
        assert not await admitted(throttle, windows[1])

    async def test_no_window_at_all_admits(self, throttle: Throttle) -> None:
        assert await admitted(throttle)

    async def test_what_is_forgiven_was_never_counted(self, throttle: Throttle) -> None:
        forgiven, other = Window("a", 1, 60), Window("b", 1, 60)
        await throttle.admit([forgiven, other])

        await throttle.forgive([forgiven, Window("c", 1, 60)])

        assert await admitted(throttle, forgiven)
        assert not await admitted(throttle, other)

    async def test_a_face_is_known_for_its_time(
        self, throttle: Throttle, let_pass: LetPass
    ) -> None:
        await throttle.remember("face", 1)
        await throttle.remember("old friend", 1)
        await throttle.remember("old friend", 60)
        assert await throttle.remembers("face")
        assert not await throttle.remembers("stranger")

        await let_pass(1)

        assert not await throttle.remembers("face")
        assert await throttle.remembers("old friend")

    async def test_a_hundred_at_once_get_no_more_than_one_after_the_other(
        self, throttle: Throttle
    ) -> None:
        window = Window("key", 7, 60)

        answers = await asyncio.gather(*(admitted(throttle, window) for _ in range(100)))

        assert answers.count(True) == 7

    async def test_a_hundred_at_once_who_are_refused_leave_no_trace(
        self, throttle: Throttle
    ) -> None:
        wide, narrow = Window("wide", 8, 60), Window("narrow", 3, 60)

        answers = await asyncio.gather(*(admitted(throttle, wide, narrow) for _ in range(100)))

        assert answers.count(True) == 3
        assert [await admitted(throttle, wide) for _ in range(6)] == [True] * 5 + [False]

    async def test_of_many_at_once_each_gets_its_own_answer(self, throttle: Throttle) -> None:
        minute, hour, free = Window("a", 1, 60), Window("b", 1, 3600), Window("c", 100, 60)
        await throttle.admit([minute, hour])
        attempts = [[free], [minute], [free, hour], [], [hour, free, minute], [free]] * 7

        answers = await asyncio.gather(*(told(throttle, *windows) for windows in attempts))

        for windows, answer in zip(attempts, answers, strict=True):
            if hour in windows:
                assert answer in range(3541, 3601)
            elif minute in windows:
                assert answer in range(1, 61)
            else:
                assert answer is None
        assert [await admitted(throttle, free) for _ in range(87)] == [True] * 86 + [False]

    async def test_many_at_once_who_come_to_nothing_leave_no_trace(
        self, throttle: Throttle
    ) -> None:
        shared, own = Window("a", 50, 60), [Window(f"b{number}", 1, 60) for number in range(40)]
        assert all(await asyncio.gather(*(admitted(throttle, shared, each) for each in own)))

        await asyncio.gather(*(throttle.take_back([shared, each]) for each in own[:30]))

        assert [await admitted(throttle, each) for each in own] == [True] * 30 + [False] * 10
        assert [await admitted(throttle, shared) for _ in range(41)] == [True] * 40 + [False]
