"""Images in a folder."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from marketplace.adapters import files
from marketplace.adapters.storage import checked
from marketplace.application.ports import ImageStore, SignedUpload, StoredFile
from marketplace.domain.images import ImageNotFound, ImageTooHeavy, NoDirectUploads

_STRETCH = 1000
"""Files that are looked at in one go, while other things wait."""


class FolderImageStore(ImageStore):
    """
    A file for each image, in folders that are made as they are needed.

    Public ones may be read by other users of the machine, so that a web server can send them.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, content: bytes, /) -> None:
        mode = 0o644 if key.startswith("public/") else 0o600
        await asyncio.to_thread(files.put, self._path(key), content, mode)

    async def get(self, key: str, /, *, at_most: int | None = None) -> bytes:
        try:
            return await asyncio.to_thread(_read, self._path(key), at_most)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise ImageNotFound(key=key) from None

    async def delete(self, key: str, /) -> None:
        await asyncio.to_thread(_remove, self._path(key))

    async def files(self, folder: str = "", /) -> AsyncIterator[StoredFile]:
        found = _below(self._root, self._path(folder) if folder else self._root)
        while stretch := await asyncio.to_thread(lambda: list(islice(found, _STRETCH))):
            for each in stretch:
                yield each

    async def sign_upload(self, key: str, type: str, lasts: timedelta, /) -> SignedUpload:
        raise NoDirectUploads

    def _path(self, key: str) -> Path:
        return self._root / checked(key)


def _read(path: Path, at_most: int | None) -> bytes:
    with path.open("rb") as file:
        if at_most is not None and os.fstat(file.fileno()).st_size > at_most:
            raise ImageTooHeavy(at_most=at_most)
        return file.read()


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    # Whoever puts something there meanwhile makes the folder again.
    with suppress(OSError):
        path.parent.rmdir()


def _below(root: Path, folder: Path) -> Iterator[StoredFile]:
    """Every file, also one that somebody who was killed had only begun to write."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            with suppress(FileNotFoundError):
                about = path.stat()
                yield StoredFile(
                    key=path.relative_to(root).as_posix(),
                    size=about.st_size,
                    stored_at=datetime.fromtimestamp(about.st_mtime, UTC),
                )
