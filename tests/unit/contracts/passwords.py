"""
What every password hasher must do.

Subclass and provide a ``passwords`` fixture, and ``earlier``: as it was made some years ago.
"""

import pytest

from marketplace.application.ports import PasswordHasher

PASSWORD = "حصان صحيح بطارية"


class PasswordHasherContract:
    """The sentences."""

    async def test_the_right_password_is_right(self, passwords: PasswordHasher) -> None:
        assert await passwords.verify(PASSWORD, await passwords.hash(PASSWORD))

    async def test_a_wrong_password_is_wrong(self, passwords: PasswordHasher) -> None:
        assert not await passwords.verify(PASSWORD + " ", await passwords.hash(PASSWORD))

    async def test_two_hashes_of_one_password_differ(self, passwords: PasswordHasher) -> None:
        assert await passwords.hash(PASSWORD) != await passwords.hash(PASSWORD)

    async def test_a_hash_does_not_tell_the_password(self, passwords: PasswordHasher) -> None:
        assert PASSWORD not in await passwords.hash(PASSWORD)

    async def test_no_password_is_right_where_there_is_no_hash(
        self, passwords: PasswordHasher
    ) -> None:
        assert not await passwords.verify(PASSWORD, None)
        assert not await passwords.verify("", None)

    @pytest.mark.parametrize("hash", ["", "$", "$argon2id$v=19$m=19456,t=2,p=1$broken", "\x00"])
    async def test_no_password_is_right_for_a_broken_hash(
        self, passwords: PasswordHasher, hash: str
    ) -> None:
        assert not await passwords.verify(PASSWORD, hash)

    @pytest.mark.parametrize("odd", ["", "\x00", "\ud800", "\udcff\ud800", "x" * 1000])
    async def test_an_odd_password_is_wrong_like_any_other(
        self, passwords: PasswordHasher, odd: str
    ) -> None:
        assert not await passwords.verify(odd, await passwords.hash(PASSWORD))

    async def test_a_hash_is_outdated_when_it_would_be_made_another_way_today(
        self, passwords: PasswordHasher, earlier: PasswordHasher
    ) -> None:
        hash = await earlier.hash(PASSWORD)

        assert await passwords.verify(PASSWORD, hash)
        assert passwords.is_outdated(hash)
        assert not passwords.is_outdated(await passwords.hash(PASSWORD))

    @pytest.mark.parametrize("hash", ["", "$", "$argon2id$v=19$m=19456,t=2,p=1$broken"])
    async def test_a_broken_hash_is_outdated(self, passwords: PasswordHasher, hash: str) -> None:
        assert passwords.is_outdated(hash)

    async def test_a_password_does_not_end_at_a_nul(self, passwords: PasswordHasher) -> None:
        assert not await passwords.verify("before\x00after", await passwords.hash("before\x00"))
