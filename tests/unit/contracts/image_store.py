"""What every shelf of images must do. Subclass and provide an ``images`` fixture."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.application.ports import ImageStore
from marketplace.domain.images import ImageNotFound, ImageTooHeavy

KEY = "public/01900000-0000-7000-8000-000000000001/640-0123456789abcdef.webp"
OTHER = "private/01900000-0000-7000-8000-000000000001/original"
BYTES = bytes(range(256)) * 40


class ImageStoreContract:
    """The sentences."""

    async def test_what_was_put_is_got_byte_for_byte(self, images: ImageStore) -> None:
        await images.put(KEY, BYTES)

        assert await images.get(KEY) == BYTES
        assert type(await images.get(KEY)) is bytes

    async def test_keys_are_kept_apart(self, images: ImageStore) -> None:
        await images.put(KEY, b"shown")
        await images.put(OTHER, b"hidden")

        assert await images.get(KEY) == b"shown"
        assert await images.get(OTHER) == b"hidden"

    async def test_to_put_again_replaces(self, images: ImageStore) -> None:
        await images.put(KEY, BYTES)
        await images.put(KEY, b"new")

        assert await images.get(KEY) == b"new"

    async def test_nobody_sees_half_of_a_replacement(self, images: ImageStore) -> None:
        versions = [bytes([number]) * 200_000 for number in range(8)]
        await images.put(KEY, versions[0])

        puts = [images.put(KEY, version) for version in versions]
        gets = [images.get(KEY) for _ in range(20)]
        seen = (await asyncio.gather(*puts, *gets))[len(puts) :]

        assert set(seen) <= set(versions)

    async def test_what_is_not_there_is_not_found(self, images: ImageStore) -> None:
        with pytest.raises(ImageNotFound):
            await images.get(KEY)

    async def test_a_folder_is_not_an_image(self, images: ImageStore) -> None:
        await images.put(KEY, BYTES)

        with pytest.raises(ImageNotFound):
            await images.get(KEY.rpartition("/")[0])

    async def test_what_was_deleted_is_not_found(self, images: ImageStore) -> None:
        await images.put(KEY, BYTES)
        await images.delete(KEY)

        with pytest.raises(ImageNotFound):
            await images.get(KEY)

    async def test_to_delete_nothing_is_no_mistake(self, images: ImageStore) -> None:
        await images.delete(KEY)
        await images.delete(KEY)

    async def test_what_is_heavier_than_asked_for_is_not_got(self, images: ImageStore) -> None:
        await images.put(KEY, b"12345")

        assert await images.get(KEY, at_most=5) == b"12345"
        with pytest.raises(ImageTooHeavy):
            await images.get(KEY, at_most=4)
        with pytest.raises(ImageNotFound):
            await images.get(OTHER, at_most=4)

    async def test_everything_on_the_shelf_can_be_listed_with_its_age(
        self, images: ImageStore
    ) -> None:
        assert [each async for each in images.files()] == []
        await images.put(KEY, b"shown")
        await images.put(OTHER, b"hidden")

        files = {each.key: each async for each in images.files()}

        assert {key: each.size for key, each in files.items()} == {KEY: 5, OTHER: 6}
        for each in files.values():
            assert abs(each.stored_at - datetime.now(UTC)) < timedelta(minutes=1)

    async def test_to_put_again_makes_it_young_again(self, images: ImageStore) -> None:
        await images.put(KEY, b"old")
        [old] = [each async for each in images.files()]
        new = old
        # Some count in whole seconds.
        async with asyncio.timeout(5):
            while new.stored_at == old.stored_at:
                await asyncio.sleep(0.05)
                await images.put(KEY, b"new")
                [new] = [each async for each in images.files()]

        assert new.stored_at > old.stored_at

    async def test_a_folder_can_be_listed_alone(self, images: ImageStore) -> None:
        await images.put("public/1/a.webp", b"x")
        await images.put("public/1/b.webp", b"x")
        await images.put("public/11/a.webp", b"x")

        async def below(folder: str) -> set[str]:
            return {each.key async for each in images.files(folder)}

        assert await below("public/1") == {"public/1/a.webp", "public/1/b.webp"}
        assert await below("public/2") == await below("private") == set()

    async def test_what_was_deleted_is_not_listed(self, images: ImageStore) -> None:
        await images.put(KEY, BYTES)
        await images.delete(KEY)
        await images.put(KEY, BYTES)
        await images.delete(KEY)

        assert [each async for each in images.files()] == []
