"""A budget of calls for libraries that parse untrusted files, wherever in them the time goes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, TypeVar

from tokenquote.media.headers.base64_file import HeaderError

__all__ = ["DocumentBudget", "WorkBudget", "limit_calls"]


ResultT = TypeVar("ResultT")


class _TooMuchWork(BaseException):
    """It is no `Exception`: the libraries catch those, and try something else."""


@dataclass
class WorkBudget:
    """The number of calls that are left."""

    calls_left: int


@dataclass
class DocumentBudget:
    """What all documents of one question may take together: a few kilobytes can mean seconds of work.

    Texts have a budget of their own, so that reading some does not keep others' pages from being counted.
    """

    pages: WorkBudget = field(default_factory=lambda: WorkBudget(6_000_000))
    texts: WorkBudget = field(default_factory=lambda: WorkBudget(3_000_000))


def limit_calls(most_calls: int, budget: WorkBudget, work: Callable[[], ResultT]) -> ResultT:
    """Do the work, with at most `most_calls` calls, its own and those of built-in functions.

    They are counted with this thread's profile function, which sees every call: the same file takes the
    same number on every machine. A profiler of the caller's own pauses meanwhile.

    Raises:
        HeaderError: it makes more, or more than the budget has left.
    """
    most_events = 2 * min(most_calls, budget.calls_left)  # each call begins and ends
    seen, over = 0, False

    def count(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > most_events and not over:
            raise _TooMuchWork

    before = sys.getprofile()
    try:
        sys.setprofile(count)
        return work()
    except _TooMuchWork:
        raise HeaderError("the file takes too much work to read; state its `pages`") from None
    finally:
        over = True
        sys.setprofile(before)
        budget.calls_left -= min(seen, most_events) // 2
