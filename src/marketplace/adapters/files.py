"""Files that are there whole or not at all, whoever looks and whenever the plug is pulled."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def put(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Store, or replace; folders are made as they are needed."""
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
    remember(path.parent)


def remember(folder: Path) -> None:
    """A new name reaches the disk with its folder, not with its file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
