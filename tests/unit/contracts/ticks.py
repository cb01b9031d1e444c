"""What every keeper of the schedule must do. Subclass and provide ``begin`` and ``bell``."""

from datetime import timedelta

from marketplace.adapters.memory.neighbours import MemoryBell
from marketplace.application.ports import BeginUnitOfWork, Tick
from marketplace.domain.schedule import ExpiryDue

from .samples import NOON

MINUTE = timedelta(minutes=1)


def tick(after: int = 0) -> Tick:
    at = NOON + after * MINUTE
    return Tick(task="expiry", at=at, event=ExpiryDue(at=at))


class TicksContract:
    """The sentences."""

    async def test_a_moment_comes_once_and_has_its_job(
        self, begin: BeginUnitOfWork, bell: MemoryBell
    ) -> None:
        for expected in ([tick()], []):
            async with begin() as market:
                assert await market.ticks.come([tick()]) == expected

        async with begin() as market:
            [job] = await market.outbox.claim(NOON, MINUTE, 10)
            assert await market.ticks.last("expiry") == NOON
        assert (job.reaction, job.event) == ("expire_orders", ExpiryDue(at=NOON))
        assert job.id in bell.rung

    async def test_of_many_those_come_that_had_not(self, begin: BeginUnitOfWork) -> None:
        async with begin() as market:
            await market.ticks.come([tick(1)])

        async with begin() as market:
            come = await market.ticks.come([tick(0), tick(1), tick(2)])

        assert sorted(each.at for each in come) == [NOON, NOON + 2 * MINUTE]
        async with begin() as market:
            assert await market.ticks.last("expiry") == NOON + 2 * MINUTE
            assert await market.ticks.last("another") is None

    async def test_while_one_is_busy_no_other_job_of_its_kind_is_made(
        self, begin: BeginUnitOfWork
    ) -> None:
        for after in range(3):
            async with begin() as market:
                assert await market.ticks.come([tick(after)], unless_busy=True) == [tick(after)]

        async with begin() as market:
            [only] = await market.outbox.claim(NOON, MINUTE, 10)
            assert await market.ticks.come([tick(3)], unless_busy=True)
        async with begin() as market:
            await market.outbox.park(only, "broken")
        async with begin() as market:
            await market.ticks.come([tick(4)], unless_busy=True)
        async with begin() as market:
            [another] = await market.outbox.claim(NOON + 4 * MINUTE, MINUTE, 10)
        assert another.event == ExpiryDue(at=NOON + 4 * MINUTE)

    async def test_a_moment_by_which_nothing_happens_is_written_down_all_the_same(
        self, begin: BeginUnitOfWork
    ) -> None:
        async with begin() as market:
            assert await market.ticks.come([Tick(task="expiry", at=NOON)])

        async with begin() as market:
            assert await market.ticks.come([tick()]) == []
            assert await market.outbox.claim(NOON, MINUTE, 10) == []

    async def test_what_is_old_is_forgotten_so_many_at_a_time(self, begin: BeginUnitOfWork) -> None:
        async with begin() as market:
            await market.ticks.come([tick(after) for after in range(5)])

        forgotten = []
        for _ in range(3):
            async with begin() as market:
                forgotten.append(await market.ticks.forget(NOON + 3 * MINUTE, 2))

        assert forgotten == [2, 1, 0]
        async with begin() as market:
            assert await market.ticks.last("expiry") == NOON + 4 * MINUTE
