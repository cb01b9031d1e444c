"""The workshop: whoever sends many photos keeps nobody else waiting."""

import asyncio
from uuid import UUID

import pytest

from marketplace.adapters.memory.neighbours import MemoryImageProcessor
from marketplace.application.images import ReceiveImage
from marketplace.application.ports import FirstLook, Picture
from marketplace.application.workshop import AT_ONCE, IN_ALL, Workshop
from marketplace.domain.images import Image, PhotosBusy, TooManyPhotosAtOnce, UnreadableImage
from marketplace.domain.merchants import MerchantId
from tests.unit.world import PIXELS, Seller, World

MONA, SARA, NURA = (MerchantId(UUID(int=number)) for number in (1, 2, 3))


class Bench(MemoryImageProcessor):
    """Works at each photo until it is told to put that one away."""

    def __init__(self, room: int = 2) -> None:
        self.at_once = room
        self.begun: list[bytes] = []
        self.working: dict[bytes, asyncio.Future[None]] = {}
        self.most = 0

    async def first_look(self, content: bytes, /) -> FirstLook:
        await self._work(content)
        return await super().first_look(PIXELS)

    async def renditions(self, content: bytes, /) -> tuple[Picture, ...]:
        await self._work(content)
        return await super().renditions(PIXELS)

    async def put_away(self, content: bytes) -> None:
        self.working[content].set_result(None)
        await settled()

    async def _work(self, content: bytes) -> None:
        self.begun.append(content)
        self.working[content] = asyncio.get_running_loop().create_future()
        self.most = max(self.most, len(self.working))
        try:
            await self.working[content]
        finally:
            del self.working[content]


async def settled() -> None:
    """Everybody has gone as far as there was room for them."""
    for _ in range(20):
        await asyncio.sleep(0)


class Counter:
    """Merchants who hand photos in, and what became of them."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.workshop = bench, Workshop(bench)
        self.sent: dict[bytes, asyncio.Task[object]] = {}

    async def send(self, merchant_id: MerchantId, *photos: bytes) -> None:
        for photo in photos:
            looked = self.workshop.first_look(merchant_id, photo)
            self.sent[photo] = asyncio.create_task(looked)
        await settled()

    async def finish(self) -> None:
        while self.bench.working:
            await self.bench.put_away(next(iter(self.bench.working)))


@pytest.fixture
def counter() -> Counter:
    return Counter(Bench())


async def handed_in(world: World, bench: Bench, *photos: tuple[Seller, bytes]) -> list[Image]:
    marketplace = world.with_(processor=bench)
    sent = [
        asyncio.create_task(
            marketplace.images.receive(ReceiveImage(acting=seller.actor, content=photo))
        )
        for seller, photo in photos
    ]
    await settled()
    while bench.working:
        await bench.put_away(next(iter(bench.working)))
    return await asyncio.gather(*sent)


async def test_a_merchant_with_many_photos_keeps_nobody_else_waiting(counter: Counter) -> None:
    await counter.send(MONA, b"m1", b"m2", b"m3", b"m4")

    await counter.send(SARA, b"s1")

    assert counter.bench.begun == [b"m1", b"s1"]
    await counter.bench.put_away(b"s1")
    assert counter.sent[b"s1"].done()
    assert not any(counter.sent[photo].done() for photo in (b"m1", b"m2", b"m3", b"m4"))


async def test_the_use_case_is_as_fair_as_the_workshop(world: World) -> None:
    mona, sara = await world.a_merchant(), await world.a_merchant()
    bench = Bench()

    await handed_in(world, bench, *[(mona, b"m%d" % n) for n in range(4)], (sara, b"s1"))

    assert bench.begun[:2] == [b"m0", b"s1"]


async def test_turns_go_round(counter: Counter) -> None:
    await counter.send(MONA, b"m1", b"m2", b"m3")
    await counter.send(SARA, b"s1", b"s2")
    await counter.send(NURA, b"n1")

    await counter.finish()

    assert counter.bench.begun == [b"m1", b"s1", b"n1", b"m2", b"s2", b"m3"]


async def test_a_newcomer_comes_before_the_next_photo_of_whoever_has_just_had_a_turn(
    counter: Counter,
) -> None:
    await counter.send(MONA, b"m1", b"m2", b"m3")
    await counter.send(SARA, b"s1", b"s2", b"s3")
    await counter.send(NURA, b"n1")

    await counter.bench.put_away(b"m1")

    assert counter.bench.begun[-1] == b"n1"


async def test_one_merchant_never_has_all_the_room() -> None:
    counter = Counter(Bench(room=3))

    await counter.send(MONA, b"m1", b"m2", b"m3", b"m4")

    assert counter.bench.begun == [b"m1", b"m2"]


async def test_where_there_is_room_for_one_everybody_has_it_in_turn() -> None:
    counter = Counter(Bench(room=1))
    await counter.send(MONA, b"m1", b"m2")
    await counter.send(SARA, b"s1")

    await counter.finish()

    assert counter.bench.begun == [b"m1", b"s1", b"m2"]
    assert counter.bench.most == 1


async def test_sizes_made_in_the_background_take_turns_with_what_is_waited_for(
    counter: Counter,
) -> None:
    async def fetch() -> bytes:
        return b"m0"

    in_background = asyncio.create_task(counter.workshop.renditions(MONA, fetch))
    await settled()
    await counter.send(MONA, b"m1")
    await counter.send(SARA, b"s1")

    assert counter.bench.begun == [b"m0", b"s1"]
    await counter.finish()
    assert await in_background
    assert counter.sent[b"m1"].done()


async def test_a_merchant_who_sends_too_many_at_once_is_told_to_wait(counter: Counter) -> None:
    photos = [b"m%d" % number for number in range(AT_ONCE)]
    await counter.send(MONA, *photos)

    with pytest.raises(TooManyPhotosAtOnce) as told:
        await counter.workshop.first_look(MONA, b"one too many")

    assert told.value.facts["at_most"] == AT_ONCE
    assert told.value.facts["retry_after"]
    await counter.send(SARA, b"s1")
    await counter.finish()
    assert sorted(counter.bench.begun) == sorted([*photos, b"s1"])


async def test_whoever_was_told_to_wait_is_looked_at_when_there_is_room(counter: Counter) -> None:
    await counter.send(MONA, *[b"m%d" % number for number in range(AT_ONCE)])
    await counter.bench.put_away(b"m0")

    await counter.send(MONA, b"once more")
    await counter.finish()

    assert counter.sent[b"once more"].exception() is None


async def test_when_everybody_sends_many_nobody_is_left_to_wait_for_ever(counter: Counter) -> None:
    for number in range(IN_ALL):
        await counter.send(MerchantId(UUID(int=number + 10)), b"%d" % number)

    with pytest.raises(PhotosBusy) as told:
        await counter.workshop.first_look(MONA, b"one too many")

    assert told.value.facts["retry_after"]
    await counter.finish()


async def test_a_photo_that_cannot_be_read_leaves_its_room_to_others(counter: Counter) -> None:
    await counter.send(MONA, b"broken", b"m2")

    counter.bench.working[b"broken"].set_exception(UnreadableImage())
    await settled()

    with pytest.raises(UnreadableImage):
        await counter.sent[b"broken"]
    assert counter.bench.begun == [b"broken", b"m2"]


async def test_whoever_gives_up_while_waiting_leaves_the_place_to_others(counter: Counter) -> None:
    await counter.send(MONA, b"m1", b"m2", b"m3")

    counter.sent[b"m2"].cancel()
    await settled()
    await counter.finish()

    assert counter.bench.begun == [b"m1", b"m3"]


async def test_whoever_is_called_away_takes_up_the_room_until_the_photo_is_put_away(
    counter: Counter,
) -> None:
    """A decoder works on whoever waits for it: the room is not free before it is done."""
    await counter.send(MONA, b"m1", b"m2")

    counter.sent[b"m1"].cancel()
    await settled()

    assert counter.bench.begun == [b"m1"]
    await counter.bench.put_away(b"m1")
    assert counter.bench.begun == [b"m1", b"m2"]


@pytest.mark.parametrize("moments", range(10))
async def test_whoever_is_called_away_and_in_at_the_same_moment_keeps_no_place(
    counter: Counter, moments: int
) -> None:
    await counter.send(MONA, b"m1", b"m2", b"m3")

    counter.bench.working[b"m1"].set_result(None)
    for _ in range(moments):
        await asyncio.sleep(0)
    counter.sent[b"m2"].cancel()
    await settled()
    await counter.finish()

    assert counter.bench.begun[-1] == b"m3"
    assert counter.sent[b"m3"].done()


def test_a_workshop_is_there_for_whoever_runs_the_next_event_loop() -> None:
    bench = Bench()
    counter = Counter(bench)

    async def leave_in_the_middle() -> None:
        await counter.send(MONA, b"m1", b"m2")

    async def send_another() -> None:
        await counter.send(MONA, b"m3")
        await counter.finish()

    asyncio.run(leave_in_the_middle())
    bench.working.clear()
    asyncio.run(send_another())

    assert counter.sent[b"m3"].exception() is None
