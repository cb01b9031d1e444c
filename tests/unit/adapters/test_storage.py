"""Images in a folder, and the keys that lead into a store."""

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from marketplace.adapters.storage import checked
from marketplace.adapters.storage.folder import FolderImageStore

from ..contracts.image_store import KEY, OTHER, ImageStoreContract


class TestFolderImageStore(ImageStoreContract):
    @pytest.fixture
    def images(self, tmp_path: Path) -> FolderImageStore:
        return FolderImageStore(tmp_path / "images")

    async def test_a_write_that_fails_leaves_the_old_image_and_no_rest(
        self, images: FolderImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await images.put(KEY, b"old")

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            await images.put(KEY, b"new")

        assert await images.get(KEY) == b"old"
        assert [name for _, _, names in os.walk(tmp_path) for name in names] == [
            KEY.rpartition("/")[2]
        ]

    async def test_what_a_killed_writer_has_left_can_be_swept(
        self, images: FolderImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: object, **__: object) -> None:
            raise SystemExit

        monkeypatch.setattr(Path, "replace", killed)
        monkeypatch.setattr(Path, "unlink", killed)
        with pytest.raises(SystemExit):
            await images.put(KEY, b"half")
        monkeypatch.undo()

        [left] = [each async for each in images.files()]
        assert left.key.startswith(f"{KEY}.")
        assert checked(left.key) == left.key
        await images.delete(left.key)
        assert [each async for each in images.files()] == []

    async def test_an_empty_folder_is_not_left_behind(
        self, images: FolderImageStore, tmp_path: Path
    ) -> None:
        await images.put(KEY, b"x")
        await images.delete(KEY)

        assert not (tmp_path / "images" / KEY).parent.exists()

    async def test_folders_that_come_and_go_are_in_nobodys_way(
        self, images: FolderImageStore
    ) -> None:
        async def come_and_go(number: int) -> None:
            for _ in range(30):
                await images.put(f"public/1/{number}", b"x")
                await images.delete(f"public/1/{number}")

        await asyncio.gather(*(come_and_go(number) for number in range(8)))

    async def test_a_folder_may_go_while_it_is_looked_at(
        self, images: FolderImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = (tmp_path / "images" / KEY).parent
        folder.mkdir(parents=True)
        looked = Path.is_dir

        def gone(path: Path, **options: Any) -> bool:
            monkeypatch.undo()
            folder.rmdir()
            return looked(path, **options)

        monkeypatch.setattr(Path, "is_dir", gone)
        await images.put(KEY, b"x")

        assert await images.get(KEY) == b"x"

    async def test_a_folder_may_go_with_what_was_just_put_there(
        self, images: FolderImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        replaced = Path.replace

        def taken(path: Path, target: Path) -> Path:
            put = replaced(path, target)
            put.unlink()
            put.parent.rmdir()
            return put

        monkeypatch.setattr(Path, "replace", taken)
        await images.put(KEY, b"x")

        assert [each async for each in images.files()] == []

    async def test_what_stands_where_a_folder_should_is_not_tried_for_ever(
        self, images: FolderImageStore, tmp_path: Path
    ) -> None:
        await images.put("public/1", b"a file")

        with pytest.raises((FileExistsError, NotADirectoryError)):
            await images.put("public/1/2", b"x")

    async def test_only_public_images_may_be_read_by_others(
        self, images: FolderImageStore, tmp_path: Path
    ) -> None:
        await images.put(KEY, b"shown")
        await images.put(OTHER, b"hidden")

        modes = [stat.S_IMODE((tmp_path / "images" / key).stat().st_mode) for key in (KEY, OTHER)]
        assert modes == [0o644, 0o600]

    @pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "a/../../outside"])
    async def test_no_key_leads_out_of_the_folder(
        self, images: FolderImageStore, tmp_path: Path, key: str
    ) -> None:
        (tmp_path / "outside").write_bytes(b"not ours")

        for attempt in (images.put(key, b"x"), images.get(key), images.delete(key)):
            with pytest.raises(ValueError, match="not a key"):
                await attempt

        assert (tmp_path / "outside").read_bytes() == b"not ours"


@pytest.mark.parametrize("key", [KEY, OTHER, "a", "public/a-b_c.webp", "a.b.c"])
def test_our_own_keys_are_good(key: str) -> None:
    assert checked(key) == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "/etc/passwd",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/..",
        "a/../b",
        "a/./b",
        ".hidden",
        "public/.hidden",
        "a\x00.png",
        "a\n",
        "a\\b",
        "C:\\windows",
        "C:/windows",
        "~/a",
        "a b",
        "a?b",
        "a%2e%2e/b",
        "صورة",
        "a\u202eb",
        "a" * 501,
    ],
    ids=ascii,
)
def test_a_key_that_could_lead_anywhere_else_is_a_bug(key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        checked(key)
