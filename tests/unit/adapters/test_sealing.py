"""What is sealed in earnest."""

import pytest

from marketplace.adapters.sealing import AesSealing

from ..contracts.sealing import SECRET, SealingContract

OLD, NEW = b"an old key of thirty-two bytes...", b"a new key of thirty-two bytes...."


class TestAesSealing(SealingContract):
    @pytest.fixture
    def sealing(self) -> AesSealing:
        return AesSealing(NEW)


def test_while_a_key_is_replaced_every_server_opens_what_another_sealed() -> None:
    old, first, then = AesSealing(OLD), AesSealing(OLD, NEW), AesSealing(NEW, OLD)

    for sealing in (old, first, then):
        sealed = sealing.seal(b"a token", SECRET)
        assert first.open(sealed, SECRET) == then.open(sealed, SECRET) == b"a token"


def test_what_was_sealed_under_a_key_that_nobody_names_is_not_opened() -> None:
    assert AesSealing(NEW).open(AesSealing(OLD).seal(b"a token", SECRET), SECRET) is None
