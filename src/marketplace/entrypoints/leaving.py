"""Leaving: the interpreter may go when nobody is on the way back into it."""

import asyncio
import sys
from types import CodeType, FrameType

_HANDING_OVER: CodeType = asyncio.BaseEventLoop.call_soon_threadsafe.__code__
_PATIENCE = 5000
"""Looks, a millisecond apart. A thread is through as soon as it is given a processor."""


async def handed_over() -> None:
    """
    Wait until every thread that has handed an answer to an event loop is out of Python again.

    Libraries in other languages (obstore) do that from threads of their own. The loop is woken a
    few instructions before they are through; on a busy machine the process can have come to its end
    by then. Such a thread finds the interpreter gone, cannot get out, and aborts the process:
    SIGABRT after work that was well done. Python from 3.14 on leaves it hanging instead.
    """
    for _ in range(_PATIENCE):
        if not any(map(_hands_over, sys._current_frames().values())):
            return
        await asyncio.sleep(0.001)


def _hands_over(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is _HANDING_OVER:
            return True
        frame = frame.f_back
    return False
