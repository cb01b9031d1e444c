"""Images in a folder."""

import asyncio
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

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
        await asyncio.to_thread(_replace, self._path(key), content, mode)

    async def get(self, key: str, /) -> bytes:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise ImageNotFound(key=key) from None

    async def delete(self, key: str, /) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._root / checked(key)


def _replace(path: Path, content: bytes, mode: int) -> None:
    """Beside its place, then into it: whoever looks, or pulls the plug, finds all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as beside:
        try:
            beside.write(content)
            beside.flush()
            os.fchmod(beside.fileno(), mode)
            os.fsync(beside.fileno())
            Path(beside.name).replace(path)
        except BaseException:
            Path(beside.name).unlink(missing_ok=True)
            raise
    _remember(path.parent)


def _remember(folder: Path) -> None:
    """A new name reaches the disk with its folder, not with its file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
