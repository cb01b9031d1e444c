"""Passwords: slow, bounded, and as slow for nobody as for somebody."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher as Argon2
from argon2.exceptions import VerifyMismatchError

from marketplace.adapters.argon2 import AT_ONCE, NICE, WAITING, Argon2PasswordHasher
from marketplace.domain.accounts import SignInsBusy
from tests.unit.contracts.passwords import PASSWORD, PasswordHasherContract


class TestArgon2PasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def passwords(self) -> Iterator[Argon2PasswordHasher]:
        passwords = Argon2PasswordHasher()
        yield passwords
        passwords.close()

    @pytest.fixture
    def earlier(self) -> Iterator[Argon2PasswordHasher]:
        earlier = Argon2PasswordHasher(time_cost=1)
        yield earlier
        earlier.close()

    async def test_a_hash_says_how_slow_it_is(self, passwords: Argon2PasswordHasher) -> None:
        hash = await passwords.hash(PASSWORD)

        assert hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    @pytest.mark.parametrize(
        "hash",
        [
            "ليس تجزئة",
            "\ud800",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$",
            "$argon2id$v=19$m=1,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43,
            "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 10_000,
            "$2b$12$abcdefghijklmnopqrstuuN2Cl8S3lLZ1hQ0o1y5o5Z3n6a5b6c7d",
        ],
    )
    async def test_whatever_stands_in_place_of_a_hash_lets_nobody_in(
        self, passwords: Argon2PasswordHasher, hash: str
    ) -> None:
        assert not await passwords.verify(PASSWORD, hash)

    async def test_one_verification_is_spent_whoever_asks(
        self, passwords: Argon2PasswordHasher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hash = await passwords.hash(PASSWORD)
        spent: list[str] = []
        verify = Argon2.verify

        def noted(argon2: Argon2, hash: str, password: bytes) -> bool:
            try:
                return verify(argon2, hash, password)
            except VerifyMismatchError:
                # Only a hash that can be read takes its time, and then differs.
                spent.append(hash)
                raise

        monkeypatch.setattr(Argon2, "verify", noted)

        for given in (hash, None, "", "broken"):
            await passwords.verify("wrong", given)

        assert len(spent) == 4
        assert spent[0] == hash
        assert len(set(spent[1:])) == 1

    async def test_who_comes_when_too_many_wait_is_told_to_come_back(
        self, passwords: Argon2PasswordHasher
    ) -> None:
        crowd = [passwords.verify("wrong", None) for _ in range(AT_ONCE + WAITING + 5)]

        answers = await asyncio.gather(*crowd, return_exceptions=True)

        busy = [each for each in answers if isinstance(each, SignInsBusy)]
        assert len(busy) == 5
        assert busy[0].facts == {"retry_after": 1}
        assert answers.count(False) == AT_ONCE + WAITING
        assert not await passwords.verify("wrong", None)

    async def test_who_hangs_up_makes_room(self, passwords: Argon2PasswordHasher) -> None:
        crowd = [
            asyncio.create_task(passwords.verify("wrong", None)) for _ in range(AT_ONCE + WAITING)
        ]
        await asyncio.sleep(0)
        for each in crowd[AT_ONCE:]:
            each.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)

        again = [passwords.verify("wrong", None) for _ in range(WAITING)]

        assert set(await asyncio.gather(*again)) == {False}

    @pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
    async def test_who_hashes_stands_back_from_who_answers(
        self, passwords: Argon2PasswordHasher
    ) -> None:
        await passwords.hash(PASSWORD)

        [thread, *_] = [each for each in threading.enumerate() if each.name.startswith("argon2")]
        assert thread.native_id is not None
        usual = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, thread.native_id) == min(usual + NICE, 19)
