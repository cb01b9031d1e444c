"""How slips are numbered, and what comes by mail. Provide ``begin`` and ``views`` fixtures."""

from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.application.ports import MAILED_A_SECOND, BeginUnitOfWork, Paging, Views
from marketplace.domain.accounts import SessionId
from marketplace.domain.notifications import MailChoices, NotificationDelivered, Topic

from .samples import NOON, World


class InboxesContract:
    """The sentences."""

    @pytest.fixture
    def world(self, begin: BeginUnitOfWork) -> World:
        return World(begin)

    async def test_slips_are_numbered_in_each_inbox_in_the_order_of_their_coming(
        self, world: World, views: Views
    ) -> None:
        mona, hind = await world.a_merchant(), await world.a_merchant()
        slips = [world.notification(mona, world.new()) for _ in range(3)]
        for slip in reversed(slips):
            async with world.begin() as market:
                await market.notifications.add(slip)
        async with world.begin() as market:
            await market.notifications.add(world.notification(hind, world.new()))

        arrived = await views.slips_after(mona.id, 0, 10)

        assert [each.slip for each in arrived] == slips[::-1]
        assert [each.number for each in arrived] == sorted({each.number for each in arrived})
        assert await views.slips_after(mona.id, arrived[0].number, 1) == arrived[1:2]
        assert await views.slips_after(mona.id, arrived[2].number, 10) == ()
        assert len(await views.slips_after(hind.id, 0, 10)) == 1

    async def test_what_was_told_before_comes_no_second_time(
        self, world: World, views: Views
    ) -> None:
        mona = await world.a_merchant()
        slip, announcement = world.notification(mona, world.new()), await world.an_announcement()
        for _ in range(2):
            async with world.begin() as market:
                await market.notifications.add(slip)
                await market.notifications.deliver(announcement, NOON)
        async with world.begin() as market:
            held = await market.notifications.hold(slip.id)
            held.read(NOON)
            await market.notifications.save(held)

        arrived = await views.slips_after(mona.id, 0, 10)

        assert {each.slip.topic for each in arrived} == {Topic.NEW_ORDER, Topic.ANNOUNCEMENT}
        assert len(arrived) == 2

    async def test_the_newest_number_is_told_to_whoever_may_look(
        self, world: World, views: Views
    ) -> None:
        mona, hind, shut = [await world.a_merchant() for _ in range(3)]
        sessions = [
            world.session(each.account_id, uuid4().bytes * 2) for each in (mona, hind, shut)
        ]
        ended = world.session(mona.account_id, uuid4().bytes * 2)
        ended.end(NOON)
        async with world.begin() as market:
            for session in (*sessions, ended):
                await market.sessions.add(session)
            held = await market.merchants.hold(shut.id)
            held.suspend("fraud", NOON)
            await market.merchants.save(held)
            await market.notifications.add(world.notification(mona, world.new()))
        [arrived] = await views.slips_after(mona.id, 0, 10)
        asked = [*(each.id for each in sessions), ended.id, SessionId(uuid4())]

        newest = await views.newest_slips(asked, NOON)

        assert newest == {sessions[0].id: arrived.number, sessions[1].id: 0}
        assert await views.newest_slips(asked, sessions[0].expires_at) == {}

    async def test_a_whole_inbox_is_read_at_once(self, world: World, views: Views) -> None:
        mona, hind = await world.a_merchant(), await world.a_merchant()
        async with world.begin() as market:
            for merchant in (mona, mona, mona, hind):
                await market.notifications.add(world.notification(merchant, world.new()))

        async with world.begin() as market:
            assert await market.notifications.read_all(mona.id, NOON) == 3
        async with world.begin() as market:
            assert await market.notifications.read_all(mona.id, NOON) == 0

        seen = await views.inbox(mona.id, Paging())
        assert (seen.unread, {each.read_at for each in seen.page.items}) == (0, {NOON})
        assert (await views.inbox(hind.id, Paging())).unread == 1

    async def test_letters_to_everybody_are_due_little_by_little(self, world: World) -> None:
        for _ in range(MAILED_A_SECOND + 1):
            await world.a_merchant()
        announcement = await world.an_announcement()

        async with world.begin() as market:
            await market.notifications.deliver(announcement, NOON)

        async with world.begin() as market:
            jobs = await market.outbox.claim(NOON, NOON - NOON, 100)
        assert len(jobs) == MAILED_A_SECOND
        assert all(isinstance(each.event, NotificationDelivered) for each in jobs)
        assert {each.event.at for each in jobs if each.event} == {NOON}
        async with world.begin() as market:
            await market.outbox.finish_all(jobs)
            [last] = await market.outbox.claim(NOON + timedelta(seconds=1), NOON - NOON, 100)
            shown = await market.outbox.look_at(last.id)
        assert (shown.created_at, shown.due_at) == (NOON, NOON + timedelta(seconds=1))

    async def test_what_was_chosen_holds_until_something_else_is(
        self, world: World, views: Views
    ) -> None:
        mona, hind = await world.a_merchant(), await world.a_merchant()
        for choices in (
            MailChoices(mailed=(Topic.LOW_STOCK,), daily_digest=True),
            MailChoices(mailed=(), daily_digest=False),
        ):
            async with world.begin() as market:
                await market.preferences.keep(mona.id, choices)

            async with world.begin() as market:
                assert await market.preferences.of(mona.id) == choices
                assert await market.preferences.of(hind.id) == MailChoices()
            assert await views.mail_choices(mona.id) == choices
            assert await views.mail_choices(hind.id) == MailChoices()
