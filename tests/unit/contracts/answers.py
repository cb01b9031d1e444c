"""What whoever keeps answers must do. Subclass and provide ``begin`` and ``views`` fixtures."""

from datetime import timedelta

import pytest

from marketplace.application.ports import BeginUnitOfWork, InProgress, Views

from .samples import NOON

NAME, OTHER = b"1" * 32, b"2" * 32
EVER = NOON - timedelta(hours=24)


class AnswersContract:
    """The sentences."""

    async def keep(self, begin: BeginUnitOfWork, name: bytes, sealed: bytes, hours: int) -> None:
        at = NOON + timedelta(hours=hours)
        async with begin() as market:
            await market.answers.claim(name, at - timedelta(hours=24))
            await market.answers.keep(name, sealed, at, at - timedelta(hours=24))

    async def test_an_answer_comes_back_as_it_was(
        self, begin: BeginUnitOfWork, views: Views
    ) -> None:
        sealed = bytes(range(256))

        await self.keep(begin, NAME, sealed, 0)

        assert await views.answer(NAME, EVER) == sealed
        assert await views.answer(OTHER, EVER) is None

    async def test_an_answer_is_there_when_its_work_is(
        self, begin: BeginUnitOfWork, views: Views
    ) -> None:
        async with begin() as market:
            await market.answers.claim(NAME, EVER)
            await market.answers.keep(NAME, b"sealed", NOON, EVER)
            assert await views.answer(NAME, EVER) is None

        assert await views.answer(NAME, EVER) == b"sealed"

    async def test_an_exception_takes_claim_and_answer_back(
        self, begin: BeginUnitOfWork, views: Views
    ) -> None:
        with pytest.raises(RuntimeError):
            async with begin() as market:
                await market.answers.claim(NAME, EVER)
                await market.answers.keep(NAME, b"sealed", NOON, EVER)
                raise RuntimeError

        assert await views.answer(NAME, EVER) is None
        async with begin() as market:
            await market.answers.claim(NAME, EVER)

    async def test_what_is_claimed_is_refused_at_once(self, begin: BeginUnitOfWork) -> None:
        async with begin() as first:
            await first.answers.claim(NAME, EVER)
            with pytest.raises(InProgress):
                async with begin() as second:
                    await second.answers.claim(NAME, EVER)
            async with begin() as third:
                await third.answers.claim(OTHER, EVER)

        async with begin() as later:
            await later.answers.claim(NAME, EVER)

    async def test_what_is_answered_is_not_claimed(self, begin: BeginUnitOfWork) -> None:
        await self.keep(begin, NAME, b"sealed", 0)

        with pytest.raises(InProgress):
            async with begin() as market:
                await market.answers.claim(NAME, EVER)

    async def test_an_answer_is_kept_once(self, begin: BeginUnitOfWork, views: Views) -> None:
        """Also if whoever claimed has not seen it."""
        await self.keep(begin, NAME, b"first", 0)

        with pytest.raises(InProgress):
            async with begin() as market:
                await market.answers.keep(NAME, b"second", NOON + timedelta(hours=1), EVER)

        assert await views.answer(NAME, EVER) == b"first"

    async def test_a_name_is_free_again_after_its_time(
        self, begin: BeginUnitOfWork, views: Views
    ) -> None:
        await self.keep(begin, NAME, b"first", 0)
        assert await views.answer(NAME, NOON) is None

        await self.keep(begin, NAME, b"second", 24)

        assert await views.answer(NAME, NOON) == b"second"

    async def test_old_answers_are_forgotten_a_few_at_a_time(
        self, begin: BeginUnitOfWork, views: Views
    ) -> None:
        for number in range(5):
            await self.keep(begin, bytes([number]) * 32, b"old", 0)
        await self.keep(begin, NAME, b"new", 1)

        forgotten = []
        for _ in range(3):
            async with begin() as market:
                forgotten.append(await market.answers.forget(NOON, 3))

        assert forgotten == [3, 2, 0]
        assert await views.answer(NAME, EVER) == b"new"
        assert await views.answer(b"\0" * 32, EVER) is None

    async def test_a_request_that_is_answered_just_now_is_not_forgotten(
        self, begin: BeginUnitOfWork, views: Views
    ) -> None:
        await self.keep(begin, NAME, b"old", 0)
        async with begin() as market:
            await market.answers.claim(NAME, NOON)
            async with begin() as clock:
                await clock.answers.forget(NOON, 10)
            await market.answers.keep(NAME, b"new", NOON + timedelta(hours=24), NOON)

        assert await views.answer(NAME, NOON) == b"new"
