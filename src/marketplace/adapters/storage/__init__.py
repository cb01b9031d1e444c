"""Where images are kept: a folder on this machine, or a bucket."""

import re

_KEY = re.compile(r"(?!.*(?:^|/)\.)[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")
"""Segments of plain characters, none hidden: none is ``.`` or ``..``, and no path is absolute."""


def checked(key: str) -> str:
    """The key, if it can lead nowhere but into the store. We make our keys, so another is a bug."""
    if len(key) > 500 or not _KEY.fullmatch(key):
        raise ValueError(f"not a key of an image: {key[:100]!r}")
    return key
