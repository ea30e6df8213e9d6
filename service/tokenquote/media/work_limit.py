"""An end to what a library does with a hostile file, wherever in it the time goes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tokenquote.media.base64_file import HeaderError

__all__ = ["at_most"]


class _TooMuchWork(BaseException):
    """No `Exception`: the libraries catch those, and try something else."""


@contextmanager
def at_most(calls: int) -> Iterator[None]:
    """Let a library make so many calls, its own and those of built-in functions.

    Counted with this thread's profile function, which sees every call: the same file takes the same number
    on every machine. A profiler of the caller's own pauses meanwhile.

    Raises:
        HeaderError: it makes more.
    """
    events_left = 2 * calls  # each call begins and ends

    def count(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal events_left
        events_left -= 1
        if events_left < 0:
            raise _TooMuchWork

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    except _TooMuchWork:
        raise HeaderError("the file takes too much work to read") from None
    finally:
        sys.setprofile(before)
