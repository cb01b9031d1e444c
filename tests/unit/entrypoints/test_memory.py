"""Memory: photos that have passed through leave nothing behind."""

import os
import platform
import subprocess
import sys

import pytest

_PHOTOS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from marketplace.entrypoints.memory import give_back_what_is_large

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

if "--as-it-is" not in sys.argv:
    give_back_what_is_large()
THREADS, MEGABYTE = 6, 2**20
together = Barrier(THREADS)
kept = []

def photo(size):
    together.wait()
    content = bytearray(b"x") * (size * MEGABYTE)
    # Something small that lies behind it, and stays.
    kept.append([bytes(1000) for _ in range(100)])
    together.wait()
    del content
    together.wait()

with ThreadPoolExecutor(THREADS) as threads:
    before = megabytes()
    for size in (10, 9, 8, 10):
        list(threads.map(photo, [size] * THREADS))
    print(megabytes() - before)
"""


def left_behind(*arguments: str) -> float:
    """Megabytes, after six threads had ten each, again and again."""
    told = subprocess.run(
        [sys.executable, "-c", _PHOTOS, *arguments],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(told.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_what_was_large_is_given_back() -> None:
    assert left_behind() < 10
    assert left_behind("--as-it-is") > 20
