"""What is said in one breath goes over the wire in one piece, and nothing is held back for long."""

import asyncio

import pytest

from marketplace.entrypoints.corking import CorkedTransport


class Wire(asyncio.Transport):
    """Takes down what comes, piece by piece."""

    def __init__(self) -> None:
        super().__init__({"peername": ("198.51.100.7", 4711)})
        self.pieces: list[bytes] = []
        self.is_closed = False

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.pieces.append(data)

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


@pytest.fixture
def wire() -> Wire:
    return Wire()


async def a_round() -> None:
    await asyncio.sleep(0)


async def test_head_and_body_are_one_piece(wire: Wire) -> None:
    corked = CorkedTransport(wire)

    corked.write(b"head")
    corked.write(b"body")
    await a_round()

    assert wire.pieces == [b"headbody"]


async def test_what_comes_later_is_a_piece_of_its_own(wire: Wire) -> None:
    corked = CorkedTransport(wire)

    for said in (b"event: one", b"event: two"):
        corked.write(said)
        await a_round()

    assert wire.pieces == [b"event: one", b"event: two"]


async def test_who_is_slow_is_noticed_before_much_is_held_back(wire: Wire) -> None:
    corked = CorkedTransport(wire)

    for _ in range(5):
        corked.write(b"x" * 40_000)

    assert [len(piece) for piece in wire.pieces] == [80_000, 80_000]
    await a_round()
    assert sum(map(len, wire.pieces)) == 200_000


async def test_what_was_written_is_sent_before_the_end(wire: Wire) -> None:
    corked = CorkedTransport(wire)

    corked.write(b"goodbye")
    corked.close()

    assert (wire.pieces, wire.is_closed) == ([b"goodbye"], True)
    await a_round()
    assert wire.pieces == [b"goodbye"]


async def test_nothing_is_sent_to_whoever_has_gone(wire: Wire) -> None:
    corked = CorkedTransport(wire)

    corked.write(b"hello?")
    wire.close()
    await a_round()

    assert wire.pieces == []


async def test_everything_else_is_asked_of_the_wire_itself(wire: Wire) -> None:
    corked = CorkedTransport(wire)

    assert corked.get_extra_info("peername") == ("198.51.100.7", 4711)
    assert not corked.is_closing()
