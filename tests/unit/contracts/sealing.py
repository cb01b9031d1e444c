"""What every sealing must do. Subclass and provide a ``sealing`` fixture."""

import pytest

from marketplace.application.ports import Sealing

SECRET = b"a store\0a key"


class SealingContract:
    """The sentences."""

    @pytest.mark.parametrize("plain", [b"", b"{}", bytes(range(256)) * 100])
    def test_what_was_sealed_is_opened_with_the_same_secret(
        self, sealing: Sealing, plain: bytes
    ) -> None:
        assert sealing.open(sealing.seal(plain, SECRET), SECRET) == plain

    @pytest.mark.parametrize("other", [b"", b"a store\0another key", SECRET + b" "])
    def test_nothing_is_opened_with_another_secret(self, sealing: Sealing, other: bytes) -> None:
        assert sealing.open(sealing.seal(b"a token", SECRET), other) is None

    def test_what_was_sealed_tells_nothing(self, sealing: Sealing) -> None:
        sealed = sealing.seal(b"a token" * 10, SECRET)

        assert b"a token" not in sealed
        assert SECRET not in sealed
        assert sealing.seal(b"a token" * 10, SECRET) != sealed

    @pytest.mark.parametrize("place", [0, 12, -1])
    def test_what_was_changed_is_not_opened(self, sealing: Sealing, place: int) -> None:
        sealed = bytearray(sealing.seal(b"a token", SECRET))
        sealed[place] ^= 1

        assert sealing.open(bytes(sealed), SECRET) is None

    @pytest.mark.parametrize("odd", [b"", b"x", b"x" * 12, b"x" * 100])
    def test_what_nobody_sealed_is_not_opened(self, sealing: Sealing, odd: bytes) -> None:
        assert sealing.open(odd, SECRET) is None
