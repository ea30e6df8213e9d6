"""PDF and text files, as the service is given them: in base64.

The service counts the calls that a PDF leads to, which takes most of the time, and the more the more branches
are counted: of 16 inputs one is read so, and the others stop after some seconds of the processor's time.
"""

from __future__ import annotations

import signal
import zlib
from collections.abc import Callable
from typing import Any, TypeVar
from unittest.mock import patch

from tests.fuzz.pdf_mutation import PdfMutation
from tests.fuzz.pdf_seeds import make_pdf_seeds
from tests.fuzz.target import Target
from tests.fuzz.targets.media_files import make_reader
from tests.fuzz.under_fuzzing import change_bytes

from tokenquote.media.headers import HeaderError, documents, read_pdf_pages, read_text_file
from tokenquote.media.headers.work_limit import WorkBudget

_TEXTS = (b"only text", b"\xef\xbb\xbfonly text", b"data:text/plain;base64,b25seSB0ZXh0")
_COUNTED_OF = 16
_MOST_SECONDS = 4
ResultT = TypeVar("ResultT")


class _TooLong(BaseException):
    """It is no `Exception`: pypdf catches those, and tries something else."""


def make() -> Target:
    """The readers of PDF and of text files."""
    seeds = make_pdf_seeds()
    counted = make_reader((read_pdf_pages, read_text_file))

    def take(content: bytes) -> None:
        if zlib.crc32(content) % _COUNTED_OF == 0:
            counted(content)
            return
        with patch.object(documents, "limit_calls", _limit_seconds):
            counted(content)

    mutate = PdfMutation(seeds, change_bytes())
    return Target(take, (*seeds, *_TEXTS), seconds=10, mutate=mutate, most_bytes=8192)


def _limit_seconds(most_calls: int, budget: WorkBudget, work: Callable[[], ResultT]) -> ResultT:
    """Do the work for some seconds at most, and refuse it as the service does."""

    def stop(*_: Any) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _MOST_SECONDS)
    try:
        return work()
    except _TooLong:
        raise HeaderError("the file takes too much work to read") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
