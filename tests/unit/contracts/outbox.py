"""What every outbox must do. Subclass and provide ``begin`` and ``bell`` fixtures."""

from datetime import timedelta

import pytest

from marketplace.adapters.memory.neighbours import MemoryBell
from marketplace.application.ports import BeginUnitOfWork, Job, JobId, JobNotFound, JobState
from marketplace.domain.accounts import AccountRegistered
from marketplace.domain.notifications import NotificationDelivered
from marketplace.domain.orders import Order, OrderPlaced

from .samples import NOON, World

LEASE = timedelta(minutes=1)


class OutboxContract:
    """The sentences."""

    @pytest.fixture
    def world(self, begin: BeginUnitOfWork) -> World:
        return World(begin)

    async def test_what_happened_waits_as_one_job_per_reaction(self, world: World) -> None:
        order, placed = await self._an_order(world)

        jobs = await self._claim(world)

        assert [each.event for each in jobs] == [placed] * 3
        reactions = {"note_new_order", "mail_new_order", "tell_of_placing"}
        assert {each.reaction for each in jobs} == reactions
        assert {each.attempt for each in jobs} == {1}
        assert order.id == placed.order_id

    async def test_the_bell_rings_after_the_commit_for_every_job(
        self, world: World, bell: MemoryBell
    ) -> None:
        await self._an_order(world)

        jobs = await self._claim(world)

        assert sorted(bell.rung) == sorted(each.id for each in jobs)

    async def test_the_bell_is_silent_when_nothing_was_committed(
        self, world: World, bell: MemoryBell
    ) -> None:
        account = world.account()
        with pytest.raises(RuntimeError):
            async with world.begin() as market:
                registered = AccountRegistered(at=NOON, account_id=account.id)
                await market.accounts.add(account, registered)
                raise RuntimeError

        assert bell.rung == []

    async def test_a_claimed_job_is_nobody_elses(self, world: World) -> None:
        await self._an_order(world)
        await self._claim(world)

        assert await self._claim(world) == []

    async def test_no_more_jobs_are_claimed_than_asked_for(self, world: World) -> None:
        await self._an_order(world)

        first, second = await self._claim(world, limit=1), await self._claim(world, limit=1)

        assert [len(first), len(second)] == [1, 1]
        assert first[0].id != second[0].id

    async def test_one_job_can_be_claimed_by_its_id(self, world: World) -> None:
        await self._an_order(world)
        wanted = (await self._claim(world, limit=1))[0].id
        await self._expire(world, wanted)

        async with world.begin() as market:
            [job] = await market.outbox.claim(NOON + LEASE, LEASE, 10, wanted)
            assert await market.outbox.claim(NOON + LEASE, LEASE, 10, wanted) == []

        assert (job.id, job.attempt) == (wanted, 2)

    async def test_a_claim_that_is_taken_back_was_never_made(self, world: World) -> None:
        await self._an_order(world)
        with pytest.raises(RuntimeError):
            async with world.begin() as market:
                await market.outbox.claim(NOON, LEASE, 10)
                raise RuntimeError

        assert {each.attempt for each in await self._claim(world)} == {1}

    async def test_a_job_whose_worker_is_silent_goes_to_the_next(self, world: World) -> None:
        await self._an_order(world)
        dead = await self._claim(world)

        async with world.begin() as market:
            again = await market.outbox.claim(NOON + LEASE, LEASE, 10)

        assert sorted(each.id for each in again) == sorted(each.id for each in dead)
        assert {each.attempt for each in again} == {2}

    async def test_a_worker_whose_job_was_taken_over_can_say_nothing_about_it(
        self, world: World
    ) -> None:
        await self._an_order(world)
        [late, *_] = await self._claim(world)
        async with world.begin() as market:
            await market.outbox.claim(NOON + LEASE, LEASE, 10)

        async with world.begin() as market:
            assert not await market.outbox.finish(late)
            assert not await market.outbox.postpone(late, NOON, "late")
            assert not await market.outbox.park(late, "late")

    async def test_a_finished_job_is_gone(self, world: World) -> None:
        await self._an_order(world)
        for job in await self._claim(world):
            async with world.begin() as market:
                assert await market.outbox.finish(job)

        async with world.begin() as market:
            assert await market.outbox.claim(NOON + timedelta(days=1), LEASE, 10) == []

    async def test_a_postponed_job_comes_back_in_time_and_not_before(self, world: World) -> None:
        await self._an_order(world)
        until = NOON + timedelta(hours=1)
        for job in await self._claim(world):
            async with world.begin() as market:
                assert await market.outbox.postpone(job, until, "mail is down")

        async with world.begin() as market:
            assert await market.outbox.claim(until - timedelta(seconds=1), LEASE, 10) == []
            assert len(await market.outbox.claim(until, LEASE, 10)) == 3

    async def test_a_parked_job_waits_for_a_person(self, world: World) -> None:
        await self._an_order(world)
        for job in await self._claim(world):
            async with world.begin() as market:
                assert await market.outbox.park(job, "no such mailbox")

        async with world.begin() as market:
            assert await market.outbox.claim(NOON + timedelta(days=365), LEASE, 10) == []

    async def test_of_each_kind_so_many_are_taken_as_there_is_room_for(self, world: World) -> None:
        for _ in range(3):
            await self._an_order(world)

        async with world.begin() as market:
            room = {"note_new_order": 2, "mail_new_order": 0, "send_pigeon": 5}
            taken = await market.outbox.take(NOON, LEASE, 10, room)
            more = await market.outbox.take(NOON, LEASE, 1, {"mail_new_order": 9})
            none = await market.outbox.take(NOON, LEASE, 10, {})

        assert [each.reaction for each in taken] == ["note_new_order"] * 2
        assert [each.reaction for each in more] == ["mail_new_order"]
        assert none == []

    async def test_a_sign_of_life_makes_a_lease_longer(self, world: World) -> None:
        await self._an_order(world)
        mine = await self._claim(world)

        async with world.begin() as market:
            ids = {each.id for each in mine}
            assert await market.outbox.extend(mine, NOON + 2 * LEASE) == ids
        async with world.begin() as market:
            assert await market.outbox.claim(NOON + LEASE, LEASE, 10) == []
            assert len(await market.outbox.claim(NOON + 2 * LEASE, LEASE, 10)) == 3
        async with world.begin() as market:
            assert await market.outbox.extend(mine, NOON + 9 * LEASE) == set()

    async def test_a_job_that_was_given_up_is_somebody_elses_at_once(self, world: World) -> None:
        await self._an_order(world)
        mine = await self._claim(world)

        async with world.begin() as market:
            await market.outbox.release(mine, NOON)
            again = await market.outbox.claim(NOON, LEASE, 10)
            await market.outbox.release(mine, NOON)

        assert {each.attempt for each in again} == {2}
        assert await self._claim(world) == []

    async def test_many_are_finished_at_once_but_for_what_is_somebody_elses(
        self, world: World
    ) -> None:
        await self._an_order(world)
        *mine, last = await self._claim(world)
        async with world.begin() as market:
            await market.outbox.release([last], NOON)
            [taken] = await market.outbox.claim(NOON, LEASE, 10)
            await market.outbox.finish_all([*mine, last])

        async with world.begin() as market:
            [left] = await market.outbox.claim(NOON + LEASE, LEASE, 10)
        assert left.id == taken.id == last.id

    async def test_what_nobody_knows_is_set_aside_and_still_there_for_who_does(
        self, world: World
    ) -> None:
        await self._an_order(world)
        known = ["note_new_order"]

        async with world.begin() as market:
            assert await market.outbox.set_aside_others(known, NOON, "unknown") == 2
            assert await market.outbox.set_aside_others(known, NOON, "unknown") == 0
            [taken] = await market.outbox.take(NOON, LEASE, 10, {"mail_new_order": 10})
            assert await market.outbox.set_aside(taken, NOON + LEASE, "cannot be read")
            shown = await market.outbox.look_at(taken.id)

        assert (shown.state, shown.due_at, shown.attempts, shown.last_error) == (
            JobState.UNKNOWN,
            NOON + LEASE,
            1,
            "cannot be read",
        )

    async def test_a_parked_job_that_is_retried_has_all_its_attempts_before_it(
        self, world: World, bell: MemoryBell
    ) -> None:
        await self._an_order(world)
        [job, *_] = await self._claim(world)
        async with world.begin() as market:
            await market.outbox.park(job, "no such mailbox")
        bell.rung.clear()

        async with world.begin() as market:
            shown = await market.outbox.retry(job.id, NOON)
        async with world.begin() as market:
            [again] = await market.outbox.claim(NOON, LEASE, 10)

        assert (shown.state, shown.attempts, shown.due_at) == (JobState.QUEUED, 0, NOON)
        assert (again.id, again.attempt, again.tries) == (job.id, 2, 1)
        assert bell.rung == [job.id]

    async def test_a_job_that_is_discarded_is_gone(self, world: World) -> None:
        await self._an_order(world)
        [job, *_] = await self._claim(world)

        async with world.begin() as market:
            await market.outbox.discard(job.id)

        async with world.begin() as market:
            for ask in (market.outbox.look_at, market.outbox.discard):
                with pytest.raises(JobNotFound):
                    await ask(job.id)
            with pytest.raises(JobNotFound):
                await market.outbox.retry(job.id, NOON)

    async def test_the_oldest_job_comes_first(self, world: World) -> None:
        late, early = world.account(), world.account()
        async with world.begin() as market:
            await market.accounts.add(late, AccountRegistered(at=NOON, account_id=late.id))
            before = NOON - timedelta(hours=1)
            await market.accounts.add(early, AccountRegistered(at=before, account_id=early.id))

        [first] = await self._claim(world, limit=1)

        assert first.event == AccountRegistered(at=before, account_id=early.id)

    async def test_an_announcement_reaches_every_open_inbox_once(self, world: World) -> None:
        merchants = [await world.a_merchant() for _ in range(3)]
        async with world.begin() as market:
            held = await market.merchants.hold(merchants[2].id)
            held.close("left", NOON)
            await market.merchants.save(held)
        announcement = await world.an_announcement()

        for _ in range(2):
            async with world.begin() as market:
                await market.notifications.deliver(announcement, NOON)

        jobs = await self._claim(world)
        assert {each.reaction for each in jobs} == {"mail_notification"}
        assert len(jobs) == 2
        assert await self._readers(world, jobs) == {merchants[0].id, merchants[1].id}

    async def test_an_announcement_to_one_reaches_that_one(self, world: World) -> None:
        meant, other = await world.a_merchant(), await world.a_merchant()
        announcement = await world.an_announcement(meant)

        async with world.begin() as market:
            await market.notifications.deliver(announcement, NOON)

        assert await self._readers(world, await self._claim(world)) == {meant.id}
        assert other.id != meant.id

    async def _readers(self, world: World, jobs: list[Job]) -> set[object]:
        readers: set[object] = set()
        async with world.begin() as market:
            for job in jobs:
                assert isinstance(job.event, NotificationDelivered)
                slip = await market.notifications.get(job.event.notification_id)
                readers.add(slip.merchant_id)
        return readers

    async def _an_order(self, world: World) -> tuple[Order, OrderPlaced]:
        merchant = await world.a_merchant()
        order = await world.an_order(merchant, moved=False)
        placed = OrderPlaced(at=NOON, order_id=order.id, merchant_id=merchant.id)
        async with world.begin() as market:
            await market.orders.save(order, placed)
        return order, placed

    async def _claim(self, world: World, limit: int = 10) -> list[Job]:
        async with world.begin() as market:
            return await market.outbox.claim(NOON, LEASE, limit)

    async def _expire(self, world: World, id: JobId) -> None:
        async with world.begin() as market:
            assert await market.outbox.claim(NOON, LEASE, 10, id) == []
