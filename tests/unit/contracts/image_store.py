"""What every shelf of images must do. Subclass and provide an ``images`` fixture."""

import asyncio

import pytest

from marketplace.application.ports import ImageStore
from marketplace.domain.images import ImageNotFound

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
