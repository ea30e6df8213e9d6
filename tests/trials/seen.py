"""What a trial has seen, and how it is written as a row of the table of docs/operations.md."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["LONGEST_LOG_BYTES", "Seen", "quantile"]

LONGEST_LOG_BYTES = 1_000_000
"""What the log of a trial may have at most (issue 17), besides the lines of requests that were answered."""
_ANSWERED = re.compile(r'^.*"event": "http\.request".* "status": 200, .*\n', re.MULTILINE)


@dataclass
class Seen:
    """What was seen during a trial."""

    small: list[float] = field(default_factory=list)
    """The seconds that each small quote took, its connection included."""
    livez: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    """The same for a server that does nothing but answer: what the machine itself takes."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """How often each status came, or each error instead of one."""
    faults: list[str] = field(default_factory=list)
    """What should not have happened, in words."""
    bytes_before: int = 0
    """The memory of all processes, shared pages counted once."""
    most_bytes: int = 0
    bytes_after: int = 0
    most_worker_bytes: int = 0
    """The most resident memory of a single process, shared pages included."""
    log_bytes: int = 0
    fault_log_bytes: int = 0
    """The log without the lines of requests that were answered well, of which a fast machine makes more."""
    load_average: float = 0.0
    """How many processes wanted a core, on average over the minute in which the trial ended."""
    longest_small_seconds: float = 1.0
    """What another client's small quote may take at most, throughout (issue 17)."""

    def note(self, outcome: object) -> None:
        """Count an outcome."""
        self.outcomes[str(outcome)] += 1

    def fault(self, what: str) -> None:
        """Note what should not have happened."""
        self.faults.append(what)

    def check_another_client(self) -> None:
        """Note that another client saw nothing: then nothing that it should see was kept either."""
        for name, took in (("small quote", self.small), ("/livez", self.livez), ("bare server", self.bare)):
            if not took:
                self.fault(f"no answer of a {name} was timed")

    def check_everywhere(self) -> None:
        """Note what no trial may show: a small quote that waits, a log that grows.

        What the machine held up for a while, it held up for a bare server too.
        """
        if max(self.small, default=0) > self.longest_small_seconds + max(self.bare, default=0):
            self.fault(f"a small quote took {max(self.small):.2f} s")
        if self.fault_log_bytes > LONGEST_LOG_BYTES:
            self.fault(f"the log has {self.fault_log_bytes} bytes besides answered requests")

    def read_log(self, log: str) -> None:
        """Note how long the log is, and how long without the requests that were answered well."""
        self.log_bytes = len(log)
        self.fault_log_bytes = len(_ANSWERED.sub("", log))

    def row(self, name: str) -> str:
        """Write a row of the table."""
        counted = ", ".join(f"{count} × {outcome}" for outcome, count in self.outcomes.most_common())
        memory = " → ".join(
            f"{each // 10**6}" for each in (self.bytes_before, self.most_bytes, self.bytes_after)
        )
        cells = (
            name, _quantiles(self.small), _quantiles(self.livez), _quantiles(self.bare), counted, memory,
            f"{self.most_worker_bytes // 10**6}", f"{self.log_bytes // 1000}", f"{self.load_average:.1f}",
            "; ".join(self.faults) or "kept",
        )  # fmt: skip
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| trial | small quote, ms p50 / p99 / max | /livez | a bare server | outcomes | MB "
    "| most of a process, MB | log kB | load average | asked |\n|---|---|---|---|---|---|---:|---:|---:|---|"
)


def quantile(seconds: Iterable[float], share: float) -> float:
    """Return the smallest of the values that so large a share of all does not exceed; 0 if there are none."""
    ordered = sorted(seconds) or [0.0]
    return ordered[min(len(ordered), max(1, math.ceil(len(ordered) * share))) - 1]


def _quantiles(seconds: list[float]) -> str:
    if not seconds:
        return ""
    return " / ".join(f"{1000 * quantile(seconds, share):.0f}" for share in (0.5, 0.99, 1))
