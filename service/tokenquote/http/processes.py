"""What the processes of one service take together, under the names that Prometheus' libraries give to one."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prometheus_client import Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

__all__ = ["ProcessesCollector"]

_SMALLEST = frozenset({"process_start_time_seconds", "process_max_fds"})
"""The gauges of which the smallest counts; all others are added up."""


class ProcessesCollector(Collector):
    """Adds up CPU, memory and descriptors of the processes; pages that they share count once."""

    def __init__(self, pids: Sequence[int]) -> None:
        """Name the processes; the list is read again whenever metrics are asked for."""
        self._pids = pids

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
    if name == "process_resident_memory_bytes" and len(pids) > 1:
        return GaugeMetricFamily(name, what, value=sum(map(_proportional_bytes, pids)))
    return GaugeMetricFamily(name, what, value=min(found) if name in _SMALLEST else sum(found))


def _proportional_bytes(pid: int) -> int:
    """Return the memory of a process with its share of the pages that others have too; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
