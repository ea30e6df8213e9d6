"""A process that answers one question and ends: with its answer, or as soon as nobody waits for it.

It is forked from the process that holds the catalog, so it begins at once and shares the catalog's memory,
and what it takes besides is given back when it ends.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import threading
from collections.abc import Collection
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.http.access_log import log_failure
from tokenquote.http.questions import Answered, Question, Serving, make_answer
from tokenquote.http.refusals import failed, too_much_memory
from tokenquote.tokens import one_after_the_other

__all__ = ["Bounds", "answer_a_question", "limit_memory"]

_NICENESS = 5
"""How far such a process stands behind the workers, which answer short questions and probes."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one answer may take."""

    seconds: float
    memory_bytes: int
    """The memory besides that of the catalog."""


def answer_a_question(asker: Connection, serving: Serving, apps: Collection[str], bounds: Bounds) -> None:
    """Read a question from the asker, compute the answer and send it."""
    os.nice(_NICENESS)
    gc.disable()  # the process ends before it would pay, and collecting would copy the catalog's pages
    signal.setitimer(signal.ITIMER_REAL, bounds.seconds)  # if not even the thread below gets its turn
    limit_memory(bounds.memory_bytes)
    asked = Question.unpacked(asker.recv())
    threading.Thread(target=_end_with_the_asker, args=(asker.fileno(),), daemon=True).start()
    recent = RecentQuotes()
    loaded_before = serving.vocabularies.loaded
    answered = _make(asked, serving, recent, apps, bounds)
    loaded = sorted(serving.vocabularies.loaded - loaded_before)
    asker.send((answered.problem, answered.increments, recent.kept(), loaded))
    asker.send_bytes(answered.content)


def _make(
    asked: Question, serving: Serving, recent: RecentQuotes, apps: Collection[str], bounds: Bounds
) -> Answered:
    try:
        with one_after_the_other():
            return make_answer(asked, serving, recent, apps)
    except MemoryError:
        return Answered(problem=too_much_memory(bounds.memory_bytes).problem)
    except SystemError as error:  # CPython's where there is no memory even to say so; of others the log tells
        log_failure(error, asked.request_id)
        return Answered(problem=too_much_memory(bounds.memory_bytes).problem)
    except Exception as error:
        log_failure(error, asked.request_id)
        return Answered(problem=failed().problem)


def limit_memory(more_bytes: int) -> None:
    """Let the process have so much more memory of its own than it has."""
    own_pages = int(Path("/proc/self/statm").read_text().split()[5])  # proc(5): data and stack
    most = own_pages * resource.getpagesize() + more_bytes
    # pydantic-core panics at the bound; a backtrace, for which there is no memory either, would then hang.
    os.putenv("RUST_BACKTRACE", "0")
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _end_with_the_asker(descriptor: int) -> None:
    """End this process once the other side is closed, whatever it is computing."""
    os.read(descriptor, 1)
    os._exit(1)
