"""Files that are there whole or not at all, whoever looks and whenever the plug is pulled."""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile, _TemporaryFileWrapper

_ATTEMPTS = 100
"""A folder that is still not there after as many goes by no race."""


def put(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Store, or replace; folders are made as they are needed."""
    with _beside(path) as beside:
        try:
            beside.write(content)
            beside.flush()
            os.fchmod(beside.fileno(), mode)
            os.fsync(beside.fileno())
            Path(beside.name).replace(path)
        except BaseException:
            Path(beside.name).unlink(missing_ok=True)
            raise
    # Whoever took it away again meanwhile may have taken the folder, too.
    with suppress(FileNotFoundError):
        remember(path.parent)


def _beside(path: Path) -> "_TemporaryFileWrapper[bytes]":
    """A new file in the same folder, named for the one it will be: what is left can be told."""
    attempts = count(1)
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return NamedTemporaryFile(
                dir=path.parent, prefix=f"{path.name}.", suffix=".part", delete=False
            )
        # The folder may go with the last file in it before there is another, or while `mkdir`
        # looks whether what it found there is a folder.
        except (FileNotFoundError, FileExistsError):
            if next(attempts) == _ATTEMPTS:
                raise


def remember(folder: Path) -> None:
    """A new name reaches the disk with its folder, not with its file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
