"""What the processes of one service take together, under the names that Prometheus' libraries give to one."""

from __future__ import annotations

import mmap
import resource
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prometheus_client import Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

__all__ = ["ProcessesCollector"]

_SMALLEST = frozenset({"process_start_time_seconds", "process_max_fds"})
"""The gauges of which the smallest counts; all others are added up."""

_RESIDENT = struct.Struct("dd")
"""When memory was measured, by `time.monotonic`, and how many bytes were found."""
_RESIDENT_SECONDS = 30.0
"""For how long that is good enough."""


class ProcessesCollector(Collector):
    """Adds up CPU, memory and descriptors of the processes; pages that they share count once."""

    def __init__(self, pids: Sequence[int]) -> None:
        """Name the processes; the list is read again whenever metrics are asked for."""
        self._pids = pids
        self._resident = mmap.mmap(-1, _RESIDENT.size)

    @property
    def memory_is_old(self) -> bool:
        """Whether the memory of several processes was not measured lately."""
        measured_at, found = _RESIDENT.unpack(self._resident[:])
        return not found or time.monotonic() - measured_at > _RESIDENT_SECONDS

    def measure_memory(self) -> None:
        """Measure the memory of several processes for whoever asks for it next.

        That takes 17 ms of processor time for each process of 450 MB. So it is done after an answer, in a
        process of its own, and what it finds comes through memory that it shares with the others.
        """
        found = sum(map(_proportional_bytes, list(self._pids)))
        self._resident[:] = _RESIDENT.pack(time.monotonic(), found)

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics; there are none where the system has no /proc."""
        pids = list(self._pids)
        values: dict[str, list[float]] = {}
        shown: dict[str, Metric] = {}
        for pid in pids:
            for family in _look_at(pid):
                values.setdefault(family.name, []).append(family.samples[0].value)
                shown.setdefault(family.name, family)
        for name, found in values.items():
            if name == "process_resident_memory_bytes" and len(pids) > 1:
                _, resident = _RESIDENT.unpack(self._resident[:])
                found = [resident or found[0]]  # until it is measured, that of the process they share it with
            yield _combine(shown[name], found, pids)


def _look_at(pid: int) -> Iterator[Metric]:
    collector = ProcessCollector(pid=lambda: pid, registry=None)  # it would register itself by default
    yield from (family for family in collector.collect() if family.samples)


def _combine(shown: Metric, found: Sequence[float], pids: Sequence[int]) -> Metric:
    name, what = shown.name, shown.documentation
    if name == "process_cpu_seconds" and len(pids) > 1:
        # Of the processes that made an answer and have ended, the system knows the sum.
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return CounterMetricFamily(name, what, value=sum(found) + ended.ru_utime + ended.ru_stime)
    if name == "process_cpu_seconds":
        return CounterMetricFamily(name, what, value=sum(found))
    return GaugeMetricFamily(name, what, value=min(found) if name in _SMALLEST else sum(found))


def _proportional_bytes(pid: int) -> int:
    """Return the memory of a process with its share of the pages that others have too; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
