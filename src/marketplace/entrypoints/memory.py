"""Memory: what was large and is not needed any more goes back to the system."""

import ctypes
import os

LARGE = 1024 * 1024
"""Bytes. The body of a request, a photo, a sheet."""
_M_MMAP_THRESHOLD = -3
_SAID = "MALLOC_MMAP_THRESHOLD_"


def give_back_what_is_large() -> None:
    """
    Have every large piece of memory be one of its own, which goes when it is freed.

    The allocator of glibc does that at first. But when such a piece is freed, it takes it for usual
    and puts the next ones among the small ones, in an arena for each thread; there a photo leaves
    ten megabytes behind that only another one can use (mallopt(3)). An operator who has said
    otherwise in the environment knows better; where there is no glibc, nothing is to be done.
    """
    if _SAID in os.environ:
        return
    try:
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE)
    except (AttributeError, OSError, TypeError):
        return
