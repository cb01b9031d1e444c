"""Images in a folder."""

import asyncio
from pathlib import Path

from marketplace.adapters import files
from marketplace.adapters.storage import checked
from marketplace.application.ports import ImageStore
from marketplace.domain.images import ImageNotFound


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

    async def get(self, key: str, /) -> bytes:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise ImageNotFound(key=key) from None

    async def delete(self, key: str, /) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._root / checked(key)
