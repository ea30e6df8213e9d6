"""What is fuzzed: a function that takes bytes, what to begin with, and how long one input may take."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Target", "TooSlow", "must_say"]


class TooSlow(AssertionError):
    """An input took more processor time than is stated."""


def must_say(said: object) -> None:
    """Fail where a refusal says nothing."""
    assert said, "a refusal without a word"


@dataclass(frozen=True)
class Target:
    """One function under fuzzing."""

    take: Callable[[bytes], None]
    """Take the bytes in; keep refusals that are documented to itself, and raise whatever else comes."""
    seeds: Sequence[bytes]
    """Inputs to begin with, each of which it takes."""
    seconds: float
    """The most processor time of one input, on a slow machine and while every branch is being counted."""
    mutate: Callable[[bytes, int, int], bytes] | None = None
    """Changes an input with knowledge of its form, given the most bytes and a seed; None: any bytes."""
    most_bytes: int = 4096

    def take_in_time(self, content: bytes) -> None:
        """Take the bytes in.

        Raises:
            TooSlow: it took more than `seconds` of processor time.
            Exception: whatever is not documented.
        """
        began = time.process_time()
        self.take(content)
        took = time.process_time() - began
        if took > self.seconds:
            raise TooSlow(f"{took:.1f} s of processor time; at most {self.seconds:g} s")
