"""Streams are few for each merchant, however many are asked for at once."""

import asyncio
import gc
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplace.application.ports import Views
from marketplace.application.streams import MOST_OF_ONE, NotificationStreams, TooManyStreams
from marketplace.domain.accounts import SessionId

from ..world import World


class FarAway:
    """Views that take a moment to answer, as PostgreSQL does."""

    def __init__(self, views: Views) -> None:
        self._views = views

    async def newest_slips(
        self, sessions: Sequence[SessionId], at: datetime
    ) -> Mapping[SessionId, int]:
        await asyncio.sleep(0)
        return await self._views.newest_slips(sessions, at)


async def test_of_a_crowd_that_comes_at_once_so_many_are_let_in_as_there_is_room_for(
    world: World,
) -> None:
    mona = await world.a_merchant("mona")
    views: Any = FarAway(world.ports.views)
    streams = NotificationStreams(views, world.clock)

    async def crowd() -> Collection[object]:
        asking = (streams.open(mona.actor) for _ in range(3 * MOST_OF_ONE))
        return await asyncio.gather(*asking, return_exceptions=True)

    first = await crowd()
    assert sum(not isinstance(each, TooManyStreams) for each in first) == MOST_OF_ONE

    # They have left before their answer began.
    del first
    gc.collect()
    again = await crowd()
    assert sum(not isinstance(each, TooManyStreams) for each in again) == MOST_OF_ONE
