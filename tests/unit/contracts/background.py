"""What goes on behind the answers, whatever remembers it. Provide a ``world`` fixture."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.application.job_desk import JobRunning
from marketplace.application.jobs import LEASE
from marketplace.application.notices import ChooseMail
from marketplace.application.ports import JobId, JobNotFound, JobState, Letter, LetterKind, Paging
from marketplace.application.schedule import Missed, ScheduleService, Task
from marketplace.domain.accounts import Actor
from marketplace.domain.audit import Action, AuditEntry
from marketplace.domain.errors import Forbidden
from marketplace.domain.schedule import ExpiryDue, SweepDue, TimeCame
from tests.unit.world import World

HOUR = timedelta(hours=1)


class BackgroundContract:
    """The sentences."""

    @pytest.fixture(autouse=True)
    def _nobody_yet(self) -> None:
        self._bosses: dict[int, Actor] = {}

    # The desk

    async def test_an_admin_sees_what_is_not_done_and_not_whom_it_is_about(
        self, world: World
    ) -> None:
        boss = await world.an_admin()
        mona = await world.a_merchant("mona")
        await world.run_jobs()
        await world.marketplace.accounts.request_password_reset(mona.email)

        [job] = (await world.marketplace.job_desk.jobs(boss, Paging())).items

        assert (job.kind, job.state, job.attempts) == (
            "send_password_reset_email",
            JobState.QUEUED,
            0,
        )
        assert job.created_at == world.clock.now()
        assert mona.email not in repr(job)

    async def test_jobs_are_found_by_state_and_kind_stretch_by_stretch(self, world: World) -> None:
        boss = await world.an_admin()
        for _ in range(3):
            await world.a_merchant()
        seller = await world.a_merchant()
        await world.an_order(seller, await world.a_product(seller))
        async with world.ports.begin() as market:
            [dead, *_] = await market.outbox.claim(world.clock.now(), LEASE, 1)
            await market.outbox.park(dead, "no such mailbox")

        desk = world.marketplace.job_desk
        of_kind = (await desk.jobs(boss, Paging(limit=3), kind="send_verification_email")).items
        parked = (await desk.jobs(boss, Paging(), state=JobState.DEAD)).items
        none = (await desk.jobs(boss, Paging(), state=JobState.DEAD, kind="note_new_order")).items
        first = await desk.jobs(boss, Paging(limit=4))
        rest = await desk.jobs(boss, Paging(limit=4, after=first.next))

        assert {each.kind for each in of_kind} == {"send_verification_email"}
        assert [each.id for each in parked] == [dead.id]
        assert none == ()
        assert len({each.id for each in (*first.items, *rest.items)}) == 7
        assert rest.next is None

    async def test_a_parked_job_is_tried_again_and_the_book_says_who_wanted_it(
        self, world: World
    ) -> None:
        boss, job_id = await self._parked(world)
        desk = world.marketplace.job_desk

        job = await desk.retry(boss, job_id)
        again = await desk.retry(boss, job_id)

        assert (job.state, job.attempts) == (JobState.QUEUED, 0)
        assert again == job
        [entry] = await self._audited(world, boss, Action.JOB_RETRIED)
        assert (entry.subject_id, entry.before["state"], entry.actor_id) == (
            job_id,
            "dead",
            boss.account_id,
        )
        assert await world.run_jobs() == 1
        with pytest.raises(JobNotFound):
            await desk.retry(boss, job_id)

    async def test_a_discarded_job_is_kept_in_the_book(self, world: World) -> None:
        boss, job_id = await self._parked(world)

        await world.marketplace.job_desk.discard(boss, job_id)

        [entry] = await self._audited(world, boss, Action.JOB_DISCARDED)
        assert entry.before["kind"] == "send_verification_email"
        assert entry.before["last_error"] == "no such mailbox"
        assert await world.run_jobs() == 0
        with pytest.raises(JobNotFound):
            await world.marketplace.job_desk.discard(boss, job_id)

    async def test_a_job_that_is_being_done_is_left_alone(self, world: World) -> None:
        boss = await world.an_admin()
        await world.a_merchant()
        [job] = await world.marketplace.jobs.claim(1)
        desk = world.marketplace.job_desk

        for act in (desk.retry, desk.discard):
            with pytest.raises(JobRunning):
                await act(boss, job.id)
        world.clock.pass_(LEASE)
        again = await desk.retry(boss, job.id)

        assert again.state is JobState.QUEUED
        async with world.ports.begin() as market:
            assert not await market.outbox.finish(job)

    async def test_jobs_are_no_business_of_merchants(self, world: World) -> None:
        mona = await world.a_merchant()
        [job] = await world.marketplace.jobs.claim(1)
        desk = world.marketplace.job_desk

        with pytest.raises(Forbidden):
            await desk.jobs(mona.actor, Paging())
        for act in (desk.retry, desk.discard):
            with pytest.raises(Forbidden):
                await act(mona.actor, job.id)

    # The schedule

    async def test_however_many_look_at_the_clock_each_moment_comes_once(
        self, world: World
    ) -> None:
        task = Task(comes=ExpiryDue, every=HOUR)
        several = [self._schedule(world, task) for _ in range(3)]

        came = 0
        for _ in range(20):
            came += sum([await each.come_round() for each in several])
            await world.run_jobs()
            world.clock.pass_(HOUR)

        assert came == 20

    @pytest.mark.parametrize(
        ("missed", "comes", "made_up_for"),
        [
            (Missed.SKIP, SweepDue, []),
            (Missed.LATEST, ExpiryDue, [5]),
            (Missed.ALL, SweepDue, [1, 2, 3, 4, 5]),
        ],
    )
    async def test_what_becomes_of_moments_that_nobody_was_there_for(
        self, world: World, missed: Missed, comes: type[TimeCame], made_up_for: list[int]
    ) -> None:
        look_back = timedelta(minutes=5) if missed is Missed.SKIP else 12 * HOUR
        task = Task(comes=comes, every=HOUR, missed=missed, look_back=look_back)
        await self._schedule(world, task).come_round()
        first = task.latest(world.clock.now())
        await world.run_jobs()
        world.clock.pass_(first + 5 * HOUR + 10 * timedelta(minutes=1) - world.clock.now())

        await self._schedule(world, task).come_round()

        async with world.ports.begin() as market:
            jobs = await market.outbox.claim(world.clock.now(), LEASE, 100)
        at = [each.event.at for each in jobs if each.event is not None]
        assert at == [first + after * HOUR for after in made_up_for]

    async def test_a_restored_copy_makes_up_for_nothing(self, world: World) -> None:
        await world.marketplace.schedule.pass_over()

        assert await ScheduleService(world.ports.begin, world.clock).come_round() == 0

    async def test_the_clock_throws_away_what_nobody_can_use(self, world: World) -> None:
        mona = await world.a_merchant("mona")
        await world.run_jobs()
        await world.marketplace.accounts.request_password_reset(mona.email)
        await world.run_jobs()
        world.clock.pass_(timedelta(days=90))

        await world.marketplace.schedule.come_round()
        await world.run_jobs()

        async with world.ports.begin() as market:
            assert await market.sessions.forget(world.clock.now(), 10) == 0
            assert await market.one_time_tokens.forget(world.clock.now(), 10) == 0
        assert world.backups.made == [world.clock.now()]

    # The audit book

    async def test_what_is_under_seal_is_found_as_it_was_written(self, world: World) -> None:
        await self._suspensions(world, 3)
        auditing = world.marketplace.auditing

        sealed = await auditing.seal()
        again = await auditing.seal()
        world.clock.pass_(HOUR)
        await self._suspensions(world, 2)
        more = await auditing.seal()
        verdict = await auditing.verify()

        assert (sealed, again, more) == (4, 0, 2)
        assert (verdict.entries, verdict.seals, verdict.waiting, verdict.faults) == (6, 2, 0, ())
        assert (await auditing.verify(verdict.head)).faults == ()
        assert (await auditing.verify("2:" + "0" * 64)).faults

    async def test_what_is_not_sealed_yet_waits(self, world: World) -> None:
        await self._suspensions(world, 1)

        verdict = await world.marketplace.auditing.verify()

        assert (verdict.seals, verdict.waiting, verdict.faults) == (0, 2, ())

    # Digests

    async def test_a_store_hears_in_its_morning_how_yesterday_was(self, world: World) -> None:
        mona = await world.a_merchant("mona", country="SA")
        lamp = await world.a_product(mona, price="50.00", stock=10, low_stock_at=8)
        await self._mornings(world, datetime(2030, 1, 1, 21, 0, tzinfo=UTC))
        for _ in range(2):
            # Midnight in Riyadh is nine in the evening in Greenwich.
            await world.an_order(mona, lamp)
        await self._mornings(world, datetime(2030, 1, 3, 3, 0, tzinfo=UTC))
        assert self._digests(world) == []

        await self._mornings(world, datetime(2030, 1, 3, 4, 0, tzinfo=UTC))

        [letter] = self._digests(world)
        assert letter.to == mona.email
        for told in ("day: 2030-01-02", "orders: 2", "total: 100.00 SAR", "to_confirm: 2", "مصباح"):
            assert told in letter.text
        await self._mornings(world, datetime(2030, 1, 3, 5, 0, tzinfo=UTC))
        assert len(self._digests(world)) == 1

    async def test_an_hour_that_is_told_twice_is_one_morning(self, world: World) -> None:
        mona = await world.a_merchant("mona", country="SA")
        await self._mornings(world, datetime(2030, 1, 2, 10, 0, tzinfo=UTC))
        await world.an_order(mona, await world.a_product(mona))
        four = datetime(2030, 1, 3, 4, 0, tzinfo=UTC)
        world.clock.pass_(four - world.clock.now())
        await self._schedule(world, Task(comes=self._due, every=HOUR)).come_round()
        # A worker has told everybody, and dies before it could say so.
        await world.do_without_finishing()
        world.clock.pass_(HOUR)

        await world.run_jobs()

        assert len(self._digests(world)) == 1

    async def test_nothing_is_said_of_a_day_on_which_nothing_happened(self, world: World) -> None:
        mona = await world.a_merchant("mona", country="SA")
        await world.a_product(mona, stock=1)

        await self._mornings(world, datetime(2030, 1, 3, 4, 0, tzinfo=UTC))

        assert self._digests(world) == []

    async def test_a_store_that_is_shut_hears_nothing(self, world: World) -> None:
        boss = await world.an_admin()
        mona = await world.a_merchant("mona", country="SA")
        await self._mornings(world, datetime(2030, 1, 2, 10, 0, tzinfo=UTC))
        await world.an_order(mona, await world.a_product(mona))
        await world.marketplace.admin.suspend(boss, mona.merchant_id, "fraud")

        await self._mornings(world, datetime(2030, 1, 3, 4, 0, tzinfo=UTC))

        assert self._digests(world) == []

    async def test_a_store_that_wants_no_digest_gets_none_and_the_others_do(
        self, world: World
    ) -> None:
        mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
        for seller in (mona, hind):
            await world.an_order(seller, await world.a_product(seller))
        chosen = ChooseMail(acting=mona.actor, mail={}, daily_digest=False)
        await world.marketplace.preferences.choose(chosen)

        for hours in range(1, 25):
            await self._mornings(world, datetime(2030, 1, 3, tzinfo=UTC) + hours * HOUR)

        assert {each.to for each in self._digests(world)} == {hind.email}

    async def test_a_store_that_opened_since_has_had_no_yesterday(self, world: World) -> None:
        four = datetime(2030, 1, 3, 4, 0, tzinfo=UTC)
        world.clock.pass_(four + HOUR / 2 - world.clock.now())
        mona = await world.a_merchant("mona", country="SA")
        await world.an_order(mona, await world.a_product(mona))

        await self._schedule(world, Task(comes=self._due, every=HOUR)).come_round()
        await world.run_jobs()

        assert self._digests(world) == []

    # What they have in common

    @property
    def _due(self) -> type[TimeCame]:
        from marketplace.domain.schedule import MorningsDue

        return MorningsDue

    async def _mornings(self, world: World, at: datetime) -> None:
        """It is this time, and the hour strikes."""
        world.clock.pass_(at - world.clock.now())
        await self._schedule(world, Task(comes=self._due, every=HOUR)).come_round()
        await world.run_jobs()

    def _digests(self, world: World) -> list[Letter]:
        return [
            each for each in world.mailer.sent if each.subject.startswith(LetterKind.DAILY_DIGEST)
        ]

    def _schedule(self, world: World, *tasks: Task) -> ScheduleService:
        return ScheduleService(world.ports.begin, world.clock, tasks)

    async def _parked(self, world: World) -> tuple[Actor, JobId]:
        boss = await world.an_admin()
        await world.a_merchant()
        async with world.ports.begin() as market:
            [job] = await market.outbox.claim(world.clock.now(), LEASE, 10)
            await market.outbox.park(job, "no such mailbox")
        return boss, job.id

    async def _audited(self, world: World, boss: Actor, action: Action) -> list[AuditEntry]:
        page = await world.marketplace.admin.audit_entries(boss, Paging(limit=100))
        return [each for each in page.items if each.action is action]

    async def _suspensions(self, world: World, times: int) -> None:
        """Each is a line in the book; so are the admin and the merchant."""
        boss = self._bosses.get(id(world)) or await world.an_admin()
        self._bosses[id(world)] = boss
        shut = await world.a_merchant()
        for _ in range(times):
            await world.marketplace.admin.merchant(boss, shut.merchant_id)
