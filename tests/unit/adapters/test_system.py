"""The machine: its clock, its ids, its secrets."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from marketplace.adapters.system import SystemClock, SystemIds, SystemSecrets

from ..contracts.clock_ids import ClockContract, IdsContract

KEY = b"k" * 32


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


class TestSystemIds(IdsContract):
    @pytest.fixture
    def ids(self) -> SystemIds:
        return SystemIds()

    def test_an_id_begins_with_the_time(self, ids: SystemIds) -> None:
        before = datetime.now(UTC)

        milliseconds = ids.new().int >> 80

        made = datetime.fromtimestamp(milliseconds / 1000, UTC)
        assert before - timedelta(milliseconds=1) <= made <= datetime.now(UTC)

    def test_two_threads_never_make_the_same_id(self, ids: SystemIds) -> None:
        with ThreadPoolExecutor(4) as threads:
            made = list(threads.map(lambda _: ids.new(), range(4000)))

        assert len(set(made)) == 4000

    def test_ids_go_on_when_the_clock_goes_back(
        self, ids: SystemIds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = ids.new()
        monkeypatch.setattr(time, "time_ns", lambda: 0)

        assert ids.new() > first
        assert ids.new().int >> 80 == first.int >> 80

    def test_an_exhausted_counter_borrows_from_the_next_millisecond(
        self, ids: SystemIds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
        ids.new()
        ids._counter = (1 << 42) - 2

        last, next = ids.new(), ids.new()

        assert (last.int >> 80, next.int >> 80) == (1, 2)
        assert last < next

    def test_nobody_guesses_the_next_id(self) -> None:
        tails = {SystemIds().new().int & (1 << 62) - 1 for _ in range(1000)}

        assert len(tails) == 1000


class TestSystemSecrets:
    def test_a_token_has_256_bits_and_fits_into_a_link(self) -> None:
        token = SystemSecrets(KEY).token()

        assert len(token) == 43
        assert token.replace("-", "").replace("_", "").isalnum()
        assert token.isascii()

    def test_no_two_tokens_are_the_same(self) -> None:
        secrets = SystemSecrets(KEY)

        assert len({secrets.token() for _ in range(100)}) == 100

    def test_a_token_has_one_successor_in_every_process(self) -> None:
        assert SystemSecrets(KEY).successors("token") == SystemSecrets(KEY).successors("token")

    def test_successors_are_as_long_as_tokens_and_all_different(self) -> None:
        secrets = SystemSecrets(KEY)
        chain = [secrets.sealed("name")]

        for _ in range(100):
            chain.append(secrets.successors(chain[-1])[0])

        assert len(set(chain)) == 101
        assert {tuple(map(len, each.split("."))) for each in chain} == {(4, 43, 43)}
        assert all(secrets.is_sealed(each) for each in chain)

    def test_what_was_never_sealed_is_recognised_as_such(self) -> None:
        secrets = SystemSecrets(KEY)
        token = secrets.sealed("name")
        name, secret, seal = token.split(".")
        stranger = SystemSecrets(b"x" * 32).sealed("name")

        forged = [
            "",
            ".",
            "..",
            "\ud800.\ud800",
            f"{name}.{secret}",
            f"{name}.{secret}.",
            f"{name}.{secret}.{secret}",
            f"{name}.{secret}.{seal}=",
            f"{name}.{secret}.{seal}x",
            f"other.{secret}.{seal}",
            token.upper(),
            f"{secrets.token()}.{seal}",
            secrets.successors(stranger)[0].rpartition(".")[0] + "." + seal,
            stranger,
        ]

        assert secrets.is_sealed(token)
        assert [each for each in forged if secrets.is_sealed(each)] == []

    def test_what_an_earlier_key_sealed_is_recognised_while_it_is_named(self) -> None:
        token = SystemSecrets(KEY).sealed("name")

        assert SystemSecrets(b"x" * 32, KEY).is_sealed(token)
        assert not SystemSecrets(b"x" * 32).is_sealed(token)

    def test_without_the_key_nobody_knows_the_successor(self) -> None:
        assert SystemSecrets(KEY).successors("token") != SystemSecrets(b"x" * 32).successors(
            "token"
        )

    @pytest.mark.parametrize("odd", ["", "\ud800", "رمز", "\x00", "x" * 100_000])
    def test_whatever_is_sent_as_a_token_has_a_successor(self, odd: str) -> None:
        secrets = SystemSecrets(KEY)

        assert secrets.is_sealed(secrets.successors(odd)[0])
        assert not secrets.is_sealed(odd)

    def test_what_an_earlier_key_named_comes_behind(self) -> None:
        new, old = SystemSecrets(b"x" * 32), SystemSecrets(KEY)
        rotated = SystemSecrets(b"x" * 32, KEY)

        assert rotated.successors("token") == new.successors("token") + old.successors("token")

    @pytest.mark.parametrize("keys", [(b"k" * 31,), (KEY, b"k" * 31)])
    def test_a_short_key_is_refused(self, keys: tuple[bytes, ...]) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            SystemSecrets(*keys)

    def test_the_key_is_not_shown(self) -> None:
        assert "k" * 8 not in repr(vars(SystemSecrets(KEY)))

    def test_jitter_is_between_0_and_1_and_never_the_same(self) -> None:
        secrets = SystemSecrets(KEY)

        thrown = [secrets.jitter() for _ in range(1000)]

        assert all(0 <= each < 1 for each in thrown)
        assert len(set(thrown)) == 1000
        assert 0.4 < sum(thrown) / 1000 < 0.6


def test_a_known_id_is_put_together_as_the_standard_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9562, A.6: the example of version 7."""
    monkeypatch.setattr(time, "time_ns", lambda: 0x017F22E279B0 * 1_000_000)
    ids = SystemIds()
    ids._millisecond, ids._counter = 0x017F22E279B0, (0xCC3 << 30 | 0x18C4DC0C) - 1

    id = ids.new()

    assert str(id).startswith("017f22e2-79b0-7cc3-98c4-dc0c")
    assert UUID(str(id)) == id
