"""Jobs: what has to happen happens, whatever breaks meanwhile."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.adapters.memory.store import MemoryStore
from marketplace.application.jobs import LEASE, told
from marketplace.application.ports import (
    Job,
    JobId,
    JobState,
    Letter,
    LetterKind,
    Mailer,
    MailRefused,
    MailUnavailable,
)
from marketplace.application.reactions import (
    HANDLING,
    KINDS,
    LETTER,
    UnknownReaction,
    handling_of,
    reactions_to,
)
from marketplace.domain.accounts import (
    EmailAddress,
    EmailTaken,
    EmailVerified,
    PasswordResetRequested,
)
from tests.unit.world import EvenSecrets, World

SECOND = timedelta(seconds=1)
MOST_ATTEMPTS = LETTER.attempts


@dataclass
class BrokenMailer(Mailer):
    """A post office that has this to say, so often."""

    says: BaseException
    times: int = 10**9
    tried: int = 0
    sent: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter, /) -> None:
        self.tried += 1
        if self.tried <= self.times:
            raise self.says
        self.sent.append(letter)


def the_job(store: MemoryStore, reaction: str = "send_verification_email") -> JobId:
    [id] = [id for id, job in store.jobs.items() if job.reaction == reaction]
    return id


async def a_reset(world: World) -> JobId:
    """One job that waits: the letter for a lost password."""
    mona = await world.a_merchant("mona")
    await world.run_jobs()
    await world.marketplace.accounts.request_password_reset(mona.email)
    return the_job(world.store, "send_password_reset_email")


async def claim(world: World) -> list[Job]:
    async with world.ports.begin() as market:
        return await market.outbox.claim(world.clock.now(), LEASE, 100)


async def test_a_job_is_done_once_and_gone(world: World) -> None:
    job = await a_reset(world)

    assert await world.marketplace.jobs.run(job)
    assert not await world.marketplace.jobs.run(job)

    assert len(world.letters_to("mona@example.com", LetterKind.PASSWORD_RESET)) == 1
    assert world.store.jobs == {}


async def test_a_job_nobody_knows_is_not_done(world: World) -> None:
    assert not await world.marketplace.jobs.run(JobId(UUID(int=1)))


async def test_due_jobs_are_done_oldest_first_so_many_at_a_time(world: World) -> None:
    for _ in range(5):
        await world.a_merchant()
        world.clock.pass_(SECOND)

    assert await world.marketplace.jobs.run_due(limit=2) == 2
    assert [each.to for each in world.mailer.sent] == ["store-1@example.com", "store-2@example.com"]
    assert await world.marketplace.jobs.run_all() == 3
    assert await world.marketplace.jobs.run_due() == 0


async def test_workers_are_called_when_there_is_something_to_do(world: World) -> None:
    job = await a_reset(world)

    assert world.bell.rung[-1] == job


async def test_a_post_office_that_is_closed_is_tried_again_later(world: World) -> None:
    job = await a_reset(world)
    mailer = BrokenMailer(MailUnavailable())
    jobs = world.with_(mailer=mailer).jobs

    await jobs.run(job)
    assert not await jobs.run(job)
    world.clock.pass_(jobs.delay(1) - timedelta(microseconds=1))
    assert not await jobs.run(job)
    world.clock.pass_(timedelta(microseconds=1))
    mailer.times = 1

    assert await jobs.run(job)
    assert len(mailer.sent) == 1
    assert world.store.jobs == {}


async def test_each_delay_is_longer_than_the_one_before(world: World) -> None:
    delays = [world.marketplace.jobs.delay(attempt) for attempt in range(1, MOST_ATTEMPTS + 1)]

    assert delays == sorted(delays)
    assert delays[0] >= SECOND
    assert delays[-1] == timedelta(hours=2)


async def test_a_post_office_may_be_closed_for_a_day(world: World) -> None:
    delays = [world.marketplace.jobs.delay(attempt) for attempt in range(1, MOST_ATTEMPTS)]

    # Half of the longest, on the average.
    assert sum(delays, timedelta()) / 2 >= timedelta(hours=23)


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_delays_differ_so_that_not_everybody_comes_back_at_once(
    world: World, jitter: float
) -> None:
    class Jittery(EvenSecrets):
        def jitter(self) -> float:
            return jitter

    secrets = Jittery(b"a key that is known to everybody")
    jobs = world.with_(secrets=secrets).jobs

    for attempt in range(1, 100):
        assert SECOND <= jobs.delay(attempt) <= timedelta(hours=2)
        assert jobs.delay(attempt) <= world.marketplace.jobs.delay(attempt)


@pytest.mark.parametrize(
    "says",
    [MailUnavailable(), OSError("no route"), TimeoutError(), RuntimeError("a bug"), KeyError("x")],
)
async def test_a_job_that_never_works_is_parked_and_not_lost(world: World, says: Exception) -> None:
    await world.a_merchant("mona")
    job = the_job(world.store, "send_verification_email")
    mailer = BrokenMailer(says)
    jobs = world.with_(mailer=mailer).jobs

    for _ in range(3 * MOST_ATTEMPTS):
        await jobs.run_due()
        world.clock.pass_(timedelta(hours=2))

    assert mailer.tried == MOST_ATTEMPTS
    kept = world.store.jobs[job]
    assert kept.is_dead
    assert kept.why == told(says)


async def test_a_letter_the_post_office_refuses_is_parked_at_once(world: World) -> None:
    job = await a_reset(world)
    mailer = BrokenMailer(MailRefused(code=550, reason="5.1.1"))

    await world.with_(mailer=mailer).jobs.run(job)

    assert mailer.tried == 1
    assert world.store.jobs[job].is_dead
    assert "550" in world.store.jobs[job].why


async def test_one_job_that_fails_does_not_hold_up_the_others(world: World) -> None:
    for _ in range(3):
        await world.a_merchant()
    mailer = BrokenMailer(OSError(), times=1)

    assert await world.with_(mailer=mailer).jobs.run_due() == 3

    assert len(mailer.sent) == 2
    assert len(world.store.jobs) == 1


async def test_a_reaction_this_version_does_not_know_is_kept_for_another(world: World) -> None:
    job = await a_reset(world)
    world.store.jobs[job].reaction = "send_pigeon"

    await world.run_jobs()
    assert world.store.jobs[job].due_at > world.clock.now()
    assert not world.store.jobs[job].is_dead
    world.store.jobs[job].reaction = "send_password_reset_email"
    world.clock.pass_(timedelta(hours=2))
    await world.run_jobs()

    assert world.store.jobs == {}


@pytest.mark.parametrize(
    "name", ["", "_send", "__init__", "receive", "process_product_image", "carry_out", "mailer"]
)
async def test_a_job_does_nothing_but_what_the_table_says(world: World, name: str) -> None:
    mona = await world.a_merchant()
    event = PasswordResetRequested(at=world.clock.now(), email=EmailAddress(mona.email))
    job = Job(id=JobId(UUID(int=1)), reaction=name, event=event, attempt=1)

    with pytest.raises(UnknownReaction):
        await world.marketplace.jobs.reactions.carry_out(job)


async def test_an_event_this_version_cannot_read_is_not_guessed_at(world: World) -> None:
    job = Job(id=JobId(UUID(int=1)), reaction="send_password_reset_email", event=None, attempt=1)

    with pytest.raises(UnknownReaction):
        await world.marketplace.jobs.reactions.carry_out(job)


async def test_an_event_that_nothing_follows_makes_no_job(world: World) -> None:
    mona = await world.a_merchant()
    event = EmailVerified(at=world.clock.now(), account_id=mona.actor.account_id)

    assert reactions_to(event) == []


# Workers that die


async def test_a_job_of_a_dead_worker_is_left_alone_until_its_lease_ends(world: World) -> None:
    await a_reset(world)
    [lost] = await claim(world)

    world.clock.pass_(LEASE - SECOND)
    assert await world.run_jobs() == 0
    world.clock.pass_(SECOND)

    assert await world.run_jobs() == 1
    assert lost.attempt == 1
    assert world.store.jobs == {}


async def test_a_worker_that_was_taken_for_dead_can_no_longer_say_anything(world: World) -> None:
    await a_reset(world)
    [lost] = await claim(world)
    world.clock.pass_(LEASE)
    [taken] = await claim(world)

    async with world.ports.begin() as market:
        assert not await market.outbox.finish(lost)
        assert not await market.outbox.postpone(lost, world.clock.now(), "late")
        assert not await market.outbox.park(lost, "late")
        assert await market.outbox.finish(taken)

    assert (lost.attempt, taken.attempt) == (1, 2)
    assert world.store.jobs == {}


async def test_a_job_that_kills_its_worker_is_parked_in_the_end(world: World) -> None:
    job = await a_reset(world)
    for _ in range(MOST_ATTEMPTS):
        await claim(world)
        world.clock.pass_(LEASE)

    await world.run_jobs()

    assert world.store.jobs[job].is_dead
    assert "died" in world.store.jobs[job].why
    assert world.letters_to("mona@example.com", LetterKind.PASSWORD_RESET) == []


async def test_a_worker_that_is_told_to_stop_leaves_its_job_to_the_next(world: World) -> None:
    job = await a_reset(world)
    stopped = world.with_(mailer=BrokenMailer(asyncio.CancelledError()))

    with pytest.raises(asyncio.CancelledError):
        await stopped.jobs.run(job)
    assert not world.store.jobs[job].is_dead
    world.clock.pass_(LEASE)

    assert await world.marketplace.jobs.run(job)
    assert world.store.jobs == {}


def test_the_table_says_how_each_kind_is_handled() -> None:
    assert {each.__name__ for each in HANDLING} <= KINDS
    for kind in KINDS:
        handling = handling_of(kind)
        assert handling.at_once >= 1
        assert handling.attempts >= 3
        assert handling.patience > timedelta()


def test_whatever_writes_to_somebody_is_known_to_do_so() -> None:
    """Or else a restored copy of the database would write to them once more."""
    for kind in KINDS:
        if kind.startswith(("mail_", "send_")):
            assert handling_of(kind).sends, kind


async def test_no_kind_takes_more_room_than_it_has(world: World) -> None:
    for _ in range(30):
        await world.a_merchant()
    most = LETTER.at_once

    first = await world.marketplace.jobs.take(100, {}, LEASE)
    busy = {"send_verification_email": most - 1}
    second = await world.marketplace.jobs.take(100, busy, LEASE)
    third = await world.marketplace.jobs.take(2, {}, LEASE)

    assert [len(first), len(second), len(third)] == [most, 1, 2]


async def test_a_worker_that_lives_keeps_its_job_for_longer_than_a_lease(world: World) -> None:
    await a_reset(world)
    [mine] = await claim(world)

    for _ in range(5):
        world.clock.pass_(LEASE - SECOND)
        assert await world.marketplace.jobs.keep([mine], LEASE) == {mine.id}
        assert await claim(world) == []
    world.clock.pass_(LEASE)
    [taken] = await claim(world)

    assert taken.attempt == 2
    assert await world.marketplace.jobs.keep([mine], LEASE) == set()


async def test_a_worker_that_goes_leaves_its_jobs_to_others_at_once(world: World) -> None:
    await a_reset(world)
    [mine] = await claim(world)

    await world.marketplace.jobs.release([mine])

    [taken] = await claim(world)
    assert (taken.id, taken.attempt) == (mine.id, 2)


async def test_a_kind_that_nobody_knows_is_set_aside_and_done_once_somebody_does(
    world: World,
) -> None:
    job = await a_reset(world)
    world.store.jobs[job].reaction = "send_pigeon"

    assert await world.marketplace.jobs.set_aside_strangers() == 1
    assert await world.marketplace.jobs.take(10, {}, LEASE) == []
    stored = world.store.jobs[job]
    assert (stored.state, stored.attempt) == (JobState.UNKNOWN, 0)
    assert "no such kind" in stored.why
    assert await world.marketplace.jobs.set_aside_strangers() == 0

    stored.reaction = "send_password_reset_email"
    [taken] = await world.marketplace.jobs.take(10, {}, LEASE)
    assert taken.id == job


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("no lamp for layla@example.com here"), "ValueError: no lamp for … here"),
        (OSError("call +966 50 123 4567 now"), "OSError: call … now"),
        (
            RuntimeError("row is bad\nDETAIL: Key (email)=(layla@example.com) exists"),
            "RuntimeError: row is bad",
        ),
        (
            KeyError("0199d6f0-0000-7000-8000-000000000001"),
            "KeyError: '0199d6f0-0000-7000-8000-000000000001'",
        ),
        (ConnectionError("https://user:pass@host/x is away"), "ConnectionError: … is away"),
        (ValueError("Zk3mVb8yQmL1-7rTq0w9XcP2dNfGhJsA is odd"), "ValueError: … is odd"),
        (TimeoutError(), "TimeoutError"),
        (EmailTaken(email="layla@example.com"), "EmailTaken()"),
        (MailRefused(code=550, reason="5.1.1"), "MailRefused(code=550, reason=5.1.1)"),
    ],
)
def test_a_failure_is_told_without_saying_whom_it_is_about(error: Exception, says: str) -> None:
    assert told(error) == says


async def test_what_a_refused_use_case_would_have_caused_is_not_done(world: World) -> None:
    await world.a_merchant("mona")
    before = len(world.store.jobs)

    with pytest.raises(Exception, match="mona"):
        await world.a_merchant("mona", email="other@example.com")

    assert len(world.store.jobs) == before
